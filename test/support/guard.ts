// Calls of the raw core under guard: no trap, a documented answer, and not one byte changed outside what the caller gave.

import { COUNTING, RawCore } from "./core.js";

/** A range of memory that a call may write: offset and length. */
export type Range = readonly [at: number, length: number];

/** One call, and where it may write. `prepare` puts its input into memory, inside the ranges it lists. */
export interface GuardedCall {
  readonly name: string;
  readonly args: readonly number[];
  readonly writes: readonly Range[];
  readonly input?: readonly (readonly [at: number, bytes: Uint8Array])[];
}

const STATUSES = [-1, -2, -3, -4, -5, -6, -7, -8, -16, -17, -18, -19, -20];

/** The core's own: rows by numbers and what follows from them; behind it the counters, when branches are counted. */
const STATE = [0x2000, COUNTING ? 0x8000 : 0x6000] as const;

/** Instances whose memory is filled with a pattern, and calls on them. */
export class Guard {
  readonly core = new RawCore();
  readonly #image: Uint8Array;

  constructor() {
    const { bytes, base } = this.core;
    for (let at = base; at < bytes.length; at++) bytes[at] = (at * 167 + (at >> 8)) & 0xff;
    this.#image = bytes.slice();
  }

  /** Makes the call; then the memory is as before, unless the core has written elsewhere. Answers what is wrong. */
  #make({ name, args, writes, input = [] }: GuardedCall): string | undefined {
    for (const [at, bytes] of input) this.core.write(at, bytes);
    let problem: string | undefined;
    try {
      const answer = this.core.call(name, ...args);
      if (!(answer >= 0 || STATUSES.includes(answer))) problem = `answered ${answer}`;
    } catch (error) {
      problem = `trapped: ${String(error)}`;
    }
    for (const range of writes) this.#restore(range);
    for (const [at, bytes] of input) this.#restore([at, bytes.length]);
    return problem && `${name}(${args.join(", ")}) ${problem}`;
  }

  #restore([at, length]: Range): void {
    if (length <= 0 || at >= this.core.end) return;
    const from = Math.max(at, this.core.base);
    const to = Math.min(at + length, this.core.end);
    if (from < to) this.core.bytes.set(this.#image.subarray(from, to), from);
  }

  /** The first byte that is not as it was. */
  #damage(): number | undefined {
    const { bytes } = this.core;
    for (const [from, to] of [
      [0, STATE[0]],
      [STATE[1], bytes.length],
    ] as const) {
      if (Buffer.compare(bytes.subarray(from, to), this.#image.subarray(from, to)) !== 0) {
        for (let at = from; at < to; at++) if (bytes[at] !== this.#image[at]) return at;
      }
    }
    return undefined;
  }

  /** Makes all calls and answers the first thing that went wrong. */
  static problem(calls: readonly GuardedCall[]): string | undefined {
    const together = new Guard();
    for (const call of calls) {
      const problem = together.#make(call);
      if (problem !== undefined) return problem;
    }
    if (together.#damage() === undefined) return undefined;
    const alone = new Guard();
    for (const call of calls) {
      alone.#make(call);
      const at = alone.#damage();
      if (at !== undefined) return `${call.name}(${call.args.join(", ")}) wrote at ${at}`;
    }
    return "memory was changed outside of what the calls were given";
  }
}
