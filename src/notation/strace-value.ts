// What strace prints for an argument, as a tree: numbers, names, strings, lists, structs and calls, with the notes of -y beside.

import { ByteList } from "./bytes.js";
import { readQuoted } from "./quoted.js";
import type { Scanner } from "./scanner.js";

/** A value as strace prints it. `at` is its place in the text. */
export type StraceValue =
  | { readonly kind: "number"; readonly at: number; readonly number: bigint; readonly note: string }
  | { readonly kind: "name"; readonly at: number; readonly name: string }
  | {
      readonly kind: "string";
      readonly at: number;
      readonly bytes: Uint8Array;
      readonly cut: boolean;
    }
  | {
      readonly kind: "list";
      readonly at: number;
      readonly items: readonly StraceValue[];
      readonly cut: boolean;
    }
  | {
      readonly kind: "struct";
      readonly at: number;
      readonly members: readonly StraceMember[];
      readonly cut: boolean;
    }
  | {
      readonly kind: "call";
      readonly at: number;
      readonly name: string;
      readonly items: readonly StraceValue[];
    };

/** A member of a struct; a call that names its member in an argument has no key. */
export interface StraceMember {
  readonly key: string | null;
  readonly value: StraceValue;
}

/** No struct that strace prints is deeper. */
const DEPTH = 40;
const QUOTES = { greedy: false, keepsUnknown: false, joins: false };

const BLANK = /\s+/y;
const NUMBER = /-?(?:0[xX][0-9a-fA-F]+|[0-9]+)(?![0-9A-Za-z_])/y;
const NAME = /(?:\?\?\?|&?[A-Za-z_][\w.:-]*|[~!]?\[)/y;
const KEY = /([A-Za-z_]\w*)=(?!>)/y;
const OPERATOR = /\s*(?:\||<<|\*|\+)\s*/y;
const MORE = /\.\.\./y;

/** White space, and what strace says about a number beside it. */
export function skipRemarks(scanner: Scanner): void {
  for (;;) {
    scanner.take(BLANK);
    if (!scanner.skip("/*")) return;
    const end = scanner.text.indexOf("*/", scanner.at);
    if (end === -1) throw scanner.error("a comment that ends with */", scanner.at - 2);
    scanner.at = end + 2;
  }
}

/** One value, and what it became behind `=>`. */
export function readValue(scanner: Scanner, depth = 0): StraceValue {
  if (depth > DEPTH) throw scanner.error(`at most ${DEPTH} brackets inside each other`);
  skipRemarks(scanner);
  let value = readSingle(scanner, depth);
  skipRemarks(scanner);
  while (scanner.take(OPERATOR) !== undefined) {
    // Flags: what they add up to matters to nobody here.
    skipRemarks(scanner);
    readSingle(scanner, depth);
    value = { kind: "name", at: value.at, name: "flags" };
    skipRemarks(scanner);
  }
  if (!scanner.skip("=>")) return value;
  return readValue(scanner, depth + 1);
}

function readSingle(scanner: Scanner, depth: number): StraceValue {
  const { at } = scanner;
  if (scanner.skip("{")) return readStruct(scanner, at, depth);
  if (scanner.skip("[")) return readItems(scanner, at, "]", depth);
  if (scanner.skip('"')) return readString(scanner, at);
  const number = scanner.take(NUMBER)?.[0];
  if (number !== undefined) {
    const digits = number.replace("-", "");
    if (digits.length > 40) throw scanner.error("a number of 64 bits", at);
    const sign = number.startsWith("-") ? -1n : 1n;
    const note = readNote(scanner);
    return { kind: "number", at, number: sign * BigInt(digits), note };
  }
  const name = scanner.take(NAME)?.[0];
  if (name === undefined) throw scanner.error("a value as strace prints it");
  if (name.endsWith("[")) {
    // A set of signals or flags that are not there: ~[INT].
    readItems(scanner, at, "]", depth);
    return { kind: "name", at, name: "flags" };
  }
  readNote(scanner);
  if (!scanner.skip("(")) return { kind: "name", at, name };
  const { items } = readItems(scanner, at, ")", depth);
  return { kind: "call", at, name, items };
}

function readString(scanner: Scanner, at: number): StraceValue {
  const bytes = new ByteList();
  readQuoted(scanner, '"', QUOTES, bytes);
  const cut = scanner.take(MORE) !== undefined;
  return { kind: "string", at, bytes: bytes.finish().bytes, cut };
}

function readItems(
  scanner: Scanner,
  at: number,
  close: string,
  depth: number,
): StraceValue & { kind: "list" } {
  const items: StraceValue[] = [];
  let cut = false;
  for (;;) {
    skipRemarks(scanner);
    if (scanner.skip(close)) return { kind: "list", at, items, cut };
    if (scanner.take(MORE) !== undefined) cut = true;
    else items.push(readValue(scanner, depth + 1));
    skipRemarks(scanner);
    // Sets of flags and descriptors have blanks between.
    if (!scanner.skip(",") && scanner.here !== close && !/[\w{"]/.test(scanner.here)) {
      throw scanner.error(`',' or '${close}'`);
    }
  }
}

function readStruct(scanner: Scanner, at: number, depth: number): StraceValue {
  const { members, cut } = readMembers(scanner, "}", depth);
  return { kind: "struct", at, members, cut };
}

/** Members up to a closing bracket, or to the end of the text where there is none. */
export function readMembers(
  scanner: Scanner,
  close: string,
  depth = 0,
): { members: readonly StraceMember[]; cut: boolean } {
  const members: StraceMember[] = [];
  let cut = false;
  for (;;) {
    skipRemarks(scanner);
    if (close === "" ? scanner.done : scanner.skip(close)) return { members, cut };
    if (scanner.take(MORE) !== undefined) cut = true;
    else {
      const key = scanner.take(KEY)?.[1] ?? null;
      members.push({ key, value: readValue(scanner, depth + 1) });
    }
    skipRemarks(scanner);
    if (scanner.skip(",")) continue;
    if (close === "" ? !scanner.done : scanner.here !== close) {
      throw scanner.error(close === "" ? "','" : `',' or '${close}'`);
    }
  }
}

/** The note of -y or -yy behind a descriptor: what stands between < and >, arrows and nested notes included. */
export function readNote(scanner: Scanner): string {
  // A shift is no note.
  if (scanner.here !== "<" || scanner.text[scanner.at + 1] === "<") return "";
  const { text, at: from } = scanner;
  let depth = 0;
  for (let at = from; at < text.length && text[at] !== "\n"; at++) {
    const here = text[at];
    if (here === "\\") at += 1;
    else if (here === "-" && text[at + 1] === ">") at += 1;
    else if (here === "<") depth += 1;
    else if (here === ">") {
      depth -= 1;
      if (depth > 0) continue;
      scanner.at = at + 1;
      scanner.skip("(deleted)");
      return text.slice(from + 1, at);
    }
  }
  throw scanner.error("a note that ends with >", from);
}
