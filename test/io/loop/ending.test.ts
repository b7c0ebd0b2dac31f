// The ends of a socket: close, end, take, dispose, the peer's end, and the end of patience with an idle one.

import { inspect } from "node:util";
import { Fd, type SyscallError, sendFds, socketpair, UnixSocket } from "cmsg";
import { assert, throws } from "../../support/assert.js";
import { after, fill, rejects, shrink, withSockets } from "../../support/loop.js";
import { suite } from "../../support/suite.js";

const test = suite("UnixSocket: ending");

const CLOSED = { name: "Error", code: "ERR_CMSG_SOCKET_CLOSED" };
test("close refuses all calls that wait and all later ones; a loop just ends", async () => {
  const [left, right] = UnixSocket.pair();
  shrink(left, right);
  const filled = await fill(left);
  const queued = left.send("queued", { fds: [0] });
  const receiving = [left.receive(), left.receive()];
  const looping = (async () => {
    for await (const _ of left.messages()) assert.unreachable();
    return "ended";
  })();
  left.close();
  for (const call of [...filled, queued, ...receiving]) await rejects(call, CLOSED);
  assert.is(await looping, "ended");
  assert.ok(left.closed);
  for (const call of [() => left.send("x"), () => left.receive()]) await rejects(call(), CLOSED);
  for (const use of [
    () => left.fd,
    () => left.take(),
    () => left.shutdown("both"),
    () => left.localAddress,
    () => left.remoteAddress,
    () => left.peerCredentials(),
    () => left.peerPidfd(),
  ]) {
    assert.throws(use, (error: { code: string }) => error.code === CLOSED.code);
  }
  left.close();
  await left.end();
  await left[Symbol.asyncDispose]();
  assert.match(inspect(left), /^UnixSocket \(closed\)$/);
  right.close();
});

test("inspect shows the descriptor", async () => {
  await withSockets({ type: "seqpacket" }, (left) => {
    assert.match(inspect(left), /^UnixSocket \d+ \(.+\)$/);
  });
});

test("end sends what waits, takes nothing else, then closes", async () => {
  await withSockets({}, async (left, right) => {
    shrink(left, right);
    const filled = await fill(left);
    const last = left.send("last");
    const ended = left.end();
    await rejects(left.send("later"), CLOSED);
    assert.not.ok(left.closed);
    let text = "";
    for await (const message of right.messages()) text += message.data.toString();
    await Promise.all([...filled, last, ended]);
    assert.ok(left.closed);
    assert.ok(text.endsWith("last"));
  });
});

test("end that gives up leaves the socket open", async () => {
  await withSockets({}, async (left, right) => {
    shrink(left, right);
    const filled = await fill(left);
    await rejects(left.end({ timeoutMs: 1 }), { code: "ETIMEDOUT" });
    assert.not.ok(left.closed);
    left.close();
    for (const one of filled) await rejects(one, CLOSED);
  });
});

test("take gives the descriptor away: nothing is shut down, calls that wait are refused", async () => {
  const [left, right] = UnixSocket.pair();
  const { fd: number } = left;
  const receiving = left.receive();
  const fd = left.take();
  assert.instance(fd, Fd);
  assert.is(fd.number, number);
  await rejects(receiving, CLOSED);
  assert.ok(left.closed);
  const again = UnixSocket.adopt(fd);
  assert.ok(fd.closed);
  await again.send("still connected");
  assert.is((await right.receive())?.data.toString(), "still connected");
  for (const socket of [again, right]) socket.close();
  assert.is(await right.receive().catch((error) => error.code), CLOSED.code);
});

/** So many bytes of what arrives, as text. */
async function textOf(socket: UnixSocket, bytes: number): Promise<string> {
  let text = "";
  while (text.length < bytes) {
    const message = await socket.receive();
    text += message?.data;
    message?.[Symbol.dispose]();
  }
  return text;
}

test("take is refused inside a message of a stream, whose rest would be lost; afterwards it works", async () => {
  for (const framed of [false, true]) {
    await withSockets({ framed }, async (left, right) => {
      shrink(left, right);
      const sent = left.send(Buffer.alloc(50_000, "a"), { fds: [0] });
      assert.ok(left.queuedBytes > 0 && left.queuedBytes < 50_000);
      throws(() => left.take(), { code: "ERR_CMSG_WRITES_PENDING" });
      assert.is(await textOf(right, 50_000), "a".repeat(50_000));
      assert.equal(await sent, { bytes: 50_000, fds: 1 });
      using taken = left.take();
      assert.not.ok(taken.closed);
    });
  }
});

test("take is refused inside a frame, of which a part was read; nothing of it is lost", async () => {
  for (const cut of [1, 4, 6]) {
    await withSockets({ framed: true }, async (left, right) => {
      using raw = left.take();
      const frame = Buffer.from("\0\0\0\u0004whole", "latin1").subarray(0, 8);
      sendFds(raw, [0], { data: frame.subarray(0, cut) });
      await rejects(right.receive({ timeoutMs: 1 }), { code: "ETIMEDOUT" });
      throws(() => right.take(), { code: "ERR_CMSG_FRAME_PENDING" });
      const receiving = right.receive();
      throws(() => right.take(), { code: "ERR_CMSG_FRAME_PENDING" });
      raw.write(frame.subarray(cut));
      const message = await receiving;
      assert.equal([`${message?.data}`, message?.fds.length], ["whol", 1]);
      message?.[Symbol.dispose]();
      raw.write(frame.subarray(0, 4));
      using taken = right.take();
      assert.is(taken.read(8).length, 4);
    });
  }
});

