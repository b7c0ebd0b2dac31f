// What one control message of a buffer costs does not depend on how many there are: encoding, decoding, walking and explaining 1 to 1000
// of them.

import { decodeControl, encodeControl, explain, rights, walk } from "cmsg/codec";
import { assert } from "../support/assert.js";
import { growthOf, type Job, MOST, measured, shown } from "../support/growth.js";
import { suite } from "../support/suite.js";

const test = suite("growth with the control messages of a buffer");

const abi = "linux-x86_64-glibc";
const EFFORT = { counts: [1, 3, 10, 32, 100, 316, 1000], least: 1000, repeats: 5 };

interface Chain {
  readonly list: ReturnType<typeof rights>[];
  readonly bytes: Uint8Array;
}

function chain(count: number): Chain {
  const list = Array.from({ length: count }, (_, i) => rights([i]));
  return { list, bytes: encodeControl(list, { abi }) };
}

function job(run: (chain: Chain, count: number) => unknown): Job<Chain> {
  return { setUp: chain, run, tearDown: () => {} };
}

const WAYS: Readonly<Record<string, (chain: Chain, count: number) => number>> = {
  encode: ({ list }) => encodeControl(list, { abi }).length / 24,
  decode: ({ bytes }) => decodeControl(bytes, { abi }).messages.length,
  walk: ({ bytes }) => walk(bytes, { abi }).steps.length - 1,
  explain: ({ bytes }) => `${explain(bytes, { abi })}`.split("SCM_RIGHTS (1)").length - 1,
};

for (const [name, run] of Object.entries(WAYS)) {
  test(`${name}: in proportion to the number of messages`, async () => {
    for (const count of EFFORT.counts) assert.is(run(chain(count), count), count);
    const points = await measured(job(run), EFFORT);
    console.log(`\nNOTE ${name}: ${shown(points)}`);
    assert.ok(growthOf(points) < MOST, `${name}: ${shown(points)}`);
  });
}

test("planted: an encoder that writes everything anew for each message is found out", async () => {
  const again = job(({ list }) => {
    for (let i = 1; i <= list.length; i++) encodeControl(list.slice(0, i), { abi });
  });
  const points = await measured(again, { counts: [1, 3, 10, 32, 100], least: 100, repeats: 3 });
  assert.ok(growthOf(points) > MOST, shown(points));
});

test.run();
