// cmsg types: the control messages that are known, with their numbers, payloads, and how to make a kernel deliver them.

import {
  type AbiName,
  type AnyDefinition,
  abis,
  type ControlDescription,
  definitions,
  describeControl,
  hostAbi,
  type PayloadDescription,
} from "../index.js";
import { type Arguments, type Command, help } from "./command.js";
import { EXIT, usageError } from "./errors.js";
import { filled } from "./lines.js";
import { count, paint, print, printJson, width } from "./output.js";
import { abisNamed, likest } from "./values.js";

export const types: Command = {
  name: "types",
  summary: "list the control messages that are known, and how to enable each",
  usage: ["types [OPTIONS] [FILTER]"],
  operands: {
    FILTER: "part of the name of a type, level, option or system, such as ttl, ipv6 or freebsd",
  },
  options: {
    abi: {
      value: "A",
      short: "a",
      text: "those of this ABI, with its numbers; else those of all systems, with the host's numbers where it has them",
      complete: "abi",
    },
    json: { short: "j", text: "print them as a JSON array, with offsets and sources" },
  },
  notes: [
    "Each type has its level and number, who sends it, the payload's length and members, the socket option that makes the kernel deliver " +
      "it, and the name that this package knows it by.",
    "A type that is proven is sent or received through a running kernel of Linux by the tests of this package. Of the others, the bytes are " +
      "held against structs that the systems' own headers gave.",
  ],
  examples: [
    ["What says how many hops are left", "cmsg types ttl"],
    ["All that a system has", "cmsg types --abi freebsd-amd64"],
    ["Those of a level, for a program", "cmsg types --json ipv6 > ipv6.json"],
  ],
  see: ["cmsg encode", "cmsg trace"],
  complete: () => "type",
  run: runTypes,
};

function runTypes(args: Arguments): number {
  const [filter = "", extra] = args.operands;
  if (extra !== undefined) {
    throw usageError(`one FILTER is enough: '${extra}' is too much${help(types)}`);
  }
  const only = oneAbi(args);
  const wanted = filter.toLowerCase();
  const known = definitions().flatMap((definition) => describe(definition, only, wanted));
  const found = known.filter((one) => wordsOf(one).some((word) => isIn(wanted, word)));
  if (found.length === 0) throw nothingLike(filter, known, only);
  if (args.has("json")) printJson(found, 2);
  else print(drawing(found));
  return EXIT.fine;
}

function oneAbi(args: Arguments): AbiName | undefined {
  const given = args.value("abi");
  if (given === undefined) return undefined;
  const [abi, ...others] = abisNamed([given]) as AbiName[];
  if (others.length === 0) return abi;
  throw usageError(`--abi takes one ABI here, not ${others.length + 1}${help(types)}`);
}

/** A definition in the ABI that was asked for, or else in the host's, or else in the first that has it. */
function describe(
  definition: AnyDefinition,
  only: AbiName | undefined,
  wanted: string,
): readonly ControlDescription[] {
  if (only !== undefined) {
    const described = describeControl(definition, { abi: only });
    return described === null ? [] : [described];
  }
  const named = wanted === "" ? [] : abis().filter((name) => name.startsWith(wanted));
  for (const abi of [...named, hostAbi().name as AbiName, ...abis()]) {
    const described = describeControl(definition, { abi });
    if (described !== null) return [described];
  }
  return [];
}

/** What a filter may name of a type. */
function wordsOf({ name, exported, levelName, enable, systems }: ControlDescription): string[] {
  const level = String(levelName);
  const levels = ["SOL_", "IPPROTO_"].map((start) => level.replace(/^(SOL|IPPROTO)_/, start));
  return [name, exported ?? "", ...levels, ...enable, ...systems.map((one) => `^${one}`)];
}

/** Whether a filter is part of a word; of the name of a system, it is the beginning. */
function isIn(wanted: string, word: string): boolean {
  return word.startsWith("^")
    ? wanted !== "" && word.startsWith(`^${wanted.split("-")[0]}`)
    : word.toLowerCase().includes(wanted);
}

