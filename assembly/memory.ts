// Which part of linear memory belongs to the caller.

import { MEMORY_SIZE, SCRATCH_BASE } from "./shared/limits";

/** Whether `length` bytes at `at` leave the caller's part. Negative numbers do. */
export function outsideScratch(at: i32, length: i32): bool {
  if (at < SCRATCH_BASE || length < 0) return true;
  return <u64>(<u32>at) + <u64>(<u32>length) > <u64>MEMORY_SIZE;
}

/** Whether a range that may be empty leaves the caller's part: no byte of an empty one is touched, so it lies anywhere. */
export function outsideUnlessEmpty(at: i32, length: i32): bool {
  return length != 0 && outsideScratch(at, length);
}

/** Whether two ranges inside the caller's part share a byte. */
export function overlap(a: i32, aLength: i32, b: i32, bLength: i32): bool {
  return a < b + bLength && b < a + aLength && aLength != 0 && bLength != 0;
}

/** Zeros `length` bytes: a call to the engine's own costs more than the few words that headers and padding are. */
export function clear(at: usize, length: i32): void {
  let i = 0;
  for (; i + 8 <= length; i += 8) store<u64>(at + <usize>i, 0);
  for (; i < length; i++) store<u8>(at + <usize>i, 0);
}
