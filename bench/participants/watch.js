// 64 connections on the event loop, each of which gets a byte at once: only their receiving is measured. Arguments: "net" for net.Socket,
// or "cmsg".

import { Socket } from "node:net";
import { cmsg } from "./package.js";
import { serve, watch } from "./serve.js";

const { sendmsg, socketpair, UnixSocket } = cmsg;

const COUNT = 64;
const data = Buffer.alloc(1);
let missing = 0;
/** @type {(arrived: number) => void} */
let done = () => {};

function took() {
  missing -= 1;
  if (missing === 0) done(COUNT);
}

/** @param {number} fd */
function open(fd) {
  if (process.argv[2] === "net") return new Socket({ fd }).on("data", took);
  const socket = UnixSocket.adopt(fd);
  socket.onMessage(took, (error) => {
    throw error ?? new Error("the other end has ended");
  });
  return socket;
}

const ends = Array.from({ length: COUNT }, () => socketpair({ type: "stream", nonBlocking: true }));
const far = ends.map((pair) => pair[1]);
const sockets = ends.map((pair) => open(pair[0].take()));

await serve(async (count) => {
  let arrived = 0;
  for (let turn = 0; turn < count; turn++) {
    watch.stop();
    for (const end of far) sendmsg(end, { data });
    missing = COUNT;
    watch.start();
    arrived += await new Promise((resolve) => {
      done = resolve;
    });
  }
  return arrived;
});
process.exit(sockets.length === COUNT ? 0 : 1);
