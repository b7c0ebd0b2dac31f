// What the bytes under the cursor are: name, value, note, the bytes to edit, and every reading of them.

import type { Span } from "../src/codec.js";
import { overwrite } from "./buffer.js";
import { h, redraw } from "./dom.js";
import { bytesOfHex, hexOf } from "./hex.js";
import { type Model, spanAt } from "./model.js";
import { integerOf } from "./number.js";
import { count, nameOf, noteOf, ROLES, valueText } from "./span-text.js";
import type { Store } from "./state.js";

/** Draws the span of a byte: that of the pointer, or else of the cursor. */
export function drawInspector(root: HTMLElement, model: Model, store: Store, at: number): void {
  const span = spanAt(model, at);
  if (span === undefined) {
    redraw(root, h("p", { class: "quiet" }, "The buffer is empty. Add a message or import bytes."));
    return;
  }
  const { from, to, message } = span;
  const where = to - from === 1 ? `byte ${from}` : `bytes ${from}–${to - 1}`;
  const whose = message === null ? "" : ` of message ${message}`;
  const note = noteOf(span);
  const value = valueText(span);
  redraw(
    root,
    h(
      "p",
      { class: "inspector-title" },
      h("span", { class: `swatch role-${span.role}`, "aria-hidden": "true" }),
      h("strong", {}, nameOf(span)),
      value !== "" && h("span", { class: "inspector-value" }, value),
      note !== "" && h("span", { class: "quiet" }, note),
    ),
    h(
      "p",
      { class: "quiet" },
      `${where}${whose}: ${ROLES[span.role]}, ${count(to - from, "byte")}`,
    ),
    bytesField(model, store, span),
    readings(model, span),
  );
}

function bytesField(model: Model, store: Store, { from, to, role }: Span): HTMLElement {
  const bytes = model.doc.bytes.subarray(from, to);
  const change = ({ target }: { target: HTMLInputElement }): void => {
    const typed = bytesOfHex(target.value);
    const fits = typed !== undefined && typed.length === to - from;
    target.setAttribute("aria-invalid", String(!fits));
    if (fits) store.change(overwrite(store.doc, from, typed), `span ${from}`);
  };
  return h(
    "label",
    { class: "inline-field" },
    h("span", {}, "hex"),
    h("input", {
      type: "text",
      class: "mono",
      spellcheck: "false",
      autocomplete: "off",
      "data-key": `span ${from}`,
      value: role === "unknown" ? "" : hexOf(bytes, " "),
      placeholder: role === "unknown" ? "unknown" : null,
      oninput: change as never,
    }),
  );
}

/** Readings as integers, where the bytes are as many as an integer has. */
function readings(model: Model, { from, to, role }: Span): HTMLElement | null {
  const width = to - from;
  if (role === "unknown" || ![1, 2, 4, 8].includes(width)) return null;
  const bytes = model.doc.bytes.subarray(from, to);
  const rows: (readonly [string, bigint])[] =
    width === 1
      ? [["unsigned", integerOf(bytes, true, false)]]
      : [
          ["little-endian", integerOf(bytes, true, false)],
          ["big-endian", integerOf(bytes, false, false)],
        ];
  const signed = integerOf(bytes, model.layout.endian === "little", true);
  if (signed < 0n) rows.push(["signed", signed]);
  return h(
    "dl",
    { class: "readings" },
    rows.map(([name, value]) => h("div", {}, h("dt", {}, name), h("dd", {}, String(value)))),
  );
}
