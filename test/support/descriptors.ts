// What the kernel itself says of descriptors of this process: whether they are open, and with which flags.

import { constants, lstatSync, readFileSync } from "node:fs";
import { closeNumber, openNumber } from "./raw.js";

/** Whether a number is open. */
export function isOpen(number: number): boolean {
  try {
    lstatSync(`/proc/self/fd/${number}`);
    return true;
  } catch {
    return false;
  }
}

/** A number that is not open now. */
export function closedNumber(): number {
  const number = openNumber("/dev/null");
  closeNumber(number);
  return number;
}

/** Status flags of an open number, close-on-exec among them as O_CLOEXEC. */
export function flagsOf(number: number): number {
  const info = readFileSync(`/proc/self/fdinfo/${number}`, "utf8");
  return Number.parseInt(/^flags:\s+([0-7]+)$/m.exec(info)?.[1] ?? "", 8);
}

/** O_CLOEXEC of Linux. */
const O_CLOEXEC = 0o2000000;

/** Whether a number is close-on-exec. */
export function isCloseOnExec(number: number): boolean {
  return (flagsOf(number) & O_CLOEXEC) !== 0;
}

/** Whether calls on a number answer EAGAIN instead of waiting. */
export function isNonBlocking(number: number): boolean {
  return (flagsOf(number) & constants.O_NONBLOCK) !== 0;
}
