// FdStream: descriptors that travel with the bytes of a Duplex stream, both ways: in order, ahead of their bytes, none lost or
// left open, and no more of them than the reader allows.

import { once } from "node:events";
import { setImmediate as loopTurn } from "node:timers/promises";
import { Fd, FdStream, recvFds, sendFds, setsockopt, socketpair, UnixSocket } from "cmsg";
import { assert, throws } from "../support/assert.js";
import { optionProblem } from "../support/message.js";
import { CLOSED, RANGE, TYPE } from "../support/passing.js";
import { allClosed, numbered, numberOf, streamPair, tally, until } from "../support/streams.js";
import { fdCount, suite } from "../support/suite.js";

const test = suite("FdStream: descriptors");

/** A stream and the bare socket at its other end. */
function withBare(options?: ConstructorParameters<typeof FdStream>[1]): [FdStream, Fd] {
  const pair = socketpair();
  return [new FdStream(UnixSocket.adopt(pair[0]), options), pair[1]];
}

test("600 writes of 2 KiB with a descriptor each reach a slow reader in order, 'fds' ahead of its bytes", async () => {
  const [writer, reader] = streamPair();
  setsockopt(writer.socket.fd, "SOL_SOCKET", "SO_SNDBUF", 4608);
  const [numbers, places]: number[][] = [[], []];
  let bytes = 0;
  reader.on("fds", (fds: Fd[]) => {
    for (const fd of fds) {
      numbers?.push(numberOf(fd));
      places?.push(bytes);
    }
  });
  for (let i = 0; i < 600; i++) {
    const file = numbered(i);
    writer.writeWithFds(Buffer.alloc(2048, i), [file]);
    // It was duplicated.
    file.close();
  }
  writer.end();
  const ended = once(reader, "end");
  reader.on("data", (data: Buffer) => {
    for (const [i, byte] of data.entries()) {
      if (byte !== (Math.floor((bytes + i) / 2048) & 0xff)) throw new Error(`byte ${bytes + i}`);
    }
    bytes += data.length;
    reader.pause();
    setImmediate(() => reader.resume());
  });
  await ended;
  assert.is(bytes, 600 * 2048);
  assert.equal(
    numbers,
    Array.from({ length: 600 }, (_, i) => i),
  );
  for (const [i, place] of (places ?? []).entries()) assert.ok(place <= i * 2048, `fds of ${i}`);
  await allClosed(writer, reader);
});

test("corked chunks go together, one with descriptors begins and ends a message", async () => {
  const [stream, bare] = withBare();
  using file = numbered(7);
  stream.cork();
  stream.write("a");
  stream.write("b");
  stream.writeWithFds("c", [file, file]);
  stream.writeWithFds("d", []);
  stream.write("e");
  await loopTurn();
  throws(() => recvFds(bare, { timeoutMs: 0 }), { code: "EAGAIN" });
  stream.uncork();
  await loopTurn();
  const [first, second] = [recvFds(bare), recvFds(bare)];
  // The kernel joins bytes with a message with descriptors that follows, never with one before.
  assert.equal([first.data.toString(), first.fds.length], ["abc", 2]);
  assert.equal(first.fds.map(numberOf), [7, 7]);
  assert.equal([second.data.toString(), second.fds.length], ["de", 0]);
  bare.close();
  await allClosed(stream);
});

test("one buffer written several times carries each time its own descriptors", async () => {
  const [writer, reader] = streamPair();
  const got: number[] = [];
  reader.on("fds", (fds: Fd[]) => got.push(...fds.map(numberOf))).resume();
  const bytes = Buffer.from("x");
  writer.cork();
  for (const i of [1, 2, 3]) {
    using file = numbered(i);
    writer.writeWithFds(bytes, [file]);
    writer.write(bytes);
  }
  writer.uncork();
  writer.end();
  await once(reader, "end");
  assert.equal(got, [1, 2, 3]);
  await allClosed(writer, reader);
});

test("every kind of bytes and descriptor; descriptors as numbers for those who ask", async () => {
  const [writer, reader] = streamPair({}, { numbers: true });
  const got: unknown[] = [];
  reader.on("fds", (fds: number[]) => got.push(...fds));
  using file = numbered(3);
  const words = new Uint16Array([0x6161, 0x6262]);
  writer.writeWithFds("é", new Set([file]));
  writer.writeWithFds(words.subarray(1), [file.number]);
  writer.writeWithFds(words.buffer, [file]);
  writer.end();
  const chunks: Buffer[] = await reader.toArray();
  assert.is(Buffer.concat(chunks).toString(), "ébbaabb");
  assert.is(got.length, 3);
  assert.equal(
    got.map((number) => numberOf(new Fd(number as number))),
    [3, 3, 3],
  );
  await allClosed(writer, reader);
});

test("descriptors that nobody listens for are closed", async () => {
  const [writer, reader] = streamPair();
  using pipe = numbered(0);
  const before = fdCount();
  writer.writeWithFds("x", [pipe, pipe, pipe]);
  reader.resume();
  writer.end();
  await once(reader, "end");
  assert.ok(fdCount() <= before);
  await allClosed(writer, reader);
});

