// cmsg/compat/usocket: what code that was written for npm usocket does with it, and what usocket loses there and this does not.

import { once } from "node:events";
import { closeSync } from "node:fs";
import { setImmediate as loopTurn, setTimeout as sleep } from "node:timers/promises";
import { Fd, sendFds, socketpair } from "cmsg";
import { UServer, USocket, type USocketRead } from "cmsg/compat/usocket";
import { assert } from "../support/assert.js";
import { isOpen } from "../support/descriptors.js";
import { abstractName } from "../support/directory.js";
import { allClosed, numbered, numberOf, tally } from "../support/streams.js";
import { fdCount, suite } from "../support/suite.js";

const test = suite("compat/usocket");

/** Two connected sockets. */
function pair(): [USocket, USocket] {
  return [...socketpair()].map((fd) => new USocket({ fd: fd.take() })) as [USocket, USocket];
}

/** A socket and the bare one at its other end. */
function withBare(): [USocket, Fd] {
  const ends = socketpair();
  return [new USocket({ fd: ends[0].take() }), ends[1]];
}

/** Reads when that much is there. */
async function readFull(socket: USocket, size: number | null, count: number | null) {
  let got: USocketRead | null;
  do {
    socket.read(0);
    await loopTurn();
    got = socket.read(size, count);
  } while (got === null || got.data === null);
  return { text: got.data.toString(), fds: got.fds.map((number) => numberOf(new Fd(number))) };
}

test("read gives bytes with so many descriptors, or null when not all is there", async () => {
  const [socket, bare] = withBare();
  socket.on("readable", () => {});
  using file = numbered(1);
  using other = numbered(2);
  sendFds(bare, [file, other, file], { data: "abcdef" });
  while (socket.readableLength < 6) await loopTurn();
  assert.is(socket.read(7, 1), null);
  assert.is(socket.read(1, 4), null);
  assert.equal(socket.read(1, 0), { data: Buffer.from("a"), fds: [] });
  assert.equal(await readFull(socket, 2, 1), { text: "bc", fds: [1] });
  assert.is(socket.read(1)?.toString(), "d");
  const rest = socket.read(null, null) as USocketRead;
  assert.is(String(rest.data), "ef");
  // Back, and read once more.
  const [left, ...fds] = rest.fds;
  const back = [left as number, ...fds];
  socket.unshift(Buffer.from("ef"), back);
  assert.equal(back, []);
  assert.equal(await readFull(socket, 2, null), { text: "ef", fds: [2, 1] });
  bare.close();
  await allClosed(socket);
});

test("read with null gives the descriptors of the bytes that were read, not the next message's", async () => {
  const [socket, bare] = withBare();
  socket.on("readable", () => {});
  // Bytes without descriptors that the kernel joins with a message with one, and two more messages.
  sendFds(bare, [], { data: "plain" });
  for (const i of [1, 2, 3]) {
    using file = numbered(i);
    sendFds(bare, [file], { data: `head${i}body${i}` });
  }
  while (socket.readableLength < 35) await loopTurn();
  assert.equal(await readFull(socket, 5, null), { text: "plain", fds: [] });
  for (const i of [1, 2, 3]) {
    assert.is(socket.read(5)?.toString(), `head${i}`);
    assert.equal(await readFull(socket, 5, null), { text: `body${i}`, fds: [i] });
  }
  bare.close();
  await allClosed(socket);
});

test("writes before the connection, of every shape, arrive in order", async () => {
  const name = `\0${abstractName("s")}`;
  const server = new UServer();
  server.listen(name);
  await once(server, "listening");
  const client = new USocket();
  const told: unknown[] = [];
  using file = numbered(8);
  const write = {
    data: Buffer.from("with"),
    fds: [file.number],
    callback: (w: object) => told.push(w),
  };
  client.write("aa");
  client.write("6262", "hex", () => told.push("hex"));
  client.write(new Uint8Array([99, 99]), () => told.push("bytes"));
  client.write(write);
  client.write({ data: "text" });
  client.connect({ path: name });
  const [connection] = await once(server, "connection");
  assert.equal(await readFull(connection, 14, 1), { text: "aabbccwithtext", fds: [8] });
  await loopTurn();
  assert.equal(told, ["hex", "bytes", write]);
  server.close();
  await allClosed(client, connection);
});

