// Control buffers for property tests: well-formed ones, random bytes, and well-formed ones with damage.

import fc from "fast-check";
import type { Model, ModelMessage } from "./model.js";

const INT32 = { min: -0x80000000, max: 0x7fffffff };

/** A control message; its level and type are often those of a known one. */
export const messageOf = (most: number): fc.Arbitrary<ModelMessage> =>
  fc.record({
    level: fc.oneof(fc.integer(INT32), fc.constantFrom(0, 1, 17, 41, 0xffff)),
    type: fc.oneof(fc.integer(INT32), fc.constantFrom(1, 2, 3, 4, 8, 11, 104)),
    payload: fc.uint8Array({ maxLength: most }),
  });

/** What a length may claim instead of the truth. */
const CLAIMS = [
  0n,
  1n,
  4n,
  8n,
  11n,
  12n,
  13n,
  15n,
  16n,
  17n,
  20n,
  24n,
  32n,
  33n,
  48n,
  255n,
  0x7fffffffn,
];
const HUGE = [0x80000000n, 0xfffffff0n, 0xfffffffcn, 0xfffffffdn, 0xffffffffn, 0x100000010n];
const HUGER = [1n << 63n, (1n << 64n) - 1n, (1n << 64n) - 8n, (1n << 64n) - 16n, (1n << 32n) + 20n];

const claim: fc.Arbitrary<bigint> = fc.oneof(
  fc.constantFrom(...CLAIMS),
  fc.constantFrom(...HUGE, ...HUGER),
  fc.bigInt({ min: 0n, max: 96n }),
);

/** A buffer whose lengths may lie, whose end may be cut, and whose padding may hold anything. */
export function damagedBuffer(model: Model): fc.Arbitrary<Uint8Array> {
  return fc
    .record({
      messages: fc.array(messageOf(24), { maxLength: 5 }),
      lies: fc.array(fc.tuple(fc.nat(4), claim), { maxLength: 2 }),
      flips: fc.array(fc.tuple(fc.nat(200), fc.nat(255)), { maxLength: 2 }),
      cut: fc.nat(20),
      tail: fc.uint8Array({ maxLength: 20 }),
    })
    .map(({ messages, lies, flips, cut, tail }) => {
      const { bytes, offsets } = model.encode(messages);
      for (const [i, length] of lies) {
        const at = offsets[i];
        if (at !== undefined) model.write(bytes, at, "cmsg_len", length);
      }
      for (const [at, value] of flips) if (at < bytes.length) bytes[at] = value;
      const kept = bytes.subarray(0, cut < 10 ? bytes.length : Math.max(bytes.length - cut + 9, 0));
      return Uint8Array.from([...kept, ...(cut % 3 === 0 ? tail : [])]);
    });
}
