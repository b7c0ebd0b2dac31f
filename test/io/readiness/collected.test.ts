// Garbage collection: whatever is collected, events go on, and sockets that nobody holds do not stay in memory.

import { assert } from "../../support/assert.js";
import { linesOf } from "../../support/program.js";
import { suite } from "../../support/suite.js";

const test = suite("sockets and garbage collection");

/** Enough garbage that every generation is collected. */
const PRESSURE = `
const press = async () => {
  for (let i = 0; i < 20; i++) {
    const rubbish = Array.from({ length: 20_000 }, (_, j) => ({ j, text: "x" + j }));
    new Uint8Array(4_000_000).fill(rubbish.length);
    globalThis.gc?.();
    globalThis.Bun?.gc(true);
    await turn();
  }
};
`;

test("events do not stop when memory is short", async () => {
  const lines = await linesOf(`
${PRESSURE}
const left = (() => {
  const [left, right] = UnixSocket.pair({ type: "seqpacket" });
  // Nothing but the callback knows the receiving socket from here on.
  right.onMessage((message) => {
    say(message.data.toString());
    if (message.data.toString() === "3") right.close();
  }, () => {});
  return left;
})();
for (const text of ["1", "2", "3"]) {
  await press();
  await left.send(text);
}
`);
  assert.equal(lines, ["1", "2", "3"]);
});

test("who waits holds the socket", async () => {
  const lines = await linesOf(`
${PRESSURE}
const wait = () => {
  const [left, right] = UnixSocket.pair();
  const borrowed = new Fd(left.fd);
  const number = borrowed.dup();
  borrowed.take();
  return { number, message: right.receive() };
};
const { number, message } = wait();
await press();
number.write("still there");
say((await message).data.toString());
`);
  assert.equal(lines, ["still there"]);
});

test("a closed socket is collected", async () => {
  const lines = await linesOf(`
${PRESSURE}
let collected = 0;
const registry = new FinalizationRegistry(() => collected++);
for (let i = 0; i < 50; i++) {
  const [left, right] = UnixSocket.pair();
  registry.register(left, i);
  registry.register(right, i);
  right.receive({ timeoutMs: 60_000 }).catch(() => {});
  await left.send("x");
  left.close();
  right.close();
}
for (let i = 0; i < 20 && collected < 90; i++) await press();
say(collected >= 90);
process.exit();
`);
  assert.equal(lines, ["true"]);
});

test.run();
