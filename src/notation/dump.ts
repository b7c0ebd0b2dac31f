// Bytes from the dumps of xxd, hexdump -C, od -t x1, tcpdump -X and gdb's x/xb: an offset, bytes, and the same as text.

import { ByteList } from "./bytes.js";
import { NotationError } from "./error.js";

/** A line of a dump: where its offset stands, and the digits of its bytes. */
interface DumpLine {
  /** Place of the line in the text. */
  readonly at: number;
  readonly offset: string;
  readonly digits: string;
}

const COLON = /^\s*(?:0x)?([0-9a-f]{1,16})(?:\s+<[^>\n]*>)?:(?=\s|$)/i;
const PLAIN = /^\s*(?:0x)?([0-9a-f]{4,16})(?=\s|$)/i;
const REPEATED = /^\s*\*\s*$/;
/** Groups of digits; two blanks after the first or a bar end them, for text comes behind. */
const GROUP = /(\s+)(?:0x)?((?:[0-9a-f]{2})+)(?=\s|$)/iy;

/** Whether a text is a dump: a colon behind each offset, or an offset of more digits than a byte and single bytes in every line. */
export function isDump(text: string): boolean {
  const lines = text.split("\n").filter((line) => line.trim() !== "");
  const [first = ""] = lines;
  if (COLON.test(first) && readBytes(first, COLON) !== "") return true;
  if (!lines.every((line) => PLAIN.test(line) || REPEATED.test(line))) return false;
  if (readBytes(first, PLAIN) === "" && lines.length > 1) return false;
  if (lines.length > 1 || /[|>]/.test(first)) return lines.every(isSingle);
  if (!AMBIGUOUS.test(first)) return false;
  const expected = "single bytes, or the notation: the first number may be an offset or bytes";
  throw new NotationError(null, text, text.search(/\S/), expected);
}

/** One line of a number that is longer than a byte, and single bytes. */
const AMBIGUOUS = /^\s*[0-9a-f]{4,16}(?:\s+[0-9a-f]{2})+\s*$/i;

/** Whether a line's offset is longer than the groups behind it. */
function isSingle(line: string): boolean {
  const offset = PLAIN.exec(line)?.[1] ?? "";
  const second = line.trim().split(/\s+/, 2)[1] ?? "";
  return REPEATED.test(line) || second === "" || second.length < offset.length;
}

/** The bytes of a dump. Lines that `*` stands for are repeated, and offsets must go on where the line before ended. */
export function readDump(text: string): ByteList {
  const lines = linesOf(text);
  const radix = [16, 8, 10].find((each) => isConsistent(lines, each)) ?? 16;
  const bytes = new ByteList();
  let start: number | undefined;
  let last: readonly number[] = [];
  let repeating = false;
  for (const line of lines) {
    if (line.offset === "*") {
      repeating = true;
      continue;
    }
    const offset = Number.parseInt(line.offset, radix);
    start ??= offset;
    while (repeating && last.length > 0 && bytes.length < offset - start) bytes.pushAll(last);
    repeating = false;
    if (offset - start !== bytes.length) {
      const expected = `the offset ${(start + bytes.length).toString(radix)}`;
      throw new NotationError("dump", text, line.at, expected);
    }
    last = pairs(line.digits);
    bytes.pushAll(last);
  }
  return bytes;
}

/** Whether all offsets go on where the line before ended, read with a radix. */
function isConsistent(lines: readonly DumpLine[], radix: number): boolean {
  let next: number | undefined;
  for (const { offset, digits } of lines) {
    if (offset === "*") {
      next = undefined;
      continue;
    }
    const number = Number.parseInt(offset, radix);
    if (number.toString(radix) !== (offset.replace(/^0+(?=.)/, "") || "0").toLowerCase()) {
      return false;
    }
    if (next !== undefined && number !== next) return false;
    next = number + digits.length / 2;
  }
  return true;
}

function linesOf(text: string): DumpLine[] {
  const found: DumpLine[] = [];
  let at = 0;
  for (const line of text.split("\n")) {
    if (REPEATED.test(line)) found.push({ at, offset: "*", digits: "" });
    else if (line.trim() !== "") found.push(dumpLine(text, line.replace(/\r$/, ""), at));
    at += line.length + 1;
  }
  return found;
}

function dumpLine(text: string, line: string, at: number): DumpLine {
  const pattern = COLON.test(line) ? COLON : PLAIN;
  const offset = pattern.exec(line)?.[1];
  if (offset === undefined) throw new NotationError("dump", text, at, "an offset and bytes");
  const digits = readBytes(line, pattern);
  const rest = line.slice((pattern.exec(line) as RegExpExecArray)[0].length).trim();
  if (digits === "" && rest !== "") {
    throw new NotationError("dump", text, at + line.indexOf(rest), "bytes as pairs of hex digits");
  }
  if (/^0x[0-9a-f]{3,}/i.test(rest) || (pattern === PLAIN && /^[0-9a-f]{3,}(\s|$)/i.test(rest))) {
    const expected = "single bytes (hexdump -C, od -t x1): the byte order of words is not known";
    throw new NotationError("dump", text, at + line.indexOf(rest), expected);
  }
  return { at: at + line.search(/\S/), offset, digits };
}

/** The digits behind the offset of a line. */
function readBytes(line: string, pattern: RegExp): string {
  const head = pattern.exec(line)?.[0] ?? "";
  let digits = "";
  GROUP.lastIndex = head.length;
  for (let group = GROUP.exec(line); group !== null; group = GROUP.exec(line)) {
    const [, blank = "", pairsHere = ""] = group;
    if (isText(pattern, digits, blank, pairsHere)) break;
    digits += pairsHere;
  }
  return digits;
}

/** Whether a group is the text column, which may look like bytes. Without colons, bytes are parted in the middle of a line. */
function isText(pattern: RegExp, digits: string, blank: string, group: string): boolean {
  if (digits === "" || blank.length < 2 || blank.includes("\t")) return false;
  return pattern === COLON || blank.length > 2 || digits.length !== 16 || group.length !== 2;
}

function pairs(digits: string): number[] {
  return (digits.match(/../g) ?? []).map((pair) => Number.parseInt(pair, 16));
}
