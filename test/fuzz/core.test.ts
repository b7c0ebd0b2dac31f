// Guided runs over the core with edge counters and over the codec, from the corpus on: 30 seconds in CI, few elsewhere. A failure names
// its find; with CMSG_TEST_SEED the same runs are made again.

import { readdirSync, readFileSync } from "node:fs";
import {
  coreTarget,
  type FuzzResult,
  functionTarget,
  fuzz,
  reportOf,
  type Target,
} from "cmsg/fuzz";
import { ABIS, fuzz as codecTarget, fuzzAs } from "../../fuzz/target.js";
import { assert } from "../support/assert.js";
import { seed } from "../support/random.js";
import { suite } from "../support/suite.js";

const CI = process.env.CI === "true";
const FOLDER = "fuzz/corpus";
const files = readdirSync(FOLDER).map((name) => ({
  name,
  bytes: readFileSync(`${FOLDER}/${name}`),
}));
/** Operations of the core target: its calls, and each rule. */
const OPERATIONS = [
  0,
  4,
  12,
  5,
  6,
  14,
  22,
  30,
  7,
  ...Array.from({ length: 9 }, (_, rule) => 2 + (rule << 3)),
];

const test = suite("guided runs");

async function campaign(
  target: Target,
  seeds: Iterable<Uint8Array>,
  seconds: number,
): Promise<FuzzResult> {
  const result = await fuzz(target, { seed, seeds, seconds });
  const { runs, perSecond, edges, corpus, found } = result;
  const of = target.counters === undefined ? "" : `, ${edges} of ${target.counters.length} edges`;
  console.log(
    `NOTE ${target.name}: seed ${seed}, ${runs} runs, ${perSecond}/s${of}, ${corpus} inputs`,
  );
  const [find] = found;
  if (find !== undefined) assert.unreachable(`seed ${seed}: ${reportOf(find, target.head)}`);
  return result;
}

test("the core, every export that reads bytes of others", async () => {
  const target = coreTarget();
  const seeds = files.flatMap(({ bytes }, i) =>
    OPERATIONS.map((operation) => Uint8Array.from([(i * 7) % 47, operation, ...bytes])),
  );
  const { edges } = await campaign(target, seeds, CI ? 30 : 4);
  assert.ok(edges > (target.counters?.length ?? 0) / 2, `${edges} edges`);
});

test("the codec: spans partition, what was decoded encodes to the same, walks end", async () => {
  const target = functionTarget(codecTarget, "codec");
  await campaign(
    target,
    files.map(({ bytes }) => bytes),
    CI ? 8 : 2,
  );
});

for (const { name, bytes } of files) {
  test(`${name}: every ABI, every call`, () => {
    for (const abi of ABIS) fuzzAs(bytes, abi);
    const target = coreTarget();
    for (let row = 0; row < 47; row++) {
      for (const operation of OPERATIONS) target.run(Uint8Array.from([row, operation, ...bytes]));
    }
  });
}

test.run();
