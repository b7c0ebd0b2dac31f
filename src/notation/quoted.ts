// Bytes from quoted text with escapes: strings of C and of strace, bytes literals of Python.

import type { ByteList } from "./bytes.js";
import { LETTERS } from "./list.js";
import type { Scanner } from "./scanner.js";

/** How a language writes bytes between quotes. */
export interface QuoteStyle {
  /** C reads \x to the last hex digit, Python and strace two of them. */
  readonly greedy: boolean;
  /** Python keeps a backslash in front of what is no escape; C refuses it. */
  readonly keepsUnknown: boolean;
  /** A backslash at the end of a line joins lines. */
  readonly joins: boolean;
}

const PLAIN = /[^\\"'\n]+/y;
const OCTAL = /[0-7]{1,3}/y;
const HEX = /x([0-9a-fA-F]+)/y;
const HEX_PAIR = /x([0-9a-fA-F]{1,2})/y;

/** The bytes up to a closing quote; the opening one has been read. */
export function readQuoted(
  scanner: Scanner,
  close: string,
  style: QuoteStyle,
  bytes: ByteList,
): void {
  const from = scanner.at;
  while (!scanner.skip(close)) {
    if (scanner.done || (scanner.here === "\n" && close.length === 1)) {
      throw scanner.error(`the string that begins here to end with ${close}`, from);
    }
    if (scanner.skip("\\")) readEscape(scanner, style, bytes);
    else readPlain(scanner, bytes);
  }
}

/** Characters as they are: UTF-8 in C sources and in what strace prints; Python wants ASCII. */
function readPlain(scanner: Scanner, bytes: ByteList): void {
  const { here, at } = scanner;
  const run = scanner.take(PLAIN)?.[0] ?? here;
  if (run === here) scanner.at = at + 1;
  const wide = run.search(/[^\0-\x7f]/);
  if (wide !== -1 && scanner.notation === "python") {
    throw scanner.error("an ASCII character in a bytes literal", at + wide);
  }
  bytes.pushAll(new TextEncoder().encode(run));
}

function readEscape(scanner: Scanner, style: QuoteStyle, bytes: ByteList): void {
  const from = scanner.at - 1;
  const octal = scanner.take(OCTAL)?.[0];
  if (octal !== undefined) {
    const byte = Number.parseInt(octal, 8);
    if (byte > 255) throw scanner.error("an octal escape up to \\377", from);
    bytes.push(byte);
    return;
  }
  const hex = scanner.take(style.greedy ? HEX : HEX_PAIR)?.[1];
  if (hex !== undefined) {
    if (hex.replace(/^0+/, "").length > 2 || (!style.greedy && hex.length === 1)) {
      throw scanner.error("\\x and two hex digits", from);
    }
    bytes.push(Number.parseInt(hex, 16));
    return;
  }
  if (style.joins && (scanner.skip("\r\n") || scanner.skip("\n"))) return;
  const letter = scanner.here;
  const byte = LETTERS[letter];
  const isPython = style.keepsUnknown && (letter === "e" || letter === "?");
  if (byte !== undefined && !isPython) {
    scanner.at += 1;
    bytes.push(byte);
    return;
  }
  if (!style.keepsUnknown || letter === "x") throw scanner.error("an escape", from);
  bytes.push(0x5c);
}
