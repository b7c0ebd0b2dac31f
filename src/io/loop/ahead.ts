// Messages that came with others by one system call and were not handed out yet: they come before what the kernel has.

/** A queue of what was received ahead. */
export class Ahead<T extends object> {
  #messages: T[] = [];
  #taken = 0;

  /** What comes next, undefined when there is nothing. It stays. */
  get first(): T | undefined {
    return this.#messages[this.#taken];
  }

  /** Takes what comes next. */
  take(): T | undefined {
    const first = this.#messages[this.#taken];
    if (first === undefined) return undefined;
    this.#taken++;
    if (this.#taken === this.#messages.length) {
      this.#messages = [];
      this.#taken = 0;
    }
    return first;
  }

  /** Stands behind all others. */
  put(messages: readonly T[]): void {
    for (const message of messages) this.#messages.push(message);
  }

  /** Ends it; answers what nobody took. */
  release(): T[] {
    const left = this.#messages.slice(this.#taken);
    this.#messages = [];
    this.#taken = 0;
    return left;
  }
}
