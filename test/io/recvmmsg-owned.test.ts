// Descriptors of a batch are owned before anything can throw: full tables, fields that throw, fields that use the package again.

import { control, field, recvmmsg, rights, sendmmsg, sendmsg, setsockopt, tryRecvmmsg } from "cmsg";
import { assert, throws } from "../support/assert.js";
import { fdLimit, indices, jsonOf, text, upTo, withFiles, withPair } from "../support/message.js";
import { openFds, suite } from "../support/suite.js";

const test = suite("recvmmsg owns");

/** A definition of the credentials that come with every message, one of whose fields runs `read`. */
function watched(read: (pid: number) => unknown) {
  const { i32, u32 } = field;
  return control("SCM_CREDENTIALS", {
    level: "SOL_SOCKET",
    direction: "both",
    source: "unix(7)",
    fields: {
      pid: { ...i32("pid"), read: ([pid]: readonly unknown[]) => read(Number(pid)) as number },
      uid: u32("uid"),
      gid: u32("gid"),
    },
  });
}

test("a field that throws in the middle of a batch leaves no descriptor open", () => {
  withFiles(3, (files) => {
    withPair("dgram", (left, right) => {
      setsockopt(right, "SOL_SOCKET", "SO_PASSCRED", true);
      for (const bad of upTo(5)) {
        sendmmsg(
          left,
          upTo(5).map((i) => ({ data: text(`${i}`), control: [rights(files)] })),
        );
        const before = openFds();
        let seen = 0;
        const definition = watched((pid) => {
          if (seen++ === bad) throw new Error("a field of its own");
          return pid;
        });
        throws(() => recvmmsg(right, { definitions: [definition] }), {
          message: /a field of its own/,
        });
        assert.equal(openFds(), before);
        assert.is(tryRecvmmsg(right), null);
      }
    });
  });
});

test("a field that uses the package meanwhile changes nothing of the batch", () => {
  withFiles(5, (files) => {
    withPair("dgram", (left, right) => {
      withPair("dgram", (otherLeft, otherRight) => {
        setsockopt(right, "SOL_SOCKET", "SO_PASSCRED", true);
        const inner: string[] = [];
        const definition = watched((pid) => {
          sendmmsg(
            otherLeft,
            upTo(9).map((i) => ({ data: text(`inner ${i}`), control: [rights([0, 1])] })),
          );
          using got = recvmmsg(otherRight, { limit: 100 });
          inner.push(...got.map(({ data, fds }) => `${data} ${fds.length}`));
          sendmsg(otherLeft, { data: text("one") });
          recvmmsg(otherRight, { dataLimit: 100_000 });
          return pid;
        });
        sendmmsg(
          left,
          files.map((file, i) => ({ data: text(`outer ${i}`), control: [rights([file])] })),
        );
        using got = recvmmsg(right, { definitions: [definition] });
        assert.equal(
          got.map(({ data, fds }) => [data.toString(), ...indices(fds)]),
          upTo(5).map((i) => [`outer ${i}`, i]),
        );
        assert.equal(
          got.map((m) => m.control.find((one) => one.is(definition))?.value),
          upTo(5).map(() => ({
            pid: process.pid,
            uid: process.getuid?.(),
            gid: process.getgid?.(),
          })),
        );
        assert.equal(
          inner,
          upTo(5).flatMap(() => upTo(9).map((i) => `inner ${i} 2`)),
        );
      });
    });
  });
});

const FULL = `
import { Fd, recvmmsg, rights, sendmmsg, socketpair } from "cmsg";
const pair = socketpair({ type: "dgram" });
const file = Fd.open("/dev/null");
sendmmsg(pair[0], Array.from({ length: 6 }, () => ({
  data: Buffer.from("x"), control: [rights([file, file, file])],
})));
const { readdirSync } = await import("node:fs");
const count = () => readdirSync("/proc/self/fd").length;
const hoard = [];
// The directory above takes a number while it is read.
try { for (;;) hoard.push(Fd.open("/dev/null")); } catch {}
for (const fd of hoard.splice(0, 8)) fd.close();
const got = recvmmsg(pair[1]);
const seen = got.map((m) => [m.data.toString(), m.fds.length, m.controlTruncated]);
got[Symbol.dispose]();
// All that were taken are free again.
const again = [];
try { for (;;) again.push(Fd.open("/dev/null")); } catch {}
console.log(JSON.stringify({ seen, free: again.length }));
`;

test("a descriptor table that fills up in the middle of a batch: what arrived is there, the rest is said to be cut", async () => {
  const { seen, free } = (await jsonOf(FULL, fdLimit(200))) as {
    seen: [string, number, boolean][];
    free: number;
  };
  assert.equal(seen, [
    ["x", 3, false],
    ["x", 3, false],
    ["x", 2, true],
    ["x", 0, true],
    ["x", 0, true],
    ["x", 0, true],
  ]);
  assert.is(free, 8);
});

test("an Fd of each message can be closed, taken and closed with all others", () => {
  withFiles(2, (files) => {
    withPair("seqpacket", (left, right) => {
      const before = openFds();
      sendmmsg(
        left,
        upTo(60).map(() => ({ data: text("x"), control: [rights(files)] })),
      );
      const got = recvmmsg(right);
      got[3]?.fds[0]?.close();
      got[59]?.[Symbol.dispose]();
      got[Symbol.dispose]();
      got[Symbol.dispose]();
      assert.equal(openFds(), before);
    });
  });
});

test.run();
