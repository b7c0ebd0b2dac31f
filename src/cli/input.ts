// The control buffer that a subcommand is given: a file or standard input, as bytes or as text.

import { createReadStream } from "node:fs";
import { type AbiName, type RuleName, rules } from "../index.js";
import { type NotationName, notations, parseNotation } from "../notation.js";
import type { Arguments, Command, Option } from "./command.js";
import { help } from "./command.js";
import { codeOf, malformed, usageError } from "./errors.js";
import { textOf } from "./names.js";
import { note } from "./output.js";
import { abisNamed, choice, onlyOneOf } from "./values.js";

/** Options of every subcommand that reads a control buffer. */
export const INPUT_OPTIONS: Readonly<Record<"hex" | "notation" | "raw", Option>> = {
  hex: { short: "x", text: "the input is text, in whatever notation" },
  notation: {
    value: "N",
    short: "n",
    text: `the input is text in this notation: ${notations().join(", ")}; recognized unless given`,
    complete: notations(),
  },
  raw: { text: "the input is the bytes themselves" },
};

/** The option that names several ABIs. */
export const ABIS_OPTION: Option = {
  value: "A,B,…",
  short: "a",
  multiple: true,
  text: "these ABIs instead of the host's: names, host, or patterns such as 'linux-*-musl'",
  complete: "abi",
};

/** The option that says how to walk. */
export const RULE_OPTION: Option = {
  value: "R",
  short: "r",
  text: `walk as this system does: ${rules().join(", ")}; the ABI's own unless given`,
  complete: "rule",
};

export const FILE_OPERAND = "where the bytes are; standard input if it is - or left out";

export const INPUT_NOTE =
  "Without --hex, --notation or --raw, input that is plain text counts as text. Bytes may be written as hex in any spacing, ?? for those that are " +
  "not known; as a dump by xxd, hexdump, od or gdb; as an array or string of C, bytes of Python, an array of JavaScript, Base64; or be a line of strace.";

/** A control buffer as it was given. */
export interface Input {
  readonly bytes: Uint8Array;
  /** Bytes that the text does not tell: zeros stand for them. */
  readonly unknown: readonly { readonly from: number; readonly to: number }[];
}

/** The bytes that the operand and options of a subcommand name. */
export async function inputOf(command: Command, args: Arguments): Promise<Input> {
  const [file = "-", extra] = args.operands;
  if (extra !== undefined) {
    throw usageError(`one FILE is enough: '${extra}' is too much${help(command)}`);
  }
  onlyOneOf(args, ["hex", "raw"]);
  onlyOneOf(args, ["notation", "raw"]);
  const notation = choice<NotationName>(args, "notation", notations());
  const input = await readInput(file, command);
  const isText = args.has("hex") || notation !== undefined;
  if (isText || (!args.has("raw") && looksLikeText(input)))
    return fromText(input.toString(), notation);
  return { bytes: checked(input), unknown: [] };
}

/** A list of pairs of hex digits in quotes, as JSON has it. */
const QUOTED_PAIRS = /^\s*\[(?:\s*"[0-9a-f]{2}"\s*,?)*\s*\]\s*$/i;

/** The bytes of a text. */
export function fromText(given: string, notation?: NotationName): Input {
  const text = QUOTED_PAIRS.test(given) ? given.replace(/[[\]",]/g, " ") : given;
  if (text.trim() === "" && notation === undefined)
    return { bytes: new Uint8Array(0), unknown: [] };
  try {
    const { bytes, unknown } = parseNotation(text, notation === undefined ? {} : { notation });
    return { bytes, unknown };
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw malformed(`the text is more than a control buffer of 1 MiB: ${error.message}`);
  }
}

/** Whether bytes are text that a person could have written. */
function looksLikeText(bytes: Uint8Array): boolean {
  if (bytes.some((byte) => (byte < 0x20 && (byte < 9 || byte > 13)) || byte === 0x7f)) return false;
  return textOf(bytes) !== undefined;
}

/** Bytes that can be a control buffer. */
function checked(bytes: Uint8Array): Uint8Array {
  if (bytes.length <= CONTROL_LIMIT) return bytes;
  throw malformed(`${bytes.length} bytes are more than a control buffer of 1 MiB`);
}

/** The one ABI of a subcommand that takes one. */
export function oneAbi(command: Command, args: Arguments): AbiName {
  const names = abisNamed([args.value("abi") ?? "host"]) as AbiName[];
  const [abi, another] = names;
  if (abi !== undefined && another === undefined) return abi;
  throw usageError(`--abi takes one ABI here, not ${names.length}${help(command)}`);
}

/** The rule that is asked for, as an option of the library. */
export function ruleOf(args: Arguments): { readonly rule?: RuleName } {
  const rule = choice<RuleName>(args, "rule", rules());
  return rule === undefined ? {} : { rule };
}

const CONTROL_LIMIT = 1 << 20;

/** Text of the longest control buffer, with much around each byte. */
const INPUT_LIMIT = 8 * CONTROL_LIMIT;

async function readInput(file: string, { name }: Command): Promise<Buffer> {
  if (file === "-" && process.stdin.isTTY) {
    note("reading hex from the terminal: end it with Ctrl-D on an empty line");
  }
  const stream = file === "-" ? process.stdin : createReadStream(file);
  const parts: Buffer[] = [];
  let length = 0;
  try {
    for await (const part of stream) {
      parts.push(part);
      length += part.length;
      if (length > INPUT_LIMIT) {
        throw malformed(`${file}: more than ${INPUT_LIMIT} bytes are no control buffer`);
      }
    }
  } catch (error) {
    if (codeOf(error) === "ENOENT" && /^[0-9a-fx\s]+$/i.test(file)) {
      throw usageError(
        `there is no file '${file}': to ${name} digits, echo them into cmsg ${name}`,
      );
    }
    throw error;
  }
  return Buffer.concat(parts);
}
