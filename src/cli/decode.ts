// cmsg decode: explains the bytes of a control buffer.

import {
  type AbiName,
  type ControlMessage,
  decodeControl,
  type Explanation,
  explain,
  type RuleName,
} from "../index.js";
import type { Arguments, Command } from "./command.js";
import { drawn } from "./draw.js";
import { EXIT } from "./errors.js";
import {
  FILE_OPERAND,
  INPUT_NOTE,
  INPUT_OPTIONS,
  type Input,
  inputOf,
  oneAbi,
  RULE_OPTION,
  ruleOf,
} from "./input.js";
import { print, printJson } from "./output.js";

export const decode: Command = {
  name: "decode",
  summary: "explain the bytes of a control buffer",
  usage: ["decode [OPTIONS] [FILE]"],
  operands: { FILE: FILE_OPERAND },
  options: {
    abi: {
      value: "A",
      short: "a",
      text: "the ABI that wrote them; the host's unless given",
      complete: "abi",
    },
    rule: RULE_OPTION,
    ...INPUT_OPTIONS,
    json: { short: "j", text: "print spans, steps, problems and messages as JSON" },
  },
  notes: [
    "Names each byte of a control buffer: the members of each header, the payload's fields, the padding. Below that stand the steps " +
      "of CMSG_FIRSTHDR and CMSG_NXTHDR with the comparison that decided each, and what is wrong.",
    INPUT_NOTE,
    "Malformed bytes are explained as far as they go, and the exit status is 1. In JSON, 64-bit values are decimal text " +
      "and bytes are hex.",
  ],
  examples: [
    [
      "One descriptor, as a little-endian machine of 64 bits writes it",
      "echo 14000000 00000000 01000000 01000000 05000000 00000000 | cmsg decode --abi linux-x86_64-glibc",
    ],
    [
      "How musl steps over what big-endian glibc wrote",
      "cmsg decode --abi linux-s390x-glibc --rule musl dump.txt",
    ],
    ["For a program", "cmsg decode --json control.bin > control.json"],
  ],
  see: ["cmsg walk", "cmsg encode", "cmsg compare"],
  run: runDecode,
};

async function runDecode(args: Arguments): Promise<number> {
  const options = { ...ruleOf(args), abi: oneAbi(decode, args) };
  const input = await inputOf(decode, args);
  const explanation = explain(input.bytes, { ...options, unknown: input.unknown });
  if (args.has("json")) printJson(jsonOf(explanation, input, options), 2);
  else print(drawn(explanation));
  return explanation.problems.length === 0 ? EXIT.fine : EXIT.malformed;
}

function jsonOf(
  explanation: Explanation,
  { bytes, unknown }: Input,
  options: { readonly abi: AbiName; readonly rule?: RuleName },
): object {
  const { abi, rule, end, spans, steps, problems } = explanation;
  const { messages } = decodeControl(bytes, options);
  return {
    abi,
    rule,
    bytes,
    unknown,
    end,
    messages: messages.map(messageJson),
    problems,
    spans,
    steps,
  };
}

/** A control message as data for JSON. */
export function messageJson({ level, type, payload, definition, value }: ControlMessage): object {
  return { level, type, name: definition?.name ?? null, payload, value: value ?? null };
}
