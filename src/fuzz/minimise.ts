// Makes an input smaller while it keeps what it is kept for: pieces are left out, then bytes become zero.

/**
 * The smallest input that was found for which `keeps` still holds.
 *
 * @param limit Calls of `keeps` at most; 5000 unless given.
 * @example
 * minimise(Uint8Array.of(1, 2, 3, 9, 4), (bytes) => bytes.includes(9)) // Uint8Array [9]
 */
export function minimise(
  input: Uint8Array,
  keeps: (bytes: Uint8Array) => boolean,
  limit = 5000,
): Uint8Array {
  let calls = 0;
  const holds = (bytes: Uint8Array): boolean => calls++ < limit && keeps(bytes);
  let bytes = new Uint8Array(input);
  for (let before = ""; before !== String(bytes); ) {
    before = String(bytes);
    bytes = simplified(shortened(bytes, holds), holds);
  }
  return bytes;
}

type Holds = (bytes: Uint8Array) => boolean;

/** Leaves pieces out, halves first. */
function shortened(input: Uint8Array<ArrayBuffer>, holds: Holds): Uint8Array<ArrayBuffer> {
  let bytes = input;
  for (
    let size = Math.ceil(bytes.length / 2);
    size >= 1;
    size = size === 1 ? 0 : Math.ceil(size / 2)
  ) {
    for (let at = bytes.length - size; at >= -size + 1; at -= size) {
      const from = Math.max(at, 0);
      const without = new Uint8Array(bytes.length - Math.min(size, bytes.length - from));
      without.set(bytes.subarray(0, from));
      without.set(bytes.subarray(from + size), from);
      if (without.length < bytes.length && holds(without)) bytes = without;
    }
  }
  return bytes;
}

/** Makes bytes zero, or at least smaller. */
function simplified(input: Uint8Array<ArrayBuffer>, holds: Holds): Uint8Array<ArrayBuffer> {
  let bytes = input;
  for (let at = 0; at < bytes.length; at++) {
    const value = bytes[at] as number;
    for (const simple of [0, 1, value >> 1, value - 1]) {
      if (simple < 0 || simple >= value) continue;
      const simpler = bytes.slice();
      simpler[at] = simple;
      if (!holds(simpler)) continue;
      bytes = simpler;
      break;
    }
  }
  return bytes;
}
