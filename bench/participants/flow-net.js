// net.Socket: bytes in one direction from another process, over an AF_UNIX socketpair. Arguments: bytes of a block, the command of the
// process that sends. "feed" for it makes this program that process, whose standard input is the socket: a number comes in, and so many
// blocks go out.

import { Socket } from "node:net";
import { cmsg } from "./package.js";
import { processorTime, startOn } from "./processes.js";
import { serve } from "./serve.js";

const [, , bytes, ...command] = process.argv;
const byteCount = Number(bytes);

function feed() {
  const socket = new Socket({ fd: 0 });
  const data = Buffer.alloc(byteCount);
  let left = 0;
  const write = () => {
    while (left > 0) {
      left -= 1;
      if (!socket.write(data)) return;
    }
  };
  socket.on("drain", write);
  socket.on("data", (request) => {
    left = Number(request);
    write();
  });
  socket.on("end", () => process.exit());
}

async function drive() {
  const ends = cmsg.socketpair({ type: "stream" });
  const { pid = 0 } = startOn(command, ends[1].number);
  ends[1].close();
  const socket = new Socket({ fd: ends[0].take() });
  let missing = 0;
  /** @type {(arrived: number) => void} */
  let done = () => {};
  socket.on("data", (chunk) => {
    missing -= chunk.length;
    if (missing === 0) done(0);
  });
  await serve(
    (count) => {
      missing = count * byteCount;
      socket.write(String(count));
      return new Promise((resolve) => {
        done = resolve;
      });
    },
    () => processorTime(pid),
  );
  process.exit();
}

if (command[0] === "feed") feed();
else await drive();