function nothingLike(
  filter: string,
  known: readonly ControlDescription[],
  only: AbiName | undefined,
): Error {
  const words = known.flatMap(wordsOf).map((word) => word.replace("^", ""));
  const near = likest(
    filter,
    [...new Set(words)].filter((word) => word !== ""),
  );
  const where = only === undefined ? "" : ` of ${only}`;
  const hint = near.length === 0 ? "" : `; close to it: ${near.join(", ")}`;
  return usageError(`no type, level, option or system${where} has '${filter}' in its name${hint}`);
}

/** All of them under their levels, in the order of the catalogue. */
function drawing(found: readonly ControlDescription[]): string {
  const levels = new Map<string, ControlDescription[]>();
  for (const one of found) {
    const title = `${one.levelName} (${one.level})`;
    levels.set(title, [...(levels.get(title) ?? []), one]);
  }
  const sections = [...levels].map(([title, types]) =>
    [paint("bold", title), ...types.flatMap((one) => ["", ...typeLines(one)])].join("\n"),
  );
  const proven = found.filter((one) => one.proven).length;
  const total = `${count(found.length, "control message")}, ${proven} proven against a kernel`;
  return [...sections, paint("dim", total)].join("\n\n");
}

const INDENT = 6;

/** A text further in than its head, and its other lines still further. */
const wrapped = (text: string): string[] => filled(text, INDENT, INDENT + 2);

function typeLines(one: ControlDescription): string[] {
  const { name, type, direction, payloads, exported } = one;
  const title = `${name} (${type})`;
  const ways = direction === "both" ? "send, receive" : direction;
  return [
    ...headLines(title, ways, exported ?? ""),
    ...payloads.flatMap((payload) => wrapped(payloadText(one, payload))),
    ...wrapped(enablingText(one)),
    ...wrapped(originText(one)).map((line) => paint("dim", line)),
  ];
}

/** Number, direction and name: in columns, or below each other where the terminal is narrow. */
function headLines(title: string, ways: string, exported: string): string[] {
  const front = `  ${paint("green", title)}`;
  if (width() < COLUMNS) {
    return [front, `${" ".repeat(4)}${[ways, exported].filter((part) => part !== "").join("  ")}`];
  }
  return [
    `${front}${" ".repeat(Math.max(32 - title.length, 1))}${ways.padEnd(15)}${exported}`.trimEnd(),
  ];
}

/** What the columns of a head take. */
const COLUMNS = 72;

/** The payload's length and members; of a type with several, which one it is. */
function payloadText({ type }: ControlDescription, payload: PayloadDescription): string {
  const which = payload.type === type ? "" : `as ${payload.typeName} (${payload.type}): `;
  const members = payload.members.map(({ name, type: cType, count: elements, unit, width }) => {
    const bytes = cType === "unsigned char" && width === 1;
    const array = elements === null ? "[]" : elements === 1 && !bytes ? "" : `[${elements}]`;
    return `${cType} ${name}${array}${unit === null ? "" : ` (${unit})`}`;
  });
  const list = members.length === 0 ? "no payload" : members.join(", ");
  return `${which}${lengthText(payload)}${list}`;
}

function lengthText({ size, longest, members }: PayloadDescription): string {
  const last = members.at(-1);
  if (last === undefined) return "";
  if (last.count !== null) return `${count(size, "byte")}: `;
  const front = size === 0 ? "" : `${size} + `;
  const most = longest === null ? "" : `, at most ${longest}`;
  return `${front}${last.width === 1 ? "n" : `${last.width} × n`} bytes${most}: `;
}

/** How to make it come. */
function enablingText({ enable, exported, needs, direction }: ControlDescription): string {
  const nothing = direction === "send" ? "sent without an option" : "comes without an option";
  const call = exported === null ? "" : `, set by enable(socket, ${exported})`;
  const how = enable.length === 0 ? nothing : `${enable.join(" or ")}${call}`;
  return needs === null ? how : `${how}; needs ${needs}`;
}

function originText({ since, systems, proven, abi }: ControlDescription): string {
  const linux = systems.includes("linux");
  const first = since === null ? "" : `since ${linux ? "Linux " : ""}${since}, `;
  const elsewhere = abi === hostAbi().name ? "" : `, numbers of ${abi}`;
  const proof = proven ? "proven against a kernel of Linux" : "not proven against a kernel";
  return `${first}on ${systems.join(", ")}${elsewhere}; ${proof}`;
}
