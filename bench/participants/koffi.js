// koffi and nothing else: the same system calls on structs laid out once, nothing checked, nothing answered. What a package on koffi
// cannot go below. For 64-bit little-endian Linux. Arguments: socket type, descriptors, bytes.

import { openSync } from "node:fs";
import koffi from "koffi";
import { cmsg } from "./package.js";
import { serve } from "./serve.js";

const fdCount = Number(process.argv[3]);
const byteCount = Number(process.argv[4]);

const library = koffi.load(null);
const sendmsg = library.func("intptr_t sendmsg(int fd, uintptr_t msghdr, int flags)");
const recvmsg = library.func("intptr_t recvmsg(int fd, uintptr_t msghdr, int flags)");
const close = library.func("int close(int fd)");

const MSG_NOSIGNAL = 0x4000;
const MSG_CMSG_CLOEXEC = 0x40000000;
const HEADER = 16;

/** One struct msghdr with its iovec, control buffer and data. @param {number} controlLength */
function message(controlLength) {
  const memory = new ArrayBuffer(128 + controlLength + byteCount);
  const words = new BigUint64Array(memory, 0, 16);
  const base = koffi.address(memory);
  words.set([base + 64n, 1n, base + 128n, BigInt(controlLength)], 2);
  words.set([base + 128n + BigInt(controlLength), BigInt(byteCount)], 8);
  if (controlLength === 0) words[4] = 0n;
  const ints = new Int32Array(memory, 0, (128 + controlLength) >> 2);
  return { memory, address: Number(base), ints };
}

const space = fdCount === 0 ? 0 : (HEADER + fdCount * 4 + 7) & -8;
const [outgoing, incoming] = [message(space), message(space)];
if (fdCount > 0) outgoing.ints.set([HEADER + fdCount * 4, 0, 1, 1], 32);
for (let i = 0; i < fdCount; i++) outgoing.ints[36 + i] = openSync("/dev/null", "r");

const pair = cmsg.socketpair({ type: process.argv[2] === "stream" ? "stream" : "seqpacket" });
const [left, right] = [pair[0].take(), pair[1].take()];

await serve((count) => {
  const { ints, address } = incoming;
  for (let i = 0; i < count; i++) {
    if (sendmsg(left, outgoing.address, MSG_NOSIGNAL) !== byteCount) throw new Error("sendmsg");
    for (let missing = byteCount; missing > 0; ) {
      ints[10] = space;
      missing -= recvmsg(right, address, MSG_CMSG_CLOEXEC);
      if (ints[10] === 0) continue;
      for (let n = 0; n < fdCount; n++) close(ints[36 + n]);
    }
  }
  return count * fdCount;
});
