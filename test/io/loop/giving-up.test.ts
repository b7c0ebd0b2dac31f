// Calls that give up by a signal or after a time, and the limits of what may wait.

import { UnixServer, UnixSocket } from "cmsg";
import { assert } from "../../support/assert.js";
import { abstractName } from "../../support/directory.js";
import { fill, isSettled, rejects, shrink, withSockets } from "../../support/loop.js";
import { jsonOf } from "../../support/message.js";
import { suite } from "../../support/suite.js";

const test = suite("UnixSocket: giving up");

const CLOSED = { name: "Error", code: "ERR_CMSG_SOCKET_CLOSED" };
const ABORTED = { name: "AbortError", code: "ABORT_ERR" };

test("every call obeys a signal that was aborted before: nothing is done, the cause is the reason", async () => {
  const signal = AbortSignal.abort("because");
  await withSockets({}, async (left, right) => {
    const name = abstractName();
    await using server = await UnixServer.listen({ abstract: name });
    for (const call of [
      () => left.send("lost", { signal }),
      () => right.receive({ signal }),
      () => left.end({ signal }),
      () => server.accept({ signal }),
      () => UnixSocket.connect({ abstract: name, signal }),
    ]) {
      const error = await rejects(call(), ABORTED);
      assert.is(error.cause, "because");
    }
    await left.send("next");
    assert.is((await right.receive())?.data.toString(), "next");
  });
});

test("every call that waits obeys a signal: the cause is the reason", async () => {
  await withSockets({}, async (left, right) => {
    shrink(left, right);
    const filled = await fill(left);
    await using server = await UnixServer.listen({ abstract: abstractName() });
    const reason = new Error("enough");
    for (const call of [
      (signal: AbortSignal) => left.send("lost", { signal }),
      (signal: AbortSignal) => left.receive({ signal }),
      (signal: AbortSignal) => left.messages({ signal }).next(),
      (signal: AbortSignal) => server.accept({ signal }),
      (signal: AbortSignal) => left.end({ signal }),
    ]) {
      const controller = new AbortController();
      const pending = call(controller.signal);
      assert.not.ok(await isSettled(pending));
      controller.abort(reason);
      assert.is((await rejects(pending, ABORTED)).cause, reason);
      assert.not.ok(left.closed);
    }
    left.close();
    for (const one of filled) await rejects(one, CLOSED);
  });
});

test("every call that waits obeys timeoutMs", async () => {
  await withSockets({}, async (left, right) => {
    shrink(left, right);
    const filled = await fill(left);
    await using server = await UnixServer.listen({ abstract: abstractName() });
    const timeout = { name: "SyscallError", code: "ETIMEDOUT" };
    await rejects(left.send("lost", { timeoutMs: 5 }), { ...timeout, syscall: "sendmsg" });
    await rejects(left.receive({ timeoutMs: 5 }), { ...timeout, syscall: "recvmsg" });
    await rejects(server.accept({ timeoutMs: 0 }), { ...timeout, syscall: "accept" });
    await rejects(left.end({ timeoutMs: 5 }), timeout);
    left.close();
    for (const one of filled) await rejects(one, CLOSED);
  });
});

test("a receive that gave up takes nothing: the next gets the message", async () => {
  await withSockets({}, async (left, right) => {
    const controller = new AbortController();
    const given = right.receive({ signal: controller.signal });
    const waiting = right.receive();
    controller.abort();
    await left.send("one");
    await rejects(given, ABORTED);
    assert.is((await waiting)?.data.toString(), "one");
  });
});

test("a send that gave up before its first byte is never sent, and its descriptors are closed", async () => {
  await withSockets({}, async (left, right) => {
    shrink(left, right);
    const filled = await fill(left);
    const controller = new AbortController();
    const lost = left.send("lost", { fds: [0, 1], signal: controller.signal });
    const kept = left.send("kept", { fds: [0] });
    const { queuedBytes } = left;
    controller.abort();
    const error = await rejects(lost, ABORTED);
    assert.not.ok("sent" in error);
    assert.is(left.queuedBytes, queuedBytes - 4);
    let text = "";
    let fds = 0;
    while (!text.includes("kept")) {
      const message = await right.receive();
      text += message?.data.toString();
      fds += message?.fds.length ?? 0;
      message?.[Symbol.dispose]();
    }
    assert.equal(await kept, { bytes: 4, fds: 1 });
    await Promise.all(filled);
    assert.not.ok(text.includes("lost"));
    assert.is(fds, 1);
    assert.is(left.queuedBytes, 0);
  });
});

test("a stream message that had begun says how much was sent, and the rest of it follows, as it was", async () => {
  await withSockets({}, async (left, right) => {
    shrink(left, right);
    const data = Buffer.alloc(60_000, "abcdefg");
    const whole = Buffer.from(data);
    const error = await rejects(left.send(data, { fds: [0], timeoutMs: 5 }), { code: "ETIMEDOUT" });
    const sent = error.sent as { bytes: number; fds: number };
    assert.ok(sent.bytes > 0 && sent.bytes < data.length);
    assert.is(sent.fds, 1);
    data.fill("x");
    const next = left.send("next");
    const ended = next.then(() => left.end());
    const parts: Buffer[] = [];
    for await (const message of right.messages()) {
      parts.push(message.data);
      message[Symbol.dispose]();
    }
    await ended;
    assert.is(Buffer.concat(parts).toString(), `${whole}next`);
  });
});

test("queueBytes and queueFds bound what waits; what goes at once is not bounded", async () => {
  await withSockets({ queueBytes: 5000, queueFds: 3 }, async (left, right) => {
    shrink(left, right);
    const first = left.send(Buffer.alloc(100_000));
    const full = { code: "ERR_CMSG_QUEUE_FULL", message: /queueBytes or queueFds/ };
    await rejects(left.send("x"), full);
    const wide: Promise<unknown>[] = [];
    while (left.queuedBytes > 4000) {
      const message = await right.receive();
      message?.[Symbol.dispose]();
    }
    wide.push(left.send("two", { fds: [0, 1] }));
    await rejects(left.send("two", { fds: [0, 1] }), full);
    wide.push(left.send("one", { fds: [0] }));
    await rejects(left.send("one", { fds: [0] }), full);
    const ended = left.end();
    let fds = 0;
    for await (const message of right.messages()) {
      fds += message.fds.length;
      message[Symbol.dispose]();
    }
    await Promise.all([first, ...wide, ended]);
    assert.is(fds, 3);
  });
});

test("one signal for many calls prints no warning", async () => {
  const warnings = await jsonOf(`
    import { UnixSocket } from "cmsg";
    const seen = [];
    process.on("warning", ({ name }) => seen.push(name));
    const [left, right] = UnixSocket.pair();
    const controller = new AbortController();
    const calls = Array.from({ length: 50 }, () => right.receive({ signal: controller.signal }));
    controller.abort();
    await Promise.allSettled(calls);
    await new Promise((resolve) => setTimeout(resolve, 5));
    console.log(JSON.stringify(seen));
  `);
  assert.equal(warnings, []);
});

test.run();
