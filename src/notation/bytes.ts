// Bytes as they are read from a text: a growing list in which some are not known, and where those are.

import { rangeError } from "../codec/arguments.js";
import { type ByteRange, rangesWhere } from "../codec/byte-range.js";
import { CONTROL_LIMIT } from "../codec/core.js";

/** Stands for a byte that the text does not tell. */
export const UNKNOWN = -1;

/** Refuses a length that no control buffer has. */
export function checkedLength(length: number): number {
  if (length > CONTROL_LIMIT) {
    throw rangeError("control buffer", `at most ${CONTROL_LIMIT} bytes`, length);
  }
  return length;
}

/** A list of bytes that grows up to the longest control buffer. */
export class ByteList {
  readonly #bytes: number[] = [];

  get length(): number {
    return this.#bytes.length;
  }

  push(byte: number): void {
    checkedLength(this.#bytes.length + 1);
    this.#bytes.push(byte);
  }

  pushAll(bytes: Iterable<number>): void {
    for (const byte of bytes) this.push(byte);
  }

  slice(from: number, to: number): readonly number[] {
    return this.#bytes.slice(from, to);
  }

  /** The bytes with zeros for those that are not known, and where those are. */
  finish(): { bytes: Uint8Array; unknown: readonly ByteRange[] } {
    const bytes = Uint8Array.from(this.#bytes, (byte) => (byte === UNKNOWN ? 0 : byte));
    return { bytes, unknown: rangesWhere(bytes.length, (at) => this.#bytes[at] === UNKNOWN) };
  }
}
