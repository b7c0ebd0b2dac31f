// Guidance works: bugs behind nested conditions are found that blind mutation misses with as many runs. Same mutators, same
// dictionary; all that blind runs lack is that an input which shows more is kept.

import { type FuzzResult, fuzz, wasmTarget } from "cmsg/fuzz";
import { assert } from "../support/assert.js";
import { suite } from "../support/suite.js";
import { plantedModule } from "./planted.js";

const SEEDS = [2, 3, 4];
const test = suite("planted bugs");
const bytes = await plantedModule();

async function campaign(seed: number, guided: boolean): Promise<FuzzResult> {
  const target = await wasmTarget(bytes, { name: "planted", fuel: 10_000 });
  const options = { runs: 45_000, abi: "linux-x86_64-glibc", limit: 128 } as const;
  return await fuzz(target, { ...options, seed, guided, finds: 2 });
}

for (const seed of SEEDS) {
  test(`guided runs find both, seed ${seed}`, async () => {
    const { found } = await campaign(seed, true);
    const names = found.map(({ name }) => name.replace(/-[0-9a-f]{4}$/, "")).sort();
    assert.equal(names, [
      "endless-no-end-after-conditions-and-turns-of-loops",
      "runtimeerror-unreachable",
    ]);
    for (const find of found) {
      assert.ok(find.reproducible);
      assert.ok(find.bytes.length <= find.original.length);
    }
  });

  test(`blind runs miss both, seed ${seed}`, async () => {
    const { found, runs } = await campaign(seed, false);
    assert.equal(found, []);
    assert.is(runs, 45_000);
  });
}

test("the same seed: the same runs, found again", async () => {
  const told = ({ found }: FuzzResult) => found.map(({ run, bytes: small }) => [run, small]);
  const [first, second] = [await campaign(2, true), await campaign(2, true)];
  assert.equal(told(first), told(second));
});

test("a find is minimal: without any of its bytes, or with one that is smaller, it is another", async () => {
  const { found } = await campaign(2, true);
  const target = await wasmTarget(bytes, { name: "planted", fuel: 10_000 });
  const small = found.find(({ name }) => name.startsWith("runtimeerror"))?.bytes as Uint8Array;
  const traps = (input: Uint8Array): boolean => {
    try {
      target.run(input);
      return false;
    } catch (error) {
      return String(error).includes("unreachable");
    }
  };
  assert.ok(traps(small));
  for (let at = 0; at < small.length; at++) {
    assert.not(traps(Uint8Array.from([...small.slice(0, at), ...small.slice(at + 1)])), `${at}`);
    if (small[at] !== 0) assert.not(traps(small.with(at, 0)), `${at} is ${small[at]}`);
  }
});

test.run();
