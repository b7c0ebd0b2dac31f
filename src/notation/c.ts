// Bytes from C source: an array of integers with or without its declaration, or string literals.

import { ByteList } from "./bytes.js";
import { type ListStyle, readByte, readList } from "./list.js";
import { readQuoted } from "./quoted.js";
import { Scanner, skipBlank } from "./scanner.js";

const STYLE: ListStyle = { close: "}", octal: true, hash: false };
const QUOTES = { greedy: true, keepsUnknown: false, joins: true };
/** What `xxd -i` prints behind the array. */
const LENGTH = /(?:(?:static|const|unsigned|int|long|size_t)\s+){1,5}\w+\s*=\s*\w+\s*;/y;
const PREFIX = /u8(?=")/y;

/** The bytes of an array or of string literals. */
export function readC(text: string): ByteList {
  const scanner = new Scanner("c", text);
  const bytes = new ByteList();
  skipBlank(scanner, false);
  if (/[A-Za-z_]/.test(scanner.here)) readHead(scanner);
  if (scanner.skip("{")) readBraces(scanner, bytes);
  else if (scanner.here === '"' || scanner.here === "u") readStrings(scanner, bytes);
  else readBare(scanner, bytes);
  skipBlank(scanner, false);
  scanner.skip(";");
  skipBlank(scanner, false);
  scanner.take(LENGTH);
  skipBlank(scanner, false);
  if (!scanner.done) throw scanner.error("the end of the array");
  return bytes;
}

/** Everything up to the bytes, comments included. */
function readHead(scanner: Scanner): void {
  if (scanner.take(PREFIX) !== undefined) return;
  const from = scanner.at;
  while (!scanner.done && scanner.here !== "{" && scanner.here !== '"') {
    const { at } = scanner;
    skipBlank(scanner, false);
    if (scanner.at !== at) continue;
    if (/[;']/.test(scanner.here)) throw scanner.error("'{' or '\"'");
    scanner.at += 1;
  }
  if (scanner.done) throw scanner.error("an array in braces, or a string", from);
}

function readBraces(scanner: Scanner, bytes: ByteList): void {
  skipBlank(scanner, false);
  if (scanner.here === '"') {
    readStrings(scanner, bytes);
    skipBlank(scanner, false);
    scanner.need("}");
    return;
  }
  readList(scanner, STYLE, bytes);
}

/** String literals beside each other are one. The NUL that C adds is not part of the bytes. */
function readStrings(scanner: Scanner, bytes: ByteList): void {
  scanner.take(PREFIX);
  while (scanner.skip('"')) {
    readQuoted(scanner, '"', QUOTES, bytes);
    skipBlank(scanner, false);
    scanner.take(PREFIX);
  }
}

/** The inside of an array without its braces. */
function readBare(scanner: Scanner, bytes: ByteList): void {
  for (;;) {
    skipBlank(scanner, false);
    if (scanner.done || scanner.here === ";") return;
    bytes.push(readByte(scanner, STYLE));
    skipBlank(scanner, false);
    if (scanner.done) return;
    if (!scanner.skip(",")) throw scanner.error("','");
  }
}
