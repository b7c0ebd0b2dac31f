// Parsers that other languages bring along find what decodeControl finds, damaged areas included.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { generateControl, mutateControl, Random } from "cmsg/fuzz";
import { compareWitness, WITNESSES } from "../../build/witnesses.js";
import { assert } from "../support/assert.js";
import { seed } from "../support/random.js";
import { hasProgram, suite } from "../support/suite.js";

const abi = "linux-x86_64-glibc";
const AREAS = 5000;
const test = suite("other languages as witnesses");
const random = new Random(seed);
const areas = Array.from({ length: AREAS }, () => {
  let area = generateControl(random, { abi, payload: 24 });
  for (let turns = random.below(4); turns > 0; turns--) area = mutateControl(area, random, { abi });
  return area.slice(0, 4000);
});

/** Why a witness cannot be asked here. */
function silent({ needs, debian, name }: (typeof WITNESSES)[number]): string | undefined {
  if (process.platform !== "linux" || process.arch !== "x64")
    return `${name} is asked on 64-bit Linux`;
  const lacking = needs.find((program) => !hasProgram(program, debian));
  return lacking && `${lacking} is not installed (${debian})`;
}

// Go takes a minute to be installed and built: npm run foreign asks it.
for (const witness of WITNESSES.filter(({ needs }) => !needs.includes("go"))) {
  test.unless(silent(witness), witness.name, async () => {
    const folder = mkdtempSync(join(tmpdir(), "cmsg-witness-"));
    try {
      assert.is(
        await compareWitness(witness, areas, folder),
        `${AREAS} areas, no disagreement`,
        `seed ${seed}`,
      );
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
}

test.run();
