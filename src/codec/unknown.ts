// Bytes that a text left out, such as payloads that strace omits: spans of their own, in place of what zeros would mean.

import type { ByteRange } from "./byte-range.js";
import type { Span } from "./spans.js";

/** The spans with every unknown byte in one of the role "unknown". A number of which a part is not known has no value. */
export function hideUnknown(
  spans: readonly Span[],
  unknown: readonly ByteRange[],
  length: number,
): readonly Span[] {
  const hidden = new Uint8Array(length);
  for (const { from, to } of unknown) hidden.fill(1, from, to);
  return spans.flatMap((span) => {
    const pieces: Span[] = [];
    for (let from = span.from; from < span.to; ) {
      let to = from + 1;
      while (to < span.to && hidden[to] === hidden[from]) to += 1;
      pieces.push(pieceOf(span, from, to, hidden[from] === 1));
      from = to;
    }
    return pieces;
  });
}

function pieceOf(span: Span, from: number, to: number, isHidden: boolean): Span {
  if (isHidden) {
    return Object.freeze({ ...span, from, to, role: "unknown", value: null, note: "not known" });
  }
  if (from === span.from && to === span.to) return span;
  return Object.freeze({ ...span, from, to, value: null, note: "the rest is not known" });
}
