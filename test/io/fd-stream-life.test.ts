// FdStream as a stream of Node: connecting, ending, failing once, back-pressure, pipelines, web streams.

import { once } from "node:events";
import { PassThrough, Readable, Duplex as StreamDuplex } from "node:stream";
import { pipeline } from "node:stream/promises";
import { setImmediate as loopTurn } from "node:timers/promises";
import { type Fd, FdStream, UnixSocket } from "cmsg";
import { assert, throws } from "../support/assert.js";
import { runNode } from "../support/peer.js";
import { allClosed, numbered, numberOf, streamPair, tally } from "../support/streams.js";
import { suite } from "../support/suite.js";

const test = suite("FdStream: life");

/** What a stream brings until its end. Iterating would destroy it there. */
async function textOf(stream: FdStream): Promise<string> {
  const chunks: Buffer[] = [];
  await once(
    stream.on("data", (chunk) => chunks.push(chunk)),
    "end",
  );
  return Buffer.concat(chunks).toString();
}

/** A promise of a socket that is kept by hand. */
function promised<T = UnixSocket>() {
  let [resolve, reject] = [(_: T): void => {}, (_: Error): void => {}];
  const promise = new Promise<T>((...settle) => {
    [resolve, reject] = settle;
  });
  return { promise, resolve, reject };
}

test("what is written before the connection is made is sent, descriptors too", async () => {
  const [a, b] = UnixSocket.pair();
  const later = promised();
  const stream = new FdStream(later.promise).unref();
  throws(() => stream.socket, { code: "ERR_CMSG_NOT_CONNECTED" });
  using file = numbered(1);
  stream.writeWithFds("x", [file]);
  stream.end("y");
  later.resolve(a);
  const message = await b.receive();
  assert.equal([message?.data.toString(), message?.fds.map(numberOf)], ["x", [1]]);
  const rest = await b.receive();
  assert.is(rest?.data.toString(), "y");
  assert.is(await b.receive(), null);
  assert.is(stream.socket, a);
  b.close();
  await allClosed(stream);
});

test("destroyed while it is being connected: it closes at once, and the late socket with it", async () => {
  const [a, b] = UnixSocket.pair();
  const later = promised();
  const stream = new FdStream(later.promise);
  const counts = tally(stream, "error", "close");
  await loopTurn();
  using file = numbered(1);
  stream.writeWithFds("x", [file]);
  stream.destroy();
  await loopTurn();
  assert.equal(counts, { error: 0, close: 1 });
  later.resolve(a);
  await loopTurn();
  assert.ok(a.closed);
  b.close();
  // Destroyed before it began to connect.
  const [c, d] = UnixSocket.pair();
  await allClosed(new FdStream(Promise.resolve(c)));
  assert.ok(c.closed);
  d.close();
});

test("the end of the other side ends this one, unless it may stay half open", async () => {
  for (const allowHalfOpen of [false, true]) {
    const [a, b] = streamPair({ allowHalfOpen });
    const counts = tally(b, "end", "finish", "close", "error");
    a.end("last");
    assert.is(await textOf(b), "last");
    await loopTurn();
    if (allowHalfOpen) {
      assert.equal(counts, { end: 1, finish: 0, close: 0, error: 0 });
      b.end("answer");
      assert.is(await textOf(a), "answer");
    }
    await Promise.all([a, b].map((stream) => stream.closed || once(stream, "close")));
    assert.equal(counts, { end: 1, finish: 1, close: 1, error: 0 });
    assert.equal([a.socket.closed, b.socket.closed], [true, true]);
  }
});

test("a stream that is only written to notices the end of the other side", async () => {
  const [a, b] = streamPair();
  a.end("x");
  b.end();
  b.resume();
  await Promise.all([once(a, "close"), once(b, "close")]);
});

test("a write to an end that has gone fails once, behind what that end had said", async () => {
  const [a, b] = UnixSocket.pair();
  const stream = new FdStream(a);
  const counts = tally(stream, "error", "close");
  const heard: string[] = [];
  stream.on("fds", (fds: Fd[]) => heard.push(...fds.map((fd) => `fd ${numberOf(fd)}`)));
  stream.on("data", (data) => heard.push(String(data)));
  await loopTurn();
  using file = numbered(2);
  await b.send("bad ", { fds: [file] });
  await b.send("request");
  b.close();
  let told: unknown;
  stream.on("error", (error) => heard.push((error as unknown as { code: string }).code));
  stream.write("more", (error) => {
    told = error;
  });
  stream.write("and more");
  await new Promise((resolve) => stream.on("close", resolve));
  assert.equal(heard, ["fd 2", "bad ", "request", "EPIPE"]);
  assert.is((told as { code: string }).code, "EPIPE");
  assert.equal(counts, { error: 1, close: 1 });
});

