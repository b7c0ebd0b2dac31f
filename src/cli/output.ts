// What the command prints: text that is safe for a terminal, colour where it is wanted, tables, JSON.

import { once } from "node:events";
import { styleText } from "node:util";

/** A style of node:util. */
export type Style = Parameters<typeof styleText>[0];

/** When to print with colour. */
export const COLORS = ["auto", "always", "never"] as const;

interface Settings {
  readonly color: (typeof COLORS)[number];
  readonly ascii: boolean;
}

let settings: Settings = { color: "auto", ascii: false };

/** Decides on colour and characters for all that is printed from here on. */
export function configure(wanted: Partial<Settings>): void {
  settings = { ...settings, ...wanted };
}

/** Whether only ASCII is printed. */
export function isAscii(): boolean {
  return settings.ascii;
}

/**
 * Text in a style when standard output is a terminal, or --color says so. NO_COLOR, FORCE_COLOR and TERM are honoured where it says
 * nothing.
 */
export function paint(style: Style, text: string): string {
  const { color } = settings;
  if (color === "never" || text === "") return text;
  if (color === "always") return styleText(style, text, { validateStream: false });
  return styleText(style, text, { stream: process.stdout });
}

/** Columns of output that is not a terminal, unless the variable COLUMNS says otherwise; and the fewest that are believed. */
const WIDTH = 80;
const LEAST = 20;

/** How wide lines may be. */
export function width(): number {
  const { isTTY, columns } = process.stdout;
  const told = isTTY ? columns : Number(process.env["COLUMNS"] ?? WIDTH);
  if (!Number.isInteger(told) || told <= 0) return WIDTH;
  return Math.min(Math.max(told, LEAST), 10_000);
}

const SIGNS: Readonly<Record<string, string>> = {
  "→": "->",
  "←": "<-",
  "≠": "!=",
  "×": "x",
  "–": "-",
  "—": "-",
  "…": "...",
};

/** Text with the characters that are wanted. */
export function sign(text: string): string {
  if (!settings.ascii) return text;
  return text.replace(
    /[\u{80}-\u{10ffff}]/gu,
    (character) => SIGNS[character] ?? `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`,
  );
}

/** Prints a line. */
export function print(line: string): void {
  process.stdout.write(`${sign(line)}\n`);
}

/** Prints a line for the person at the terminal, beside the output. */
export function note(line: string): void {
  process.stderr.write(`${sign(line)}\n`);
}

/** Writes bytes to standard output, and waits while its reader is slow. */
export async function writeOut(bytes: Uint8Array): Promise<void> {
  if (!process.stdout.write(bytes)) await once(process.stdout, "drain");
}

/** Prints a value as JSON: bigints as decimal text, bytes as hex. */
export function printJson(value: unknown, indent?: number): void {
  process.stdout.write(`${jsonLine(value, indent)}\n`);
}

/** A value as JSON. */
export function jsonLine(value: unknown, indent?: number): string {
  const text = JSON.stringify(value, plain, indent);
  return settings.ascii ? escaped(text) : text;
}

/** JSON in ASCII: other characters are escapes of its own. */
function escaped(json: string): string {
  return json.replace(
    /[^\n\x20-\x7e]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
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
