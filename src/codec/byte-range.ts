// A range of bytes, as spans, notations and models speak of them.

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