test("a socket that is closed below it is one error", async () => {
  const [a, b] = streamPair();
  const counts = tally(a, "error", "close");
  a.resume();
  await loopTurn();
  a.socket.close();
  const [error] = await once(a, "error");
  assert.is(error.code, "ERR_CMSG_SOCKET_CLOSED");
  await loopTurn();
  assert.equal(counts, { error: 1, close: 1 });
  await allClosed(b);
});

test("a slow reader slows the writer down, and neither holds more than its mark", async () => {
  const [writer, reader] = streamPair(
    { writableHighWaterMark: 5000 },
    { readableHighWaterMark: 3000 },
  );
  await loopTurn();
  reader.read(0);
  assert.ok(writer.write(Buffer.alloc(4999)));
  assert.not(writer.write(Buffer.alloc(1)));
  await once(writer, "drain");
  let sent = 5000;
  while (sent < 1 << 22 && (await written(writer))) sent += 4096;
  assert.ok(sent < 1 << 22, "it blocks");
  // One receive more than the mark, at most.
  assert.ok(reader.readableLength < 3000 + 65536);
  reader.resume();
  while (writer.writableLength > 0) await loopTurn();
  await allClosed(writer, reader);
});

/** Writes 4 KiB; whether the kernel took them within a few turns. */
async function written(stream: FdStream): Promise<boolean> {
  stream.write(Buffer.alloc(4096));
  for (let i = 0; i < 5 && stream.writableLength > 0; i++) await loopTurn();
  return stream.writableLength === 0;
}

test("readers of every kind get every byte: iteration, pipelines, web streams", async () => {
  const bytes = Buffer.alloc(3_000_000, "0123456789abcdefg");
  const parts = Array.from({ length: 300 }, (_, i) => bytes.subarray(i * 10_000, (i + 1) * 10_000));
  const readers: ((stream: FdStream) => Promise<Buffer[]>)[] = [
    async (stream) => {
      const chunks: Buffer[] = [];
      for await (const chunk of stream) chunks.push(chunk);
      return chunks;
    },
    async (stream) => {
      const through = new PassThrough();
      const [chunks] = await Promise.all([through.toArray(), pipeline(stream, through)]);
      return chunks;
    },
    async (stream) => {
      const { readable, writable } = StreamDuplex.toWeb(stream);
      const chunks: Buffer[] = [];
      for await (const chunk of readable) chunks.push(Buffer.from(chunk as Uint8Array));
      await writable.close().catch(() => {});
      return chunks;
    },
    (stream) =>
      new Promise((resolve) => {
        const chunks: Buffer[] = [];
        stream.on("readable", () => {
          for (let chunk = stream.read(777); chunk !== null; chunk = stream.read(777)) {
            chunks.push(chunk);
          }
        });
        stream.on("end", () => resolve(chunks));
      }),
  ];
  for (const read of readers) {
    const [writer, reader] = streamPair();
    const sending = pipeline(Readable.from(parts), writer);
    assert.ok(Buffer.concat(await read(reader)).equals(bytes));
    await sending;
    await allClosed(writer, reader);
  }
});

test("a pipeline that is aborted destroys the stream and leaves nothing open", async () => {
  const [a, b] = streamPair();
  const control = new AbortController();
  const through = pipeline(b, new PassThrough().resume(), { signal: control.signal });
  a.write("x");
  await loopTurn();
  control.abort();
  const error = await through.catch((error) => error);
  assert.is(error.name, "AbortError");
  assert.ok(b.destroyed);
  await allClosed(a, b);
});

test("a listener's exception is the process's, and the stream reads on", async () => {
  const { stdout, stderr, status } = await runNode(
    `
import { Fd, FdStream, UnixSocket } from "cmsg";
const [a, b] = UnixSocket.pair();
const stream = new FdStream(b);
process.on("uncaughtException", (error) => console.log(error.message));
stream.on("error", (error) => console.log("error", error));
stream.once("fds", (fds) => { Fd.closeAll(fds); throw new Error("from fds"); });
stream.on("data", (data) => console.log(String(data)));
stream.once("data", (data) => { throw new Error("from data"); });
using = 0;
`.replace(
      "using = 0;",
      `
const file = Fd.open("/etc/hostname");
await a.send("one", { fds: [file] });
await new Promise(setImmediate);
await a.send("two");
a.close();
stream.on("close", () => { file.close(); console.log("close"); });
`,
    ),
  );
  assert.is(stderr, "");
  assert.equal(stdout.trim().split("\n").sort(), ["close", "from data", "from fds", "one", "two"]);
  assert.is(status, 0);
});

test.run();
