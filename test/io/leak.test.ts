// Fds that are garbage-collected while open: reported once, with the place of their making on request, and never closed.

import { writeFileSync } from "node:fs";
import { assert } from "../support/assert.js";
import { temporaryDirectory } from "../support/directory.js";
import { type Ended, run } from "../support/run.js";
import { suite } from "../support/suite.js";

const test = suite("abandoned Fds");

/** What every program below begins with. It ends by printing what it has to say as JSON. */
const PRELUDE = `
import { lstatSync } from "node:fs";
const { Fd, MessageRecord, recvFds, recvmsg, rights, sendFds, setsockopt, socketpair } =
  await import(process.env.CMSG_URL);
const warnings = [];
process.on("warning", ({ name, code, message }) => warnings.push({ name, code, message }));
const turn = () => new Promise((resolve) => setTimeout(resolve, 1));
/** Collects garbage until so many warnings have come, and then some more. */
async function collect(expected) {
  for (let i = 0; i < 500 && warnings.length < expected; i++) { gc(); await turn(); }
  for (let i = 0; i < 8; i++) { gc(); await turn(); }
}
function isOpen(number) {
  try { lstatSync("/proc/self/fd/" + number); return true; } catch { return false; }
}
const closeNumber = (number) => new Fd(number).close();
`;

interface Warned {
  readonly name: string;
  readonly code: string;
  readonly message: string;
}

async function runProgram(program: string, traced: boolean): Promise<Ended> {
  using directory = temporaryDirectory();
  const path = directory.file("program.mjs");
  writeFileSync(path, PRELUDE + program);
  const { CMSG_TRACE_FDS, NODE_OPTIONS, ...rest } = process.env;
  const env = { ...rest, CMSG_URL: import.meta.resolve("cmsg") };
  const trace = traced ? { CMSG_TRACE_FDS: "1" } : {};
  const options = { env: { ...env, ...trace }, timeout: 120_000 };
  return await run(process.execPath, ["--expose-gc", path], options);
}

async function answerOf<T>(program: string, traced = false): Promise<T> {
  const { code, stdout, stderr } = await runProgram(program, traced);
  assert.is(code, 0, stderr);
  return JSON.parse(stdout) as T;
}

test("several that are abandoned make one warning, and stay open", async () => {
  interface Answer {
    readonly numbers: number[];
    readonly open: boolean[];
    readonly warnings: Warned[];
  }
  const { numbers, open, warnings } = await answerOf<Answer>(`
    const abandon = () => Array.from({ length: 5 }, () => Fd.open("/dev/null").number);
    const numbers = abandon();
    await turn();
    await collect(1);
    console.log(JSON.stringify({ numbers, open: numbers.map(isOpen), warnings }));
  `);
  assert.equal(open, [true, true, true, true, true]);
  assert.is(warnings.length, 1);
  const [{ name, code, message }] = warnings as [Warned];
  assert.equal([name, code], ["LeakWarning", "CMSG_FD_LEAK"]);
  assert.ok(numbers.includes(Number(/^descriptor (\d+) was left open/.exec(message)?.[1])));
  assert.match(message, /CMSG_TRACE_FDS=1/);
});

test("with CMSG_TRACE_FDS=1 each is reported with the caller that made it", async () => {
  const makers = ["byOpen", "byNumber", "byDup", "byPair", "byRecvFds", "byMixed", "byRecvmsg"];
  const warnings = await answerOf<Warned[]>(
    `
    function byOpen() { Fd.open("/dev/null"); }
    function byNumber() { new Fd(Fd.open("/dev/null").take()); }
    function byDup() { const fd = Fd.open("/dev/null"); fd.dup(); fd.close(); }
    function byPair() { socketpair()[0].close(); }
    function send(options) {
      const pair = socketpair();
      for (const option of options) setsockopt(pair[1], "SOL_SOCKET", option, true);
      sendFds(pair[0], [0], { data: "x" });
      const end = pair[1].dup();
      Fd.closeAll(pair);
      return end;
    }
    function byRecvFds() { const end = send([]); recvFds(end); end.close(); }
    function byMixed() { const end = send(["SO_PASSCRED"]); recvFds(end); end.close(); }
    function byRecvmsg() { const end = send(["SO_PASSCRED"]); recvmsg(end); end.close(); }
    for (const make of [${makers.join()}]) make();
    await turn();
    await collect(${makers.length});
    console.log(JSON.stringify(warnings));
  `,
    true,
  );
  assert.is(warnings.length, makers.length);
  for (const maker of makers) {
    const own = warnings.filter(({ message }) => message.includes(`at ${maker} (`));
    assert.is(own.length, 1, maker);
    assert.is(own[0]?.code, "CMSG_FD_LEAK");
  }
});

