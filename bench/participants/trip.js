// cmsg on the event loop: descriptors to another process and back, over an AF_UNIX stream. Arguments: "callback" or "promise",
// descriptors, and the command of the process that answers; "echo" makes this program that process, whose standard input is the
// socket.

import { cmsg } from "./package.js";
import { processorTime, startOn } from "./processes.js";
import { serve } from "./serve.js";

const { Fd, socketpair, UnixSocket } = cmsg;

const [, , way, count, ...command] = process.argv;
const data = Buffer.alloc(1);

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

async function drive() {
  const ends = socketpair({ type: "stream", nonBlocking: true });
  const { pid = 0 } = startOn(command, ends[1].number);
  ends[1].close();
  const socket = UnixSocket.adopt(ends[0].take());
  const fds = Array.from({ length: Number(count) }, () => Fd.open("/dev/null"));
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

if (command[0] !== "echo") await drive();
else if (way === "callback") echoCallback();
else await echoPromise();
