// cmsg: messages sent, received and closed, so many at a time. Arguments: "seqpacket", "dgram" or "udp" (which brings destination
// and time of each), descriptors, bytes, messages of a turn, how: "each" (a call for every message), "batch", or "into" (into
// buffers of ours).

import { cmsg } from "./package.js";
import { serve } from "./serve.js";

const { bind, connect, Fd, getsockname, recvmmsg, recvmsg, rights, sendmmsg, sendmsg } = cmsg;
const { setsockopt, socket, socketpair } = cmsg;

const [type, fds, bytes, messages, how] = process.argv.slice(2);
const [fdCount, byteCount, count] = [Number(fds), Number(bytes), Number(messages)];

function udpPair() {
  const [sender, receiver] = [0, 1].map(() => socket({ family: "inet", type: "dgram" }));
  bind(/** @type {any} */ (receiver), { host: "127.0.0.1", port: 0 });
  connect(
    /** @type {any} */ (sender),
    /** @type {any} */ (getsockname(/** @type {any} */ (receiver))),
  );
  setsockopt(/** @type {any} */ (receiver), "IPPROTO_IP", "IP_PKTINFO", true);
  setsockopt(/** @type {any} */ (receiver), "SOL_SOCKET", "SO_TIMESTAMPNS", true);
  return [sender, receiver];
}

const [left, right] = /** @type {[any, any]} */ (
  type === "udp" ? udpPair() : [...socketpair({ type: type === "dgram" ? "dgram" : "seqpacket" })]
);
const files = Array.from({ length: fdCount }, () => Fd.open("/dev/null"));
const data = Buffer.alloc(byteCount);
const message = fdCount === 0 ? { data } : { data, control: [rights(files)] };
const batch = Array.from({ length: count }, () => message);
const into = Array.from({ length: count }, () => Buffer.alloc(byteCount));
const options =
  how === "into"
    ? { into, controlLimit: 256 }
    : { limit: count, dataLimit: byteCount, controlLimit: 256 };

/** @param {{ fds: readonly unknown[], control: readonly unknown[] }} received */
const arrivedIn = (received) => (fdCount > 0 ? received.fds.length : received.control.length);

/** @param {number} turns */
function each(turns) {
  let arrived = 0;
  for (let i = 0; i < turns * count; i++) {
    sendmsg(left, message);
    const got = recvmsg(right, { dataLimit: byteCount });
    arrived += arrivedIn(got);
    got[Symbol.dispose]();
  }
  return arrived;
}

/** @param {number} turns */
function together(turns) {
  let arrived = 0;
  for (let i = 0; i < turns; i++) {
    sendmmsg(left, batch);
    const got = recvmmsg(right, options);
    for (const one of got) arrived += arrivedIn(one);
    got[Symbol.dispose]();
  }
  return arrived;
}

await serve(how === "each" ? each : together);
