// Synchronous calls on a socket beside its own: refused where they would tear, overtake or take away what those send and receive.

import {
  type Fd,
  getsockopt,
  MSG_PEEK,
  peerCredentials,
  recvFds,
  recvmsg,
  sendFds,
  sendmsg,
  tryRecvmsg,
  trySendmsg,
  type UnixSocket,
} from "cmsg";
import { assert, throws } from "../../support/assert.js";
import { RECEIVES, SENDS } from "../../support/calls.js";
import { fill, rejects, shrink, turns, withOpenFiles, withSockets } from "../../support/loop.js";
import { passesAs } from "../../support/passing.js";
import { ownIds } from "../../support/privilege.js";
import { suite } from "../../support/suite.js";

const test = suite("synchronous calls beside a socket's own");

const CLOSED = { code: "ERR_CMSG_SOCKET_CLOSED" };
const data = Buffer.from("x");

test("sending is refused while messages wait, which it would overtake", async () => {
  await withOpenFiles(1, async ([file]) => {
    await withSockets({}, async (left, right) => {
      shrink(left, right);
      await fill(left);
      const last = left.send("last", { fds: [file as Fd] });
      for (const send of SENDS) throws(() => send(left), { code: "ERR_CMSG_WRITES_PENDING" });
      // What only asks is not.
      assert.is(getsockopt(left, "SOL_SOCKET", "SO_TYPE"), 1);
      passesAs(left, left.fd);
      // The other direction is free.
      sendmsg(right, { data });
      assert.is(`${recvmsg(left).data}`, "x");
      let text = "";
      while (!text.endsWith("last")) {
        const message = await right.receive();
        text += message?.data;
        message?.[Symbol.dispose]();
      }
      assert.match(text, /^(fill)+last$/);
      assert.equal(await last, { bytes: 4, fds: 1 });
      for (const send of SENDS) {
        assert.ok(send(left));
        for (let got = tryRecvmsg(right); got !== null; got = tryRecvmsg(right)) {
          got[Symbol.dispose]();
        }
      }
    });
  });
});

test("an empty message that waits is not overtaken either", async () => {
  await withSockets({ type: "dgram" }, async (left) => {
    while (trySendmsg(left, { data: Buffer.alloc(0) }) !== null);
    const sent = left.send("");
    assert.is(left.queuedBytes, 0);
    for (const send of SENDS) throws(() => send(left), { code: "ERR_CMSG_WRITES_PENDING" });
    left.close();
    await rejects(sent, CLOSED);
  });
});

test("sending is refused when a socket takes nothing else: it is ending, or was cut short", async () => {
  await withSockets({}, async (left, right) => {
    shrink(left, right);
    const filled = await fill(left);
    const ended = left.end();
    for (const send of SENDS) throws(() => send(left), CLOSED);
    let bytes = 0;
    for await (const message of right.messages()) bytes += message.bytes;
    assert.is(bytes % 2048, 0);
    await Promise.all([ended, ...filled]);
    for (const send of SENDS) throws(() => send(left), CLOSED);
  });
});

test("receiving is refused while calls wait for what arrives", async () => {
  const waits: readonly ((socket: UnixSocket, signal: AbortSignal) => Promise<unknown>)[] = [
    (one, signal) => one.receive({ signal }),
    (one, signal) => one.messages({ signal }).next(),
    (one, signal) =>
      new Promise((resolve) => {
        const stop = one.onMessage(
          () => {},
          () => {},
        );
        signal.addEventListener("abort", () => resolve(stop()));
      }),
  ];
  for (const wait of waits) {
    await withSockets({}, async (left, right) => {
      const controller = new AbortController();
      const waiting = wait(right, controller.signal).catch((error: Error) => error.name);
      await turns();
      sendFds(left, [0], { data });
      for (const receive of RECEIVES) {
        throws(() => receive(right), { code: "ERR_CMSG_RECEIVES_PENDING" });
      }
      using seen = recvmsg(right, { flags: MSG_PEEK });
      assert.is(`${seen.data}`, "x");
      sendmsg(right, { data });
      controller.abort();
      await waiting;
      sendFds(left, [0], { data });
      using got = recvFds(right);
      assert.ok(got.bytes > 0);
    });
  }
});

test("a framed socket is left to its own calls", async () => {
  await withSockets({ framed: true }, async (left, right) => {
    for (const send of SENDS) throws(() => send(left), { code: "ERR_CMSG_FRAMED" });
    await left.send("whole", { fds: [left] });
    for (const receive of RECEIVES) throws(() => receive(right), { code: "ERR_CMSG_FRAMED" });
    assert.is(`${recvmsg(right, { flags: MSG_PEEK, controlLimit: 0 }).data}`, "\0\0\0\u0005whole");
    assert.equal(peerCredentials(right), ownIds());
    const message = await right.receive();
    assert.equal([`${message?.data}`, message?.fds.length], ["whole", 1]);
    message?.[Symbol.dispose]();
  });
});

test.run();