test("adopt leaves what it refuses untouched", () => {
  using file = Fd.open("/dev/null");
  assert.throws(() => UnixSocket.adopt(file), /ERR_CMSG_NOT_UNIX|no AF_UNIX socket/);
  using pair = socketpair({ type: "seqpacket" });
  assert.throws(() => UnixSocket.adopt(pair[0], { framed: true }), /framed/);
  assert.throws(() => UnixSocket.adopt(pair[0], { fdLimit: -1 }), /fdLimit/);
  assert.throws(() => UnixSocket.adopt(0x7fffffff), /EBADF/);
  assert.not.ok(file.closed);
  assert.not.ok(pair[0].closed);
});

test("await using closes the socket", async () => {
  const [left, right] = UnixSocket.pair();
  {
    await using near = left;
    await using far = right;
    await near.send("x");
    assert.is((await far.receive())?.bytes, 1);
  }
  assert.ok(left.closed && right.closed);
});

test("the peer's end: what was sent is received first, then null, again and again", async () => {
  for (const type of ["stream", "seqpacket"] as const) {
    await withSockets({ type }, async (left, right) => {
      await left.send("last words", { fds: [0] });
      left.close();
      const message = await right.receive();
      assert.is(message?.data.toString(), "last words");
      message?.[Symbol.dispose]();
      assert.is(await right.receive(), null);
      assert.is(await right.receive(), null);
      await rejects(right.send("anybody?"), { code: "EPIPE", syscall: "sendmsg" });
    });
  }
});

test("EPIPE and ECONNRESET: what the peer sent before it left can still be received", async () => {
  for (const type of ["stream", "seqpacket"] as const) {
    await withSockets({ type }, async (left, right) => {
      await left.send("the reason");
      await right.send("never read");
      left.close();
      await rejects(right.send("request"), { name: "SyscallError" });
      const seen: unknown[] = [];
      for (let i = 0; i < 4; i++) {
        await right.receive().then(
          (message) => seen.push(message?.data.toString() ?? null),
          (error) => seen.push(error.code),
        );
      }
      const words = seen.filter((one) => one !== "ECONNRESET");
      assert.equal(words.slice(0, 2), ["the reason", null], type);
      assert.ok(seen.length - words.length <= 1, String(seen));
    });
  }
});

test("queued messages are refused with EPIPE when the peer closes, and say what was sent", async () => {
  await withSockets({}, async (left, right) => {
    shrink(left, right);
    const first = left.send(Buffer.alloc(100_000), { fds: [0] });
    const second = left.send("second", { fds: [0] });
    right.close();
    const begun = await rejects(first, { name: "SyscallError" });
    assert.ok((begun.sent as { bytes: number }).bytes > 0);
    const unsent = await rejects(second, { code: "EPIPE" });
    assert.not.ok("sent" in unsent);
    assert.is(left.queuedBytes, 0);
    await rejects(left.send("third"), { code: "EPIPE" });
  });
});

test("shutdown of one direction leaves the other", async () => {
  await withSockets({}, async (left, right) => {
    left.shutdown("write");
    assert.is(await right.receive(), null);
    await rejects(left.send("x"), { code: "EPIPE" });
    await right.send("still");
    assert.is((await left.receive())?.data.toString(), "still");
  });
});

test("idleTimeoutMs: a receive that waits longer is refused, and the socket is closed", async () => {
  await withSockets({ idleTimeoutMs: 30 }, async (left, right) => {
    // Nobody waits: nothing happens.
    await after(60);
    assert.not.ok(right.closed);
    for (let i = 0; i < 3; i++) {
      await left.send("x");
      assert.is((await right.receive())?.bytes, 1);
    }
    const both = [right.receive(), right.receive()];
    for (const one of both) await rejects(one, { code: "ETIMEDOUT", syscall: "recvmsg" });
    assert.ok(right.closed);
    await rejects(right.receive(), CLOSED);
    assert.is(await left.receive(), null);
  });
});

test("idleTimeoutMs: a loop and a callback are told, and parts of a frame do not count", async () => {
  await withSockets({ idleTimeoutMs: 40 }, async (_left, right) => {
    await rejects(right.messages().next(), { code: "ETIMEDOUT" });
    assert.ok(right.closed);
  });
  await withSockets({ idleTimeoutMs: 40 }, async (_left, right) => {
    const error = await new Promise<Error | undefined>((ended) => {
      right.onMessage(() => {}, ended);
    });
    assert.is((error as SyscallError).code, "ETIMEDOUT");
    assert.ok(right.closed);
  });
  const [left, right] = UnixSocket.pair({
    framed: true,
    frameLimit: 0x7fffffff,
    idleTimeoutMs: 60,
  });
  using raw = left.take();
  const drip = setInterval(() => raw.write("\x01"), 5);
  try {
    await rejects(right.receive(), { code: "ETIMEDOUT" });
  } finally {
    clearInterval(drip);
  }
  assert.ok(right.closed);
});

test.run();
