// The state as the fragment of a link, and back. A fragment may hold anything: what is not understood is said and left out.

import { type AbiName, abis, type RuleName, rules } from "../src/codec.js";
import { type ByteRange, formats } from "../src/notation.js";
import { translate } from "./buffer.js";
import { bytesOfHex, hexOf } from "./hex.js";
import { stateOfLesson } from "./lessons.js";
import { rowOfText, textOfRow } from "./row-text.js";
import {
  type AbiChoice,
  BYTES_LIMIT,
  type Doc,
  FIRST_VIEW,
  type State,
  TABS,
  type View,
} from "./state.js";

/** Links of later versions are read as far as they can be. */
export const VERSION = 1;

/** A state, and what its link said that was not understood. */
export interface Opened {
  readonly state: State;
  readonly refused: readonly string[];
}

function textOfAbi(abi: AbiChoice): string {
  return typeof abi === "string" ? abi : `${abi.base}~${textOfRow(abi.row)}`;
}

/** The fragment of a state, without `#`. */
export function fragmentOf({ doc, view }: State): string {
  const unknown = doc.unknown.map(({ from, to }) => `${from}-${to}`).join(".");
  const parts: (readonly [string, string | number | null])[] = [
    ["v", VERSION],
    ["a", textOfAbi(doc.abi)],
    ["c", hexOf(doc.bytes)],
    ["u", unknown || null],
    ["s", view.at || null],
    ["t", view.tab],
    ["w", view.rule],
    ["p", view.step || null],
    ["o", view.other],
    ["n", view.room],
    ["f", view.format],
    ["l", view.lesson],
    ["k", view.keep ? 1 : null],
  ];
  return parts
    .filter(([, value]) => value !== null)
    .map(([key, value]) => `${key}=${value}`)
    .join("&");
}

/** The state that a fragment stands for; `initial` for what it does not say. */
export function stateOf(fragment: string, initial: Doc): Opened {
  const given = new Map<string, string>();
  for (const part of fragment.replace(/^#/, "").split("&").slice(0, 100)) {
    const at = part.indexOf("=");
    if (at > 0 && !given.has(part.slice(0, at))) given.set(part.slice(0, at), part.slice(at + 1));
  }
  const refused: string[] = [];
  const read = <T>(key: string, otherwise: T, parse: (text: string) => T | undefined): T => {
    const text = given.get(key);
    if (text === undefined) return otherwise;
    const value = parse(text);
    if (value === undefined) refused.push(key);
    return value ?? otherwise;
  };
  if (read("v", VERSION, (text) => integer(text, 1, 999)) > VERSION) refused.push("v");
  const lesson = read<number | null>("l", null, (text) => integer(text, 1, 10));
  const start = stateOfLesson(given.has("c") ? 0 : (lesson ?? 0));
  const first = start?.view ?? FIRST_VIEW;
  const own = start?.doc ?? initial;
  const abi = read("a", own.abi, abiOfText);
  // Without bytes there are messages to begin with: those of a lesson stay as they are, in whatever ABI they are read.
  const isOther = start === undefined && abi !== own.abi;
  const bytes = read("c", isOther ? translate(own, abi) : own.bytes, bytesOfText);
  const unknown = read("u", [], (text) => rangesOf(text, bytes.length));
  const last = Math.max(bytes.length - 1, 0);
  const view: View = {
    at: read("s", first.at, (text) => integer(text, 0, last)),
    tab: read("t", first.tab, (text) => TABS.find((tab) => tab === text)),
    rule: read<RuleName | null>("w", first.rule, (text) => rules().find((name) => name === text)),
    step: read("p", first.step, (text) => integer(text, 0, BYTES_LIMIT)),
    other: read("o", first.other, abiNamed),
    room: read<number | null>("n", first.room, (text) => integer(text, 0, 2 * BYTES_LIMIT)),
    format: read("f", first.format, (text) => formats().find((name) => name === text)),
    lesson,
    keep: read("k", first.keep, (text) => (text === "1" ? true : undefined)),
  };
  return { state: { doc: { abi, bytes, unknown }, view }, refused };
}

function integer(text: string, least: number, most: number): number | undefined {
  const number = /^\d{1,7}$/.test(text) ? Number(text) : Number.NaN;
  return number >= least && number <= most ? number : undefined;
}

function abiNamed(text: string): AbiName | undefined {
  return abis().find((name) => name === text);
}

function abiOfText(text: string): AbiChoice | undefined {
  const [name = "", numbers, more] = text.split("~");
  const base = abiNamed(name);
  if (base === undefined || numbers === undefined) return base;
  const row = more === undefined ? rowOfText(numbers, rules()) : undefined;
  return row && { row, base };
}

function bytesOfText(text: string): Uint8Array | undefined {
  return text.length > 2 * BYTES_LIMIT ? undefined : bytesOfHex(text);
}

function rangesOf(text: string, length: number): readonly ByteRange[] | undefined {
  const ranges = text.split(".").map((part): ByteRange => {
    const [, from, to] = /^(\d{1,5})-(\d{1,5})$/.exec(part) ?? [];
    return { from: Number(from), to: Number(to) };
  });
  return ranges.every(({ from, to }) => from < to && to <= length) ? ranges : undefined;
}
