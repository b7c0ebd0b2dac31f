// Queues under strain: long ones, without descriptors to spare, with another process at the other end.

import { UnixSocket } from "cmsg";
import { assert } from "../../support/assert.js";
import { drain, withSockets } from "../../support/loop.js";
import { fdLimit, jsonOf } from "../../support/message.js";
import { runNode } from "../../support/peer.js";
import { fdCount, suite } from "../../support/suite.js";

const test = suite("UnixSocket: queue");

test("100 000 queued sends are sent in order within seconds of processor time", async () => {
  const { status, stdout, stderr } = await runNode(`
    import { UnixSocket } from "cmsg";
    const [left, right] = UnixSocket.pair({ queueBytes: 1e9 });
    const count = 100_000;
    let sent = 0, ordered = true;
    for (let i = 0; i < count; i++) {
      const data = Buffer.alloc(4);
      data.writeUInt32BE(i);
      left.send(data).then(() => { ordered &&= sent++ === i; });
    }
    const before = process.cpuUsage();
    let bytes = Buffer.alloc(0), next = 0;
    const ended = left.end();
    for await (const { data } of right.messages()) {
      bytes = Buffer.concat([bytes, data]);
      let at = 0;
      for (; at + 4 <= bytes.length; at += 4) ordered &&= bytes.readUInt32BE(at) === next++;
      bytes = bytes.subarray(at);
    }
    await ended;
    const { user, system } = process.cpuUsage(before);
    // A queue whose costs grow with its length takes minutes.
    console.log(ordered, sent, next, (user + system) / 1e6 < 20);
  `);
  assert.is(status, 0, stderr);
  assert.is(stdout, "true 100000 100000 true\n");
});

test("drain: the helper sees what a peer in another process sends", async () => {
  const [left, right] = UnixSocket.pair();
  const theirs = left.take();
  const peer = runNode(
    `
    import { UnixSocket } from "cmsg";
    const socket = UnixSocket.adopt(3);
    for (let i = 0; i < 200; i++) await socket.send(String(i % 10).repeat(1000), { fds: [0, 1] });
    await socket.end();
  `,
    { inherit: [theirs.number] },
  );
  theirs.close();
  const { bytes, fds } = await drain(right, () => 1);
  assert.is(bytes.length, 200_000);
  assert.is(fds.length, 400);
  right.close();
  assert.is((await peer).status, 0);
});

test("a full descriptor table: a send that would wait is refused with nothing sent, and the stream is of use", async () => {
  const seen = await jsonOf(
    `
    import { Fd, UnixSocket, setsockopt } from "cmsg";
    const [left, right] = UnixSocket.pair();
    for (const { fd } of [left, right]) setsockopt(fd, "SOL_SOCKET", "SO_SNDBUF", 1);
    const sends = [];
    while (left.queuedBytes === 0) sends.push(left.send(Buffer.alloc(1000, "a")));
    const probe = Fd.open("/dev/null");
    const filler = [];
    const code = (error) => error.code + " " + JSON.stringify(error.sent ?? null);
    try { for (;;) filler.push(probe.dup()); } catch (error) { if (error.code !== "EMFILE") throw error; }
    const refused = await left.send("refused", { fds: [0] }).catch(code);
    const { queuedBytes } = left;
    filler.pop().close();
    filler.pop().close();
    const two = await left.send("three", { fds: [0, 0, 0] }).catch(code);
    sends.push(left.send("two", { fds: [0, 0] }));
    const ended = left.end();
    let text = "", fds = 0;
    for await (const message of right.messages({ dataLimit: 500 })) {
      text += message.data;
      fds += message.fds.length;
      message[Symbol.dispose]();
    }
    await Promise.all(sends);
    await ended;
    const whole = text === "a".repeat(1000 * (sends.length - 1)) + "two";
    // An empty queue: a split message is refused before its first piece.
    const [near, far] = UnixSocket.pair();
    const split = await near.send("ab", { fds: new Array(300).fill(0) }).catch(code);
    await near.send("after");
    console.log(JSON.stringify([refused, queuedBytes > 0, two, whole, fds, split, String((await far.receive()).data)]));
    process.exit(0);
  `,
    fdLimit(64),
  );
  assert.equal(seen, ["EMFILE null", true, "EMFILE null", true, 2, "EMFILE null", "after"]);
});

test("too many descriptors on their way inside a message: the rest follows when some have been received", async () => {
  const seen = await jsonOf(
    `
    import { UnixSocket } from "cmsg";
    // What a capability of root would allow; a user of its own, whose count nobody else changes.
    if (process.geteuid() === 0) process.seteuid(200_000 + process.pid % 50_000);
    const [near, far] = UnixSocket.pair();
    const [left, right] = UnixSocket.pair();
    await near.send("x", { fds: new Array(200).fill(0) });
    const sent = left.send("abc", { fds: new Array(300).fill(0) });
    const waits = left.queuedBytes;
    (await far.receive())[Symbol.dispose]();
    let text = "", fds = 0;
    while (text.length < 3) {
      const message = await right.receive();
      text += message.data;
      fds += message.fds.length;
      message[Symbol.dispose]();
    }
    console.log(JSON.stringify([waits, text, fds, await sent]));
    process.exit(0);
  `,
    fdLimit(400),
  );
  assert.equal(seen, [2, "abc", 300, { bytes: 3, fds: 300 }]);
});

test("duplicates of descriptors that the kernel has are closed while the rest of their message waits", async () => {
  await withSockets({}, async (left, right) => {
    const before = fdCount();
    // More than one message of the kernel takes, so duplicated before the first piece goes.
    const sending = left.send(Buffer.alloc(4_000_000), { fds: new Array(300).fill(0) });
    assert.ok(left.queuedBytes > 0);
    assert.is(fdCount(), before);
    const receiving = drain(right, () => 1);
    await sending;
    await left.end();
    const { bytes, fds } = await receiving;
    assert.equal([bytes.length, fds.length], [4_000_000, 300]);
  });
});

test.run();
