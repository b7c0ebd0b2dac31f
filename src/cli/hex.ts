// Bytes from hex text as people have it: plain digits, C arrays, escapes, and the dumps of xxd, hexdump -C and od.

import { malformed } from "./errors.js";

/** Whether bytes are text that a person could have typed. */
export function looksLikeText(bytes: Uint8Array): boolean {
  return bytes.every((byte) => (byte >= 0x20 && byte < 0x7f) || (byte >= 9 && byte <= 13));
}

/** The bytes that hex text stands for. */
export function bytesFromHex(text: string): Uint8Array {
  const lines = text.split(/\r?\n/);
  return Uint8Array.from(isDump(lines) ? fromDump(lines) : fromPlain(lines));
}

/** An offset, a colon, and what xxd prints: groups of bytes, then two spaces and the same as text. */
const XXD =
  /^\s*(?:0x)?([0-9a-f]{4,16}):\s*((?:[0-9a-f]{2})+(?: (?:[0-9a-f]{2})+)*)(?:\s{2,}.*|\s*)$/i;

/** An offset and single bytes, as hexdump -C and od -A x -t x1 print them. The width of the offset tells it from a byte. */
const SINGLE = /^\s*([0-9a-f]{4,16})((?:\s+[0-9a-f]{2})+)\s*(?:\|.*\||>.*<)?\s*$/i;

/** The last line of a dump: how long it all is. */
const END = /^\s*([0-9a-f]{4,16}):?\s*$/i;

/** A line of a dump that says that the line in front of it is repeated. */
const REPEATED = /^\s*\*\s*$/;

/** Offsets are certain behind a colon; without one all lines must have them. */
function isDump(lines: readonly string[]): boolean {
  if (lines.some((line) => XXD.test(line))) return true;
  const filled = lines.filter((line) => line.trim() !== "");
  const bytes = filled.filter((line) => SINGLE.test(line));
  if (bytes.length === 0) return false;
  const rest = filled.filter((line) => !SINGLE.test(line));
  if (!rest.every((line) => END.test(line) || REPEATED.test(line))) return false;
  if (filled.length > 1 || /[|>]/.test(bytes[0] ?? "")) return true;
  throw malformed(
    `${shown(filled[0] ?? "")} may begin with an offset or with bytes: write single bytes, or no spaces`,
  );
}

function fromDump(lines: readonly string[]): number[] {
  const bytes: number[] = [];
  let start: number | undefined;
  let last: number[] = [];
  let repeating = false;
  lines.forEach((line, i) => {
    if (line.trim() === "") return;
    if (REPEATED.test(line) && last.length > 0) {
      repeating = true;
      return;
    }
    const [, digits = "", pairText = ""] =
      XXD.exec(line) ?? SINGLE.exec(line) ?? END.exec(line) ?? [];
    if (digits === "") throw malformed(`line ${i + 1}: ${shown(line)} is not a line of a dump`);
    start ??= Number.parseInt(digits, 16);
    const before = Number.parseInt(digits, 16) - start;
    if (repeating && before <= TEXT_LIMIT) {
      while (bytes.length < before) bytes.push(...last);
    }
    repeating = false;
    if (before !== bytes.length) {
      const expected = (start + bytes.length).toString(16);
      throw malformed(`line ${i + 1}: the offset is ${digits}, expected ${expected} (in hex)`);
    }
    last = pairs(pairText.replace(/\s/g, ""));
    bytes.push(...last);
  });
  return bytes;
}

/** How far a repeated line is followed: no control buffer is longer. */
const TEXT_LIMIT = 1 << 21;

/** What may stand around bytes: white space, commas, and the brackets and quotes of C, Python and JSON. */
const AROUND = /[\s,;{}[\]()"']+/;

function fromPlain(lines: readonly string[]): number[] {
  const tokens = lines.flatMap((line, i) =>
    line
      .replace(/\\x([0-9a-f]{2})/gi, " 0x$1 ")
      .replace(/(^|\s)b(?=["'])/g, " ")
      .split(AROUND)
      .filter((token) => token !== "")
      .map((token) => ({ token, line: i + 1 })),
  );
  return tokens.flatMap(({ token, line }) => tokenBytes(token, line, tokens.length === 1));
}

function tokenBytes(token: string, line: number, alone: boolean): number[] {
  const where = `line ${line}: ${shown(token)}`;
  const prefixed = /^0x/i.test(token);
  const digits = prefixed ? token.slice(2) : token;
  if (!/^[0-9a-f]+$/i.test(digits)) throw malformed(`${where} is not hex`);
  if (prefixed && digits.length === 1) return [Number.parseInt(digits, 16)];
  if (prefixed && digits.length > 2 && !alone) {
    throw malformed(`${where} is a word, and its byte order is not known: write single bytes`);
  }
  if (digits.length % 2 === 1) {
    const hint = /^0{5,}/.test(digits) ? ": dump with xxd, hexdump -C or od -A x -t x1" : "";
    throw malformed(`${where} has an odd number of digits${hint}`);
  }
  return pairs(digits);
}

function pairs(digits: string): number[] {
  return (digits.match(/../g) ?? []).map((pair) => Number.parseInt(pair, 16));
}

function shown(text: string): string {
  return `'${text.length > 40 ? `${text.slice(0, 40)}…` : text}'`;
}
