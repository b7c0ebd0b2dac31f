// Bytes from Python: bytes literals of every kind, joined or added, bytes.fromhex and bytes of a list.

import { ByteList } from "./bytes.js";
import { type ListStyle, readList } from "./list.js";
import { readQuoted } from "./quoted.js";
import { Scanner, skipBlank } from "./scanner.js";

const LIST: ListStyle = { close: "]", octal: false, hash: true };
const TUPLE: ListStyle = { close: ")", octal: false, hash: true };
const QUOTES = { greedy: false, keepsUnknown: true, joins: true };
const RAW = /[rR]/;
const ASSIGNED = /[A-Za-z_][\w.]*\s*(?::\s*\w+\s*)?=\s*/y;
const FROM_HEX = /(?:bytes|bytearray)\.fromhex\(\s*(["'])/y;
const LIST_CALL = /(?:bytes|bytearray)\(\s*(\[|\((?=\s*[-0-9]))/y;
const WRAPPED = /(?:bytes|bytearray|memoryview)\(\s*(?=[bBrR(])/y;
const LITERAL = /([bB][rR]?|[rR][bB])("""|'''|"|')/y;
const REPEAT = /\s*\*\s*([0-9]+)/y;

/** The bytes of a Python expression. */
export function readPython(text: string): ByteList {
  const scanner = new Scanner("python", text);
  const bytes = new ByteList();
  skipBlank(scanner, true);
  scanner.take(ASSIGNED);
  readSum(scanner, bytes, 0);
  skipBlank(scanner, true);
  if (!scanner.done) throw scanner.error("the end of the bytes");
  return bytes;
}

/** Deeper nesting is nothing that a person writes. */
const DEPTH = 50;

/** Terms beside each other or with + between, up to a bracket that closes or the end. */
function readSum(scanner: Scanner, bytes: ByteList, depth: number): void {
  let first = true;
  for (;;) {
    skipBlank(scanner, true);
    const added = scanner.skip("+");
    skipBlank(scanner, true);
    if (!added && !first && (scanner.done || scanner.here === ")")) return;
    if (!added && !first && !/[bBrR]/.test(scanner.here)) throw scanner.error("'+' or the end");
    readTerm(scanner, bytes, depth);
    first = false;
  }
}

function readTerm(scanner: Scanner, bytes: ByteList, depth: number): void {
  if (depth > DEPTH) throw scanner.error(`at most ${DEPTH} brackets inside each other`);
  const from = bytes.length;
  const list = scanner.take(LIST_CALL)?.[1];
  if (list !== undefined) {
    readList(scanner, list === "[" ? LIST : TUPLE, bytes);
    skipBlank(scanner, true);
    if (list === "[") scanner.skip(",");
    scanner.need(")");
  } else if (scanner.take(WRAPPED) !== undefined || scanner.skip("(")) {
    readSum(scanner, bytes, depth + 1);
    scanner.need(")");
  } else readAtom(scanner, bytes);
  const times = Number(scanner.take(REPEAT)?.[1] ?? 1);
  const term = bytes.slice(from, bytes.length);
  if (times === 0) throw scanner.error("a number of repetitions above 0");
  for (let i = 1; i < times && term.length > 0; i++) bytes.pushAll(term);
}

function readAtom(scanner: Scanner, bytes: ByteList): void {
  const hexQuote = scanner.take(FROM_HEX)?.[1];
  if (hexQuote !== undefined) {
    readFromHex(scanner, hexQuote, bytes);
    return;
  }
  const [, prefix = "", quote = ""] = scanner.take(LITERAL) ?? [];
  if (quote === "") throw scanner.error("a bytes literal, bytes.fromhex(…) or bytes([…])");
  if (RAW.test(prefix)) readRaw(scanner, quote, bytes);
  else readQuoted(scanner, quote, QUOTES, bytes);
}

const RAW_PART = /[^\\"'\n]+|\\[^\n]|["'\n]/y;

/** A raw literal: a backslash stands for itself, and keeps a quote from ending it. */
function readRaw(scanner: Scanner, quote: string, bytes: ByteList): void {
  const from = scanner.at;
  while (!scanner.skip(quote)) {
    const part = scanner.take(RAW_PART)?.[0];
    if (part === undefined || (part === "\n" && quote.length === 1)) {
      throw scanner.error(`the string that begins here to end with ${quote}`, from);
    }
    bytes.pushAll(new TextEncoder().encode(part));
  }
}

const HEX_PART = /\s*([0-9a-fA-F]{2})/y;

function readFromHex(scanner: Scanner, quote: string, bytes: ByteList): void {
  for (let pair = scanner.take(HEX_PART); pair !== undefined; pair = scanner.take(HEX_PART)) {
    bytes.push(Number.parseInt(pair[1] as string, 16));
  }
  scanner.take(/\s*/y);
  if (!scanner.skip(quote)) throw scanner.error(`pairs of hex digits up to ${quote}`);
  skipBlank(scanner, true);
  scanner.need(")");
}
