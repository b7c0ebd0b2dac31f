// What the command prints: text that is safe for a terminal, colour where it is wanted, tables, JSON.

import { once } from "node:events";
import { styleText } from "node:util";

/** A style of node:util. */
export type Style = Parameters<typeof styleText>[0];

/** Text in a style when standard output is a terminal; NO_COLOR, FORCE_COLOR and TERM are honoured. */
export function paint(style: Style, text: string): string {
  return styleText(style, text, { stream: process.stdout });
}

/** Prints a line. */
export function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** Prints a line for the person at the terminal, beside the output. */
export function note(line: string): void {
  process.stderr.write(`${line}\n`);
}

/** Writes bytes to standard output, and waits while its reader is slow. */
export async function writeOut(bytes: Uint8Array): Promise<void> {
  if (!process.stdout.write(bytes)) await once(process.stdout, "drain");
}

/** Prints a value as JSON: bigints as decimal text, bytes as hex. */
export function printJson(value: unknown, indent?: number): void {
  print(JSON.stringify(value, plain, indent));
}

function plain(this: Record<string, unknown>, key: string, value: unknown): unknown {
  // A Buffer has become an object of numbers by now.
  if (this[key] instanceof Uint8Array) return hex(this[key]);
  return typeof value === "bigint" ? String(value) : value;
}

/** Bytes as hex digits. */
export function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Text from elsewhere without anything that a terminal obeys. */
export function harmless(text: string): string {
  return text.replace(
    /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu,
    (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`,
  );
}

/** A number of things. */
export function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}

/** Rows as lines with aligned columns; `style` paints a padded cell. */
export function table(
  rows: readonly (readonly string[])[],
  style: (cell: string, column: number, row: number) => string = (cell) => cell,
): string[] {
  const widths: number[] = [];
  for (const row of rows) {
    row.forEach((cell, column) => {
      widths[column] = Math.max(widths[column] ?? 0, cell.length);
    });
  }
  return rows.map((row, number) => {
    const last = row.findLastIndex((cell) => cell.trim() !== "");
    const cells = row.slice(0, last + 1).map((cell, column) => {
      const padded = column === last ? cell : cell.padEnd(widths[column] ?? 0);
      return cell.trim() === "" ? padded : style(padded, column, number);
    });
    return cells.join("  ");
  });
}