test("600 writes with a descriptor each reach a slow reader: none is dropped when the socket is full", async () => {
  const [writer, reader] = pair();
  using file = numbered(0);
  for (let i = 0; i < 600; i++) writer.write({ data: Buffer.alloc(2048), fds: [file.number] });
  writer.end();
  let [bytes, fds] = [0, 0];
  while (bytes < 600 * 2048) {
    reader.read(0);
    await sleep(0);
    const got = reader.read(null, null);
    bytes += got?.data?.length ?? 0;
    fds += got?.fds.length ?? 0;
    for (const fd of got?.fds ?? []) closeSync(fd);
  }
  assert.equal([bytes, fds], [600 * 2048, 600]);
  await allClosed(writer, reader);
});

test("more than 64 descriptors in one message", async () => {
  const [writer, reader] = pair();
  using file = numbered(6);
  writer.write({ data: Buffer.from("x"), fds: new Array(253).fill(file.number) });
  assert.equal(await readFull(reader, 1, null), { text: "x", fds: new Array(253).fill(6) });
  await allClosed(writer, reader);
});

test("a wrong write is an error event and a refused callback, and leaves nothing open", async () => {
  // So high that no test opens it.
  const number = 1000000;
  const writes: [unknown, RegExp][] = [
    [{}, /data or array/],
    [5, /data or array/],
    [{ data: 5 }, /buffer/],
    [{ data: Buffer.from("x"), fds: 3 }, /array/],
    [{ data: Buffer.from("x"), callback: 1 }, /function/],
    [[0], /at least one byte/],
    [{ data: Buffer.from("x"), fds: [0, number] }, /EBADF/],
    [{ data: Buffer.from("x"), fds: [0, "1"] }, /descriptor/],
  ];
  for (const [write, message] of writes) {
    const [socket, bare] = withBare();
    const counts = tally(socket, "error", "close");
    const told = new Promise((resolve) => {
      assert.not(socket.write(write as string, resolve as () => void));
    });
    const [error] = await once(socket, "error");
    assert.match(error.message, message);
    assert.is(await told, error);
    await loopTurn();
    assert.equal(counts, { error: 1, close: 1 });
    bare.close();
  }
});

test("what is unread when it is destroyed is closed, and what waits for a connection given up", async () => {
  const [socket, bare] = withBare();
  socket.on("readable", () => {});
  using file = numbered(1);
  const before = fdCount();
  sendFds(bare, [file, file], { data: "abc" });
  while (socket.readableLength < 3) await loopTurn();
  assert.is(fdCount(), before + 2);
  bare.close();
  await allClosed(socket);
  const waiting = new USocket();
  waiting.write({ data: Buffer.from("x"), fds: [file.number] });
  await allClosed(waiting);
  const name = abstractName("full");
  const full = new USocket(`\0${name}`);
  full.on("error", () => {});
  await allClosed(full);
});

test("an 'fds' listener is told, and the descriptors can be read as well", async () => {
  const [socket, bare] = withBare();
  const told: number[] = [];
  socket.on("fds", (fds: number[]) => told.push(...fds)).on("readable", () => {});
  using file = numbered(1);
  sendFds(bare, [file, file], { data: "abc" });
  while (socket.readableLength < 3) await loopTurn();
  const got = socket.read(3, 1);
  assert.equal(got?.fds, told.slice(0, 1));
  // The other one is the listener's to close.
  await allClosed(socket);
  assert.equal(told.map(isOpen), [true, true]);
  for (const fd of told) closeSync(fd);
  bare.close();
});

test("an end that sends descriptors that nobody reads is an error before they pile up", async () => {
  const [socket, bare] = withBare();
  socket.resume();
  using file = numbered(1);
  const before = fdCount();
  const failed = once(socket, "error");
  let most = 0;
  const flood = setInterval(() => {
    try {
      sendFds(bare, new Array(253).fill(file), { data: "x", timeoutMs: 0 });
    } catch {}
    most = Math.max(most, fdCount() - before);
  }, 1);
  const [error] = await failed;
  clearInterval(flood);
  assert.is(error.code, "ERR_CMSG_TOO_MANY_UNREAD_FDS");
  assert.ok(most > 500 && most <= 1024 + 253, `${most} were held`);
  bare.close();
});

test.run();
