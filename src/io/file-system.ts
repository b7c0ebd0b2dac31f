// The file system that streams of node:fs go through for a descriptor that node:fs has not opened.

import { closeNumber, transfer } from "./file.js";
import { fs } from "./node-modules.js";

type Done = (error: unknown, bytes?: number, memory?: Uint8Array) => void;

/** Makes a call, and tells of its end in the next tick. */
function tell(done: Done, call: () => number | undefined, memory?: Uint8Array): void {
  let bytes: number | undefined;
  let failure: unknown = null;
  try {
    bytes = call();
  } catch (error) {
    failure = error;
  }
  process.nextTick(done, failure, bytes, memory);
}

/** Worker threads warn of numbers that `node:fs` closes and has not opened. */
function close(number: number, done: Done = () => {}): void {
  tell(done, () => {
    closeNumber(number);
    return undefined;
  });
}

/** `fs.read` or `fs.write` of any number. */
function transferring(direction: "read" | "write") {
  return (
    number: number,
    memory: Uint8Array,
    offset: number,
    length: number,
    position: number | null,
    done: Done,
  ): void => {
    const part = memory.subarray(offset, offset + length);
    tell(done, () => transfer(number, direction, part, position ?? undefined), memory);
  };
}

/** What stream constructors take as `fs`. */
export function fileSystem(): typeof import("node:fs") {
  const own = { ...fs(), close };
  if (process.versions["deno"] === undefined) return own as unknown as ReturnType<typeof fs>;
  // Deno's calls know only the descriptors that it has opened itself.
  const transfers = { read: transferring("read"), write: transferring("write"), writev: undefined };
  return { ...own, ...transfers } as unknown as ReturnType<typeof fs>;
}
