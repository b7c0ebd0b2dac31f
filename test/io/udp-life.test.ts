// The life of a UDP socket: giving up, closing while calls wait, what keeps the process running, adoption, channels.

import { channel } from "node:diagnostics_channel";
import { inspect } from "node:util";
import { Fd, socket as makeSocket, recvmsg, sendmsg, socketpair, UdpSocket } from "cmsg";
import { assert, throws } from "../support/assert.js";
import { isSettled, rejects } from "../support/loop.js";
import { runModule } from "../support/message.js";
import { suite } from "../support/suite.js";
import { deadAddress, HAS_IPV6, portOf } from "../support/udp.js";

const test = suite("UdpSocket: life");

const CLOSED = { name: "Error", code: "ERR_CMSG_SOCKET_CLOSED" };
const ABORTED = { name: "AbortError", code: "ABORT_ERR" };

/** A socket that is connected to itself. */
async function self(): Promise<UdpSocket> {
  const options = { host: "127.0.0.1", reuseAddress: true };
  // Keeps the port from others until the second has it.
  await using first = UdpSocket.bind(options);
  const port = portOf(first);
  return UdpSocket.connect({ ...options, port, bind: { host: "127.0.0.1", port } });
}

test("signals and limits of time end every call that waits, and the socket lives on", async () => {
  await using socket = await self();
  const gone = AbortSignal.abort("because");
  for (const call of [
    () => socket.send("lost", { signal: gone }),
    () => socket.receive({ signal: gone }),
    () => socket.errors({ signal: gone }).next(),
    () => socket.end({ signal: gone }),
    () => UdpSocket.connect({ host: "localhost", port: 1, signal: gone }),
  ]) {
    assert.is((await rejects(call(), ABORTED)).cause, "because");
  }
  for (const call of [
    (signal: AbortSignal) => socket.receive({ signal }),
    (signal: AbortSignal) => socket.messages({ signal }).next(),
  ]) {
    const controller = new AbortController();
    const pending = call(controller.signal);
    assert.not.ok(await isSettled(pending));
    controller.abort();
    await rejects(pending, ABORTED);
  }
  await rejects(socket.receive({ timeoutMs: 5 }), { code: "ETIMEDOUT", syscall: "recvmsg" });
  await rejects(socket.receive({ timeoutMs: 0 }), { code: "ETIMEDOUT" });
  await socket.send("next");
  assert.is((await socket.receive({ timeoutMs: 0 })).data.toString(), "next");
});

test("what has arrived is not lost to a call that gave up", async () => {
  await using socket = await self();
  const controller = new AbortController();
  const pending = socket.receive({ signal: controller.signal });
  controller.abort();
  await socket.send("kept");
  await rejects(pending, ABORTED);
  assert.is((await socket.receive()).data.toString(), "kept");
});

test("calls that wait are served in order", async () => {
  await using socket = await self();
  const pending = Array.from({ length: 10 }, () => socket.receive());
  for (let i = 0; i < 10; i++) await socket.send(String(i));
  const texts = (await Promise.all(pending)).map(({ data }) => data.toString());
  assert.equal(
    texts,
    Array.from({ length: 10 }, (_, i) => String(i)),
  );
});

test("closing refuses what waits, ends loops, and is all there is to do", async () => {
  const socket = await self();
  const receiving = socket.receive();
  const loop = (async () => {
    for await (const _ of socket.messages()) assert.unreachable();
  })();
  const ended: unknown[] = [];
  socket.onMessage(
    () => assert.unreachable(),
    (error) => ended.push(error),
  );
  socket.close();
  socket.close();
  assert.ok(socket.closed);
  await rejects(receiving, CLOSED);
  await loop;
  assert.is((ended[0] as { code: string }).code, CLOSED.code);
  for (const call of [() => socket.send("x"), () => socket.receive()]) {
    await rejects(call(), CLOSED);
  }
  for (const call of [
    () => socket.fd,
    () => socket.localAddress,
    () => socket.remoteAddress,
    () => socket.joinGroup("224.0.0.251"),
    () => socket.take(),
  ]) {
    throws(call, CLOSED);
  }
  assert.ok((await socket.messages().next()).done);
  assert.equal([socket.queuedBytes, socket.ref(), socket.unref()], [0, socket, socket]);
  assert.is(inspect(socket), "UdpSocket (closed)");
});

