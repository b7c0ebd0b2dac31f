// Import: a buffer from text, in whatever notation it is.

import { h, redraw } from "./dom.js";
import type { Store } from "./state.js";

/** Draws the field to paste into. It is drawn once: what is typed stays. */
export function drawImport(root: HTMLElement, _store: Store): void {
  if (root.querySelector("textarea") !== null) return;
  redraw(root, h("textarea", { "aria-label": "text" }));
}
