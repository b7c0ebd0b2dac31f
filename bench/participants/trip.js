// cmsg: a message to another process and back, over an AF_UNIX stream. Arguments: "callback" or "promise" on the event loop, "sync", or
// "spin" to try without waiting, "busy" to wait awake for a while; descriptors; bytes; and the command of the process that answers. "echo" makes this program that process, whose standard input is
// the socket.

import { cmsg } from "./package.js";
import { processorTime, startOn } from "./processes.js";
import { serve } from "./serve.js";

const { Fd, recvFds, sendFds, sendmsg, socketpair, tryRecvFds, UnixSocket } = cmsg;

const [, , way, count, bytes, ...command] = process.argv;
const fdCount = Number(count);
const data = Buffer.alloc(Number(bytes));

/** @param {any} socket @param {readonly any[]} fds @param {Uint8Array} data */
function sendSync(socket, fds, data) {
  if (fdCount === 0) sendmsg(socket, { data });
  else sendFds(socket, fds, { data });
}

/** @param {any} socket */
function trying(socket) {
  for (;;) {
    const message = tryRecvFds(socket);
    if (message !== null) return message;
  }
}

/** @type {any} */
const AWAKE = { timeoutMs: 60_000, busyPollUs: 1000 };

/** @param {any} socket */
function waitingAwake(socket) {
  return recvFds(socket, AWAKE);
}

const receives = { spin: trying, busy: waitingAwake };
const receive = receives[/** @type {keyof typeof receives} */ (way)] ?? recvFds;

function echoSync() {
  const socket = new Fd(0);
  for (;;) {
    const message = receive(socket);
    if (message.bytes === 0) return;
    sendSync(socket, message.fds, message.data);
    message[Symbol.dispose]();
  }
}

function echoCallback() {
  const socket = UnixSocket.adopt(0);
  socket.onMessage(
    (message) => {
      socket.send(message.data, { fds: message.fds });
      message[Symbol.dispose]();
    },
    () => socket.close(),
  );
}

async function echoPromise() {
  const socket = UnixSocket.adopt(0);
  for (;;) {
    const message = await socket.receive();
    if (message === null) return socket.close();
    await socket.send(message.data, { fds: message.fds });
    message[Symbol.dispose]();
  }
}

async function driveSync() {
  const ends = socketpair({ type: "stream" });
  const { pid = 0 } = startOn(command, ends[1].number);
  ends[1].close();
  const fds = Array.from({ length: fdCount }, () => Fd.open("/dev/null"));
  await serve(
    (count) => {
      let arrived = 0;
      for (let i = 0; i < count; i++) {
        sendSync(ends[0], fds, data);
        const message = receive(ends[0]);
        arrived += message.fds.length;
        message[Symbol.dispose]();
      }
      return arrived;
    },
    () => processorTime(pid),
  );
  ends[0].close();
}

async function drive() {
  const ends = socketpair({ type: "stream", nonBlocking: true });
  const { pid = 0 } = startOn(command, ends[1].number);
  ends[1].close();
  const socket = UnixSocket.adopt(ends[0].take());
  const fds = Array.from({ length: fdCount }, () => Fd.open("/dev/null"));
  let [turns, arrived] = [0, 0];
  /** @type {(arrived: number) => void} */
  let done = () => {};

  /** @param {number} count @returns {Promise<number>} */
  function passCallback(count) {
    [turns, arrived] = [count, 0];
    socket.send(data, { fds });
    return new Promise((resolve) => {
      done = resolve;
    });
  }

  /** @param {number} count */
  async function passPromise(count) {
    let arrived = 0;
    for (let i = 0; i < count; i++) {
      await socket.send(data, { fds });
      const message = await socket.receive();
      if (message === null) throw new Error("the peer has ended");
      arrived += message.fds.length;
      message[Symbol.dispose]();
    }
    return arrived;
  }

  if (way === "callback") {
    const stop = socket.onMessage(
      (message) => {
        arrived += message.fds.length;
        message[Symbol.dispose]();
        turns -= 1;
        if (turns > 0) socket.send(data, { fds });
        else done(arrived);
      },
      (error) => {
        throw error ?? new Error("the peer has ended");
      },
    );
    await serve(passCallback, () => processorTime(pid));
    stop();
  } else await serve(passPromise, () => processorTime(pid));
  socket.close();
}

const echoes = {
  sync: echoSync,
  spin: echoSync,
  busy: echoSync,
  callback: echoCallback,
  promise: echoPromise,
};
if (command[0] === "echo") await echoes[/** @type {keyof typeof echoes} */ (way)]();
else await (way === "callback" || way === "promise" ? drive() : driveSync());
