// Ten million messages with a descriptor each: a third one by one, a third in batches, a third on the event loop, in turns. Prints now and
// then how many there were, how many descriptors are open, and MiB of resident memory.

import { readdirSync } from "node:fs";
import { cmsg } from "./package.js";

const { Fd, recvFds, recvmmsg, rights, sendFds, sendmmsg, socketpair, UnixSocket } = cmsg;

const PASSES = Number(process.argv[2] ?? 10_000_000);
const LINES = 50;
const MANY = 32;

const pair = socketpair({ type: "seqpacket" });
const [sender, receiver] = UnixSocket.pair({ type: "seqpacket" });
const file = Fd.open("/dev/null");
const data = Buffer.from("x");
const batch = Array.from({ length: MANY }, () => ({ data, control: [rights([file])] }));

/** @param {number} count */
function oneByOne(count) {
  for (let i = 0; i < count; i++) {
    sendFds(pair[0], [file], { data });
    const got = recvFds(pair[1]);
    if (got.fds.length !== 1) throw new Error("a descriptor is missing");
    got[Symbol.dispose]();
  }
}

/** @param {number} count */
function inBatches(count) {
  for (let i = 0; i < count; i += MANY) {
    sendmmsg(pair[0], batch);
    const got = recvmmsg(pair[1], { limit: MANY, dataLimit: 16, controlLimit: 256 });
    if (got.length !== MANY) throw new Error("a message is missing");
    got[Symbol.dispose]();
  }
}

let missing = 0;
/** @type {() => void} */
let done = () => {};

function send() {
  sender.send(data, { fds: [file] });
}

receiver.onMessage(
  (message) => {
    if (message.fds.length !== 1) throw new Error("a descriptor is missing");
    message[Symbol.dispose]();
    missing -= 1;
    if (missing === 0) done();
    else send();
  },
  (error) => {
    throw error ?? new Error("the other end has ended");
  },
);

/** @param {number} count @returns {Promise<void>} */
function onLoop(count) {
  missing = count;
  send();
  return new Promise((resolve) => {
    done = resolve;
  });
}

const third = Math.ceil(PASSES / LINES / 3 / MANY) * MANY;
let passes = 0;
while (passes < PASSES) {
  oneByOne(third);
  inBatches(third);
  await onLoop(third);
  passes += 3 * third;
  globalThis.gc?.();
  await new Promise((resolve) => setImmediate(resolve));
  const open = readdirSync("/proc/self/fd").length - 1;
  console.log(`${passes} ${open} ${(process.memoryUsage.rss() / 2 ** 20).toFixed(1)}`);
}
process.exit();
