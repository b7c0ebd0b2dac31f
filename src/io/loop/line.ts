// Who waits in order. Anybody may leave from anywhere, and the length of the line costs nothing.

/** What can stand in a line. */
export interface Linked<T> {
  before: T | undefined;
  after: T | undefined;
  waits: boolean;
}

/** A line; each element stands in one line at most. */
export class Line<T extends Linked<T>> {
  #first: T | undefined;
  #last: T | undefined;

  /** Whose turn it is. */
  get first(): T | undefined {
    return this.#first;
  }

  /** Stands behind all others. */
  push(element: T): void {
    element.before = this.#last;
    element.after = undefined;
    element.waits = true;
    if (this.#last === undefined) this.#first = element;
    else this.#last.after = element;
    this.#last = element;
  }

  /** Leaves the line. Answers whether it stood there. */
  remove(element: T): boolean {
    if (!element.waits) return false;
    const { before, after } = element;
    if (before === undefined) this.#first = after;
    else before.after = after;
    if (after === undefined) this.#last = before;
    else after.before = before;
    element.before = undefined;
    element.after = undefined;
    element.waits = false;
    return true;
  }
}
