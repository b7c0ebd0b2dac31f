// cmsg: messages sent, received and closed in a loop on a socketpair. Arguments: socket type, descriptors, bytes,
// where data is received ("new" buffers, or "into" one of ours).

import { cmsg } from "./package.js";
import { serve } from "./serve.js";

const { Fd, recvFds, recvmsg, sendFds, sendmsg, socketpair } = cmsg;

const fdCount = Number(process.argv[3]);
const byteCount = Number(process.argv[4]);
const into = process.argv[5] === "into" ? { into: Buffer.alloc(byteCount) } : undefined;

const pair = socketpair({ type: process.argv[2] === "stream" ? "stream" : "seqpacket" });
const files = Array.from({ length: fdCount }, () => Fd.open("/dev/null"));
const data = Buffer.alloc(byteCount);

/** @param {number} count */
function passFds(count) {
  let arrived = 0;
  for (let i = 0; i < count; i++) {
    sendFds(pair[0], files, { data });
    for (let missing = byteCount; missing > 0; ) {
      const got = recvFds(pair[1], into);
      missing -= got.bytes;
      arrived += got.fds.length;
      got[Symbol.dispose]();
    }
  }
  return arrived;
}

/** @param {number} count */
function passData(count) {
  for (let i = 0; i < count; i++) {
    sendmsg(pair[0], { data });
    for (let missing = byteCount; missing > 0; ) missing -= recvmsg(pair[1], into).bytes;
  }
  return 0;
}

await serve(fdCount > 0 ? passFds : passData);
