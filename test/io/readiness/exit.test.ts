// When a process ends: never held up by sockets that nobody waits for, never before a call that somebody waits for, at once by
// process.exit().

import { assert } from "../../support/assert.js";
import { linesOf, runProgram } from "../../support/program.js";
import { suite } from "../../support/suite.js";

const test = suite("sockets and the end of the process");

const PAIR = `
const [left, right] = UnixSocket.pair();
const server = await UnixServer.listen({ abstract: "cmsg-exit-" + process.pid });
process.on("exit", () => say("exit"));
`;

for (const [name, program] of [
  ["idle sockets", ""],
  ["sockets that have been used", 'const got = right.receive(); await left.send("x"); await got;'],
  [
    "calls that were aborted",
    "right.receive({ signal: AbortSignal.timeout(20) }).catch(() => {}); await sleep(50);",
  ],
  ["a call that was out of time", "await right.receive({ timeoutMs: 20 }).catch(() => {});"],
  ["calls of unref'd sockets", "right.unref().receive(); server.unref().accept();"],
  [
    "calls of sockets that are unref'd later",
    "right.receive(); server.accept(); await turn(); right.unref(); server.unref();",
  ],
  ["a time limit of an unref'd socket", "right.unref().receive({ timeoutMs: 1e6 });"],
  ["a queue of an unref'd socket", "left.unref().send(new Uint8Array(4e6));"],
  [
    "a callback that was stopped",
    "const stop = right.onMessage(() => {}, () => {}); await turn(); stop();",
  ],
  [
    "closed sockets",
    "right.receive().catch(() => {}); await turn(); right.close(); server.close();",
  ],
] as const) {
  test(`natural end: ${name} let the process end`, async () => {
    assert.equal(await linesOf(PAIR + program), ["exit"]);
  });
}

const LATER =
  'const later = setTimeout(async () => { say("sent"); await left.send("x"); }, 100); later.unref();';

for (const [name, program] of [
  [
    "a message",
    `const waiting = right.receive(); left.unref(); ${LATER} await waiting; say("got");`,
  ],
  [
    "a message, by callback",
    `right.onMessage(() => { say("got"); right.close(); }, () => {}); ${LATER}`,
  ],
  [
    "room to send",
    'right.unref(); const all = left.send(new Uint8Array(1e6)); setTimeout(async () => { say("sent"); for (let n = 0; n < 1e6; ) n += (await right.receive()).data.length; }, 50).unref(); await all; say("got");',
  ],
  [
    "a socket that is ref'd again",
    `right.unref(); const waiting = right.receive(); right.ref(); ${LATER} await waiting; say("got");`,
  ],
] as const) {
  test(`who waits for ${name} keeps the process running`, async () => {
    assert.equal(await linesOf(PAIR + program), ["sent", "got", "exit"]);
  });
}

test("an unref'd socket is served as long as something else keeps the process running", async () => {
  const lines = await linesOf(`
${PAIR}
right.unref();
const got = [];
right.onMessage((message) => got.push(message.data.toString()), () => {});
for (const text of ["1", "2", "3"]) {
  await left.send(text);
  await sleep(50);
}
say(got.join());
`);
  assert.equal(lines, ["1,2,3", "exit"]);
});

for (const [name, reads] of [
  ["a callback", "right.onMessage(seen, () => {});"],
  ["a loop", "(async () => { for await (const message of right.messages()) seen(message); })();"],
] as const) {
  test(`an endless flood of messages to ${name} of an unref'd socket does not keep the process running`, async () => {
    const lines = await linesOf(`
const [left, right] = UnixSocket.pair({ type: "seqpacket" });
right.unref();
const data = Buffer.from("x");
const more = () => cmsg.trySendmsg(left, { data });
const hold = setInterval(() => {}, 1000);
let count = 0;
function seen() {
  if (++count === 2000) clearInterval(hold);
  // Each brings two.
  more();
  more();
}
process.on("exit", () => say(count >= 2000));
more();
${reads}
`);
    assert.equal(lines, ["true"]);
  });
}

for (const [name, waiting] of [
  ["a receive", "right.receive();"],
  ["a callback", "right.onMessage(() => {}, () => {});"],
  ["a full queue", "left.send(new Uint8Array(4e6));"],
  ["an accept", "server.accept();"],
  [
    "connections that wait for room",
    `
const full = await UnixServer.listen({ abstract: "cmsg-full-" + process.pid, backlog: 0 });
for (let i = 0; i < 8; i++) UnixSocket.connect({ abstract: "cmsg-full-" + process.pid });`,
  ],
] as const) {
  test(`process.exit() ends it although ${name} waits`, async () => {
    const ended = await runProgram(`${PAIR}${waiting} await sleep(50); process.exit(7);`);
    assert.equal(ended, { code: 7, stdout: "exit\n", stderr: "" });
  });
}

test("process.exit() from inside a callback", async () => {
  const ended = await runProgram(`
${PAIR}
right.onMessage(() => process.exit(8), () => {});
await left.send("x");
await sleep(10_000);
`);
  assert.equal(ended, { code: 8, stdout: "exit\n", stderr: "" });
});

test.run();
