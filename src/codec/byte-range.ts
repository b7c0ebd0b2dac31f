// A range of bytes, as spans, notations and models speak of them.

import { integerIn, typeError } from "./arguments.js";

/** Bytes `from` (included) to `to` (excluded). */
export interface ByteRange {
  readonly from: number;
  readonly to: number;
}

/** The runs of places for which `is` holds, from 0 to `length`. */
export function rangesWhere(length: number, is: (at: number) => boolean): readonly ByteRange[] {
  const found: ByteRange[] = [];
  for (let from = 0; from < length; from++) {
    if (!is(from)) continue;
    let to = from + 1;
    while (to < length && is(to)) to += 1;
    found.push(Object.freeze({ from, to }));
    from = to;
  }
  return Object.freeze(found);
}

/** Ranges that a caller gave, of a buffer of `length` bytes. */
export function rangesOf(given: unknown, length: number, what: string): readonly ByteRange[] {
  if (given === undefined) return [];
  if (!Array.isArray(given)) throw typeError(what, "an array of { from, to }", given);
  return given.map((range: Partial<ByteRange> | null, i) => {
    if (typeof range !== "object" || range === null) {
      throw typeError(`${what}[${i}]`, "{ from, to }", range);
    }
    const from = integerIn(range.from, 0, length, `${what}[${i}].from`);
    return { from, to: integerIn(range.to, from, length, `${what}[${i}].to`) };
  });
}
