// Random numbers that can be had again: the seed comes from CMSG_TEST_SEED, else from the clock, and belongs into every failure.

/** The seed of this process. */
export const seed: number = Number(process.env.CMSG_TEST_SEED ?? Date.now() % 0x7fffffff);

/** A generator of uniform 32-bit numbers: mulberry32. */
export class Random {
  #state: number;

  constructor(start: number = seed) {
    this.#state = start | 0;
  }

  /** An unsigned 32-bit number. */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return (mixed ^ (mixed >>> 14)) >>> 0;
  }

  /** An integer from 0 to `limit` - 1. */
  below(limit: number): number {
    return Math.floor((this.next() / 0x1_0000_0000) * limit);
  }

  pick<T>(values: readonly T[]): T {
    return values[this.below(values.length)] as T;
  }

  bytes(length: number): Uint8Array {
    return Uint8Array.from({ length }, () => this.next() & 0xff);
  }
}
