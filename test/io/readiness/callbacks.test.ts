// What callbacks may do: throw, close other sockets, and make new ones whose numbers were in use a moment ago.

import { assert } from "../../support/assert.js";
import { linesOf, runProgram } from "../../support/program.js";
import { suite } from "../../support/suite.js";

const test = suite("callbacks of sockets on the event loop");

test("an exception becomes uncaughtException, once, and every socket goes on", async () => {
  const lines = await linesOf(`
let told = 0;
const tell = (...words) => { told++; say(...words); };
process.on("uncaughtException", (error) => tell("uncaught", error.message));
const [a, b] = UnixSocket.pair({ type: "seqpacket" });
const [c, d] = UnixSocket.pair({ type: "seqpacket" });
b.onMessage((message) => { throw new Error(message.data.toString()); }, () => {});
d.onMessage((message) => tell("other", message.data.toString()), () => {});
for (const text of ["1", "2"]) {
  await a.send(text);
  await c.send(text);
  for (let i = 0; i < 1000 && told < 2 * Number(text); i++) await sleep(10);
}
a.close(); b.close(); c.close(); d.close();
`);
  assert.equal(lines.sort(), ["other 1", "other 2", "uncaught 1", "uncaught 2"]);
});

test("an exception that nobody handles ends the process", async () => {
  const { code, stderr } = await runProgram(`
const [a, b] = UnixSocket.pair();
b.onMessage(() => { throw new Error("thrown by a callback"); }, () => {});
await a.send("x");
await sleep(10_000);
`);
  assert.is(code, 1);
  assert.match(stderr, "thrown by a callback");
});

test("an exception in what is told of the end is not lost either", async () => {
  const lines = await linesOf(`
process.on("uncaughtException", (error) => say("uncaught", error.message));
const [a, b] = UnixSocket.pair();
b.onMessage(() => {}, () => { throw new Error("at the end"); });
a.close();
await sleep(20);
b.close();
`);
  assert.equal(lines, ["uncaught at the end"]);
});

test("sockets that another one's callback closes in the same turn are told of nothing more", async () => {
  const lines = await linesOf(`
const pairs = Array.from({ length: 10 }, () => UnixSocket.pair());
let called = 0;
for (const [, right] of pairs) {
  right.onMessage(() => {
    called++;
    for (const [, other] of pairs) other.close();
  }, (error) => { if (error?.code !== "ERR_CMSG_SOCKET_CLOSED") say("ended", error); });
}
await turn();
for (const [left] of pairs) await left.send("x");
await sleep(30);
say(called, pairs.every(([, right]) => right.closed));
for (const [left] of pairs) left.close();
`);
  assert.equal(lines, ["1 true"]);
});

test("numbers that are reused at once get the events of their new sockets only", async () => {
  const lines = await linesOf(`
const first = Array.from({ length: 20 }, () => UnixSocket.pair());
for (const [, right] of first) right.receive().catch(() => {});
await turn();
const numbers = first.flat().map(({ fd }) => fd);
for (const [left] of first) await left.send("old");
// Their events wait in the kernel's set.
for (const socket of first.flat()) socket.close();
const second = Array.from({ length: 20 }, () => UnixSocket.pair());
say(second.flat().every(({ fd }) => numbers.includes(fd)));
const got = [];
for (const [, right] of second) right.onMessage((message) => got.push(message.data.toString()), () => {});
await sleep(20);
say(got.length);
for (const [left] of second) await left.send("new");
await sleep(20);
say(got.length, new Set(got).size, got[0]);
for (const socket of second.flat()) socket.close();
`);
  assert.equal(lines, ["true", "0", "20 1 new"]);
});

test("a socket that is taken is out of the set although its open file lives on", async () => {
  const lines = await linesOf(`
const [left, right] = UnixSocket.pair();
right.receive().catch((error) => say(error.code));
await turn();
const taken = right.take();
await left.send("x");
await sleep(20);
const again = UnixSocket.adopt(taken);
say((await again.receive()).data.toString());
`);
  assert.equal(lines, ["ERR_CMSG_SOCKET_CLOSED", "x"]);
});

test.run();
