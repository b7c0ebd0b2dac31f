// cmsg decode: explains the bytes of a control buffer.

import { createReadStream } from "node:fs";
import {
  type AbiName,
  type ControlMessage,
  decodeControl,
  type Explanation,
  explain,
  type RuleName,
  rules,
} from "../index.js";
import { type Arguments, type Command, help } from "./command.js";
import { codeOf, EXIT, malformed, usageError } from "./errors.js";
import { bytesFromHex, looksLikeText } from "./hex.js";
import { note, paint, print, printJson, type Style } from "./output.js";
import { abisNamed, choice, onlyOneOf } from "./values.js";

export const decode: Command = {
  name: "decode",
  summary: "explain the bytes of a control buffer, from hex text or raw",
  usage: ["decode [OPTIONS] [FILE]"],
  operands: { FILE: "where the bytes are; standard input if it is - or left out" },
  options: {
    abi: { value: "A", short: "a", text: "the ABI that wrote them; the host's unless given" },
    rule: {
      value: "R",
      short: "r",
      text: `walk as this system does: ${rules().join(", ")}; the ABI's own unless given`,
    },
    hex: { short: "x", text: "the input is hex text" },
    raw: { text: "the input is the bytes themselves" },
    json: { short: "j", text: "print spans, steps, problems and messages as JSON" },
  },
  notes: [
    "Without --hex or --raw, input that is plain text counts as hex. Hex may be written with spaces, commas, 0x, \\x, the " +
      "brackets of C, or be a dump by xxd, hexdump -C or od -A x -t x1.",
    "Malformed bytes are explained as far as they go, and the exit status is 1. In JSON, 64-bit values are decimal text " +
      "and bytes are hex.",
  ],
  examples: [
    "echo 14000000 00000000 01000000 01000000 05000000 00000000 | cmsg decode",
    "cmsg decode --abi linux-s390x-glibc --rule musl dump.txt",
    "cmsg decode --json control.bin | jq '.messages[].value'",
  ],
  run: runDecode,
};

async function runDecode(args: Arguments): Promise<number> {
  const [file = "-", extra] = args.operands;
  if (extra !== undefined) throw usageError(`one FILE is enough: '${extra}' is too much`);
  onlyOneOf(args, ["hex", "raw"]);
  const rule = choice<RuleName>(args, "rule", rules());
  const names = abisNamed([args.value("abi") ?? "host"]) as AbiName[];
  const [abi, another] = names;
  if (abi === undefined || another !== undefined) {
    throw usageError(`--abi takes one ABI here, not ${names.length}${help(decode)}`);
  }
  const input = await readInput(file);
  const isText = args.has("hex") || (!args.has("raw") && looksLikeText(input));
  const bytes = isText ? bytesFromHex(input.toString()) : input;
  if (bytes.length > CONTROL_LIMIT) {
    throw malformed(`${bytes.length} bytes are more than a control buffer of 1 MiB`);
  }
  const options = { abi, ...(rule === undefined ? {} : { rule }) };
  const explanation = explain(bytes, options);
  if (args.has("json")) printJson(jsonOf(explanation, bytes, options), 2);
  else print(coloured(explanation));
  return explanation.problems.length === 0 ? EXIT.fine : EXIT.malformed;
}

const CONTROL_LIMIT = 1 << 20;

/** Hex text of the longest control buffer, with much around each byte. */
const INPUT_LIMIT = 8 * CONTROL_LIMIT;

async function readInput(file: string): Promise<Buffer> {
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
      throw usageError(`there is no file '${file}': to decode digits, echo them into cmsg decode`);
    }
    throw error;
  }
  return Buffer.concat(parts);
}

/** How lines of the drawing look on a terminal. */
const LINE_STYLES: readonly (readonly [RegExp, Style])[] = [
  [/^(control buffer|walk|problems)\b/, "bold"],
  [/^ {2}[0-9a-f]{4} {2}.{25}(padding|tail)\b/, "dim"],
  [/^ {2}[0-9a-f]{4} {2}.{25}cmsg_/, "cyan"],
  [/^ {2}[0-9a-f]{4} {2}/, "green"],
  [/^ {2}error: /, "red"],
  [/^ {2}warning: /, "yellow"],
];

function coloured(explanation: Explanation): string {
  const style = (line: string): string => {
    const found = LINE_STYLES.find(([pattern]) => pattern.test(line));
    return found === undefined ? line : paint(found[1], line);
  };
  return String(explanation).split("\n").map(style).join("\n");
}

function jsonOf(
  explanation: Explanation,
  bytes: Uint8Array,
  options: { readonly abi: AbiName; readonly rule?: RuleName },
): object {
  const { abi, rule, end, spans, steps, problems } = explanation;
  const { messages } = decodeControl(bytes, options);
  return {
    abi,
    rule,
    bytes,
    end,
    messages: messages.map(messageJson),
    problems,
    spans,
    steps,
  };
}

function messageJson({ level, type, payload, definition, value }: ControlMessage): object {
  return { level, type, name: definition?.name ?? null, payload, value: value ?? null };
}
