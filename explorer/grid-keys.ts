// Keys and pointer on the byte grid: moving the cursor, writing hex digits in place.

import { isUnknown, overwrite, resized } from "./buffer.js";
import type { Grid } from "./grid.js";
import { BYTES_LIMIT, type Store } from "./state.js";

/** Makes the grid answer. `pointed` is told which byte the pointer is on. */
export function listenToGrid(grid: Grid, store: Store, pointed: (at: number | null) => void): void {
  /** Whether the next digit is the second of its byte. */
  let half = false;
  /** Bytes begun so far: both digits of one are one change. */
  let begun = 0;
  const { element } = grid;

  const moveTo = (at: number): void => {
    half = false;
    const to = Math.min(Math.max(at, 0), store.doc.bytes.length - 1);
    store.look({ at: to });
    const cell = grid.cell(to);
    // A cell takes the focus while its index is -1, and is the one stop of the grid afterwards.
    cell?.focus();
    cell?.scrollIntoView({ block: "nearest" });
  };

  const digit = (text: string): void => {
    const { at } = store.view;
    const { doc } = store;
    const old = isUnknown(doc, at) ? 0 : (doc.bytes[at] ?? 0);
    const value = Number.parseInt(text, 16);
    const byte = half ? (old & 0xf0) | value : (value << 4) | (old & 0x0f);
    if (!half) begun += 1;
    store.change(overwrite(doc, at, Uint8Array.of(byte)), `digits ${begun}`);
    if (half && at + 1 < doc.bytes.length) moveTo(at + 1);
    else half = !half;
  };

  element.addEventListener("keydown", (event) => {
    const { key, ctrlKey, metaKey, altKey } = event;
    const { at } = store.view;
    const { length } = store.doc.bytes;
    if (length === 0 || altKey || metaKey) return;
    const { columns } = grid;
    const start = at - (at % columns);
    const targets: Readonly<Record<string, number>> = {
      ArrowLeft: at - 1,
      ArrowRight: at + 1,
      ArrowUp: at - columns < 0 ? at : at - columns,
      ArrowDown: at + columns >= length ? at : at + columns,
      Home: ctrlKey ? 0 : start,
      End: ctrlKey ? length - 1 : start + columns - 1,
      PageUp: Math.max(at - 4 * columns, at % columns),
      PageDown: at + 4 * columns,
      Backspace: at - 1,
    };
    const target = Object.hasOwn(targets, key) ? targets[key] : undefined;
    if (target !== undefined) moveTo(target);
    else if (/^[0-9a-f]$/i.test(key) && !ctrlKey) digit(key);
    else if (key === "Insert" && length < BYTES_LIMIT) store.change(resized(store.doc, length + 1));
    else if (key === "Delete" && at === length - 1) store.change(resized(store.doc, length - 1));
    else return;
    event.preventDefault();
  });

  const byteOf = (target: EventTarget | null): number | null => {
    const cell = target instanceof HTMLElement ? target.closest<HTMLElement>("[data-at]") : null;
    return cell === null ? null : Number(cell.dataset.at);
  };
  element.addEventListener("click", ({ target }) => {
    const at = byteOf(target);
    if (at !== null) moveTo(at);
  });
  element.addEventListener("focusin", ({ target }) => {
    const at = byteOf(target);
    if (at === null || at === store.view.at) return;
    half = false;
    store.look({ at });
  });
  element.addEventListener("pointerover", ({ target }) => pointed(byteOf(target)));
  element.addEventListener("pointerleave", () => pointed(null));
}
