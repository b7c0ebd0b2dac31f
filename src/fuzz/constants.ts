// The dictionary that a WebAssembly module brings along: integers of its code, texts of its data.

import type { Binaryen } from "./binaryen.js";

const CONST = /\((i32|i64)\.const (-?\d+)\)/g;
const DATA = /\(data [^"]*"((?:[^"\\]|\\.)*)"/g;

/** Values that every mutator tries without being told. */
const COMMON = 16n;

/** An integer in as few bytes as hold it: 1, 2, 4 or 8, little-endian. */
function littleEndian(value: bigint, width: number): string {
  const unsigned = BigInt.asUintN(width, value);
  const signed = BigInt.asIntN(width, value);
  const bits = [8, 16, 32, 64].find(
    (size) =>
      size >= width ||
      unsigned < 1n << BigInt(size) ||
      (signed < 0n && signed >= -(1n << BigInt(size - 1))),
  ) as number;
  const digits = BigInt.asUintN(bits, value)
    .toString(16)
    .padStart(bits / 4, "0");
  return (digits.match(/../g) as string[]).reverse().join("");
}

/** Runs of three to 32 printable characters in a data segment as text. */
function textsOf(segment: string): string[] {
  const plain = segment.replace(/\\([0-9a-f]{2})/g, (_, digits) =>
    String.fromCharCode(Number.parseInt(digits, 16)),
  );
  return plain.match(/[\x20-\x7e]{3,32}/g) ?? [];
}

/** Integers and texts of a module as hexadecimal digits, each once. */
export function constantsOf(binaryen: Binaryen, bytes: Uint8Array): string[] {
  const module = binaryen.readBinary(bytes) as unknown as { emitText(): string; dispose(): void };
  const text = module.emitText();
  module.dispose();
  const found = new Set<string>();
  for (const [, type, digits = "0"] of text.matchAll(CONST)) {
    const value = BigInt(digits);
    if (value > COMMON || value < -COMMON) found.add(littleEndian(value, type === "i64" ? 64 : 32));
  }
  for (const [, segment = ""] of text.matchAll(DATA)) {
    for (const run of textsOf(segment)) {
      found.add(Array.from(run, (c) => c.charCodeAt(0).toString(16).padStart(2, "0")).join(""));
    }
  }
  return [...found];
}
