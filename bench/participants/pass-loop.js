// Messages sent and received on the event loop, in one process: by two sockets of this package, or by two of Node's, which take no
// descriptors. Arguments: "cmsg" or "net", socket type, descriptors, bytes.

import { once } from "node:events";
import { connect, createServer } from "node:net";
import { cmsg } from "./package.js";
import { serve } from "./serve.js";

const { Fd, UnixSocket } = cmsg;

const [who, type = "", fdCount, bytes] = process.argv.slice(2);
const byteCount = Number(bytes);
const data = Buffer.alloc(byteCount);

let [turns, missing, arrived] = [0, 0, 0];
/** @type {(arrived: number) => void} */
let done = () => {};
/** @type {() => void} */
let send = () => {};

/** @param {number} received @param {number} fds */
function took(received, fds) {
  missing -= received;
  arrived += fds;
  if (missing > 0) return;
  turns -= 1;
  if (turns === 0) return done(arrived);
  missing = byteCount;
  send();
}

function byCmsg() {
  const [sender, receiver] = UnixSocket.pair({ type: /** @type {"stream"} */ (type) });
  const fds = Array.from({ length: Number(fdCount) }, () => Fd.open("/dev/null"));
  receiver.onMessage(
    (message) => {
      const { bytes, fds } = message;
      message[Symbol.dispose]();
      took(bytes, fds.length);
    },
    (error) => {
      throw error ?? new Error("the other end has ended");
    },
  );
  send = () => {
    sender.send(data, { fds });
  };
}

async function byNet() {
  const path = `\0cmsg-bench-${process.pid}`;
  const server = createServer().listen(path);
  const client = connect(path);
  const [socket] = await once(server, "connection");
  socket.on("data", (/** @type {Buffer} */ chunk) => took(chunk.length, 0));
  send = () => {
    client.write(data);
  };
}

await (who === "net" ? byNet() : byCmsg());

/** @param {number} count @returns {Promise<number>} */
function pass(count) {
  [turns, missing, arrived] = [count, byteCount, 0];
  return new Promise((resolve) => {
    done = resolve;
    send();
  });
}

await serve(pass);
process.exit();
