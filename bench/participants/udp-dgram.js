// node:dgram: datagrams over 127.0.0.1, without control messages, which it does not know. Arguments: "receive" (only that is measured)
// or "send" (only that), bytes of a datagram, datagrams of a queue.

import { createSocket } from "node:dgram";
import { once } from "node:events";
import { cmsg } from "./package.js";
import { serve, watch } from "./serve.js";

const { bind, connect, getsockname, recvmmsg, sendmmsg, socket } = cmsg;

const [job, bytes, datagrams] = process.argv.slice(2);
const [byteCount, queue] = [Number(bytes), Number(datagrams)];
const SOCKETS = 8;
const data = Buffer.alloc(byteCount);
const batch = Array.from({ length: queue }, () => ({ data }));
const into = Array.from({ length: queue }, () => Buffer.alloc(byteCount));

async function receiving() {
  let [bytes, missing] = [0, 0];
  /** @type {(bytes: number) => void} */
  let done = () => {};
  /** @type {any[]} */
  const senders = [];
  for (let i = 0; i < SOCKETS; i++) {
    const receiver = createSocket("udp4", (message) => {
      bytes += message.length;
      missing -= 1;
      if (missing === 0) done(bytes);
    }).bind(0, "127.0.0.1");
    await once(receiver, "listening");
    const sender = socket({ family: "inet", type: "dgram" });
    connect(sender, { host: "127.0.0.1", port: receiver.address().port });
    senders.push(sender);
  }
  /** @param {number} count */
  return async (count) => {
    let all = 0;
    for (let turn = 0; turn < count; turn++) {
      watch.stop();
      for (const sender of senders) sendmmsg(sender, batch);
      [bytes, missing] = [0, queue * SOCKETS];
      watch.start();
      all += await new Promise((resolve) => {
        done = resolve;
      });
    }
    return all;
  };
}

async function pair() {
  const receiver = socket({ family: "inet", type: "dgram" });
  bind(receiver, { host: "127.0.0.1", port: 0 });
  const { port } = /** @type {{ port: number }} */ (getsockname(receiver));
  const sender = createSocket("udp4");
  sender.connect(port, "127.0.0.1");
  await once(sender, "connect");
  return { sender, receiver };
}

/** @param {any} receiver */
function drain(receiver) {
  for (let left = queue; left > 0; ) {
    left -= recvmmsg(receiver, { into: into.slice(0, left), controlLimit: 256 }).length;
  }
}

/** Every datagram is on its way when the callback of the last one says so. */
async function sending() {
  const pairs = await Promise.all(Array.from({ length: SOCKETS }, pair));
  /** @param {import("node:dgram").Socket} sender @returns {Promise<void>} */
  const sendQueue = (sender) =>
    new Promise((resolve) => {
      for (let i = 1; i < queue; i++) sender.send(data);
      sender.send(data, () => resolve());
    });
  /** @param {number} count */
  return async (count) => {
    let bytes = 0;
    for (let turn = 0; turn < count; turn++) {
      for (const { sender } of pairs) await sendQueue(sender);
      watch.stop();
      for (const { receiver } of pairs) drain(receiver);
      bytes += SOCKETS * queue * byteCount;
      watch.start();
    }
    return bytes;
  };
}

await serve(await (job === "send" ? sending() : receiving()));
process.exit();