test("what is closed, taken, disposed of or still held is not reported", async () => {
  const program = `
    function inOrder() {
      Fd.open("/dev/null").close();
      closeNumber(Fd.open("/dev/null").take());
      Fd.closeAll(socketpair());
      const pair = socketpair();
      sendFds(pair[0], [0, 0], { data: "x" });
      recvFds(pair[1])[Symbol.dispose]();
      pair[Symbol.dispose]();
      // More than are watched at once without the collector.
      const many = Array.from({ length: 5000 }, () => new Fd(0));
      for (const fd of many) fd.take();
    }
    async function later() {
      const fds = Array.from({ length: 10 }, () => Fd.open("/dev/null"));
      await turn();
      fds.forEach((fd, i) => (i % 2 === 0 ? fd.close() : closeNumber(fd.take())));
    }
    globalThis.held = Fd.open("/dev/null");
    inOrder();
    await later();
    await collect(0);
    console.log(JSON.stringify([warnings, isOpen(globalThis.held.number)]));
  `;
  for (const traced of [false, true]) assert.equal(await answerOf(program, traced), [[], true]);
});

test("an abandoned one among thousands that are open at once is reported all the same", async () => {
  const warnings = await answerOf<Warned[]>(`
    function abandonBehindMany() {
      const many = Array.from({ length: 5000 }, () => new Fd(0));
      Fd.open("/dev/null");
      for (const fd of many) fd.take();
    }
    abandonBehindMany();
    await collect(1);
    console.log(JSON.stringify(warnings));
  `);
  assert.is(warnings.length, 1);
});

test("what a socket on the event loop has given away is reported, what it holds is not", async () => {
  const warnings = await answerOf<boolean[]>(`
    const { UnixSocket } = await import(process.env.CMSG_URL);
    function abandonTaken() {
      const [left, right] = UnixSocket.pair();
      right.close();
      return left.take().number;
    }
    function abandonObserved() { UnixSocket.pair(); }
    const number = abandonTaken();
    abandonObserved();
    await turn();
    await collect(1);
    console.log(JSON.stringify(warnings.map(({ message }) => message.startsWith("descriptor " + number + " "))));
  `);
  assert.equal(warnings, [true]);
});

test("a record that is abandoned with descriptors in it is reported, one that was closed or emptied is not", async () => {
  const { number, warnings } = await answerOf<{ number: number; warnings: Warned[] }>(`
    const pair = socketpair();
    function fill() {
      sendFds(pair[0], [0], { data: "x" });
      return new MessageRecord(pair[1]).receive();
    }
    fill().close();
    const taken = fill().take(0);
    fill().tryReceive();
    fill().fds[0].close();
    const number = (() => fill().fd(0))();
    await turn();
    await collect(1);
    closeNumber(taken);
    console.log(JSON.stringify({ number, warnings, open: isOpen(number) }));
  `);
  assert.is(warnings.length, 1);
  assert.match(warnings[0]?.message ?? "", new RegExp(`^descriptor ${number} .* MessageRecord`));
});

test("the collector never closes: a number that another owner has by now stays open", async () => {
  const answer = await answerOf<boolean[]>(`
    function abandon() {
      const fd = Fd.open("/dev/null");
      closeNumber(fd.number);
      return fd.number;
    }
    const number = abandon();
    await turn();
    globalThis.other = Fd.open("/dev/zero");
    const same = globalThis.other.number === number;
    await collect(1);
    console.log(JSON.stringify([same, isOpen(number), warnings.length === 1]));
  `);
  assert.equal(answer, [true, true, true]);
});

test("open Fds neither keep the process running nor make it talk at its end", async () => {
  const program = 'globalThis.held = [Fd.open("/dev/null"), ...socketpair()];';
  const { code, stdout, stderr } = await runProgram(program, false);
  assert.equal([code, stdout, stderr], [0, "", ""]);
});

test.run();
