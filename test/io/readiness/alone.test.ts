// One socket alone: it is tried without asking which of many has an event.

import { assert } from "../../support/assert.js";
import { linesOf } from "../../support/program.js";
import { suite } from "../../support/suite.js";

const test = suite("one socket alone on the event loop");

/** A socket on the event loop, and its other end, which calls block on. */
const LONE = `
const [near, far] = socketpair();
const lone = UnixSocket.adopt(near);
const { sendmsg, tryRecvmsg } = cmsg;
const data = "x".repeat(16384);
`;

test("gets everything that was there at once, everything behind it, and the end", async () => {
  const lines = await linesOf(`
${LONE}
const got = [];
const ended = new Promise((resolve) => {
  lone.onMessage((message) => {
    got.push(message.data.toString());
    if (got.length === 2) { cmsg.sendFds(far, [0], { data: "c" }); far.close(); }
    message[Symbol.dispose]();
  }, (error) => resolve(error === undefined));
});
cmsg.sendFds(far, [0], { data: "a" });
cmsg.sendFds(far, [0], { data: "b" });
say(await ended, got.join(""));
lone.close();
`);
  assert.equal(lines, ["true abc"]);
});

test("is not asked for ever when nobody takes what is there, in the middle or from the beginning", async () => {
  const lines = await linesOf(`
const { performance } = await import("node:perf_hooks");
${LONE}
const loops = () => performance.nodeTiming.uvMetricsInfo?.loopCount;
async function rests() {
  await sleep(20);
  const before = loops();
  await sleep(100);
  return before === undefined ? "not counted" : loops() - before < 100;
}
let taken = 0;
const stop = lone.onMessage((message) => { taken++; message[Symbol.dispose](); stop(); }, () => {});
for (const text of ["a", "b", "c"]) cmsg.sendFds(far, [0], { data: text });
say(await rests(), taken);
const rest = [];
while (rest.length < 2) rest.push((await lone.receive()).data.toString());
say(rest.join(""));
// Somebody waits on a second socket, so that events are looked for.
const second = UnixSocket.pair();
second[1].receive().catch(() => {});
cmsg.sendFds(far, [0], { data: "d" });
say(await rests());
for (const socket of [...second, lone, far]) socket.close();
`);
  const [first = "", ...rest] = lines;
  if (first.startsWith("not counted")) {
    console.log("     SKIP turns of the event loop: this runtime does not count them");
  } else assert.is(first, "true 1");
  assert.equal(rest, ["bc", first.startsWith("not counted") ? "not counted" : "true"]);
});

test("is told of room although messages never stop coming", async () => {
  const lines = await linesOf(`
${LONE}
let [count, sent] = [0, false];
const all = [];
while (lone.queuedBytes === 0) all.push(lone.send(data));
Promise.all(all).then(() => { sent = true; });
const done = new Promise((resolve) => {
  lone.onMessage(() => {
    count++;
    if (count === 100) while (tryRecvmsg(far) !== null) continue;
    if (sent || count === 20_000) resolve();
    else sendmsg(far, { data: Buffer.of(count) });
  }, () => {});
});
sendmsg(far, { data: Buffer.of(0) });
await done;
say(sent, count < 20_000);
for (const end of [lone, far]) end.close();
`);
  assert.equal(lines, ["true true"]);
});

test.run();
