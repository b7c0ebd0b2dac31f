// timeoutMs of every call that can wait: nothing is lost, nothing is sent twice, no mode or option of the socket changes.

import {
  accept,
  bind,
  connect,
  type Fd,
  getsockname,
  getsockopt,
  listen,
  recvFds,
  recvmsg,
  sendFds,
  sendmsg,
  setNonBlocking,
  setsockopt,
  socket,
  socketpair,
  tryRecvmsg,
} from "cmsg";
import { assert, throws } from "../support/assert.js";
import { abstractName } from "../support/directory.js";
import { startNode } from "../support/peer.js";
import { suite } from "../support/suite.js";

const test = suite("time limits");

const SOON = { timeoutMs: 20 } as const;
const NOW = { timeoutMs: 0 } as const;

function fill(fd: Fd): void {
  const data = Buffer.alloc(512);
  for (;;) {
    try {
      sendmsg(fd, { data, ...NOW });
    } catch (error) {
      assert.is((error as { code?: string }).code, "EAGAIN");
      return;
    }
  }
}

/** A server whose queue is full. */
function full(): { server: Fd; abstract: string; waiting: Fd } {
  const abstract = abstractName();
  const server = socket();
  bind(server, { abstract });
  listen(server, { backlog: 0 });
  const waiting = socket();
  connect(waiting, { abstract });
  return { server, abstract, waiting };
}

for (const nonBlocking of [false, true]) {
  test(`every call that waits ends in ETIMEDOUT, with nonBlocking ${nonBlocking}`, () => {
    for (const type of ["stream", "dgram", "seqpacket"] as const) {
      using pair = socketpair({ type, nonBlocking });
      throws(() => recvmsg(pair[1], SOON), { code: "ETIMEDOUT", syscall: "recvmsg" });
      throws(() => recvFds(pair[1], SOON), { code: "ETIMEDOUT", syscall: "recvmsg" });
      fill(pair[0]);
      const data = Buffer.alloc(512);
      throws(() => sendmsg(pair[0], { data, ...SOON }), { code: "ETIMEDOUT", syscall: "sendmsg" });
      throws(() => sendFds(pair[0], [0], { data, ...SOON }), { code: "ETIMEDOUT" });
    }
    const { server, abstract, waiting } = full();
    using _both = { [Symbol.dispose]: () => [server, waiting].map((fd) => fd.close()) };
    using client = socket({ nonBlocking });
    throws(() => connect(client, { abstract }, SOON), { code: "ETIMEDOUT", syscall: "connect" });
    accept(server).close();
    setNonBlocking(server, nonBlocking);
    throws(() => accept(server, SOON), { code: "ETIMEDOUT", syscall: "accept" });
  });

  test(`without time it is EAGAIN, and never a timeout, with nonBlocking ${nonBlocking}`, () => {
    using pair = socketpair({ nonBlocking });
    for (const call of [recvmsg, recvFds]) throws(() => call(pair[1], NOW), { code: "EAGAIN" });
    fill(pair[0]);
    throws(() => sendmsg(pair[0], { data: Buffer.alloc(9), ...NOW }), { code: "EAGAIN" });
    const { server, abstract, waiting } = full();
    using _both = { [Symbol.dispose]: () => [server, waiting].map((fd) => fd.close()) };
    using client = socket({ nonBlocking });
    throws(() => connect(client, { abstract }, NOW), { code: "EAGAIN" });
    accept(server).close();
    throws(() => accept(server, NOW), { code: "EAGAIN" });
  });

  test(`connect leaves mode and SO_SNDTIMEO as they were, with nonBlocking ${nonBlocking}`, () => {
    const { server, abstract, waiting } = full();
    using _both = { [Symbol.dispose]: () => [server, waiting].map((fd) => fd.close()) };
    using client = socket({ nonBlocking });
    const time = { seconds: 7, microseconds: 0 };
    setsockopt(client, "SOL_SOCKET", "SO_SNDTIMEO", time);
    const asBefore = (): void => {
      assert.equal(getsockopt(client, "SOL_SOCKET", "SO_SNDTIMEO", "timeval"), time);
      const description = client.describe();
      assert.is(description.kind === "socket" && description.nonBlocking, nonBlocking);
    };
    throws(() => connect(client, { abstract }, SOON), { code: "ETIMEDOUT" });
    asBefore();
    throws(() => connect(client, { abstract }, NOW), { code: "EAGAIN" });
    asBefore();
    throws(() => connect(client, { abstract: abstractName() }, SOON), { code: "ECONNREFUSED" });
    asBefore();
    accept(server).close();
    connect(client, { abstract }, SOON);
    asBefore();
  });
}

test("a receive that timed out loses nothing: data and descriptors come later", () => {
  using pair = socketpair();
  const into = Buffer.from("untouched");
  throws(() => recvmsg(pair[1], { into, ...SOON }), { code: "ETIMEDOUT" });
  assert.is(into.toString(), "untouched");
  sendFds(pair[0], [pair[0]], { data: "late" });
  using got = recvFds(pair[1], SOON);
  assert.equal([got.data.toString(), got.fds.length], ["late", 1]);
  assert.is(tryRecvmsg(pair[1]), null);
});

test("a send that timed out has sent nothing", () => {
  using pair = socketpair({ type: "seqpacket" });
  fill(pair[0]);
  throws(() => sendFds(pair[0], [0], { data: "never", ...SOON }), { code: "ETIMEDOUT" });
  for (let got = tryRecvmsg(pair[1]); got !== null; got = tryRecvmsg(pair[1])) {
    assert.is(got.bytes, 512);
    assert.is(got.fds.length, 0);
  }
});

