// Where the data of a batch arrives: one slot for each message, in memory that is made once and used again.

import { Buffer } from "node:buffer";
import { addressOf } from "../../shim/index.js";
import { strideOf } from "./batch.js";
import { copyOf } from "./landing.js";

/** Bytes in which the messages of a call arrive, unless one alone takes more. Pages that nothing is written to cost nothing. */
const LANDING_MOST = 0x800000;

/** Messages up to so many bytes together are copied into one piece of memory, which all of them keep alive. */
const SHARED_MOST = 16384;

/** A place for the data of messages. */
export class Landing {
  #memory = Buffer.alloc(0);
  #address = 0;

  /** How many messages of `dataLimit` bytes there is room for at most; one at least. */
  static room(dataLimit: number): number {
    return Math.max(1, Math.floor(LANDING_MOST / strideOf(dataLimit)));
  }

  /** Makes room for `count` messages. Answers the native address. */
  prepare(dataLimit: number, count: number): number {
    const size = count * strideOf(dataLimit);
    if (this.#memory.length < size) {
      this.#memory = Buffer.allocUnsafeSlow(size);
      this.#address = addressOf(this.#memory);
    }
    return this.#address;
  }

  /** Whether it has room already. */
  holds(dataLimit: number, count: number): boolean {
    return this.#memory.length >= count * strideOf(dataLimit);
  }

  /** The first `length` bytes of slot `i`: a view, until the next receive. */
  view(dataLimit: number, i: number, length: number): Buffer {
    const at = i * strideOf(dataLimit);
    return this.#memory.subarray(at, at + length);
  }

  /**
   * Takes data out, of which message `i` has `lengths[i]` bytes: as few pieces of memory as keep no great deal of others alive.
   * Where they fill most of the landing it is given away itself.
   */
  take(dataLimit: number, lengths: readonly number[]): Pieces {
    const memory = this.#memory;
    const stride = strideOf(dataLimit);
    let total = 0;
    for (let i = 0; i < lengths.length; i++) total += lengths[i] as number;
    if (total <= SHARED_MOST) return shared(memory, stride, lengths, total);
    if (total * 2 < memory.length) {
      const copies = lengths.map((length, i) => copyOf(memory, i * stride, length));
      return { source: (i) => copies[i] as Buffer, at: () => 0 };
    }
    this.#memory = Buffer.alloc(0);
    return { source: () => memory, at: (i) => i * stride };
  }
}

/** The data of messages: where each one's begins, and in which memory. */
export interface Pieces {
  source(i: number): Uint8Array;
  at(i: number): number;
}

function shared(memory: Buffer, stride: number, lengths: readonly number[], total: number): Pieces {
  const whole = Buffer.allocUnsafe(total);
  const starts = new Array<number>(lengths.length);
  let end = 0;
  for (let i = 0; i < lengths.length; i++) {
    const length = lengths[i] as number;
    const from = i * stride;
    starts[i] = end;
    // A loop beats the call for a few bytes.
    if (length > 64) memory.copy(whole, end, from, from + length);
    else for (let n = 0; n < length; n++) whole[end + n] = memory[from + n] as number;
    end += length;
  }
  return { source: () => whole, at: (i) => starts[i] as number };
}
