// An instance of the core as the fuzz target sees it: where the parts of a call lie, words, and what must hold.

import type { CoreExports } from "../codec/core.js";

/** Bytes of an input that the calls look at. */
export const LIMIT = 4096;
/** Where the parts of a call lie, from the start of the caller's part: far enough from each other to see a stray write. */
export const [CONTROL, REPORT, STEP, REQUEST, MSGHDR, PROGRAM, CELLS, OUT, BATCH, NAME] = [
  0x2000, 0x6000, 0x12000, 0x13000, 0x14000, 0x15000, 0x16000, 0x1a000, 0x1c000, 0x1e000,
] as [number, number, number, number, number, number, number, number, number, number];
/** Records that a report has room for. */
export const RECORDS = 512;

/** Throws when something does not hold. */
export function check(
  holds: boolean,
  what: string,
  ...numbers: readonly (number | bigint)[]
): void {
  if (!holds) throw new Error(`${what}: ${numbers.join(", ")}`);
}

/** One instance and its memory. */
export class CoreMemory {
  readonly exports: CoreExports;
  readonly bytes: Uint8Array;
  readonly base: number;
  protected readonly view: DataView;

  constructor(module: object) {
    this.exports = new WebAssembly.Instance(module).exports as CoreExports;
    const { buffer } = this.exports.memory;
    this.bytes = new Uint8Array(buffer);
    this.view = new DataView(buffer);
    this.base = this.exports.scratch_base();
  }

  /** The word at an offset from the start of the caller's part. */
  word(at: number): number {
    return this.view.getInt32(this.base + at, true);
  }

  setWord(at: number, value: number): void {
    this.view.setInt32(this.base + at, value, true);
  }

  /** Zeros as words, except those that are named by their index. */
  setWords(
    at: number,
    count: number,
    words: readonly (readonly [index: number, value: number])[],
  ): void {
    this.bytes.fill(0, this.base + at, this.base + at + count * 4);
    for (const [index, value] of words) this.setWord(at + index * 4, value);
  }

  /** Bytes at an offset from the start of the caller's part. */
  put(at: number, bytes: Uint8Array): void {
    this.bytes.set(bytes, this.base + at);
  }
}
