// explain() of bytes that are not all known: a role of their own, no value made of zeros, and still an exact partition.

import { abis, encodeControl, explain, rights, rules } from "cmsg/codec";
import { assert, throws } from "../support/assert.js";
import { randomBytes } from "../support/layouts.js";
import { Random, seed } from "../support/random.js";
import { suite } from "../support/suite.js";

const test = suite("explain unknown");
const abi = "linux-x86_64-glibc";
const bytes = encodeControl([rights([7, 8])], { abi });

test("unknown bytes have the role, keep message and field, and no value", () => {
  const { spans } = explain(bytes, {
    abi,
    unknown: [
      { from: 16, to: 20 },
      { from: 22, to: 24 },
    ],
  });
  const payload = spans.filter(({ from }) => from >= 16);
  const row = ({ from, to, role, message, field, value, note }: (typeof spans)[number]) => [
    from,
    to,
    role,
    message,
    field,
    value,
    note,
  ];
  assert.equal(payload.map(row), [
    [16, 20, "unknown", 0, "fd[0]", null, "not known"],
    [20, 22, "field", 0, "fd[1]", null, "the rest is not known"],
    [22, 24, "unknown", 0, "fd[1]", null, "not known"],
  ]);
  assert.equal(explain(bytes, { abi, unknown: [] }).spans, explain(bytes, { abi }).spans);
});

test("the drawing has question marks for them", () => {
  const text = `${explain(bytes, { abi, unknown: [{ from: 16, to: 20 }] })}`;
  assert.match(text, /0010 {2}\?\? \?\? \?\? \?\? {14}fd\[0\] {8}not known/);
});

test("spans partition any bytes in any ABI under any rule, known or not", () => {
  const random = new Random();
  const data = randomBytes(seed);
  for (const name of abis()) {
    for (const rule of rules()) {
      const bytes = data(random.below(90));
      const cuts = Array.from({ length: 4 }, () => random.below(bytes.length + 1)).sort(
        (a, b) => a - b,
      );
      const [a = 0, b = 0, c = 0, d = 0] = cuts;
      const { spans } = explain(bytes, {
        abi: name,
        rule,
        unknown: [
          { from: a, to: b },
          { from: c, to: d },
        ],
      });
      let at = 0;
      for (const { from, to, role } of spans) {
        assert.is(from, at, `${name} ${rule}, seed ${seed}`);
        assert.ok(to > from);
        for (let i = from; i < to; i++) {
          const hidden = (i >= a && i < b) || (i >= c && i < d);
          assert.is(role === "unknown", hidden, `${name} ${rule} ${i}, seed ${seed}`);
        }
        at = to;
      }
      assert.is(at, bytes.length, `${name} ${rule}, seed ${seed}`);
    }
  }
});

test("ranges are checked", () => {
  const wrong = (unknown: unknown, name: string) =>
    throws(() => explain(bytes, { abi, unknown: unknown as never }), { name });
  wrong({ from: 0, to: 1 }, "TypeError");
  wrong([7], "TypeError");
  wrong([{ from: 0 }], "TypeError");
  wrong([{ from: 3, to: 2 }], "RangeError");
  wrong([{ from: 0, to: 25 }], "RangeError");
});

test.run();
