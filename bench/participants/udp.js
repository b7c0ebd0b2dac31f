// cmsg: datagrams over 127.0.0.1. Arguments: "receive" (only that is measured; each brings its destination and its time, which are
// read) or "send" (only that); bytes of a datagram; datagrams of a queue; how: "each" and "batch" by calls, "offload" by the kernel's
// own batches (UDP_SEGMENT, UDP_GRO), "into" by batches into buffers of ours, "record" into a batch that is filled again ("unread": whose values nobody asks for), "socket" and "many" on the
// event loop by `UdpSocket`.

import { cmsg } from "./package.js";
import { serve, watch } from "./serve.js";

const { bind, connect, enable, getsockname, packetInfo, recvmmsg, recvmsg, sendmmsg, sendmsg } =
  cmsg;
const { socket, timestampNs, udpGro, udpSegment, UdpSocket } = cmsg;

const { ReceiveBatch } = /** @type {any} */ (cmsg);

const [job, bytes, datagrams, how = ""] = process.argv.slice(2);
const [byteCount, queue] = [Number(bytes), Number(datagrams)];
const SOCKETS = 8;

const data = Buffer.alloc(byteCount);
const message = { data };
const batch = Array.from({ length: queue }, () => message);
const large = { data: Buffer.alloc(byteCount * queue), control: [udpSegment(byteCount)] };
const into = Array.from({ length: queue }, () => Buffer.alloc(byteCount));
const offload = Buffer.alloc(65536);
let seen = 0;

function pair() {
  const [sender, receiver] = /** @type {[any, any]} */ (
    [0, 1].map(() => socket({ family: "inet", type: "dgram" }))
  );
  bind(receiver, { host: "127.0.0.1", port: 0 });
  connect(sender, /** @type {any} */ (getsockname(receiver)));
  if (job === "receive") enable(receiver, packetInfo, timestampNs);
  if (job === "receive" && how === "offload") enable(receiver, udpGro);
  return { sender, receiver };
}

/** @param {any} to */
function sendQueue(to) {
  if (how === "offload") sendmsg(to, large);
  else if (how === "each" && job === "send") for (let i = 0; i < queue; i++) sendmsg(to, message);
  else sendmmsg(to, batch);
}

/** The values of what the kernel says. @param {{ control: readonly any[] }} received */
function look({ control }) {
  for (const one of control) {
    if (one.is(packetInfo)) seen += one.value.addr.length;
    else if (one.is(timestampNs)) seen += Number(one.value & 1n);
    else if (one.is(udpGro)) seen += one.value;
  }
}

/** @param {any} from */
function receiveBatch(from) {
  const options =
    how === "into"
      ? { into, controlLimit: 256 }
      : { limit: queue, dataLimit: byteCount, controlLimit: 256 };
  let bytes = 0;
  for (const one of recvmmsg(from, options)) {
    look(one);
    bytes += one.bytes;
  }
  return bytes;
}

const records =
  how === "record" || how === "unread"
    ? new ReceiveBatch({ limit: queue, dataLimit: byteCount, controlLimit: 256 })
    : undefined;

/** @param {any} from */
function receiveRecords(from) {
  let bytes = 0;
  for (let i = 0, got = records.receive(from); i < got; i++) {
    const record = records.at(i);
    if (how === "record") look(record);
    bytes += record.bytes;
  }
  return bytes;
}

/** @param {any} from */
function receiveOne(from) {
  const got = recvmsg(from, how === "offload" ? { into: offload } : { dataLimit: byteCount });
  look(got);
  return got.bytes;
}

/** @param {any} from */
function receiveQueue(from) {
  const some = records !== undefined ? receiveRecords : receiveBatch;
  const receive = how === "each" || how === "offload" ? receiveOne : some;
  let bytes = 0;
  while (bytes < byteCount * queue) bytes += receive(from);
  return bytes;
}

/** @param {number} count */
function receiveAll(count) {
  let bytes = 0;
  for (let turn = 0; turn < count; turn++) {
    watch.stop();
    for (const { sender } of pairs) sendQueue(sender);
    watch.start();
    for (const { receiver } of pairs) bytes += receiveQueue(receiver);
  }
  return bytes;
}

/** @param {number} count */
function sendAll(count) {
  let bytes = 0;
  for (let turn = 0; turn < count; turn++) {
    for (const { sender } of pairs) sendQueue(sender);
    watch.stop();
    for (const { receiver } of pairs) {
      for (let left = queue; left > 0; ) {
        const got = recvmmsg(receiver, { into: into.slice(0, left), controlLimit: 256 });
        bytes += got.length * byteCount;
        left -= got.length;
      }
    }
    watch.start();
  }
  return bytes;
}

/** On the event loop. @param {any} message */
function lookAt({ localAddress, timestamp, bytes }) {
  seen += localAddress.host.length + Number(timestamp & 1n);
  return bytes;
}

/** @param {any[]} sockets */
async function drainMany(sockets) {
  let bytes = 0;
  for (const one of sockets) {
    for (let left = queue; left > 0; ) {
      const got = await one.receiveMany({ limit: left });
      for (const message of got) bytes += lookAt(message);
      left -= got.length;
    }
  }
  return bytes;
}

/** @param {any[]} sockets @returns {() => Promise<number>} */
function drainByCallback(sockets) {
  let [bytes, missing] = [0, 0];
  /** @type {(bytes: number) => void} */
  let done = () => {};
  for (const one of sockets) {
    one.onMessage(
      (/** @type {any} */ message) => {
        bytes += lookAt(message);
        missing -= 1;
        if (missing === 0) done(bytes);
      },
      (/** @type {Error} */ error) => {
        throw error;
      },
    );
  }
  return () => {
    [bytes, missing] = [0, queue * sockets.length];
    return new Promise((resolve) => {
      done = resolve;
    });
  };
}

function onLoop() {
  const sockets = Array.from({ length: SOCKETS }, () =>
    UdpSocket.bind({ host: "127.0.0.1", report: ["localAddress", "timestamp"] }),
  );
  const senders = sockets.map((one) => {
    const sender = socket({ family: "inet", type: "dgram" });
    connect(sender, one.localAddress);
    return sender;
  });
  const drain = how === "many" ? () => drainMany(sockets) : drainByCallback(sockets);
  /** @param {number} count */
  return async (count) => {
    let bytes = 0;
    for (let turn = 0; turn < count; turn++) {
      watch.stop();
      for (const sender of senders) sendQueue(sender);
      watch.start();
      bytes += await drain();
    }
    return bytes;
  };
}

const loops = how === "many" || how === "socket";
const pairs = loops ? [] : Array.from({ length: SOCKETS }, pair);
await serve(loops ? onLoop() : job === "send" ? sendAll : receiveAll);
process.exit(seen < 0 ? 1 : 0);
