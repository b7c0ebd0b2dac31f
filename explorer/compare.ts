// Two ABIs side by side: the same messages, a row for each, with the bytes that differ outlined.

import { type AbiOption, CMSG_LEN, CMSG_SPACE, explain, layout, type Span } from "../src/codec.js";
import { messagesOf, translate } from "./buffer.js";
import { byteRows } from "./byte-rows.js";
import { h, redraw } from "./dom.js";
import { factOf } from "./facts.js";
import type { Model } from "./model.js";
import { count } from "./span-text.js";

/** One of the two sides. */
interface Side {
  readonly name: string;
  readonly abi: AbiOption;
  readonly bytes: Uint8Array;
  readonly spans: readonly Span[];
  readonly payloads: readonly number[];
}

function sideOf(name: string, abi: AbiOption, bytes: Uint8Array): Side {
  const { spans } = explain(bytes, { abi });
  const choice = typeof abi === "string" ? abi : null;
  const payloads = choice === null ? [] : messagesOf({ abi: choice, bytes }).map(lengthOf);
  return { name, abi, bytes, spans, payloads };
}

function lengthOf({ payload }: { readonly payload: Uint8Array }): number {
  return payload.length;
}

/** Draws both sides. */
export function drawCompare(root: HTMLElement, model: Model): void {
  const { doc, view, abi } = model;
  const left: Side = {
    ...sideOf(model.layout.abi, abi, doc.bytes),
    name: typeof doc.abi === "string" ? doc.abi : `by hand, after ${doc.abi.base}`,
    payloads: messagesOf(doc).map(lengthOf),
  };
  const right = sideOf(view.other, view.other, translate(doc, view.other));
  const messages = Math.max(left.payloads.length, right.payloads.length);
  redraw(
    root,
    h(
      "div",
      { class: "compare" },
      heading(left),
      heading(right),
      Array.from({ length: messages }, (_, i) => [block(left, right, i), block(right, left, i)]),
      totals(left),
      totals(right),
    ),
    h("p", { class: "quiet" }, sentence(left, right)),
  );
}

function heading({ name, abi }: Side): HTMLElement {
  return h(
    "div",
    { class: "compare-head" },
    h("h3", {}, name),
    h("p", { class: "quiet" }, factOf(abi)),
  );
}

/** The bytes of a message, and where they begin. */
function part({ spans, bytes }: Side, message: number) {
  const own = spans.filter((span) => span.message === message);
  const from = own[0]?.from ?? 0;
  const to = own.at(-1)?.to ?? from;
  return { own, from, bytes: bytes.subarray(from, to) };
}

const DIFFERS = { style: "differs", note: "differs" };

function block(side: Side, other: Side, message: number): HTMLElement {
  const { own, from, bytes } = part(side, message);
  const beside = part(other, message).bytes;
  const payload = side.payloads[message] ?? 0;
  const { abi } = side;
  const type = own.find(({ role }) => role === "type")?.note ?? "";
  return h(
    "section",
    { class: "compare-block", "aria-label": `message ${message}: ${type} in ${side.name}` },
    h("h4", {}, h("span", { class: "card-index" }, message), type),
    h("p", { class: "compare-abi" }, side.name),
    byteRows({
      bytes,
      from,
      spans: own,
      mark: (at) => (beside[at - from] === bytes[at - from] ? null : DIFFERS),
    }),
    h(
      "p",
      { class: "compare-size" },
      `LEN ${CMSG_LEN(payload, { abi })}, SPACE ${CMSG_SPACE(payload, { abi })}`,
    ),
  );
}

function sums({ payloads, abi }: Side) {
  const add = (sizes: readonly number[]): number => sizes.reduce((sum, size) => sum + size, 0);
  return {
    length: add(payloads.map((payload) => CMSG_LEN(payload, { abi }))),
    space: add(payloads.map((payload) => CMSG_SPACE(payload, { abi }))),
  };
}

function totals(side: Side): HTMLElement {
  const { length, space } = sums(side);
  return h(
    "dl",
    { class: "compare-totals" },
    h("div", {}, h("dt", {}, "sum of CMSG_LEN"), h("dd", {}, length)),
    h("div", {}, h("dt", {}, "sum of CMSG_SPACE"), h("dd", {}, space)),
    h("div", {}, h("dt", {}, "msg_controllen"), h("dd", {}, side.bytes.length)),
  );
}

function sentence(left: Side, right: Side): string {
  const [a, b] = [sums(left).space, sums(right).space];
  const header = `headers of ${layout(left.abi).cmsg.dataOffset} and ${layout(right.abi).cmsg.dataOffset} bytes`;
  if (a === b) return `Both need ${count(a, "byte")}, with ${header}.`;
  return `The same messages need ${count(a, "byte")} here and ${b} there, with ${header}.`;
}
