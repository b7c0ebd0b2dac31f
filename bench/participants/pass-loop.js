// cmsg on the event loop: messages sent, received and closed on a pair of sockets of one process. Arguments: socket type, descriptors,
// bytes.

import { cmsg } from "./package.js";
import { serve } from "./serve.js";

const { Fd, UnixSocket } = cmsg;

const fdCount = Number(process.argv[3]);
const byteCount = Number(process.argv[4]);

const [sender, receiver] = UnixSocket.pair({
  type: process.argv[2] === "stream" ? "stream" : "seqpacket",
});
const fds = Array.from({ length: fdCount }, () => Fd.open("/dev/null"));
const data = Buffer.alloc(byteCount);

let [turns, missing, arrived] = [0, 0, 0];
/** @type {(arrived: number) => void} */
let done = () => {};

function send() {
  missing = byteCount;
  sender.send(data, { fds });
}

receiver.onMessage(
  (message) => {
    missing -= message.bytes;
    arrived += message.fds.length;
    message[Symbol.dispose]();
    if (missing > 0) return;
    turns -= 1;
    if (turns > 0) send();
    else done(arrived);
  },
  (error) => {
    throw error ?? new Error("the other end has ended");
  },
);

/** @param {number} count @returns {Promise<number>} */
function pass(count) {
  [turns, arrived] = [count, 0];
  return new Promise((resolve) => {
    done = resolve;
    send();
  });
}

await serve(pass);
process.exit();
