// Bytes from plain hex: digits in any spacing, with 0x or \x in front, between commas, colons or dashes; ?? is a byte not known.

import { ByteList, UNKNOWN } from "./bytes.js";
import { Scanner, skipBlank } from "./scanner.js";

/** What may stand between bytes: punctuation of C, of MAC addresses, and what Node prints around a Buffer. */
const BETWEEN = /(?:<Buffer\b|[\s,;:>"'[\](){}-])+/y;
const TOKEN = /(?:0[xX]|\\x)?(?:[0-9a-fA-F]{2,}|\?\?(?:\?\?)*)/y;
const SINGLE = /(?:0[xX])([0-9a-fA-F])(?![0-9a-fA-F])/y;
const ESCAPED = /\\x([0-9a-fA-F]{2}|\?\?)/y;
const DIGITS = /[0-9a-fA-F]+/y;

/** The bytes of plain hex text. */
export function readHex(text: string): ByteList {
  const scanner = new Scanner("hex", text);
  const bytes = new ByteList();
  let wide: number | undefined;
  let tokens = 0;
  for (;;) {
    skipBetween(scanner);
    if (scanner.done) break;
    const from = scanner.at;
    if (readToken(scanner, bytes)) wide ??= from;
    tokens += 1;
    if (wide !== undefined && tokens > 1) {
      throw scanner.error("single bytes: the byte order of words is not known", wide);
    }
  }
  return bytes;
}

function skipBetween(scanner: Scanner): void {
  for (;;) {
    const { at } = scanner;
    skipBlank(scanner, true);
    scanner.take(BETWEEN);
    if (scanner.at === at) return;
  }
}

/** One run of digits. Answers whether it is a word behind 0x, whose byte order is known only when it is alone. */
function readToken(scanner: Scanner, bytes: ByteList): boolean {
  const escaped = scanner.take(ESCAPED);
  if (escaped !== undefined) {
    pushPairs(escaped[1] as string, bytes);
    return false;
  }
  const single = scanner.take(SINGLE);
  if (single !== undefined) {
    bytes.push(Number.parseInt(single[1] as string, 16));
    return false;
  }
  const from = scanner.at;
  const token = scanner.take(TOKEN)?.[0];
  if (token === undefined) throw scanner.error(expectedHere(scanner));
  const prefixed = /^(0[xX]|\\x)/.test(token);
  const digits = prefixed ? token.slice(2) : token;
  if (digits.length % 2 === 1) throw scanner.error("an even number of hex digits", from);
  if (/[0-9a-zA-Z_]/.test(scanner.here)) throw scanner.error("a hex digit");
  pushPairs(digits, bytes);
  return prefixed && digits.length > 2;
}

function expectedHere(scanner: Scanner): string {
  DIGITS.lastIndex = scanner.at;
  return DIGITS.test(scanner.text) ? "an even number of hex digits" : "hex digits";
}

function pushPairs(digits: string, bytes: ByteList): void {
  for (let i = 0; i < digits.length; i += 2) {
    const pair = digits.slice(i, i + 2);
    bytes.push(pair === "??" ? UNKNOWN : Number.parseInt(pair, 16));
  }
}
