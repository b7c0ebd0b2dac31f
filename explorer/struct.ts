// The structs of an ABI in the manner of pahole: members with type, offset and size, and the holes, as text and as a drawing.

import { type StructRow, type StructView, structViews } from "../src/model.js";
import { h, redraw } from "./dom.js";
import type { Model } from "./model.js";
import { count } from "./span-text.js";

/** Draws the structs. */
export function drawStructs(root: HTMLElement, { abi }: Model): void {
  redraw(root, h("div", { class: "structs" }, structViews(abi).map(structOf)));
}

function structOf(view: StructView): HTMLElement {
  const { name, size, rows } = view;
  return h(
    "section",
    { class: "struct", "aria-label": `struct ${name}` },
    h("h3", {}, `struct ${name}`),
    drawing(rows, size),
    h("pre", { class: "pahole", tabindex: 0, "aria-label": `struct ${name}` }, paholeText(view)),
  );
}

/** Bytes that are drawn one by one. */
const DRAWN = 64;

/** The bytes as cells, eight in a row, with the holes hatched. */
function drawing(parts: readonly StructRow[], size: number): HTMLElement {
  const cells = parts.flatMap((part, i) => {
    const pieces: HTMLElement[] = [];
    const end = Math.min(part.offset + part.length, DRAWN);
    for (let at = part.offset; at < end; ) {
      const to = Math.min(end, at - (at % 8) + 8);
      const isFirst = at === part.offset;
      const kind = part.name === null ? "role-pad" : `member member-${i % 2}`;
      pieces.push(
        h(
          "span",
          { class: `struct-part ${kind}`, style: `grid-column: ${(at % 8) + 1} / span ${to - at}` },
          isFirst ? (part.name ?? "hole") : "",
        ),
      );
      at = to;
    }
    return pieces;
  });
  const more = size > DRAWN ? h("p", { class: "quiet" }, `and ${size - DRAWN} more bytes`) : null;
  return h("div", { "aria-hidden": "true" }, h("div", { class: "struct-drawing" }, cells), more);
}

/** Members that are arrays of char. */
const ARRAYS = /^(sun_path|sin_zero)$/;

/** The struct as pahole prints it. */
export function paholeText({ name, size, align, rows }: StructView): string {
  const last = rows.at(-1);
  const lines = rows.flatMap((row) => {
    if (row.name === null) {
      return row === last ? [] : ["", `  /* XXX ${count(row.length, "byte")} hole */`, ""];
    }
    const type = row.type ?? "";
    const suffix = ARRAYS.test(row.name) ? `[${row.length}];` : ";";
    const declared = `${type}${type.endsWith("*") ? "" : " "}${row.name}${suffix}`;
    const place = `/* ${String(row.offset).padStart(4)} ${String(row.length).padStart(4)} */`;
    return [`  ${declared.padEnd(28)} ${place}`];
  });
  const padding = last?.name === null ? last.length : 0;
  const holes = rows.filter((row) => row.name === null && row !== last);
  const sum = holes.reduce((total, { length }) => total + length, 0);
  const members = rows.filter((row) => row.name !== null).length;
  const tail = [
    `  /* size: ${size}, members: ${members}, alignment: ${align} */`,
    ...(holes.length > 0 ? [`  /* sum holes: ${sum}, holes: ${holes.length} */`] : []),
    ...(padding > 0 ? [`  /* padding: ${padding} */`] : []),
  ];
  return [`struct ${name} {`, ...lines, "", ...tail, "};"].join("\n");
}
