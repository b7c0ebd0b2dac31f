// A full descriptor table (RLIMIT_NOFILE): what found a place arrives, and the rest is said to be missing.

import { MSG_CTRUNC } from "cmsg";
import { assert } from "../support/assert.js";
import { fdLimit, jsonOf } from "../support/message.js";
import { suite } from "../support/suite.js";

const test = suite("full descriptor table");

test("a full descriptor table: what found a place arrives, the rest is said to be missing", async () => {
  const results = await jsonOf(
    `
    import { Fd, socketpair, sendFds, recvFds, recvmsg } from "cmsg";
    const turn = () => new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
    const [left, right] = socketpair();
    sendFds(left, [left], { data: "warm" });
    Fd.closeAll(recvFds(right).fds);
    const filler = [];
    const fill = () => {
      try { for (;;) filler.push(left.dup()); }
      catch (error) { if (error.code !== "EMFILE") throw error; }
    };
    const results = [];
    for (const room of [0, 1, 2, 3, 4]) {
      for (const form of ["throw", "report", "recvmsg"]) {
        fill();
        for (let i = 0; i < room; i++) filler.pop().close();
        sendFds(left, [left, left, left], { data: "whole" });
        let got, thrown = false;
        try {
          got = form === "recvmsg" ? recvmsg(right) : recvFds(right, { truncation: form });
        } catch (error) { got = error; thrown = error.code; }
        const { data, fds, flags } = got;
        const seen = { form, room, thrown, data: String(data), fds: fds.length, flags };
        seen.open = fds.every((fd) => fd.describe().kind === "socket");
        if (thrown) await turn(); else got[Symbol.dispose]();
        seen.closed = fds.every((fd) => fd.closed);
        results.push(seen);
      }
    }
    console.log(JSON.stringify(results));
    `,
    fdLimit(80),
  );
  for (const result of results as Record<string, unknown>[]) {
    const { form, room } = result;
    const fds = Math.min(room as number, 3);
    const cut = fds < 3;
    const thrown = cut && form === "throw" ? "ERR_CMSG_TRUNCATED" : false;
    const flags = cut ? MSG_CTRUNC : 0;
    const whole = { data: "whole", open: true, closed: true };
    assert.equal(result, { form, room, thrown, fds, flags, ...whole });
  }
  assert.is((results as unknown[]).length, 15);
});

test("more descriptors on their way than the user may have open: ETOOMANYREFS, and none is lost", async () => {
  const seen = await jsonOf(
    `
    import { Fd, socketpair, sendFds, tryRecvFds } from "cmsg";
    // What a capability of root would allow.
    if (process.geteuid() === 0) process.seteuid(65534);
    const [left, right] = socketpair({ type: "seqpacket" });
    let sent = 0, received = 0, error;
    try { for (; sent < 1000; sent += 10) sendFds(left, new Array(10).fill(left)); }
    catch (thrown) { error = thrown; }
    for (let got = tryRecvFds(right); got !== null; got = tryRecvFds(right)) {
      received += got.fds.length;
      Fd.closeAll(got.fds);
    }
    const { code, message } = error;
    console.log(JSON.stringify({ code, message, lost: sent - received, some: sent < 1000 }));
    `,
    fdLimit(64),
  );
  const { message, ...rest } = seen as { message: string };
  assert.equal(rest, { code: "ETOOMANYREFS", lost: 0, some: true });
  assert.match(message, /of this user are on their way and not yet received: .*RLIMIT_NOFILE/);
});

test.run();
