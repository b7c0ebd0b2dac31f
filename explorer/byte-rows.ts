// Bytes in rows of eight, to look at: in a comparison, in what was received.

import type { Span } from "../src/codec.js";
import { h } from "./dom.js";
import { hexByte, offsetText } from "./hex.js";
import { nameOf } from "./span-text.js";

/** Bytes of a buffer from `from` on. */
interface Shown {
  readonly bytes: Uint8Array;
  readonly from: number;
  readonly spans: readonly Span[];
  /** What is to be said of a byte, and the class that it has for it. */
  readonly mark: (at: number) => { readonly style: string; readonly note: string } | null;
}

/** The rows. */
export function byteRows({ bytes, from, spans, mark }: Shown): HTMLElement[] {
  const rows = Array.from({ length: Math.ceil(bytes.length / 8) }, (_, i) => i * 8);
  return rows.map((row) =>
    h(
      "div",
      { class: "byte-row" },
      h("span", { class: "offset" }, offsetText(from + row)),
      Array.from(bytes.subarray(row, row + 8), (byte, i) => {
        const at = from + row + i;
        const span = spans.find((each) => at >= each.from && at < each.to);
        const marked = mark(at);
        const name = span === undefined ? "" : nameOf(span);
        return h(
          "span",
          {
            class: `cell role-${span?.role ?? "tail"} ${marked?.style ?? ""}`,
            title: marked === null ? name : `${name}, ${marked.note}`,
          },
          hexByte(byte),
        );
      }),
    ),
  );
}
