// The rules that problems break: every code has one, it stands on each problem, and the same everywhere.

import { decodeControl, encodeControl, explain, type Problem, rights, rules } from "cmsg/codec";
import { assert } from "../support/assert.js";
import { Random, seed } from "../support/random.js";
import { suite } from "../support/suite.js";

const test = suite("problem");
const abi = "linux-x86_64-glibc";
const BELOW = "cmsg_len counts its own header: it is at least CMSG_LEN(0).";

test("a problem says how bad it is, where, what, and which rule it breaks", () => {
  const [problem] = explain(new Uint8Array(16), { abi }).problems;
  assert.equal(problem, {
    severity: "error",
    code: "ERR_CMSG_LENGTH_BELOW_HEADER",
    message: "cmsg_len at offset 0: 0, needs at least 16 (linux-x86_64-glibc)",
    rule: BELOW,
    offset: 0,
    claimed: 0n,
    available: 16,
  });
  assert.is(decodeControl(new Uint8Array(16), { abi }).problems[0]?.rule, BELOW);
});

test("explained and decoded, by every rule: each code has one sentence, and other codes have others", () => {
  const random = new Random();
  const seen = new Map<string, string>();
  const hold = ({ code, rule }: Problem): void => {
    assert.match(rule, /^([A-Z]|cmsg_len )[^_]*.*\.$/);
    assert.is(rule, seen.get(code) ?? rule, `${code}, seed ${seed}`);
    seen.set(code, rule);
  };
  for (let i = 0; i < 400; i++) {
    const bytes = encodeControl([rights([1, 2, 3]), rights([4])], { abi });
    // Lengths that lie, of both messages, and a payload that ends within an element.
    const lie = random.pick([0, 3, 17, 30, 200, 0xffffffff]);
    const view = new DataView(bytes.buffer);
    view.setUint32(random.pick([0, 32]), lie, true);
    view.setUint32(random.pick([4, 36]), random.pick([0, 0xffffffff]), true);
    for (const rule of rules()) {
      for (const found of [explain(bytes, { abi, rule }), decodeControl(bytes, { abi, rule })])
        found.problems.forEach(hold);
    }
    decodeControl(bytes, { abi }).problems.forEach(hold);
  }
  for (const code of ["LENGTH_BELOW_HEADER", "LENGTH_PAST_END", "PAYLOAD_NOT_WHOLE", "WALK_EINVAL"])
    assert.ok(seen.has(`ERR_CMSG_${code}`), [...seen.keys()].join());
  assert.is(new Set(seen.values()).size, seen.size);
});

test.run();
