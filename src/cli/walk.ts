// cmsg walk: the steps of CMSG_FIRSTHDR and CMSG_NXTHDR over a control buffer, and nothing else.

import { type Explanation, explain, rules } from "../index.js";
import type { Arguments, Command } from "./command.js";
import { drawn } from "./draw.js";
import { EXIT, usageError } from "./errors.js";
import {
  FILE_OPERAND,
  INPUT_NOTE,
  INPUT_OPTIONS,
  inputOf,
  oneAbi,
  RULE_OPTION,
  ruleOf,
} from "./input.js";
import { print, printJson } from "./output.js";

export const walkCommand: Command = {
  name: "walk",
  summary: "show each step that a system's macros make over a control buffer",
  usage: ["walk [OPTIONS] [FILE]"],
  operands: { FILE: FILE_OPERAND },
  options: {
    abi: {
      value: "A",
      short: "a",
      text: "the ABI that wrote the bytes; the host's unless given",
      complete: "abi",
    },
    rule: RULE_OPTION,
    all: { text: "walk by each rule, one after the other" },
    ...INPUT_OPTIONS,
    json: { short: "j", text: "print a line of JSON for each rule" },
  },
  notes: [
    "A step is one call of CMSG_FIRSTHDR or CMSG_NXTHDR: the length that it steps over, the comparison that it makes with both numbers, and " +
      "where it arrives. Systems differ in what they compare; the rule says as which one to walk.",
    INPUT_NOTE,
    "The exit status is 1 when the bytes are malformed; an unguarded loop that would never end is stopped and said.",
  ],
  examples: [
    [
      "A length of 0: glibc stops, the BSDs never do",
      "echo 00000000 00000000 01000000 01000000 | cmsg walk --abi linux-x86_64-glibc --all",
    ],
    [
      "The same buffer as the kernel reads it",
      "cmsg walk --abi linux-s390x-glibc --rule linux-kernel dump.txt",
    ],
  ],
  see: ["cmsg decode", "cmsg(3)"],
  run: runWalk,
};

async function runWalk(args: Arguments): Promise<number> {
  const { rule } = ruleOf(args);
  if (rule !== undefined && args.has("all"))
    throw usageError("--rule and --all do not go together");
  const abi = oneAbi(walkCommand, args);
  const { bytes, unknown } = await inputOf(walkCommand, args);
  const wanted = args.has("all") ? rules() : [rule];
  const explained = wanted.map((name) =>
    explain(bytes, { abi, unknown, ...(name === undefined ? {} : { rule: name }) }),
  );
  if (args.has("json")) for (const one of explained) printJson(jsonOf(one));
  else print(explained.map((one) => drawn(one, ["walk"])).join("\n\n"));
  const [first] = explained;
  if (!args.has("json") && first !== undefined) print(`\n${drawn(first, ["problems"])}`);
  const isSound = explained.every(({ problems }) => problems.length === 0);
  return isSound ? EXIT.fine : EXIT.malformed;
}

function jsonOf({ abi, rule, end, steps, problems }: Explanation): object {
  return { abi, rule, end, steps, problems };
}
