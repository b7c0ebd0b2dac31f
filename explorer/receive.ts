// Receive: what a receiver gets, by the room that it gave.

import { h, redraw } from "./dom.js";
import type { Model } from "./model.js";
import type { Store } from "./state.js";

/** Draws the slider and the systems. */
export function drawReceive(root: HTMLElement, _model: Model, _store: Store): void {
  redraw(root, h("p", {}, "soon"));
}
