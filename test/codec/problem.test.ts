// The rules that problems break: every code has one, it stands on each problem, and the same everywhere.

import { readFileSync } from "node:fs";
import { decodeControl, encodeControl, explain, type Problem, rights, rules } from "cmsg/codec";
import { brokenRule } from "cmsg/model";
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

test("every code of a problem has a rule, and nothing else has one", () => {
  const sources = ["decode.ts", "payload.ts"].map((file) =>
    readFileSync(`src/codec/${file}`, "utf8"),
  );
  const codes = new Set(sources.join("\n").match(/ERR_CMSG_[A-Z_]+[A-Z]/g));
  assert.ok(codes.size >= 9);
  for (const code of codes) assert.match(brokenRule(code) ?? code, /^([A-Z]|cmsg_len )[^_]*.*\.$/);
  for (const other of ["EAGAIN", "toString", "ERR_CMSG_OUT_OF_RANGE"])
    assert.is(brokenRule(other), null);
});

test("explained and decoded, by every rule: each problem carries the rule of its code", () => {
  const random = new Random();
  const seen = new Set<string>();
  const hold = ({ code, rule }: Problem): void => {
    assert.is(rule, brokenRule(code), `${code}, seed ${seed}`);
    seen.add(code);
  };
  for (let i = 0; i < 400; i++) {
    const bytes = encodeControl([rights([1, 2, 3]), rights([4])], { abi });
    // Lengths that lie, of both messages, and a payload that ends within an element.
    const lie = random.pick([0, 3, 17, 30, 200, 0xffffffff]);
    new DataView(bytes.buffer).setUint32(random.pick([0, 32]), lie, true);
    new DataView(bytes.buffer).setUint32(36, random.pick([0, 0xffffffff]), true);
    for (const rule of rules()) {
      explain(bytes, { abi, rule }).problems.forEach(hold);
      decodeControl(bytes, { abi, rule }).problems.forEach(hold);
    }
    decodeControl(bytes, { abi }).problems.forEach(hold);
  }
  for (const code of ["LENGTH_BELOW_HEADER", "LENGTH_PAST_END", "PAYLOAD_NOT_WHOLE", "WALK_EINVAL"])
    assert.ok(seen.has(`ERR_CMSG_${code}`), [...seen].join());
});

test.run();