test("what is there already is taken without a wait, however short the time", () => {
  using pair = socketpair();
  for (const timeoutMs of [0, 0.001, 0.5, 1, 2 ** 31 - 1, 2 ** 31 - 1.5]) {
    sendmsg(pair[0], { data: Buffer.from("x"), timeoutMs });
    assert.is(recvmsg(pair[1], { timeoutMs }).bytes, 1);
  }
});

test("a time that is none is refused before the call", () => {
  using pair = socketpair();
  using client = socket();
  const address = getsockname(client);
  sendmsg(pair[0], { data: Buffer.from("first") });
  const calls = [
    (timeoutMs: number) => recvmsg(pair[1], { timeoutMs }),
    (timeoutMs: number) => recvFds(pair[1], { timeoutMs }),
    (timeoutMs: number) => sendmsg(pair[0], { data: Buffer.from("x"), timeoutMs }),
    (timeoutMs: number) => sendFds(pair[0], [0], { data: "x", timeoutMs }),
    (timeoutMs: number) => connect(client, address, { timeoutMs }),
    (timeoutMs: number) => accept(client, { timeoutMs }),
  ];
  for (const call of calls) {
    for (const [timeoutMs, name] of [
      [-1, "RangeError"],
      [-0.5, "RangeError"],
      [2 ** 31, "RangeError"],
      [Number.POSITIVE_INFINITY, "RangeError"],
      [Number.NaN, "RangeError"],
      ["1", "TypeError"],
      [null, "TypeError"],
      [true, "TypeError"],
      [1n, "TypeError"],
      [{}, "TypeError"],
    ] as const) {
      throws(() => call(timeoutMs as number), { name, message: /^timeoutMs must be/ });
    }
  }
  assert.is(recvmsg(pair[1]).data.toString(), "first");
  assert.is(tryRecvmsg(pair[1]), null);
});

const LATE_ACCEPTOR = `
  import { writeSync } from "node:fs";
  import { accept } from "cmsg";
  process.stdout.write("ready");
  process.stdin.once("data", () => {
    writeSync(1, "told");
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 50);
    accept(3).close();
    accept(3).close();
    process.exit();
  });`;

for (const nonBlocking of [false, true]) {
  test(`connect waits for room in a full queue, with nonBlocking ${nonBlocking}`, async () => {
    const { server, abstract, waiting } = full();
    using _both = { [Symbol.dispose]: () => [server, waiting].map((fd) => fd.close()) };
    const acceptor = startNode(LATE_ACCEPTOR, { inherit: [server.number] });
    await acceptor.printed("ready");
    acceptor.tell("go");
    // A runtime may write it only in a later turn, and this thread waits in the kernel from here on.
    await acceptor.printed("told");
    using client = socket({ nonBlocking });
    connect(client, { abstract }, { timeoutMs: 60_000 });
    assert.is(recvmsg(client, { timeoutMs: 60_000 }).bytes, 0);
    assert.is((await acceptor.ended).status, 0);
  });
}

const SLOW_READER = `
  import { writeSync } from "node:fs";
  import { recvmsg } from "cmsg";
  process.stdout.write("ready");
  process.stdin.once("data", () => {
    writeSync(1, "told");
    let bytes = 0;
    for (let got = 1; got > 0; bytes += got) got = recvmsg(3, { timeoutMs: 60_000 }).bytes;
    process.stdout.write(String(bytes));
    process.exit();
  });`;

test("a send with a limit waits for room, and reports what it sent", async () => {
  using pair = socketpair();
  const reader = startNode(SLOW_READER, { inherit: [pair[1].number] });
  await reader.printed("ready");
  reader.tell("go");
  await reader.printed("told");
  const data = Buffer.alloc(100_000, 1);
  let sent = 0;
  while (sent < 5_000_000) sent += sendmsg(pair[0], { data, timeoutMs: 60_000 });
  pair[0].close();
  pair[1].close();
  assert.is(Number((await reader.ended).stdout.replace("readytold", "")), sent);
});

/** A TCP listener that answers no more connections: its queue is full, and further attempts stay in the air. */
function crowded(): { server: Fd; clients: Fd[] } {
  const server = socket({ family: "inet" });
  bind(server, { host: "127.0.0.1", port: 0 });
  listen(server, { backlog: 0 });
  const clients: Fd[] = [];
  for (let i = 0; i < 4; i++) {
    const client = socket({ family: "inet", nonBlocking: true });
    clients.push(client);
    try {
      connect(client, getsockname(server));
    } catch (error) {
      assert.is((error as { code?: string }).code, "EINPROGRESS");
    }
  }
  return { server, clients };
}

test("TCP: a connection that nobody answers ends in ETIMEDOUT, and EINPROGRESS without time", () => {
  const { server, clients } = crowded();
  using _all = { [Symbol.dispose]: () => [server, ...clients].map((fd) => fd.close()) };
  for (const nonBlocking of [false, true]) {
    using client = socket({ family: "inet", nonBlocking });
    const to = getsockname(server);
    throws(() => connect(client, to, NOW), { code: "EINPROGRESS" });
    throws(() => connect(client, to, SOON), { code: "ETIMEDOUT", syscall: "connect" });
    // Asking again goes on waiting for the same attempt.
    throws(() => connect(client, to, SOON), { code: "ETIMEDOUT" });
  }
});

test("TCP: a non-blocking socket waits within its limit for the connection", () => {
  using server = socket({ family: "inet" });
  bind(server, { host: "127.0.0.1", port: 0 });
  listen(server);
  for (const nonBlocking of [false, true]) {
    using client = socket({ family: "inet", nonBlocking });
    connect(client, getsockname(server), { timeoutMs: 60_000 });
    using connection = accept(server);
    sendmsg(connection, { data: Buffer.from("x") });
    assert.is(recvmsg(client, { timeoutMs: 60_000 }).bytes, 1);
  }
});

test.run();
