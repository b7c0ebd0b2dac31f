// What a shell may offer at the end of a line: subcommands, options, values, with what each means.

import { readdirSync } from "node:fs";
import {
  type AbiName,
  abis,
  definitions,
  describeControl,
  hostAbi,
  layout,
  rules,
} from "../index.js";
import { type Command, type Completion, type Option, optionsOf } from "./command.js";
import { commandOf } from "./fds-proc.js";
import { STRUCTS } from "./structs.js";

/** A word to offer. One that does not end the word, such as `fd=`, says so. */
export interface Candidate {
  readonly word: string;
  readonly about: string;
  readonly open?: true;
}

/** What to offer: words, or the shell's own files or commands. */
export type Offer =
  | { readonly words: readonly Candidate[] }
  | { readonly own: "files" | "commands" };

/** The words of a line that a shell has so far; the last one is what is being written. */
export function wordsOf(line: string): string[] {
  const words: string[] = [];
  let word = "";
  let quote = "";
  let begun = false;
  for (let at = 0; at < line.length; at++) {
    const character = line[at] ?? "";
    if (quote !== "") {
      if (character === quote) quote = "";
      else word += character;
    } else if (character === '"' || character === "'") {
      quote = character;
      begun = true;
    } else if (character === "\\" && at + 1 < line.length) {
      at += 1;
      word += line[at];
    } else if (/\s/.test(character)) {
      if (begun || word !== "") words.push(word);
      word = "";
      begun = false;
    } else word += character;
  }
  return [...words, word];
}

const words = (list: readonly string[], about = ""): Candidate[] =>
  list.map((word) => ({ word, about }));

/** What may stand at the end of a line. */
export function offer(commands: readonly Command[], line: string): Offer {
  const [, first = "", ...rest] = wordsOf(line);
  if (rest.length === 0) return { words: beginnings(commands, first) };
  if (first === "help") return { words: startingWith(names(commands), rest.at(-1) ?? "") };
  const command = commands.find(({ name }) => name === first);
  return command === undefined ? { words: [] } : inside(command, rest);
}

function names(commands: readonly Command[]): Candidate[] {
  return commands.map(({ name, summary }) => ({ word: name, about: summary }));
}

function beginnings(commands: readonly Command[], current: string): Candidate[] {
  const general = [
    { word: "help", about: "show the help of a subcommand" },
    { word: "--help", about: "show the help" },
    { word: "--version", about: "print the version" },
  ];
  const all = [...names(commands), ...general];
  return startingWith(
    current === "" ? all.filter(({ word }) => !word.startsWith("-")) : all,
    current,
  );
}

function startingWith(candidates: readonly Candidate[], start: string): Candidate[] {
  return candidates.filter(({ word }) => word.startsWith(start));
}

/** An option by the word that names it. */
function optionNamed(command: Command, word: string): Option | undefined {
  const entry = Object.entries(optionsOf(command)).find(
    ([name, { short }]) => word === `--${name}` || (short !== undefined && word === `-${short}`),
  );
  return entry?.[1];
}

function inside(command: Command, rest: readonly string[]): Offer {
  const current = rest.at(-1) ?? "";
  const before = rest.slice(0, -1);
  const handed = before.indexOf(`--${command.restOption}`);
  if (handed >= 0) return { own: handed === before.length - 1 ? "commands" : "files" };
  const operands = operandsIn(command, before);
  if (command.restOperands === true && operands.length > 0) return { own: "files" };
  const equals = /^(--[\w-]+)=(.*)$/s.exec(current);
  if (equals !== null) {
    const option = optionNamed(command, equals[1] ?? "");
    return option?.value === undefined
      ? { words: [] }
      : valuesOf(command, option.complete ?? "file", equals[2] ?? "", `${equals[1]}=`);
  }
  const previous = optionNamed(command, before.at(-1) ?? "");
  if (previous?.value !== undefined)
    return valuesOf(command, previous.complete ?? "file", current, "");
  if (current.startsWith("-")) return { words: optionWords(command, current) };
  const own = command.candidates?.(operands, current, abiIn(command, before));
  if (own !== undefined) return { words: startingWith(own, current) };
  return valuesOf(command, command.complete?.(operands.length) ?? "file", current, "");
}

/** The operands among words. */
function operandsIn(command: Command, given: readonly string[]): string[] {
  return given.filter((word, i) => {
    if (word.startsWith("-")) return false;
    return optionNamed(command, given[i - 1] ?? "")?.value === undefined;
  });
}

/** The ABI that words name, or the host's. */
function abiIn(command: Command, given: readonly string[]): AbiName {
  const at = given.findIndex((word) => optionNamed(command, word)?.complete === "abi");
  const named = at >= 0 ? given[at + 1] : given.find((word) => word.startsWith("--abi="))?.slice(6);
  return abis().find((abi) => abi === named) ?? (hostAbi().name as AbiName);
}

function optionWords(command: Command, current: string): Candidate[] {
  const all = Object.entries(optionsOf(command)).map(([name, { text }]) => ({
    word: `--${name}`,
    about: text,
  }));
  return startingWith(all, current);
}

/** Values of a kind; `front` stands before them in the same word. */
function valuesOf(command: Command, kind: Completion, current: string, front: string): Offer {
  if (kind === "file") return { own: "files" };
  if (kind === "command") return { own: "commands" };
  const list = current.lastIndexOf(",") + 1;
  const isList = kind === "abi" && /,/.test(command.options["abi"]?.value ?? "");
  const done = isList ? current.slice(0, list) : "";
  const found = startingWith(listOf(kind), current.slice(done.length));
  return { words: found.map((one) => ({ ...one, word: `${front}${done}${one.word}` })) };
}

function listOf(kind: Exclude<Completion, "file" | "command">): Candidate[] {
  switch (kind) {
    case "none":
      return [];
    case "abi":
      return [
        { word: "host", about: `this machine: ${hostAbi().name}` },
        ...abis().map(abiCandidate),
      ];
    case "rule":
      return words(rules(), "next-header rule");
    case "type":
      return typeWords();
    case "struct":
      return [...words(STRUCTS, "struct of a message"), ...typeWords()];
    case "process":
      return [{ word: "self", about: "this command" }, ...processes()];
    default:
      return words(kind);
  }
}

function abiCandidate(abi: AbiName): Candidate {
  const { pointerSize, endian, cmsg } = layout(abi);
  return { word: abi, about: `${pointerSize * 8}-bit, ${endian}-endian, aligned to ${cmsg.align}` };
}

/** Names of control messages, as this package has them. */
export function typeWords(): Candidate[] {
  const host = hostAbi().name as AbiName;
  return definitions().flatMap((definition) => {
    const { name, exported, direction } = describeControl(definition, { abi: host }) ?? {};
    return name === undefined
      ? []
      : [
          {
            word: exported ?? name,
            about: `${name}, ${direction === "both" ? "sent and received" : direction}`,
          },
        ];
  });
}

function processes(): Candidate[] {
  try {
    const pids = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
    return pids.map((word) => ({ word, about: commandOf(Number(word)) ?? "" }));
  } catch {
    return [];
  }
}
