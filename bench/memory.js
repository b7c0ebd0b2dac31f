// What an idle connection holds in memory: each contender in a process of its own, the median of several.

import { spawnSync } from "node:child_process";
import { median } from "./measure.js";
import { HERE } from "./prepare.js";

const WAYS = ["net.Socket", "UnixSocket, receive", "UnixSocket, onMessage", "FdStream"];
const COUNT = 4000;

export const NAME = "memory of an idle connection";

/** @param {number} runs @returns {string[][]} the lines of a table */
export function memoryLines(runs) {
  const body = WAYS.map((way) => {
    const all = Array.from({ length: runs }, () => bytesOf(way));
    const heap = median(all.map(([heap]) => heap));
    const native = median(all.map(([, native]) => native));
    return [way, ...[heap, native, heap + native].map((bytes) => String(Math.round(bytes)))];
  });
  return [["", "bytes of heap", "of malloc", "together"], ...body];
}

/** @param {string} way @returns {[heap: number, native: number]} */
function bytesOf(way) {
  const args = ["--expose-gc", "participants/idle.js", way, String(COUNT)];
  const { status, stdout, stderr } = spawnSync(process.execPath, args, {
    cwd: HERE,
    encoding: "utf8",
  });
  if (status !== 0) throw new Error(`${way}: ${stderr.trim().split("\n").at(-1)}`);
  const [heap = 0, native = 0] = stdout.split(" ").map(Number);
  return [heap, native];
}
