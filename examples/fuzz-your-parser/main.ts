// Fuzzing a parser of one's own: a find in seconds, as small as it gets, explained, and the same again after the repair.

import { decodeControl, rights } from "cmsg/codec";
import { functionTarget, fuzz, reportOf } from "cmsg/fuzz";
import { check } from "../support/processes.js";
import parse from "./parser.js";

const OPTIONS = { runs: 20_000, seed: 1, abi: "linux-x86_64-glibc", limit: 256 } as const;

const { found, runs } = await fuzz(functionTarget(parse), { ...OPTIONS, finds: 1 });
const [find] = found;
check(find !== undefined, "the parser reads behind the end");
if (find !== undefined) {
  console.log(`found after ${runs} runs: ${find.bytes.length} bytes`);
  for (const line of reportOf(find).trimEnd().split("\n")) console.log(`    ${line}`);
  check(find.error instanceof RangeError, "an error of the parser's own");
  check(find.bytes.length === 16, "no byte of it can be left out");
}

/** The same by this package, which clamps what a message claims. */
function repaired(bytes: Uint8Array): readonly number[] {
  const { messages } = decodeControl(bytes, { abi: OPTIONS.abi });
  for (const message of messages) if (message.is(rights)) return message.value;
  return [];
}

const after = await fuzz(functionTarget(repaired), {
  ...OPTIONS,
  seeds: found.map(({ bytes }) => bytes),
});
check(after.found.length === 0, "no find after the repair");
console.log(`done: one find in the parser, none in ${after.runs} runs of the repaired one`);
