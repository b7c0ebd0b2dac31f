// usocket, a native addon: descriptors to another process and back, over an AF_UNIX stream. Arguments: descriptors, bytes, and the command
// of the process that answers; "echo" makes this program that process, whose standard input is the socket.

import { closeSync, openSync } from "node:fs";
import { createRequire } from "node:module";
import { cmsg } from "./package.js";
import { processorTime, startOn } from "./processes.js";
import { serve } from "./serve.js";

const { USocket } = createRequire(import.meta.url)("usocket");

const [, , count, bytes, ...command] = process.argv;
const fdCount = Number(count);
const data = Buffer.alloc(Number(bytes));

/** Calls back with the descriptors of every message, which it owns. @param {number} fd @param {(fds: number[]) => void} take */
function open(fd, take) {
  const socket = new USocket({ fd });
  socket.on("readable", () => {
    const got = socket.read(data.length, fdCount);
    if (got === null || got === undefined || got.data === null) return;
    take(got.fds);
  });
  socket.read(0);
  return socket;
}

/** @param {number[]} fds */
function closeAll(fds) {
  for (const fd of fds) closeSync(fd);
}

function echo() {
  // It takes 0 for no descriptor.
  const end = new cmsg.Fd(0).dup().take();
  const socket = open(end, (fds) => {
    socket.write({ data, fds, callback: () => closeAll(fds) });
  });
  socket.on("end", () => process.exit());
}

async function drive() {
  const ends = cmsg.socketpair({ type: "stream", nonBlocking: true });
  const { pid = 0 } = startOn(command, ends[1].number);
  ends[1].close();
  const fds = Array.from({ length: fdCount }, () => openSync("/dev/null", "r"));
  let [turns, arrived] = [0, 0];
  /** @type {(arrived: number) => void} */
  let done = () => {};
  const socket = open(ends[0].take(), (received) => {
    arrived += received.length;
    closeAll(received);
    turns -= 1;
    if (turns > 0) socket.write({ data, fds });
    else done(arrived);
  });

  /** @param {number} count @returns {Promise<number>} */
  function pass(count) {
    [turns, arrived] = [count, 0];
    socket.write({ data, fds });
    return new Promise((resolve) => {
      done = resolve;
    });
  }
  await serve(pass, () => processorTime(pid));
  process.exit();
}

if (command[0] === "echo") echo();
else await drive();
