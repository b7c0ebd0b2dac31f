// The raw module as any WebAssembly host has it: a fresh instance, its exports by name, and the bytes and words of its memory.

import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** Bytes of the published module. */
export const coreBytes: Buffer = readFileSync(fileURLToPath(import.meta.resolve("cmsg/core.wasm")));

/** Whether branches are counted (npm run coverage), in the hole of memory that the published module does not write to. */
export const COUNTING: boolean = process.env.CMSG_BRANCHES !== undefined;

const compiled = new WebAssembly.Module(coreBytes);

/** What instances export, in the types of the platform that the tests need. */
interface Exports {
  readonly [name: string]: unknown;
  readonly memory: { readonly buffer: ArrayBuffer; grow(pages: number): number };
}

/** A fresh instance of the core. */
export class RawCore {
  readonly exports: Exports;
  readonly bytes: Uint8Array;
  readonly #view: DataView;
  /** First offset of the caller's part of memory, and the offset behind it. */
  readonly base: number;
  readonly end: number;

  constructor() {
    this.exports = new WebAssembly.Instance(compiled).exports as unknown as Exports;
    const { buffer } = this.exports.memory;
    this.bytes = new Uint8Array(buffer);
    this.#view = new DataView(buffer);
    this.base = this.call("scratch_base");
    this.end = this.base + this.call("scratch_size");
  }

  /** Calls an export. */
  call(name: string, ...args: number[]): number {
    return (this.exports[name] as (...args: number[]) => number)(...args);
  }

  word(at: number): number {
    return this.#view.getInt32(at, true);
  }

  double(at: number): bigint {
    return this.#view.getBigUint64(at, true);
  }

  setWords(at: number, ...words: number[]): void {
    words.forEach((word, i) => {
      this.#view.setInt32(at + i * 4, word, true);
    });
  }

  setDoubles(at: number, ...doubles: bigint[]): void {
    doubles.forEach((double, i) => {
      this.#view.setBigUint64(at + i * 8, double, true);
    });
  }

  /** Writes bytes given as a view or as hexadecimal text, in which spaces count nothing. */
  write(at: number, bytes: Uint8Array | string): void {
    this.bytes.set(typeof bytes === "string" ? fromHex(bytes) : bytes, at);
  }

  /** A copy of `length` bytes. */
  read(at: number, length: number): Uint8Array {
    return this.bytes.slice(at, at + length);
  }

  /** The columns of a row. */
  columns(row: number): number[] {
    const found: number[] = [];
    for (let name = 0; ; name++) {
      const value = this.call("abi_column", row, name);
      if (value < 0) return found;
      found.push(value);
    }
  }
}

/** Bytes of hexadecimal text, in which spaces count nothing. */
export function fromHex(text: string): Buffer {
  return Buffer.from(text.replace(/\s+/g, ""), "hex");
}
