// cmsg compare: the same control messages in several ABIs, side by side.

import { existsSync } from "node:fs";
import {
  type AbiName,
  type ControlMessage,
  decodeControl,
  hostAbi,
  type MessageInput,
} from "../index.js";
import { type Comparison, compareControl } from "../model.js";
import type { Arguments, Command } from "./command.js";
import { help } from "./command.js";
import { comparisonLines } from "./compare-show.js";
import { findKnown } from "./definitions.js";
import { EXIT, usageError } from "./errors.js";
import { INPUT_NOTE, INPUT_OPTIONS, inputOf } from "./input.js";
import { MESSAGE_OPERANDS, messageWords, readMessages } from "./messages.js";
import { note, print, printJson } from "./output.js";
import { abisNamed } from "./values.js";

export const compare: Command = {
  name: "compare",
  summary: "lay the same control messages out in several ABIs, side by side",
  usage: [
    "compare [OPTIONS] --abi A,B… TYPE [FIELD=VALUE…] …",
    "compare [OPTIONS] --abi A,B… [FILE]",
  ],
  operands: {
    ...MESSAGE_OPERANDS,
    FILE: "where bytes are, as of the first ABI; standard input if it is - or nothing is given",
  },
  options: {
    abi: {
      value: "A,B,…",
      short: "a",
      multiple: true,
      text: "the ABIs, from the left: names, host, or patterns such as 'linux-*-musl'; with one, the host's stands beside it",
      complete: "abi",
    },
    ...INPUT_OPTIONS,
    json: { short: "j", text: "print the comparison as JSON" },
  },
  notes: [
    "Each message has a row for each member, with its offset and bytes in each ABI. ≠ marks members that are wider or of other bytes, not those " +
      "that only lie elsewhere; underlined are the bytes that another ABI has not at the same place of the member. Below are CMSG_LEN and CMSG_SPACE.",
    INPUT_NOTE,
  ],
  examples: [
    [
      "glibc against musl, and 64 bits against 32",
      "cmsg compare --abi linux-x86_64-glibc,linux-x86_64-musl,linux-i386-glibc rights fd=3",
    ],
    [
      "Bytes of one machine, as another would have them",
      "cmsg encode credentials pid=1 uid=2 gid=3 | cmsg compare --abi host,linux-s390x-glibc",
    ],
  ],
  see: ["cmsg layout", "cmsg encode", "cmsg decode"],
  candidates: (before, _, abi) => messageWords(before, abi),
  run: runCompare,
};

async function runCompare(args: Arguments): Promise<number> {
  const abis = comparedAbis(args);
  const [first] = abis as [AbiName];
  const isMessages = areMessages(args, first);
  const found = isMessages
    ? readMessages(args.operands, first)
    : { ...(await fromBytes(args, first)), assumed: [] };
  const comparison = compareControl(found.messages, { abis });
  if (found.assumed.length > 0)
    note(`not given, samples stand for them: ${found.assumed.join(", ")}`);
  if (args.has("json")) printJson(jsonOf(comparison), 2);
  else print(comparisonLines(comparison).join("\n"));
  return "malformed" in found && found.malformed ? EXIT.malformed : EXIT.fine;
}

function comparedAbis(args: Arguments): AbiName[] {
  const wanted = args.values("abi");
  if (wanted.length === 0)
    throw usageError(
      `--abi is missing: name two ABIs, such as host,linux-i386-glibc${help(compare)}`,
    );
  const abis = abisNamed(wanted) as AbiName[];
  const host = hostAbi().name as AbiName;
  if (abis.length > 1) return abis;
  if (abis[0] === host)
    throw usageError(`--abi names the host's ABI alone: name another one${help(compare)}`);
  return [host, ...abis];
}

/** Whether operands are messages: a single one may be a file instead. */
function areMessages({ operands }: Arguments, abi: AbiName): boolean {
  const [only, ...more] = operands;
  if (only === undefined || only === "-") return false;
  if (more.length > 0 || /^[^/]+\/[^/]+\//.test(only) || findKnown(only, abi) !== undefined)
    return true;
  return !existsSync(only);
}

async function fromBytes(
  args: Arguments,
  abi: AbiName,
): Promise<{ messages: readonly MessageInput[]; malformed: boolean }> {
  const { bytes, unknown } = await inputOf(compare, args);
  if (unknown.length > 0) note("bytes that are not known stand there as zeros");
  const { messages, problems } = decodeControl(bytes, { abi });
  for (const { message } of problems) note(`cmsg: ${message}`);
  return { messages: messages.map(again), malformed: problems.length > 0 };
}

/** A decoded message to be encoded elsewhere: by its value where it has one. */
function again({ definition, value, level, type, payload }: ControlMessage): MessageInput {
  return definition === undefined || value === undefined
    ? { level, type, payload }
    : { definition, value };
}

function jsonOf({ abis, messages }: Comparison): object {
  return {
    abis: abis.map(({ abi, fact, bytes, length, space }) => ({
      abi,
      fact,
      bytes,
      len: length,
      space,
    })),
    messages: messages.map(({ cells, reasons }) => ({
      cells: cells.map((cell) => {
        if (cell === null) return null;
        const { from, to, length, space, differing } = cell;
        return { from, to, len: length, space, differing };
      }),
      reasons,
    })),
  };
}
