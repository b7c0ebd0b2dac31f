// cmsg: as batch.js, received into one ReceiveBatch that is filled again and again. Arguments: type, descriptors, bytes, messages of
// a turn.

import { cmsg } from "./package.js";
import { serve } from "./serve.js";

const { bind, connect, Fd, getsockname, ReceiveBatch, rights, sendmmsg } = cmsg;
const { setsockopt, socket, socketpair } = cmsg;

const [type, fds, bytes, messages] = process.argv.slice(2);
const [fdCount, byteCount, count] = [Number(fds), Number(bytes), Number(messages)];

function udpPair() {
  const sender = socket({ family: "inet", type: "dgram" });
  const receiver = socket({ family: "inet", type: "dgram" });
  bind(receiver, { host: "127.0.0.1", port: 0 });
  connect(sender, /** @type {any} */ (getsockname(receiver)));
  setsockopt(receiver, "IPPROTO_IP", "IP_PKTINFO", true);
  setsockopt(receiver, "SOL_SOCKET", "SO_TIMESTAMPNS", true);
  return [sender, receiver];
}

const [left, right] = /** @type {[any, any]} */ (
  type === "udp" ? udpPair() : [...socketpair({ type: type === "dgram" ? "dgram" : "seqpacket" })]
);
const files = Array.from({ length: fdCount }, () => Fd.open("/dev/null"));
const data = Buffer.alloc(byteCount);
const message = fdCount === 0 ? { data } : { data, control: [rights(files)] };
const outgoing = Array.from({ length: count }, () => message);
const batch = new ReceiveBatch({ limit: count, dataLimit: byteCount, controlLimit: 256 });

/** @param {number} turns */
function together(turns) {
  let arrived = 0;
  for (let i = 0; i < turns; i++) {
    sendmmsg(left, outgoing);
    const got = batch.receive(right);
    for (let n = 0; n < got; n++) {
      const record = /** @type {any} */ (batch.at(n));
      arrived += fdCount > 0 ? record.fdCount : type === "udp" ? 2 : 0;
    }
  }
  batch.clear();
  return arrived;
}

await serve(together);
