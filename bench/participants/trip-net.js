// net.Socket: a message to another process and back, without descriptors, which it cannot receive. Arguments: bytes, and the command
// of the process that answers; "echo" makes this program that process, whose standard input is the socket.

import { Socket } from "node:net";
import { cmsg } from "./package.js";
import { processorTime, startOn } from "./processes.js";
import { serve } from "./serve.js";

const [, , bytes, ...command] = process.argv;
const data = Buffer.alloc(Number(bytes));

function echo() {
  const socket = new Socket({ fd: 0 });
  socket.on("data", (chunk) => socket.write(chunk));
  socket.on("end", () => process.exit());
}

async function drive() {
  const ends = cmsg.socketpair({ type: "stream" });
  const { pid = 0 } = startOn(command, ends[1].number);
  ends[1].close();
  const socket = new Socket({ fd: ends[0].take() });
  let [turns, missing] = [0, 0];
  /** @type {(arrived: number) => void} */
  let done = () => {};
  const send = () => {
    missing = data.length;
    socket.write(data);
  };
  socket.on("data", (chunk) => {
    missing -= chunk.length;
    if (missing > 0) return;
    turns -= 1;
    if (turns > 0) send();
    else done(0);
  });

  /** @param {number} count @returns {Promise<number>} */
  function pass(count) {
    turns = count;
    send();
    return new Promise((resolve) => {
      done = resolve;
    });
  }
  await serve(pass, () => processorTime(pid));
  process.exit();
}

if (command[0] === "echo") echo();
else await drive();
