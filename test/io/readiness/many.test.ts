// Thousands of sockets at once: all are served, none by a busy one's mercy, and an idle one costs little memory.

import { assert } from "../../support/assert.js";
import { linesOf } from "../../support/program.js";
import { suite } from "../../support/suite.js";

const test = suite("many sockets on the event loop");

/** As many pairs as the user may have, 1500 at most. */
const PAIRS = `
const pairs = [];
try {
  while (pairs.length < 1500) pairs.push(UnixSocket.pair({ type: "seqpacket" }));
} catch (error) {
  if (error.code !== "EMFILE") throw error;
  for (const [left, right] of pairs.splice(-20)) { left.close(); right.close(); }
}
`;

test("each of thousands gets its messages, in order", async () => {
  const lines = await linesOf(`
${PAIRS}
const got = pairs.map(() => "");
let left = pairs.length * 3;
const all = new Promise((resolve) => {
  pairs.forEach(([, right], i) => right.onMessage((message) => {
    got[i] += message.data.toString();
    if (--left === 0) resolve();
  }, () => {}));
});
for (const text of ["a", "b", "c"]) for (const [sender] of pairs) await sender.send(text);
await all;
say(pairs.length > 100, got.every((text) => text === "abc"));
for (const pair of pairs) for (const socket of pair) socket.close();
`);
  assert.equal(lines, ["true true"]);
});

/** What keeps itself busy for ever, and how it is stopped and counted. */
const BUSY = {
  callbacks: `
busy[1].onMessage(() => { rounds++; if (!over) busy[0].send("x"); }, () => {});
await busy[0].send("x");`,
  promises: `
(async () => {
  while (!over) {
    await busy[0].send("x");
    await busy[1].receive();
    rounds++;
  }
})();`,
  senders: `
busy[1].onMessage(() => {}, () => {});
(async () => {
  while (!over) {
    await busy[0].send("x");
    rounds++;
  }
})();`,
} as const;

for (const [name, busy] of Object.entries(BUSY)) {
  test(`a socket that is always busy by ${name} leaves others and timers their turns`, async () => {
    const lines = await linesOf(`
const busy = UnixSocket.pair({ type: "seqpacket" });
let [over, rounds] = [false, 0];
const pairs = Array.from({ length: 200 }, () => UnixSocket.pair());
let served = 0;
const all = new Promise((resolve) => {
  for (const [, right] of pairs) right.onMessage(() => { if (++served === pairs.length) resolve(); }, () => {});
});
const timer = sleep(30);
setTimeout(() => { for (const [left] of pairs) left.send("x"); }, 5);
// A loop that nobody else gets into would go on for ever.
${busy}
await Promise.all([all, timer]);
over = true;
say(served, rounds > 10);
process.exit();
`);
    assert.equal(lines, ["200 true"]);
  });
}

test("an idle connection costs far less memory than a net.Socket", async () => {
  const [line = ""] = await linesOf(`
import { connect, createServer } from "node:net";
import { once } from "node:events";
const memory = () => {
  for (let i = 0; i < 5; i++) { globalThis.gc?.(); globalThis.Bun?.gc(true); }
  return process.memoryUsage().rss;
};
UnixSocket.pair();
${PAIRS}
for (const pair of pairs.splice(0)) for (const socket of pair) socket.close();
await sleep(50);
const before = memory();
${PAIRS.replace("const pairs = [];", "")}
await sleep(50);
const each = (memory() - before) / pairs.length / 2;
say(JSON.stringify({ pairs: pairs.length, each }));
process.exit();
`);
  const { pairs, each } = JSON.parse(line) as { pairs: number; each: number };
  assert.ok(pairs > 100);
  assert.ok(each < 3900, `${each} bytes for each of ${pairs * 2} sockets`);
});

test.run();
