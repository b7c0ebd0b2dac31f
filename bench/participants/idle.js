// Memory of connections on which nothing happens: prints bytes for each, V8's heap and what malloc has given away (glibc). Resident
// memory would tell more of pages and of garbage than of connections. Arguments: what holds them, and how many.

import { createRequire } from "node:module";
import { Socket } from "node:net";
import koffi from "koffi";
import { cmsg } from "./package.js";

const NAMES = "arena ordblks smblks hblks hblkhd usmblks fsmblks uordblks fordblks keepcost".split(
  " ",
);
koffi.struct("mallinfo2", Object.fromEntries(NAMES.map((name) => [name, "size_t"])));
const mallinfo2 = koffi.load(null).func("mallinfo2 mallinfo2()");

const { FdStream, socketpair, UnixSocket } = cmsg;

const nothing = () => {};

/** @type {Record<string, (fd: number) => object>} */
const WAYS = {
  "net.Socket": (fd) => new Socket({ fd }).on("data", nothing),
  "UnixSocket, onMessage": (fd) => {
    const socket = UnixSocket.adopt(fd);
    socket.onMessage(nothing, nothing);
    return socket;
  },
  "UnixSocket, receive": (fd) => {
    const socket = UnixSocket.adopt(fd);
    socket.receive();
    return socket;
  },
  usocket: (fd) => {
    const { USocket } = createRequire(import.meta.url)("usocket");
    return new USocket({ fd }).on("readable", nothing);
  },
  FdStream: (fd) => new FdStream(UnixSocket.adopt(fd)).on("data", nothing),
};

const [, , way = "", count] = process.argv;
const make = WAYS[way] ?? (() => ({}));
const all = [];

function pair() {
  const [near, far] = socketpair({ nonBlocking: true });
  return [near.take(), far.take()];
}

async function settled() {
  for (let i = 0; i < 3; i++) {
    await new Promise((resolve) => setTimeout(resolve, 50));
    globalThis.gc?.();
  }
  const { uordblks, hblkhd } = mallinfo2();
  return { heap: process.memoryUsage().heapUsed, native: Number(uordblks) + Number(hblkhd) };
}

const numbers = Array.from({ length: Number(count) }, () => pair()[0] ?? -1);
// What is loaded and compiled once belongs to none of them.
for (const number of numbers.splice(-200)) all.push(make(number));
const before = await settled();
for (const number of numbers) all.push(make(number));
const after = await settled();
const each = (/** @type {"heap" | "native"} */ key) => (after[key] - before[key]) / numbers.length;
console.log(each("heap"), each("native"), all.length);
process.exit();
