// Bytes from lists of integers as C, Python and JavaScript write them.

import type { ByteList } from "./bytes.js";
import { type Scanner, skipBlank } from "./scanner.js";

const NUMBER =
  /-?(?:0[xX][0-9a-fA-F]+|0[bB][01]+|0[oO][0-7]+|[0-9]+)(?:[uUlL]{1,3}|n)?(?![0-9A-Za-z_.])/y;
const CHARACTER = /'(?:[^'\\\n]|\\[0-7]{1,3}|\\x[0-9a-fA-F]{1,2}|\\[abefnrtv\\'"?])'/y;
const CAST = /\([A-Za-z_][\w ]{0,40}\)/y;

/** How a language writes a list: the brackets, and whether 010 is eight. */
export interface ListStyle {
  readonly close: string;
  readonly octal: boolean;
  readonly hash: boolean;
}

/** The integers up to the closing bracket, each one byte, with commas between. */
export function readList(scanner: Scanner, style: ListStyle, bytes: ByteList): void {
  for (;;) {
    skipBlank(scanner, style.hash);
    if (scanner.skip(style.close)) return;
    bytes.push(readByte(scanner, style));
    skipBlank(scanner, style.hash);
    if (scanner.skip(style.close)) return;
    if (!scanner.skip(",")) throw scanner.error(`',' or '${style.close}'`);
  }
}

/** One integer that is a byte; of a signed char in C too. */
export function readByte(scanner: Scanner, style: ListStyle): number {
  while (scanner.take(CAST) !== undefined) skipBlank(scanner, style.hash);
  const from = scanner.at;
  const character = scanner.take(CHARACTER)?.[0];
  if (character !== undefined) return characterByte(scanner, character, from);
  const token = scanner.take(NUMBER)?.[0];
  const number = token === undefined ? Number.NaN : numberOf(token, style.octal);
  if (Number.isNaN(number)) throw scanner.error("an integer of one byte", from);
  if (number < -128 || number > 255) throw scanner.error("a byte from 0 to 255", from);
  return number & 0xff;
}

function numberOf(token: string, octal: boolean): number {
  const digits = token.replace(/[uUlLn]+$/, "");
  const sign = digits.startsWith("-") ? -1 : 1;
  const plain = digits.replace("-", "");
  if (octal && /^0[0-9]+$/.test(plain)) {
    return /[89]/.test(plain) ? Number.NaN : sign * Number.parseInt(plain, 8);
  }
  return sign * Number(plain);
}

/** Escapes of one letter that C, Python and JavaScript have in common, and \0 apart. */
export const LETTERS: Readonly<Record<string, number>> = {
  a: 7,
  b: 8,
  e: 27,
  f: 12,
  n: 10,
  r: 13,
  t: 9,
  v: 11,
  "\\": 92,
  "'": 39,
  '"': 34,
  "?": 63,
};

function characterByte(scanner: Scanner, quoted: string, from: number): number {
  const inner = quoted.slice(1, -1);
  if (!inner.startsWith("\\")) {
    const code = inner.charCodeAt(0);
    if (code > 0x7f) throw scanner.error("a character of ASCII", from);
    return code;
  }
  const escaped = inner.slice(1);
  if (/^[0-7]/.test(escaped)) return Number.parseInt(escaped, 8) & 0xff;
  if (escaped.startsWith("x")) return Number.parseInt(escaped.slice(1), 16);
  return LETTERS[escaped] as number;
}
