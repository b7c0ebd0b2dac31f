// Undo and redo: what was, and what was undone.

const LIMIT = 500;

/** The states before and after the one that is shown. */
export class History<T> {
  #before: T[] = [];
  #after: T[] = [];
  #merge: string | undefined;

  get canUndo(): boolean {
    return this.#before.length > 0;
  }

  get canRedo(): boolean {
    return this.#after.length > 0;
  }

  /** Keeps a state that is about to be replaced, unless it is part of the same change: a number that is being typed. */
  push(state: T, merge?: string): void {
    this.#after = [];
    const isSame = merge !== undefined && merge === this.#merge;
    this.#merge = merge;
    if (isSame) return;
    this.#before.push(state);
    if (this.#before.length > LIMIT) this.#before.shift();
  }

  undo(current: T): T | undefined {
    return this.#move(this.#before, this.#after, current);
  }

  redo(current: T): T | undefined {
    return this.#move(this.#after, this.#before, current);
  }

  #move(from: T[], to: T[], current: T): T | undefined {
    const state = from.pop();
    if (state === undefined) return undefined;
    this.#merge = undefined;
    to.push(current);
    return state;
  }
}
