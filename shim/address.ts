// Native addresses of memory that JavaScript owns.

import { koffi } from "./koffi.js";

/**
 * Address of the first byte of a buffer or view, as a number (user space ends below 2^53).
 *
 * An address does not keep its memory alive: hold the buffer itself until the system call is over.
 */
export function addressOf(memory: ArrayBuffer | ArrayBufferView): number {
  return Number(koffi().address(memory));
}
