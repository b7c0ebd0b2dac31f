// Bytes as hex, as a dump, as Base64 and as lists of integers.

import type { ByteRange } from "../codec/byte-range.js";
import { UNKNOWN } from "./bytes.js";

const COLUMNS = 16;

/** Bytes, UNKNOWN in place of those that are not known. */
export function withUnknown(bytes: Uint8Array, unknown: readonly ByteRange[]): number[] {
  const cells: number[] = Array.from(bytes);
  for (const { from, to } of unknown) cells.fill(UNKNOWN, from, to);
  return cells;
}

/** Two hex digits; ?? for a byte that is not known. */
function pair(byte: number): string {
  return byte === UNKNOWN ? "??" : byte.toString(16).padStart(2, "0");
}

/** Lines of a list. */
export function linesOf<T>(items: readonly T[], columns: number): readonly (readonly T[])[] {
  return Array.from({ length: Math.ceil(items.length / columns) }, (_, i) =>
    items.slice(i * columns, (i + 1) * columns),
  );
}

/** Sixteen bytes a line. */
export function writeHex(bytes: Uint8Array, unknown: readonly ByteRange[]): string {
  const lines = linesOf(withUnknown(bytes, unknown), COLUMNS);
  return lines.map((line) => `${line.map(pair).join(" ")}\n`).join("");
}

/** As `hexdump -C` prints them, repeated lines included. */
export function writeDump(bytes: Uint8Array): string {
  const offset = (at: number): string => at.toString(16).padStart(8, "0");
  const rows = linesOf([...bytes], COLUMNS).map((line, i) => {
    const hex = line.map((byte, at) => (at === 8 ? ` ${pair(byte)}` : pair(byte))).join(" ");
    const text = line.map((byte) =>
      byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : ".",
    );
    return `${offset(i * COLUMNS)}  ${hex.padEnd(COLUMNS * 3)}  |${text.join("")}|\n`;
  });
  return bytes.length === 0 ? "" : `${rows.join("")}${offset(bytes.length)}\n`;
}

const DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/** Base64 of RFC 4648 section 4, in one line. */
export function writeBase64(bytes: Uint8Array): string {
  const parts: string[] = [];
  for (let at = 0; at < bytes.length; at += 3) {
    const [a = 0, b = 0, c = 0] = bytes.subarray(at, at + 3);
    const group = (a << 16) | (b << 8) | c;
    const digits = [18, 12, 6, 0].map((shift) => DIGITS[(group >> shift) & 63]).join("");
    const missing = Math.max(at + 3 - bytes.length, 0);
    parts.push(digits.slice(0, 4 - missing) + "=".repeat(missing));
  }
  return `${parts.join("")}\n`;
}

/** `0x14, 0x00` in lines of `columns`, each behind `indent`. */
export function integerLines(bytes: Uint8Array, columns: number, indent: string): string {
  return linesOf([...bytes], columns)
    .map((line) => `${indent}${line.map((byte) => `0x${pair(byte)}`).join(", ")},\n`)
    .join("");
}

/** Which bytes zeros stand for, as a sentence; null where all are known. */
export function unknownText(unknown: readonly ByteRange[]): string | null {
  if (unknown.length === 0) return null;
  const ranges = unknown.slice(0, 8).map(({ from, to }) => `${from}..${to - 1}`);
  const more = unknown.length > 8 ? " and others" : "";
  return `Not known, zeros stand for them: bytes ${ranges.join(", ")}${more}.`;
}
