// What has been seen: for each counter, in which orders of magnitude it has stood; and which answers were given.

/** The bit of a count: 1, 2, 3, 4 to 7, 8 to 15, 16 to 31, 32 to 127, more. */
const MAGNITUDE = new Uint8Array(256);
for (let count = 1; count < 256; count++) {
  const order = count < 4 ? count - 1 : Math.min(Math.floor(Math.log2(count)) + 1, 7);
  MAGNITUDE[count] = 1 << (count < 64 ? order : count < 128 ? 6 : 7);
}

/** Answers that are told apart at most: a parser that answers something else each time guides nobody. */
const ANSWERS = 4096;

/** What all runs so far have shown. */
export class Novelty {
  readonly #seen: Uint8Array;
  readonly #answers = new Set<string>();
  #edges = 0;

  constructor(counters: number) {
    this.#seen = new Uint8Array(counters);
  }

  /** Counters that have counted. */
  get edges(): number {
    return this.#edges;
  }

  /** Different answers. */
  get answers(): number {
    return this.#answers.size;
  }

  /** Whether a run has shown anything new; zeros its counters. */
  look(counters: Uint8Array | undefined, answer: unknown): boolean {
    const counted = counters !== undefined && this.#newCounts(counters);
    return this.#newAnswer(answer) || counted;
  }

  #newAnswer(answer: unknown): boolean {
    if (typeof answer !== "number" && typeof answer !== "string" && typeof answer !== "boolean")
      return false;
    const text = String(answer);
    if (this.#answers.has(text) || this.#answers.size === ANSWERS) return false;
    this.#answers.add(text);
    return true;
  }

  #newCounts(counters: Uint8Array): boolean {
    let found = false;
    for (let i = 0; i < counters.length; i++) {
      // Most counters are zero: four are passed at a time.
      while (
        i + 4 <= counters.length &&
        !(counters[i] || counters[i + 1] || counters[i + 2] || counters[i + 3])
      )
        i += 4;
      const count = counters[i];
      if (!count) continue;
      counters[i] = 0;
      if (this.#isNew(i, MAGNITUDE[count] as number)) found = true;
    }
    return found;
  }

  #isNew(counter: number, bit: number): boolean {
    const before = this.#seen[counter] as number;
    if ((before & bit) !== 0) return false;
    if (before === 0) this.#edges += 1;
    this.#seen[counter] = before | bit;
    return true;
  }
}
