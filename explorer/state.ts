// What the page shows: the control buffer with its ABI, which can be undone, and how one looks at it, which cannot.

import type { AbiName, AbiRow, RuleName } from "../src/codec.js";
import type { ByteRange, Format } from "../src/notation.js";
import { History } from "./history.js";

/** An ABI by name, or numbers by hand with the constants of a named one. */
export type AbiChoice = AbiName | { readonly row: AbiRow; readonly base: AbiName };

/** A control buffer. */
export interface Doc {
  readonly abi: AbiChoice;
  readonly bytes: Uint8Array;
  /** Bytes that an import did not tell. */
  readonly unknown: readonly ByteRange[];
}

/** Panels below the buffer. */
export const TABS = ["compare", "receive", "structs", "import", "export"] as const;
export type Tab = (typeof TABS)[number];

/** How the buffer is looked at. */
export interface View {
  /** The byte of the cursor. */
  readonly at: number;
  readonly tab: Tab;
  /** The next-header rule of the walk; the ABI's own when null. */
  readonly rule: RuleName | null;
  readonly step: number;
  /** The ABI to compare with. */
  readonly other: AbiName;
  /** msg_controllen of the receiver; all that is needed when null. */
  readonly room: number | null;
  readonly format: Format;
  readonly lesson: number | null;
  /** Whether another ABI reads the same bytes, and does not get the same messages. */
  readonly keep: boolean;
}

/** Everything that a link holds. */
export interface State {
  readonly doc: Doc;
  readonly view: View;
}

/** More than any message in use has, and few enough to draw. */
export const BYTES_LIMIT = 4096;

export const FIRST_VIEW: View = {
  at: 0,
  tab: "compare",
  rule: null,
  step: 0,
  other: "linux-i386-glibc",
  room: null,
  format: "c",
  lesson: null,
  keep: false,
};

/** Keeps the state, and tells who draws it. */
export class Store {
  #state: State;
  readonly #history = new History<Doc>();
  readonly #draw: (state: State) => void;
  #scheduled = false;

  constructor(state: State, draw: (state: State) => void) {
    this.#state = state;
    this.#draw = draw;
  }

  get doc(): Doc {
    return this.#state.doc;
  }

  get view(): View {
    return this.#state.view;
  }

  get canUndo(): boolean {
    return this.#history.canUndo;
  }

  get canRedo(): boolean {
    return this.#history.canRedo;
  }

  /** Another buffer. Changes with the same `merge` in a row are one to undo. */
  change(doc: Partial<Doc>, merge?: string): void {
    this.#history.push(this.doc, merge);
    this.#go({ ...this.doc, ...doc });
  }

  undo(): void {
    const doc = this.#history.undo(this.doc);
    if (doc !== undefined) this.#go(doc);
  }

  redo(): void {
    const doc = this.#history.redo(this.doc);
    if (doc !== undefined) this.#go(doc);
  }

  look(view: Partial<View>): void {
    this.#set({ doc: this.doc, view: { ...this.view, ...view } });
  }

  /** The state of a link; what was there can be brought back. */
  open(state: State): void {
    this.#history.push(this.doc);
    this.#set(state);
  }

  #go(doc: Doc): void {
    const at = Math.min(this.view.at, Math.max(doc.bytes.length - 1, 0));
    const bytes = doc.bytes.slice(0, BYTES_LIMIT);
    this.#set({ doc: { ...doc, bytes }, view: { ...this.view, at } });
  }

  /** Drawn a moment later: while an event is under way, what it is about must stay where it is. */
  #set(state: State): void {
    this.#state = state;
    if (this.#scheduled) return;
    this.#scheduled = true;
    setTimeout(() => {
      this.#scheduled = false;
      this.#draw(this.#state);
    });
  }
}
