// The byte grid: rows of cells with what they are below them, a ruler with the alignment, and the marks of cursor and walk.

import type { Span } from "../src/codec.js";
import { h, redraw } from "./dom.js";
import { hexByte, offsetText } from "./hex.js";
import { type Model, spanAt } from "./model.js";
import { nameOf, noteOf, titleOf, valueText } from "./span-text.js";

/** The grid. One of its cells takes the focus; the arrow keys move it. */
export class Grid {
  readonly element: HTMLElement;
  /** Bytes in a row. */
  columns = 8;
  #cells: HTMLElement[] = [];
  #drawn: Model["explanation"] | undefined;
  #drawnColumns = 0;

  constructor() {
    this.element = h("div", {
      id: "grid",
      role: "grid",
      "aria-label": "bytes of the control buffer",
      "aria-describedby": "grid-help",
      class: "grid",
    });
  }

  /** The cell of a byte. */
  cell(at: number): HTMLElement | undefined {
    return this.#cells[at];
  }

  draw(model: Model): void {
    const { explanation, doc, view } = model;
    const hadFocus = this.element.contains(document.activeElement);
    if (this.#drawn !== explanation || this.#drawnColumns !== this.columns) {
      this.#drawn = explanation;
      this.#drawnColumns = this.columns;
      this.element.style.setProperty("--columns", String(this.columns));
      this.element.setAttribute("aria-colcount", String(this.columns));
      this.#cells = [];
      const rows = Math.ceil(doc.bytes.length / this.columns);
      redraw(
        this.element,
        rows > 0 && this.#ruler(model),
        Array.from({ length: rows }, (_, row) => this.#row(model, row)),
      );
    }
    this.#mark(model);
    // The byte that had it may be gone.
    if (hadFocus && !this.element.contains(document.activeElement)) this.#cells[view.at]?.focus();
  }

  /** Offsets within a row, with a tick where a header may begin. */
  #ruler(model: Model): HTMLElement {
    const { align } = model.layout.cmsg;
    const ticks = Array.from({ length: this.columns }, (_, i) =>
      h("span", { class: i % align === 0 ? "tick aligned" : "tick" }, `+${i.toString(16)}`),
    );
    return h("div", { class: "ruler", "aria-hidden": "true" }, h("span"), ticks);
  }

  #row(model: Model, row: number): HTMLElement {
    const from = row * this.columns;
    const to = Math.min(from + this.columns, model.doc.bytes.length);
    const cells: HTMLElement[] = [];
    for (let at = from; at < to; at++) {
      const cell = this.#cell(model, at);
      this.#cells[at] = cell;
      cells.push(cell);
    }
    return h(
      "div",
      { role: "row", class: "row" },
      h("span", { role: "rowheader", class: "offset" }, offsetText(from)),
      cells,
      this.#labels(model, from, to),
    );
  }

  #cell(model: Model, at: number): HTMLElement {
    const span = spanAt(model, at) as Span;
    const { align } = model.layout.cmsg;
    const unknown = span.role === "unknown";
    const text = unknown ? "??" : hexByte(model.doc.bytes[at] ?? 0);
    const classes = ["cell", `role-${span.role}`];
    if (at % align === 0) classes.push("aligned");
    if (at === span.from) classes.push("begins");
    if (at === span.to - 1) classes.push("ends");
    const message = span.message === null ? "" : `, message ${span.message}`;
    const note = noteOf(span);
    const label = `${text}, offset ${at}, ${titleOf(span)}${message}${note && `, ${note}`}`;
    return h(
      "span",
      {
        role: "gridcell",
        class: classes.join(" "),
        tabindex: -1,
        "data-at": at,
        "data-key": `byte ${at}`,
        "data-span": span.from,
        "aria-label": label,
        title: `${titleOf(span)}${note && ` · ${note}`}`,
      },
      text,
    );
  }

  /** What lies in a row, below its bytes. A span that goes on from the row above is not named again. */
  #labels(model: Model, from: number, to: number): HTMLElement[] {
    const inRow = model.explanation.spans.filter((span) => span.to > from && span.from < to);
    return inRow.map((span) => {
      const first = Math.max(span.from, from);
      const length = Math.min(span.to, to) - first;
      const begins = span.from >= from;
      const value = valueText(span);
      return h(
        "span",
        {
          class: `label role-${span.role}${begins ? "" : " goes-on"}`,
          style: `grid-column: ${first - from + 2} / span ${length}`,
          "aria-hidden": "true",
        },
        begins && h("span", { class: "label-name" }, nameOf(span)),
        begins && length > 2 && value !== "" && h("span", { class: "label-value" }, value),
      );
    });
  }

  #mark(model: Model): void {
    const { view, walk, step } = model;
    const here = spanAt(model, view.at);
    const { from, next } = walk.steps[step] ?? { from: null, next: null };
    const header = model.layout.cmsg.dataOffset;
    this.#cells.forEach((cell, at) => {
      const isHere = here !== undefined && at >= here.from && at < here.to;
      cell.tabIndex = at === view.at ? 0 : -1;
      cell.setAttribute("aria-selected", String(at === view.at));
      cell.classList.toggle("selected", isHere);
      cell.classList.toggle("cursor", at === view.at);
      cell.classList.toggle("walk-from", from !== null && at >= from && at < from + header);
      cell.classList.toggle("walk-next", next !== null && at >= next && at < next + header);
    });
  }

  /** Outlines the span of a byte that is pointed at. */
  point(model: Model, at: number | null): void {
    const span = at === null ? undefined : spanAt(model, at);
    this.#cells.forEach((cell, i) => {
      cell.classList.toggle("pointed", span !== undefined && i >= span.from && i < span.to);
    });
  }
}
