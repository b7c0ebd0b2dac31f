// Bytes from Base64, with the digits of RFC 4648 section 4 or those for URLs, with or without padding, in lines or one.

import { ByteList } from "./bytes.js";
import { Scanner } from "./scanner.js";

const DATA_URL = /data:[^,\s]{0,200};base64,/y;
const DIGIT = /\s*([A-Za-z0-9+/_-])/y;
const PADDING = /\s*={1,2}(?:\s*=)?/y;

const VALUES: ReadonlyMap<string, number> = new Map(
  [..."ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"].map((digit, i) => [
    digit,
    i,
  ]),
);

/** The bytes of Base64 text. */
export function readBase64(text: string): ByteList {
  const scanner = new Scanner("base64", text);
  const bytes = new ByteList();
  scanner.take(/\s*/y);
  scanner.take(DATA_URL);
  let bits = 0;
  let count = 0;
  let digits = 0;
  for (let found = scanner.take(DIGIT); found !== undefined; found = scanner.take(DIGIT)) {
    const digit = (found[1] as string).replace("-", "+").replace("_", "/");
    bits = ((bits << 6) | (VALUES.get(digit) as number)) & 0xffff;
    count += 6;
    digits += 1;
    if (count < 8) continue;
    count -= 8;
    bytes.push((bits >> count) & 0xff);
  }
  const end = scanner.at;
  const padding = scanner.take(PADDING)?.[0].replace(/\s/g, "").length ?? 0;
  scanner.take(/\s*/y);
  if (!scanner.done) throw scanner.error("a digit of Base64");
  if (digits % 4 === 1) throw scanner.error("another digit: one is left over", end);
  if (padding > 0 && (digits + padding) % 4 !== 0) {
    throw scanner.error("padding up to four digits", end);
  }
  if ((bits & ((1 << count) - 1)) !== 0) throw scanner.error("zero bits behind the last byte", end);
  return bytes;
}
