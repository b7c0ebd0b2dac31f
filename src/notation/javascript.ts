// Bytes from JavaScript and JSON: arrays, Uint8Array, Buffer, and what Node prints of them.

import { readBase64 } from "./base64.js";
import { ByteList } from "./bytes.js";
import { readHex } from "./hex.js";
import { type ListStyle, readList } from "./list.js";
import { Scanner, skipBlank } from "./scanner.js";

const LIST: ListStyle = { close: "]", octal: false, hash: false };
const CALL: ListStyle = { close: ")", octal: false, hash: false };
const ASSIGNED = /(?:const|let|var)\s+[\w$]+\s*=\s*/y;
/** `new Uint8Array([`, `Uint8Array.from([`, `Buffer.from([`; Node prints `Uint8Array(3) [`. */
const ARRAY =
  /(?:(?:new\s+)?(?:Uint8Array|Buffer)(?:\.from)?\(\s*\[|(?:Uint8Array|Buffer)\([0-9]+\)\s*\[|\[)/y;
const VALUES = /(?:Uint8Array|Buffer)\.of\(/y;
const ENCODED = /Buffer\.from\(\s*(["'`])([^"'`\n]*)\1\s*,\s*["'](hex|base64|base64url)["']\s*\)/y;
const FROM_HEX = /Uint8Array\.from(Hex|Base64)\(\s*(["'`])([^"'`\n]*)\2\s*\)/y;

/** The bytes of an array, typed array or Buffer. */
export function readJavaScript(text: string): ByteList {
  const scanner = new Scanner("javascript", text);
  skipBlank(scanner, false);
  scanner.take(ASSIGNED);
  const bytes = readExpression(scanner);
  skipBlank(scanner, false);
  scanner.skip(";");
  skipBlank(scanner, false);
  if (!scanner.done) throw scanner.error("the end of the bytes");
  return bytes;
}

function readExpression(scanner: Scanner): ByteList {
  const [, , digits, encoding] = scanner.take(ENCODED) ?? [];
  if (digits !== undefined) return encoding === "hex" ? readHex(digits) : readBase64(digits);
  const [, kind, , encoded] = scanner.take(FROM_HEX) ?? [];
  if (encoded !== undefined) return kind === "Hex" ? readHex(encoded) : readBase64(encoded);
  const bytes = new ByteList();
  if (scanner.take(VALUES) !== undefined) {
    readList(scanner, CALL, bytes);
    return bytes;
  }
  const array = scanner.take(ARRAY)?.[0];
  if (array === undefined) throw scanner.error("an array, Uint8Array.of(…) or Buffer.from(…)");
  readList(scanner, LIST, bytes);
  if (/\(\s*\[$/.test(array)) {
    skipBlank(scanner, false);
    scanner.need(")");
  }
  return bytes;
}
