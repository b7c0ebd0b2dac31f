// cmsg: messages sent, received into one record and closed in a loop on a socketpair. Arguments: socket type, descriptors, bytes.

import { cmsg } from "./package.js";
import { serve } from "./serve.js";

const { Fd, MessageRecord, sendFds, sendmsg, socketpair } = cmsg;

const fdCount = Number(process.argv[3]);
const byteCount = Number(process.argv[4]);

const pair = socketpair({ type: process.argv[2] === "stream" ? "stream" : "seqpacket" });
const files = Array.from({ length: fdCount }, () => Fd.open("/dev/null"));
const data = Buffer.alloc(byteCount);
const record = new MessageRecord(pair[1], { dataLimit: byteCount });

/** @param {number} count */
function pass(count) {
  let arrived = 0;
  for (let i = 0; i < count; i++) {
    if (fdCount > 0) sendFds(pair[0], files, { data });
    else sendmsg(pair[0], { data });
    for (let missing = byteCount; missing > 0; ) {
      missing -= record.receive().bytes;
      arrived += record.fdCount;
    }
  }
  return arrived;
}

await serve(pass);
