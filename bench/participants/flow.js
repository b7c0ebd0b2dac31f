// cmsg: messages in one direction from another process, over an AF_UNIX socketpair. Arguments: how ("each" and "mmsg", calls that
// wait; "loop", on the event loop; "into", into a buffer of ours; "pool", into one that a pool lends), descriptors and bytes of a message, socket type, the command of the
// process that sends. "feed" for it makes this program that process, whose standard input is the socket: a message with a number comes
// in, and so many go out.

import { cmsg } from "./package.js";
import { processorTime, startOn } from "./processes.js";
import { serve } from "./serve.js";

const {
  Fd,
  recvFds,
  recvmmsg,
  recvmsg,
  rights,
  sendFds,
  sendmmsg,
  sendmsg,
  socketpair,
  UnixSocket,
} = cmsg;

const [, , how, count, bytes, type = "", ...command] = process.argv;
const [fdCount, byteCount] = [Number(count), Number(bytes)];
const MANY = 32;
const data = Buffer.alloc(byteCount);

function feed() {
  const socket = new Fd(0);
  const fds = Array.from({ length: fdCount }, () => Fd.open("/dev/null"));
  const message = fdCount > 0 ? { data, control: [rights(fds)] } : { data };
  const batch = Array.from({ length: MANY }, () => message);
  const one = () => (fdCount > 0 ? sendFds(socket, fds, { data }) : sendmsg(socket, { data }));
  for (;;) {
    const request = recvmsg(socket, { dataLimit: 32 });
    if (request.bytes === 0) return;
    const wanted = Number(request.data);
    if (how === "each") for (let i = 0; i < wanted; i++) one();
    else {
      for (let sent = 0; sent < wanted; ) {
        sent += sendmmsg(
          socket,
          wanted - sent < MANY ? batch.slice(0, wanted - sent) : batch,
        ).count;
      }
    }
  }
}

const { BufferPool } = /** @type {any} */ (cmsg);
const pool = how === "pool" ? new BufferPool({ size: byteCount }) : undefined;
const lent = pool === undefined ? undefined : /** @type {any} */ ({ pool });
const into = how === "into" ? { into: data } : lent;

/** @param {any} end @param {number} missing */
function drainEach(end, missing) {
  let arrived = 0;
  for (let left = missing; left > 0; ) {
    if (fdCount === 0) {
      const got = recvmsg(end, into);
      left -= got.bytes;
      if (pool !== undefined) got[Symbol.dispose]();
      continue;
    }
    const got = recvFds(end, into);
    left -= got.bytes;
    arrived += got.fds.length;
    got[Symbol.dispose]();
  }
  return arrived;
}

/** @param {any} end @param {number} missing */
function drainBatch(end, missing) {
  const options = { limit: MANY, dataLimit: byteCount, controlLimit: 256 };
  let arrived = 0;
  for (let left = missing; left > 0; ) {
    const messages = recvmmsg(end, options);
    for (const message of messages) {
      left -= message.bytes;
      arrived += message.fds.length;
    }
    messages[Symbol.dispose]();
  }
  return arrived;
}

function start() {
  const loops = how === "loop";
  const ends = socketpair({ type: /** @type {"stream"} */ (type), nonBlocking: loops });
  if (loops) cmsg.setNonBlocking(ends[1], false);
  const { pid = 0 } = startOn(command, ends[1].number);
  ends[1].close();
  return { end: ends[0], partner: () => processorTime(pid) };
}

async function driveSync() {
  const { end, partner } = start();
  const drain = how === "mmsg" ? drainBatch : drainEach;
  await serve((count) => {
    sendmsg(end, { data: Buffer.from(String(count)) });
    return drain(end, count * byteCount);
  }, partner);
}

async function driveLoop() {
  const { end, partner } = start();
  const socket = UnixSocket.adopt(end.take());
  let [missing, arrived] = [0, 0];
  /** @type {(arrived: number) => void} */
  let done = () => {};
  socket.onMessage(
    (message) => {
      missing -= message.bytes;
      arrived += message.fds.length;
      message[Symbol.dispose]();
      if (missing === 0) done(arrived);
    },
    (error) => {
      throw error ?? new Error("the peer has ended");
    },
  );
  await serve((count) => {
    [missing, arrived] = [count * byteCount, 0];
    socket.send(String(count));
    return new Promise((resolve) => {
      done = resolve;
    });
  }, partner);
}

if (command[0] === "feed") feed();
else await (how === "loop" ? driveLoop() : driveSync());
process.exit();
