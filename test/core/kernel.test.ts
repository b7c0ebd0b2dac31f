// The core's rule of the kernel against the running kernel: it takes or refuses thousands of damaged and random control areas.

import { constants } from "node:os";
import { hostAbi, layout, walk } from "cmsg/codec";
import fc from "fast-check";
import { assert } from "../support/assert.js";
import { damagedBuffer } from "../support/buffers.js";
import { ask, cannotCompile } from "../support/compiled.js";
import { compiled } from "../support/layouts.js";
import { Model } from "../support/model.js";
import { Random, seed } from "../support/random.js";
import { suite } from "../support/suite.js";

const AREAS = 20_000;
/** A level that no address family reads: the framing alone decides. */
const LEVEL = 12345n;
const SOURCE = "test/core/send-area.c";
const { pointerSize, endian } = layout(hostAbi().name);
const abi = endian === "big" ? "linux-kernel-lp64be" : "linux-kernel-lp64le";
const model = new Model(compiled(abi));
const test = suite("core and the running kernel");

/** The area with a level that nobody reads in each header that the kernel comes to. */
function harmless(bytes: Uint8Array): Uint8Array {
  const area = bytes.slice();
  for (const { offset } of walk(area, { abi }).headers) {
    model.write(area, offset, "cmsg_level", LEVEL);
  }
  return area;
}

function areas(): Uint8Array[] {
  const random = new Random();
  const damaged = fc.sample(damagedBuffer(model), { numRuns: AREAS / 2, seed });
  const others = Array.from({ length: AREAS / 2 }, () =>
    random.bytes(random.below(200)).map((byte) => (byte < 210 ? 0 : byte & 63)),
  );
  return [...damaged, ...others].map(harmless);
}

function compare(): void {
  test("the kernel refuses what the rule refuses, and nothing else", async () => {
    const all = areas();
    const answers = await ask(
      SOURCE,
      all.map((area) => Buffer.from(area).toString("hex") || "-"),
    );
    const expected = all.map((area) =>
      walk(area, { abi }).end === "einval" ? String(constants.errno.EINVAL) : "0",
    );
    const wrong = all.findIndex((_, i) => answers[i] !== expected[i]);
    const area = Buffer.from(all[wrong] ?? []).toString("hex");
    assert.is(wrong, -1, `seed ${seed}: ${area}: kernel ${answers[wrong]}`);
    for (const verdict of ["0", String(constants.errno.EINVAL)]) {
      const share = expected.filter((answer) => answer === verdict).length;
      assert.ok(share > AREAS / 20, `${share} of ${AREAS} areas end with ${verdict}`);
    }
  });
}

const missing =
  pointerSize === 8
    ? cannotCompile(SOURCE)
    : "a 32-bit process meets another rule on 32-bit and 64-bit kernels";
if (missing === undefined) compare();
else test.skip("control areas", missing);

test.run();