test("a message in a callback may close the socket, and stopping stops", async () => {
  const socket = await self();
  const seen: string[] = [];
  const stop = socket.onMessage(
    ({ data }) => {
      seen.push(data.toString());
      if (seen.length === 2) stop();
    },
    () => seen.push("ended"),
  );
  for (let i = 0; i < 4; i++) await socket.send(String(i));
  while (seen.length < 2) await new Promise((resolve) => setImmediate(resolve));
  const last = [await socket.receive(), await socket.receive()];
  assert.equal(seen, ["0", "1"]);
  assert.equal(
    last.map(({ data }) => data.toString()),
    ["2", "3"],
  );
  const closing = new Promise<Error | undefined>((resolve) =>
    socket.onMessage(() => socket.close(), resolve),
  );
  await socket.send("end");
  assert.is(((await closing) as NodeJS.ErrnoException).code, CLOSED.code);
});

test("one that nothing comes to is closed after idleTimeoutMs", async () => {
  const socket = UdpSocket.bind({ host: "127.0.0.1", idleTimeoutMs: 20 });
  await rejects(socket.receive(), { code: "ETIMEDOUT", syscall: "recvmsg" });
  assert.ok(socket.closed);
});

test("end sends what waits and closes", async () => {
  const socket = await self();
  const sent = socket.send("last");
  await socket.end();
  assert.ok(socket.closed);
  assert.is((await sent).bytes, 4);
});

test("a taken descriptor lives on, close-on-exec and non-blocking", async () => {
  const socket = await self();
  const receiving = socket.receive();
  using fd = socket.take();
  await rejects(receiving, CLOSED);
  sendmsg(fd, { data: Buffer.from("x") });
  assert.is(recvmsg(fd).data.toString(), "x");
  const about = fd.describe();
  assert.ok(about.kind === "socket" && about.closeOnExec && about.nonBlocking);
});

test("sockets of other makers are taken over; what is no UDP socket stays with its owner", async () => {
  for (const family of HAS_IPV6 ? (["inet", "inet6"] as const) : (["inet"] as const)) {
    const fd = makeSocket({ family, type: "dgram" });
    const host = family === "inet" ? "127.0.0.1" : "::1";
    await using socket = UdpSocket.adopt(fd, { report: ["ttl", "localAddress"] });
    assert.ok(fd.closed);
    await using peer = UdpSocket.bind({ host });
    await socket.send("x", { to: peer.localAddress, ecn: 1 });
    const question = await peer.receive();
    assert.is(question.ecn, 1);
    await peer.send("y", { to: question.address, ttl: 4 });
    const answer = await socket.receive();
    assert.is(answer.ttl, 4);
    assert.equal(answer.address, peer.localAddress);
    assert.is(answer.localAddress?.port, question.address.port, "bound by its first send");
  }
  using pair = socketpair({ type: "dgram" });
  using stream = makeSocket({ family: "inet" });
  using file = Fd.open("/etc/hostname");
  const wrong = { code: "ERR_CMSG_WRONG_KIND", message: /UDP/ };
  for (const fd of [pair[0], stream, file]) {
    throws(() => UdpSocket.adopt(fd), wrong);
    assert.not.ok(fd.closed);
  }
  throws(() => UdpSocket.adopt(stream.number), wrong);
  throws(() => UdpSocket.adopt(0x7fffffff), { code: "EBADF" });
});

test("an adopted connected socket sends with the control messages of its peer's family", async () => {
  if (!HAS_IPV6) return console.log("SKIP: no ::1");
  await using peer = UdpSocket.bind({ host: "127.0.0.1", report: ["ecn", "ttl"] });
  const { port } = peer.localAddress;
  await using made = await UdpSocket.connect({ host: "127.0.0.1", port, family: "inet6" });
  assert.equal(made.remoteAddress.host, "::ffff:127.0.0.1");
  await using socket = UdpSocket.adopt(made.take());
  await socket.send("x", { ecn: 2, ttl: 9, from: "127.0.0.1" });
  const { ecn, ttl } = await peer.receive();
  assert.equal([ecn, ttl], [2, 9]);
});