test("descriptors of chunks that were never written are closed, and their callbacks told", async () => {
  const [writer, reader] = streamPair();
  // More than the kernel takes: what follows waits.
  writer.write(Buffer.alloc(1 << 22), () => {});
  await loopTurn();
  const before = fdCount();
  using file = numbered(1);
  const told: (string | undefined)[] = [];
  for (let i = 0; i < 5; i++) {
    writer.writeWithFds("x", [file, file], (error) =>
      told.push((error as { code?: string } | null)?.code),
    );
  }
  assert.is(fdCount(), before + 11);
  const closed = once(writer, "close");
  writer.destroy();
  await closed;
  const codes = ["ERR_STREAM_DESTROYED", "ERR_CMSG_SOCKET_CLOSED"];
  assert.equal(
    told.map((code) => codes.includes(String(code))),
    new Array(5).fill(true),
  );
  assert.is(fdCount(), before);
  // Later ones are not even duplicated.
  writer.on("error", () => {});
  writer.writeWithFds("x", [file]);
  assert.is(fdCount(), before);
  await allClosed(reader);
});

test("what cannot be sent is refused before anything happens, and the stream goes on", async () => {
  const [writer, reader] = streamPair();
  using file = numbered(5);
  const [before, got]: [number, number[]] = [fdCount(), []];
  reader.on("fds", (fds: Fd[]) => got.push(...fds.map(numberOf))).resume();
  const write = (bytes: unknown, fds: unknown) => () =>
    writer.writeWithFds(bytes as Buffer, fds as Fd[]);
  throws(write("", [file]), { name: "Error", code: "ERR_CMSG_FDS_WITHOUT_DATA" });
  throws(write("x", new Array(254).fill(file)), {
    name: "RangeError",
    code: "ERR_CMSG_TOO_MANY_FDS",
  });
  for (const bytes of [undefined, null, 5, {}, ["x"]]) throws(write(bytes, [file]), TYPE);
  for (const fds of [undefined, null, 5, "5", [1.5], ["1"]]) throws(write("x", fds), TYPE);
  throws(write("x", [file, -1]), RANGE);
  const closed = numbered(6);
  closed.close();
  throws(write("x", [file, closed]), CLOSED);
  assert.is(fdCount(), before);
  assert.is(writer.writableLength, 0);
  writer.writeWithFds(Buffer.alloc(2), new Array(254).fill(file));
  writer.end();
  await once(reader, "end");
  assert.equal(got, new Array(254).fill(5));
  await allClosed(writer, reader);
});

const noPidfd = optionProblem("SO_PASSPIDFD");
const title = "a descriptor of the sender's process is none that was sent, and is closed";
if (noPidfd !== undefined) test.skip(title, noPidfd);
else {
  test(title, async () => {
    const [a, b] = UnixSocket.pair({ passPidfd: true, passCredentials: true });
    const reader = new FdStream(b);
    const got: number[] = [];
    reader.on("fds", (fds: Fd[]) => got.push(...fds.map(numberOf))).resume();
    using file = numbered(4);
    await a.send("plain");
    await a.send("x", { fds: [file] });
    a.close();
    await once(reader, "end");
    assert.equal(got, [4]);
    await allClosed(reader);
  });
}

test("reading waits while as many descriptors as allowed are ahead of the reader, and loses none", async () => {
  const unreadFdLimit = 40;
  const [reader, bare] = withBare({ unreadFdLimit });
  const held: Fd[] = [];
  reader.on("fds", (fds: Fd[]) => held.push(...fds));
  reader.on("readable", () => {});
  using file = numbered(9);
  for (let i = 0; i < 100; i++) sendFds(bare, [file], { data: "x" });
  bare.close();
  await until(() => held.length >= unreadFdLimit);
  assert.is(held.length, unreadFdLimit);
  const bytes: Buffer[] = [];
  for await (const chunk of reader) {
    bytes.push(chunk);
    assert.ok(held.length <= unreadFdLimit);
    Fd.closeAll(held.splice(0));
  }
  assert.is(Buffer.concat(bytes).length, 100);
  await allClosed(reader);
});

test("an end that sends descriptors without the bytes that the reader needs is an error", async () => {
  const [reader, bare] = withBare({ unreadFdLimit: 300 });
  const held: Fd[] = [];
  const counts = tally(reader, "error", "close");
  reader.on("fds", (fds: Fd[]) => held.push(...fds));
  reader.on("readable", () => reader.read(100000));
  const failed = once(reader, "error");
  using file = numbered(9);
  const flood = setInterval(() => {
    try {
      sendFds(bare, new Array(200).fill(file), { data: "x", timeoutMs: 0 });
    } catch {}
  }, 1);
  const [error] = await failed;
  clearInterval(flood);
  assert.is(error.code, "ERR_CMSG_TOO_MANY_UNREAD_FDS");
  assert.ok(held.length <= 300 + 253);
  await loopTurn();
  assert.equal(counts, { error: 1, close: 1 });
  Fd.closeAll(held);
  bare.close();
});

test("text that is decoded, with descriptors at any byte of it", async () => {
  const [writer, reader] = streamPair();
  const got: number[] = [];
  reader.setEncoding("utf8");
  reader.on("fds", (fds: Fd[]) => got.push(...fds.map(numberOf)));
  const text = "añ€𝒳".repeat(50);
  const bytes = Buffer.from(text);
  for (let i = 0; i < bytes.length; i += 3) {
    using file = numbered(i);
    writer.writeWithFds(bytes.subarray(i, i + 3), [file]);
  }
  writer.end();
  let read = "";
  for await (const part of reader) read += part;
  assert.is(read, text);
  assert.is(got.length, Math.ceil(bytes.length / 3));
  await allClosed(writer, reader);
});

test.run();
