// The reader of a short-circuit read: asks for a block, receives two descriptors while signals interrupt the wait, reads the
// data itself and verifies every checksum.

import { connect, type Fd, recvFds, sendmsg, socket } from "cmsg";
import { crc32c } from "./crc32c.js";

/** Header of the checksum file: version, type (2 is CRC-32C), bytes per checksum. */
const HEADER_BYTES = 7;

/** Verifies the data against its checksums; answers the number of chunks. */
function verify(data: Fd, checksums: Fd): number {
  const meta = checksums.read(1 << 20, { position: 0 });
  const chunkBytes = meta.readUInt32BE(3);
  const chunk = Buffer.alloc(chunkBytes);
  let count = 0;
  for (let position = 0; ; position += chunkBytes, count++) {
    const length = data.read(chunk, { position });
    if (length === 0) return count;
    const expected = meta.readUInt32BE(HEADER_BYTES + count * 4);
    const found = crc32c(chunk.subarray(0, length));
    if (found !== expected)
      throw new Error(`chunk ${count}: checksum ${found}, expected ${expected}`);
  }
}

const [path = "datanode.sock", block = "1"] = process.argv.slice(2);

// A handler makes the kernel interrupt the wait; without one the signal would end the process.
let signals = 0;
process.on("SIGUSR2", () => {
  signals += 1;
});

using connection = socket();
connect(connection, { path });
sendmsg(connection, { data: Buffer.from(JSON.stringify({ block: Number(block) })) });
console.log(`asked for block ${block}`);

using answer = recvFds(connection, { dataLimit: 1, fdLimit: 2, timeoutMs: 10_000 });
const [data, checksums] = answer.fds;
if (data === undefined || checksums === undefined)
  console.log(`status ${answer.data[0]}, no descriptors`);
else {
  try {
    console.log(`verified ${verify(data, checksums)} chunks of block ${block}`);
  } catch (error) {
    console.log((error as Error).message);
  }
}
// Handlers run when the call has returned: those of signals that came during it are run in the turns after it.
setTimeout(() => {
  console.log(signals > 0 ? "interrupted on the way" : "never interrupted");
  process.exit(0);
}, 50);