test("names are looked up, and connecting tries the addresses of a name", async () => {
  await using server = UdpSocket.bind({ host: "127.0.0.1" });
  const port = portOf(server);
  await using client = await UdpSocket.connect({ host: "localhost", port, family: "inet" });
  await client.send("hello");
  assert.is((await server.receive()).data.toString(), "hello");
  await rejects(UdpSocket.connect({ host: "255.255.255.255", port }), {
    name: "SyscallError",
    code: "EACCES",
    syscall: "connect",
  });
  const type = { name: "TypeError", code: "ERR_CMSG_INVALID_ARG_TYPE" };
  for (const [options, expected] of [
    [{ host: "", port }, type],
    [{ port }, type],
    [{ host: "127.0.0.1" }, type],
    [{ host: "127.0.0.1", port: 0 }, { name: "RangeError" }],
    [{ host: "127.0.0.1", port, bind: { host: "localhost" } }, type],
    [{ host: "::1", port, bind: { host: "127.0.0.1" } }, { name: "RangeError" }],
    [{ host: "127.0.0.1", port, family: "unix" }, { name: "RangeError" }],
  ] as const) {
    await rejects(UdpSocket.connect(options as never), expected);
  }
});

test("an address that is taken is refused, unless both share it", async () => {
  await using first = UdpSocket.bind({ host: "127.0.0.1", reusePort: true });
  const port = portOf(first);
  throws(() => UdpSocket.bind({ host: "127.0.0.1", port }), {
    name: "SyscallError",
    code: "EADDRINUSE",
    syscall: "bind",
  });
  await using second = UdpSocket.bind({ host: "127.0.0.1", port, reusePort: true });
  assert.equal(second.localAddress, first.localAddress);
  throws(() => UdpSocket.bind({ host: "203.0.113.77" }), { code: "EADDRNOTAVAIL" });
});

test("ipv6Only keeps IPv4 out, and the port free for it", async () => {
  if (!HAS_IPV6) return console.log("SKIP: no ::1");
  await using six = UdpSocket.bind({ host: "::", ipv6Only: true });
  await using four = UdpSocket.bind({ host: "0.0.0.0", port: portOf(six) });
  await rejects(six.send("x", { to: { host: "127.0.0.1", port: portOf(four) } }), {
    name: "SyscallError",
    code: "ENETUNREACH",
  });
  throws(() => UdpSocket.bind({ host: "::", port: portOf(four) }), { code: "EADDRINUSE" });
});

test("channels tell of what was sent and received", async () => {
  await using socket = await self();
  const events: unknown[] = [];
  const note = (event: unknown): void => {
    events.push(event);
  };
  for (const name of ["cmsg:send", "cmsg:receive"]) channel(name).subscribe(note);
  try {
    await socket.send("told");
    const message = await socket.receive();
    assert.equal(events, [
      { socket, bytes: 4, fds: 0 },
      { socket, message },
    ]);
  } finally {
    for (const name of ["cmsg:send", "cmsg:receive"]) channel(name).unsubscribe(note);
  }
});

test("a call that waits keeps the process running until it is told not to", async () => {
  const program = (line: string): string => `
    import { UdpSocket } from "cmsg";
    const socket = UdpSocket.bind({ host: "127.0.0.1" });
    ${line}
    process.on("exit", () => console.log("exit"));`;
  for (const line of [
    "",
    "socket.unref().receive();",
    "socket.receive(); socket.unref();",
    "socket.errors().next(); socket.unref();",
    "socket.receive().catch(() => {}); socket.close();",
  ]) {
    assert.is((await runModule(program(line))).stdout, "exit\n", line);
  }
  const held = program(`
    const timer = setTimeout(() => socket.send("x", { to: socket.localAddress }), 50);
    timer.unref();
    console.log((await socket.receive()).data.toString());`);
  assert.is((await runModule(held)).stdout, "x\nexit\n");
});

test("it prints what it is", async () => {
  await using socket = await self();
  assert.match(inspect(socket), /^UdpSocket \d+ \(inet dgram, connected, cloexec\)$/);
  using dead = deadAddress();
  await using other = await UdpSocket.connect(dead);
  assert.is(other.remoteAddress.host, "127.0.0.1");
  await using unconnected = UdpSocket.bind();
  throws(() => unconnected.remoteAddress, { code: "ENOTCONN" });
});

test.run();
