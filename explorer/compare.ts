// Two ABIs side by side: the same messages, a row for each, with the bytes that differ outlined.

import {
  type ComparedAbi,
  type ComparedCell,
  type Comparison,
  compareControl,
} from "../src/model.js";
import { inputsOf } from "./buffer.js";
import { byteRows } from "./byte-rows.js";
import { h, redraw } from "./dom.js";
import { factOf } from "./facts.js";
import type { Model } from "./model.js";
import { count } from "./span-text.js";

/** Draws both sides. */
export function drawCompare(root: HTMLElement, model: Model): void {
  const { doc, view, abi } = model;
  const names = [
    typeof doc.abi === "string" ? doc.abi : `numbers by hand, after ${doc.abi.base}`,
    view.other,
  ];
  const comparison = compareControl(inputsOf(doc), { abis: [abi, view.other] });
  const { abis, messages } = comparison;
  redraw(
    root,
    h(
      "div",
      { class: "compare" },
      abis.map((side, i) => heading(names[i] ?? "", side)),
      messages.map(({ cells, reasons }, message) =>
        abis.map((side, i) => {
          const name = names[i] ?? "";
          const cell = cells[i] ?? null;
          if (cell === null) return missing(name, message, reasons[i] ?? "");
          return block(name, message, side, cell);
        }),
      ),
      abis.map(totals),
    ),
    h("p", { class: "quiet" }, sentence(comparison)),
  );
}

function heading(name: string, { abi }: ComparedAbi): HTMLElement {
  return h(
    "div",
    { class: "compare-head" },
    h("h3", {}, name),
    h("p", { class: "quiet" }, factOf(abi)),
  );
}

const DIFFERS = { style: "differs", note: "differs" };

function block(name: string, message: number, side: ComparedAbi, cell: ComparedCell): HTMLElement {
  const { from, to, spans, length, space } = cell;
  const differing = new Set(cell.differing);
  const type = spans.find(({ role }) => role === "type")?.note ?? "";
  return h(
    "section",
    { class: "compare-block", "aria-label": `message ${message}: ${type} in ${name}` },
    h("h4", {}, h("span", { class: "card-index" }, message), type),
    h("p", { class: "compare-abi" }, name),
    byteRows({
      bytes: side.bytes.subarray(from, to),
      from,
      spans,
      mark: (at) => (differing.has(at) ? DIFFERS : null),
    }),
    h("p", { class: "compare-size" }, `LEN ${length}, SPACE ${space}`),
  );
}

/** What the other system does not have. */
function missing(name: string, message: number, reason: string): HTMLElement {
  return h(
    "section",
    { class: "compare-block", "aria-label": `message ${message}: not in ${name}` },
    h("h4", {}, h("span", { class: "card-index" }, message), `not in ${name}`),
    h("p", { class: "quiet" }, reason),
  );
}

function totals({ length, space }: ComparedAbi): HTMLElement {
  return h(
    "dl",
    { class: "compare-totals" },
    h("div", {}, h("dt", {}, "sum of CMSG_LEN"), h("dd", {}, length)),
    h("div", {}, h("dt", {}, "sum of CMSG_SPACE"), h("dd", {}, space)),
  );
}

function sentence({ abis, messages }: Comparison): string {
  const [left, right] = abis.map(({ space }) => space);
  const differing = messages.reduce((sum, { cells }) => sum + (cells[0]?.differing.length ?? 0), 0);
  const bytes = `${count(differing, "byte")} of the left side ${differing === 1 ? "is another" : "are others"} or not there on the right.`;
  if (left === right) return `Both need ${count(left ?? 0, "byte")}; ${bytes}`;
  return `The same messages need ${count(left ?? 0, "byte")} here and ${right} there; ${bytes}`;
}
