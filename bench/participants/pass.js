// cmsg: messages sent, received and closed in a loop on a socketpair. Arguments: socket type, descriptors, bytes, how data is
// received: "new" buffers, "into" one of ours, one that a "pool" lends, or a "record" that is used again.

import { cmsg } from "./package.js";
import { serve } from "./serve.js";

const { Fd, MSG_DONTWAIT, recvFds, recvmsg, sendFds, sendmsg, socketpair } = cmsg;
const { BufferPool, MessageRecord } = /** @type {any} */ (cmsg);

const [type = "", fds, bytes, how] = process.argv.slice(2);
const [fdCount, byteCount] = [Number(fds), Number(bytes)];
const pool = how === "pool" ? new BufferPool({ size: byteCount }) : undefined;
const lent = pool === undefined ? undefined : /** @type {any} */ ({ pool });
const into = how === "into" ? { into: Buffer.alloc(byteCount) } : lent;

const pair = socketpair({ type: /** @type {"stream"} */ (type) });
const files = Array.from({ length: fdCount }, () => Fd.open("/dev/null"));
const data = Buffer.alloc(byteCount);

/** Receives so many bytes, in as many pieces as the kernel makes of them; answers the descriptors. @param {number} missing */
function receiveFds(missing) {
  let arrived = 0;
  while (missing > 0) {
    const got = recvFds(pair[1], into);
    missing -= got.bytes;
    arrived += got.fds.length;
    got[Symbol.dispose]();
  }
  return arrived;
}

/** @param {number} count */
function passFds(count) {
  let arrived = 0;
  for (let i = 0; i < count; i++) {
    sendFds(pair[0], files, { data });
    arrived += receiveFds(byteCount);
  }
  return arrived;
}

/** A stream takes so much in pieces: it is sent as far as there is room, and received. @param {number} count */
function passLarge(count) {
  let arrived = 0;
  for (let i = 0; i < count; i++) {
    for (let from = 0; from < byteCount; ) {
      const options = { data: data.subarray(from), flags: MSG_DONTWAIT };
      const sent = from === 0 ? sendFds(pair[0], files, options).bytes : sendmsg(pair[0], options);
      arrived += receiveFds(sent);
      from += sent;
    }
  }
  return arrived;
}

/** @param {number} count */
function passData(count) {
  for (let i = 0; i < count; i++) {
    sendmsg(pair[0], { data });
    for (let missing = byteCount; missing > 0; ) {
      const got = recvmsg(pair[1], into);
      missing -= got.bytes;
      if (pool !== undefined) got[Symbol.dispose]();
    }
  }
  return 0;
}

/** @param {number} count */
function passRecord(count) {
  const record = new MessageRecord(pair[1], { dataLimit: byteCount });
  let arrived = 0;
  for (let i = 0; i < count; i++) {
    if (fdCount > 0) sendFds(pair[0], files, { data });
    else sendmsg(pair[0], { data });
    for (let missing = byteCount; missing > 0; ) {
      missing -= record.receive().bytes;
      arrived += record.fdCount;
    }
  }
  record.close();
  return arrived;
}

if (how === "record") await serve(passRecord);
else if (fdCount === 0) await serve(passData);
else await serve(byteCount > 65536 ? passLarge : passFds);
