// The programs of this package that take part in the benchmark still do their job: what each answers for a few turns; and the page of
// the benchmark says what the stored results say.

import { spawn } from "node:child_process";
import { assert } from "../support/assert.js";
import { suite } from "../support/suite.js";

const test = suite("the benchmark");

interface Ran {
  readonly code: number | null;
  readonly lines: readonly string[];
  readonly errors: string;
}

function ran(script: string, args: readonly (string | number)[], input: string): Promise<Ran> {
  const child = spawn(process.execPath, [script, ...args.map(String)], { cwd: "bench" });
  let output = "";
  let errors = "";
  child.stdout.on("data", (data) => {
    output += data;
  });
  child.stderr.on("data", (data) => {
    errors += data;
  });
  child.stdin.on("error", () => {});
  child.stdin.end(input);
  return new Promise((resolve) => {
    child.on("close", (code) => resolve({ code, lines: output.trim().split("\n"), errors }));
  });
}

/** Programs with their arguments, and the checksum of three turns: descriptors, or bytes, that arrived. */
const PARTICIPANTS: readonly [script: string, args: readonly (string | number)[], sum: number][] = [
  ["pass", ["stream", 1, 1, "new"], 3],
  ["pass", ["seqpacket", 16, 65536, "into"], 48],
  ["pass", ["stream", 1, 1 << 20, "new"], 3],
  ["pass", ["dgram", 0, 1, "new"], 0],
  ["pass-loop", ["cmsg", "stream", 253, 1], 759],
  ["pass-loop", ["net", "stream", 0, 4096], 0],
  ["koffi", ["stream", 2, 1], 6],
  ["batch", ["seqpacket", 1, 1, 64, "each"], 192],
  ["batch", ["seqpacket", 1, 1, 256, "batch"], 768],
  ["batch", ["dgram", 1, 1, 32, "into"], 96],
  ["udp", ["receive", 100, 20, "each"], 48_000],
  ["udp", ["receive", 100, 20, "into"], 48_000],
  ["udp", ["receive", 100, 20, "socket"], 48_000],
  ["udp", ["receive", 100, 20, "many"], 48_000],
  ["udp", ["receive", 100, 20, "offload"], 48_000],
  ["udp", ["send", 100, 20, "offload"], 48_000],
  ["udp-dgram", ["receive", 100, 20], 48_000],
  ["udp-dgram", ["send", 100, 20], 48_000],
  ["watch", ["cmsg"], 192],
  ["watch", ["net"], 192],
];

/** Those that talk with a process of the same program. */
const PAIRS: readonly [
  script: string,
  args: readonly (string | number)[],
  word: string,
  sum: number,
][] = [
  ["trip", ["sync", 1, 1], "echo", 3],
  ["trip", ["callback", 16, 1], "echo", 48],
  ["trip", ["promise", 0, 64], "echo", 0],
  ["trip-net", [64], "echo", 0],
  ["flow", ["each", 1, 1, "stream"], "feed", 3],
  ["flow", ["mmsg", 1, 1, "seqpacket"], "feed", 3],
  ["flow", ["loop", 0, 4096, "stream"], "feed", 0],
  ["flow", ["into", 0, 4096, "stream"], "feed", 0],
  ["flow-net", [4096], "feed", 0],
];

async function answers(
  script: string,
  args: readonly (string | number)[],
  sum: number,
): Promise<void> {
  const { code, lines, errors } = await ran(`participants/${script}.js`, args, "3\nlatency 2\n");
  assert.is(code, 0, errors);
  const [processor, clock, checksum] = (lines[0] ?? "").split(" ").map(Number);
  assert.ok((processor as number) > 0 && (clock as number) > 0, lines[0]);
  assert.is(checksum, sum, lines[0]);
  assert.match(lines[1] ?? "", /^[1-9]\d* [1-9]\d*$/);
}

for (const [script, args, sum] of PARTICIPANTS) {
  test(`${script} ${args.join(" ")}`, () => answers(script, args, sum));
}

for (const [script, args, word, sum] of PAIRS) {
  const other = [process.execPath, `participants/${script}.js`, ...args, word];
  test(`${script} ${args.join(" ")}, both ends`, () => answers(script, [...args, ...other], sum));
}

test("tables, goals and chart are those of the stored results", async () => {
  const { code, errors } = await ran("run.js", ["--check"], "");
  assert.is(code, 0, errors);
});

test.run();
