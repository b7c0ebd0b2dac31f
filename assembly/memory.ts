// Which part of linear memory belongs to the caller.

import { MEMORY_SIZE, SCRATCH_BASE } from "./shared/limits";

/** Whether `length` bytes at `at` leave the caller's part. Negative numbers do. */
export function outsideScratch(at: i32, length: i32): bool {
  return (
    <u32>(at - SCRATCH_BASE) > <u32>(MEMORY_SIZE - SCRATCH_BASE) ||
    <u32>length > <u32>(MEMORY_SIZE - at)
  );
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
  const whole = at + <usize>(length & ~7);
  for (; at < whole; at += 8) store<u64>(at, 0);
  if (length & 4) {
    store<u32>(at, 0);
    at += 4;
  }
  if (length & 2) {
    store<u16>(at, 0);
    at += 2;
  }
  if (length & 1) store<u8>(at, 0);
}
