// cmsg: messages sent, received and closed, so many at a time. Arguments: socket type, descriptors, bytes, messages of a turn, how:
// "each" (a call for every message), "batch", or "into" (into buffers of
// ours), "record" (into a batch that is filled again).

import { cmsg } from "./package.js";
import { serve } from "./serve.js";

const { Fd, recvmmsg, recvmsg, rights, sendmsg, socketpair, trySendmmsg } = cmsg;
const { ReceiveBatch } = /** @type {any} */ (cmsg);

const [type = "", fds, bytes, messages, how] = process.argv.slice(2);
const [fdCount, byteCount, count] = [Number(fds), Number(bytes), Number(messages)];

const pair = socketpair({ type: /** @type {"seqpacket"} */ (type) });
const files = Array.from({ length: fdCount }, () => Fd.open("/dev/null"));
const data = Buffer.alloc(byteCount);
const message = fdCount === 0 ? { data } : { data, control: [rights(files)] };
const batch = Array.from({ length: count }, () => message);
const into = Array.from({ length: count }, () => Buffer.alloc(byteCount));
const options =
  how === "into"
    ? { into, controlLimit: 256 }
    : { limit: count, dataLimit: byteCount, controlLimit: 256 };

/** @param {number} turns */
function each(turns) {
  let arrived = 0;
  for (let i = 0; i < turns * count; i++) {
    sendmsg(pair[0], message);
    const got = recvmsg(pair[1], { dataLimit: byteCount });
    arrived += got.fds.length;
    got[Symbol.dispose]();
  }
  return arrived;
}

const records =
  how === "record"
    ? new ReceiveBatch({ limit: count, dataLimit: byteCount, controlLimit: 256 })
    : undefined;

/** @param {number} sent */
function receiveRecords(sent) {
  let arrived = 0;
  for (let missing = sent; missing > 0; ) {
    const got = records.receive(pair[1]);
    for (let i = 0; i < got; i++) arrived += records.at(i).fdCount;
    missing -= got;
  }
  return arrived;
}

/** Receives so many messages; answers the descriptors. @param {number} sent */
function receiveMessages(sent) {
  let arrived = 0;
  for (let missing = sent; missing > 0; ) {
    const got = recvmmsg(pair[1], options);
    for (const one of got) arrived += one.fds.length;
    missing -= got.length;
    got[Symbol.dispose]();
  }
  return arrived;
}

const receive = how === "record" ? receiveRecords : receiveMessages;

/** The kernel stops where the other end is full: the rest goes with the next call. @param {number} turns */
function together(turns) {
  let arrived = 0;
  for (let i = 0; i < turns; i++) {
    for (let next = 0; next < count; ) {
      const rest = next === 0 ? batch : batch.slice(next);
      const sent = trySendmmsg(pair[0], rest)?.count ?? 0;
      arrived += receive(sent);
      next += sent;
    }
  }
  return arrived;
}

await serve(how === "each" ? each : together);
