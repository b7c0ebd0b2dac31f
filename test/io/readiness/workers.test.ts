// Sockets in worker threads: each thread waits for its own, and a thread that is terminated takes nothing with it.

import { assert } from "../../support/assert.js";
import { linesOf } from "../../support/program.js";
import { suite } from "../../support/suite.js";

const test = suite("sockets in worker threads");

/** A program of two halves. The worker's says "up" when it is ready. */
const halves = (inMain: string, inWorker: string): string => `
import { readdirSync } from "node:fs";
import { isMainThread, parentPort, Worker } from "node:worker_threads";
import { once } from "node:events";
const start = async () => {
  const worker = new Worker(new URL(import.meta.url));
  await once(worker, "message");
  return worker;
};
const up = () => parentPort.postMessage("up");
if (isMainThread) {
${inMain}
} else {
${inWorker}
}
`;

/** Starts three times two workers, terminates them, and prints what a socket of the main thread gets meanwhile. */
const TERMINATE = `
const [left, right] = UnixSocket.pair();
const waiting = right.receive();
for (let i = 0; i < 3; i++) {
  const workers = await Promise.all([start(), start()]);
  await sleep(20);
  await Promise.all(workers.map((worker) => worker.terminate()));
}
await left.send("main goes on");
say((await waiting).data.toString());
`;

for (const [name, inWorker] of [
  ["waits", "const [left, right] = UnixSocket.pair(); right.receive(); await sleep(10); up();"],
  [
    "has an event that it never gets to",
    'const [left, right] = UnixSocket.pair(); right.onMessage(() => {}, () => {}); await sleep(10); await left.send("x"); up(); for (;;);',
  ],
  [
    "is in the middle of messages",
    'const [left, right] = UnixSocket.pair({ type: "seqpacket" }); right.onMessage(() => left.send("x"), () => {}); await left.send("x"); await sleep(10); up();',
  ],
  [
    "waits for room",
    "const [left, right] = UnixSocket.pair(); left.send(new Uint8Array(4e6)).catch(() => {}); await sleep(10); up();",
  ],
] as const) {
  test(`a worker that ${name} may be terminated: the process goes on`, async () => {
    assert.equal(await linesOf(halves(TERMINATE, inWorker)), ["main goes on"]);
  });
}

test("several workers serve their sockets at once, and end by themselves with nothing left open", async () => {
  const lines = await linesOf(
    halves(
      `
const count = () => readdirSync("/proc/self/fd").length;
const round = async () => {
  const workers = Array.from({ length: 6 }, () => new Worker(new URL(import.meta.url)));
  const ends = workers.map((worker) => new Promise((ended) => worker.once("exit", ended)));
  const answers = await Promise.all(workers.map((worker) => once(worker, "message")));
  await Promise.all(ends);
  return answers.map(([answer]) => answer).join();
};
await round();
const before = count();
say(await round());
for (let i = 0; i < 100 && !process.versions.deno && count() > before; i++) await sleep(20);
// Deno keeps what a thread of its own has opened once koffi was loaded there.
say(process.versions.deno !== undefined || count() <= before);
`,
      `
const [left, right] = UnixSocket.pair();
let bytes = 0;
for (let i = 0; i < 100; i++) {
  const message = right.receive();
  await left.send("12345678", { fds: [left.fd] });
  const got = await message;
  bytes += got.data.length;
  got[Symbol.dispose]();
}
left.close();
right.close();
parentPort.postMessage(bytes);
`,
    ),
  );
  assert.equal(lines, ["800,800,800,800,800,800", "true"]);
});

test("a server and streams of a worker serve the main thread, with descriptors", async () => {
  const lines = await linesOf(
    halves(
      `
const worker = new Worker(new URL(import.meta.url));
const [abstract] = await once(worker, "message");
const ended = once(worker, "exit");
for (let i = 0; i < 3; i++) {
  const client = await UnixSocket.connect({ abstract });
  const [inner, outer] = UnixSocket.pair();
  await client.send("door " + i, { fds: [outer.fd] });
  outer.close();
  say(String((await inner.receive()).data), String((await client.receive()).data));
  client.close();
  inner.close();
}
await ended;
`,
      `
const abstract = "cmsg-worker-" + process.pid;
const server = await UnixServer.listen({ abstract });
parentPort.postMessage(abstract);
for (let i = 0; i < 3; i++) {
  const stream = new cmsg.FdStream(await server.accept());
  const fds = once(stream, "fds");
  const [data] = await once(stream, "data");
  const [[fd]] = await fds;
  const door = UnixSocket.adopt(fd);
  await door.send("through the " + data);
  door.close();
  stream.end("done");
  await once(stream.resume(), "close");
}
server.close();
`,
    ),
  );
  assert.equal(
    lines,
    [0, 1, 2].map((i) => `through the door ${i} done`),
  );
});

test("process.exit() in a worker ends the worker", async () => {
  const lines = await linesOf(
    halves(
      `
const worker = new Worker(new URL(import.meta.url));
const [code] = await once(worker, "exit");
say(code);
`,
      "const [left, right] = UnixSocket.pair(); right.receive(); setTimeout(() => process.exit(5), 20);",
    ),
  );
  assert.equal(lines, ["5"]);
});

test("a descriptor that a worker has received may be used in the main thread", async () => {
  const lines = await linesOf(
    halves(
      `
const worker = new Worker(new URL(import.meta.url));
const [number] = await once(worker, "message");
const socket = UnixSocket.adopt(number);
say((await socket.receive()).data.toString());
socket.close();
`,
      `
const [left, right] = UnixSocket.pair();
const [inner, outer] = UnixSocket.pair();
await left.send("x", { fds: [outer.fd] });
const message = await right.receive();
await inner.send("through both threads");
parentPort.postMessage(message.fds[0].take());
`,
    ),
  );
  assert.equal(lines, ["through both threads"]);
});

test.run();
