// Values of operands and options: addresses, times, permissions, counts, choices.

import { type AbstractAddress, abis, hostAbi, type PathAddress } from "../index.js";
import { type Arguments, type Command, help } from "./command.js";
import { usageError } from "./errors.js";

/** The one operand of a subcommand that takes one. */
export function onlyOperand(command: Command, { operands }: Arguments, name: string): string {
  const [first, second] = operands;
  if (first === undefined || first === "") throw usageError(`${name} is missing${help(command)}`);
  if (second !== undefined) {
    throw usageError(`one ${name} is enough: '${second}' is too much${help(command)}`);
  }
  return first;
}

/** Where a socket is: a path, or `@name` for an abstract name. */
export function socketAddress(text: string): PathAddress | AbstractAddress {
  return text.startsWith("@") && text.length > 1 ? { abstract: text.slice(1) } : { path: text };
}

const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1000, "": 1000, m: 60_000 };

/** The longest time that the system calls take: about 24 days. */
const LONGEST_MS = 0x7fffffff;

/** An option that is a time, in milliseconds; undefined when it is not there. */
export function duration(args: Arguments, option: string): number | undefined {
  const text = args.value(option);
  if (text === undefined) return undefined;
  const [, number = "", unit = ""] = /^(\d+\.?\d*|\.\d+)(ms|s|m|)$/.exec(text) ?? [];
  const milliseconds = Number(number) * (UNITS[unit] ?? 0);
  if (number !== "" && milliseconds <= LONGEST_MS) return milliseconds;
  throw usageError(`--${option} takes seconds, or a time such as 500ms, 2s or 1m, not '${text}'`);
}

/** An option that is a set of permissions, in octal. */
export function permissions(args: Arguments, option: string): number | undefined {
  const text = args.value(option);
  if (text === undefined) return undefined;
  if (/^(0o)?[0-7]{3,4}$/.test(text)) {
    const mode = Number.parseInt(text.replace("0o", ""), 8);
    if (mode <= 0o777) return mode;
  }
  throw usageError(`--${option} takes permissions in octal such as 600 or 0660, not '${text}'`);
}

/** An option that is a number of things, 1 unless given. */
export function counted(args: Arguments, option: string): number {
  const text = args.value(option) ?? "1";
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
  throw usageError(`--${option} takes a whole number above 0, not '${text}'`);
}

/** An option that is one of a few words. */
export function choice<W extends string>(
  args: Arguments,
  option: string,
  words: readonly W[],
): W | undefined {
  const text = args.value(option);
  if (text === undefined) return undefined;
  const word = words.find((known) => known === text);
  if (word !== undefined) return word;
  throw usageError(`--${option} is one of ${words.join(", ")}, not '${text}'`);
}

/** Refuses options that say different things. */
export function onlyOneOf(args: Arguments, options: readonly string[]): void {
  const given = options.filter((option) => args.has(option));
  if (given.length < 2) return;
  throw usageError(`--${given[0]} and --${given[1]} do not go together`);
}

/** The ABIs that names, `host` and patterns with `*` stand for. */
export function abisNamed(texts: readonly string[]): string[] {
  const names = texts.flatMap((text) => text.split(","));
  return [...new Set(names.flatMap((name) => abisLike(name.trim())))];
}

function abisLike(name: string): readonly string[] {
  if (name === "host") return [hostAbi().name];
  const pattern = new RegExp(`^${name.replace(/[^\w*-]/g, "\\$&").replaceAll("*", ".*")}$`);
  const found = abis().filter((abi) => pattern.test(abi));
  if (found.length > 0) return found;
  const near = nearestTo(name, abis());
  const hint = near.length === 0 ? "" : `; close to it: ${near.join(", ")}`;
  throw usageError(`--abi knows no '${name}'${hint} (cmsg layout --list names all)`);
}

/** Names that share most parts with a name. */
function nearestTo(name: string, names: readonly string[]): string[] {
  const parts = new Set(name.split(/[-_*]/).filter((part) => part !== ""));
  const shared = (candidate: string): number =>
    candidate.split(/[-_]/).filter((part) => parts.has(part)).length;
  return best(names, shared, 1);
}

/** Names that have the longest run of letters in common with a word. */
export function likest(word: string, names: readonly string[]): string[] {
  const wanted = word.slice(0, 60).toLowerCase();
  const run = (candidate: string): number => {
    const known = candidate.toLowerCase();
    for (let length = Math.min(wanted.length, known.length); length > 0; length--) {
      for (let at = 0; at + length <= wanted.length; at++) {
        if (known.includes(wanted.slice(at, at + length))) return length;
      }
    }
    return 0;
  };
  return best(names, run, 3);
}

/** The first three of the names that score most, if that is at least so much. */
function best(names: readonly string[], score: (name: string) => number, least: number): string[] {
  const scores = names.map(score);
  const most = Math.max(...scores);
  return most < least ? [] : names.filter((_, i) => scores[i] === most).slice(0, 3);
}
