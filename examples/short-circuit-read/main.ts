// Short-circuit reads as in HDFS: two descriptors for each block, received by a process that signals keep interrupting.

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { check, inTemporaryDirectory, type Role, startNode } from "../support/processes.js";
import { crc32c } from "./crc32c.js";

const CHUNK_BYTES = 512;

/** Writes a block and its checksum file; `damage` flips a bit of the data afterwards. */
function writeBlock(directory: string, block: number, size: number, damage: boolean): void {
  const data = Buffer.from(Array.from({ length: size }, (_, i) => (i * block) & 0xff));
  const header = Buffer.alloc(7);
  header.writeUInt16BE(1, 0);
  header.writeUInt8(2, 2);
  header.writeUInt32BE(CHUNK_BYTES, 3);
  const checksums = [];
  for (let at = 0; at < size; at += CHUNK_BYTES) {
    const checksum = Buffer.alloc(4);
    checksum.writeUInt32BE(crc32c(data.subarray(at, at + CHUNK_BYTES)));
    checksums.push(checksum);
  }
  if (damage) data[CHUNK_BYTES * 2] = (data[CHUNK_BYTES * 2] as number) ^ 1;
  writeFileSync(join(directory, `blk_${block}`), data);
  writeFileSync(join(directory, `blk_${block}.meta`), Buffer.concat([header, ...checksums]));
}

/** Sends the reader a signal every few milliseconds while it waits. */
async function interrupt(reader: Role, answer: string): Promise<void> {
  await reader.printed("asked for");
  const timer = setInterval(() => reader.process.kill("SIGUSR2"), 5);
  await reader.printed(answer).finally(() => clearInterval(timer));
  await reader.ended();
}

await inTemporaryDirectory(async (directory) => {
  const path = join(directory, "datanode.sock");
  writeBlock(directory, 1, 10_000, false);
  writeBlock(directory, 2, 10_000, true);
  const datanode = startNode("datanode", import.meta.url, "datanode.js", [
    path,
    directory,
    "200",
    "3",
  ]);
  await datanode.printed("serving");

  const expected = {
    1: "verified 20 chunks of block 1",
    2: "chunk 2: checksum",
    3: "status 1, no descriptors",
  };
  for (const [block, line] of Object.entries(expected)) {
    const reader = startNode("reader", import.meta.url, "reader.js", [path, block]);
    await interrupt(reader, line);
    check(reader.lines.includes("interrupted on the way"), "the wait was interrupted and went on");
  }
  await datanode.ended();
});
console.log("done: two blocks passed, one found damaged, one missing");
