// One way to misuse a watched descriptor, through the public calls. Prints "survived" when it is refused or does no harm. Argument: which
// one.

import { closeSync, openSync } from "node:fs";
import { cmsg } from "./package.js";

const { Fd, sendFds, sendmsg, socketpair, UnixSocket } = cmsg;

const data = Buffer.from("x");
const nothing = () => {};

function pair() {
  const [near, far] = socketpair({ nonBlocking: true });
  return { near: near.take(), far };
}

/** @param {() => unknown} act */
function refused(act) {
  try {
    act();
  } catch {
    return;
  }
  throw new Error("it was not refused");
}

/** Watches another socket, and waits for its message: events still arrive. */
function stillWorks() {
  const { near, far } = pair();
  const socket = UnixSocket.adopt(near);
  return new Promise((resolve) => {
    socket.onMessage((message) => {
      message[Symbol.dispose]();
      socket.close();
      resolve(undefined);
    }, nothing);
    sendFds(far, [far], { data });
  });
}

async function second() {
  const { near, far } = pair();
  const first = UnixSocket.adopt(near);
  let other;
  try {
    other = UnixSocket.adopt(near);
  } catch {
    // Refusing it is one way to survive; serving both is the other.
  }
  first.onMessage(nothing, nothing);
  other?.onMessage(nothing, nothing);
  sendmsg(far, { data });
  await stillWorks();
}

async function closedUnder() {
  const { near, far } = pair();
  const socket = UnixSocket.adopt(near);
  socket.onMessage(nothing, nothing);
  await stillWorks();
  closeSync(near);
  sendmsg(socketpair()[0], { data });
  far.close();
  await stillWorks();
}

async function throwing() {
  const { near, far } = pair();
  const socket = UnixSocket.adopt(near);
  let [seen, caught] = [0, 0];
  process.on("uncaughtException", () => {
    caught += 1;
  });
  socket.onMessage(() => {
    seen += 1;
    throw new Error("of the callback");
  }, nothing);
  for (let i = 0; i < 3; i++) {
    sendmsg(far, { data });
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  await stillWorks();
  if (seen === 0 || caught === 0) throw new Error(`${seen} calls, ${caught} exceptions seen`);
}

/** Nothing but the event loop holds the socket: its event must come all the same. */
async function unreferenced() {
  const { near, far } = pair();
  const arrived = new Promise((resolve) => {
    UnixSocket.adopt(near).onMessage(resolve, nothing);
  });
  for (let i = 0; i < 10; i++) {
    globalThis.gc?.();
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  sendmsg(far, { data });
  await arrived;
}

async function endedWithin() {
  const { near, far } = pair();
  const socket = UnixSocket.adopt(near);
  const ended = new Promise((resolve) => {
    socket.onMessage(() => {
      socket.close();
      resolve(undefined);
    }, nothing);
  });
  sendmsg(far, { data });
  sendmsg(far, { data });
  await ended;
  await stillWorks();
}

/** @type {Record<string, () => unknown>} */
const WAYS = {
  "a second socket on one descriptor": second,
  "a number that is not open": () => refused(() => UnixSocket.adopt(9999)),
  "a regular file": () => refused(() => UnixSocket.adopt(openSync("/etc/passwd", "r"))),
  "closed while it is watched": closedUnder,
  "an exception in the callback": throwing,
  "a socket that nothing refers to": unreferenced,
  "ended within its callback": endedWithin,
};

await WAYS[process.argv[2] ?? ""]?.();
Fd.closeAll([]);
console.log("survived");
process.exit();
