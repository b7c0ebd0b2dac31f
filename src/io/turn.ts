// Turns: threads and processes that must not do a thing at the same time lock a file that all of them can open.

import { closeSync, openSync, type PathLike } from "node:fs";
import { SyscallError } from "./errors.js";
import { theFrame } from "./frame.js";

const LOCK_EX = 2;
const LOCK_NB = 4;

/** What ends a turn; or why there is none: the file cannot be opened, or others had the turn for all of the time. */
export type Turn = (() => void) | "unreadable" | "late";

/**
 * Takes turns with everybody else who locks a file or directory, waiting for at most so many milliseconds. The lock belongs to
 * an open file of this call's own, so threads of one process exclude each other too, and it ends with its holder.
 */
export function takeTurn(path: PathLike, limitMs: number): Turn {
  let fd: number;
  try {
    fd = openSync(path, "r");
  } catch {
    return "unreadable";
  }
  try {
    if (lock(fd, limitMs)) return () => closeSync(fd);
  } catch (error) {
    closeSync(fd);
    throw error;
  }
  closeSync(fd);
  return "late";
}

function lock(fd: number, limitMs: number): boolean {
  const deadline = performance.now() + limitMs;
  const { system, EAGAIN, EINTR } = theFrame();
  for (;;) {
    const result = system.flock(fd, LOCK_EX | LOCK_NB);
    if (result >= 0) return true;
    if (result !== -EAGAIN && result !== -EINTR) throw new SyscallError(-result, "flock");
    if (performance.now() > deadline) return false;
    pause(1);
  }
}

/** Turns last for microseconds: a millisecond is long enough to wait before the next look. */
function pause(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}
