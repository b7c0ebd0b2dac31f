// The core against an independent model, on well-formed, damaged and random buffers: safe rule, every next-header rule, every
// ABI. A failure prints its seed and path.

import { type AbiName, decodeControl, encodeControl, type RuleName, rules, walk } from "cmsg/codec";
import fc from "fast-check";
import { assert } from "../support/assert.js";
import { damagedBuffer, messageOf } from "../support/buffers.js";
import { COMPILED } from "../support/layouts.js";
import { Model, type ModelMessage } from "../support/model.js";
import { suite } from "../support/suite.js";

const models = COMPILED.map((layout) => new Model(layout));
const abiOf = (model: Model): AbiName => model.layout.abi as AbiName;
/** Native addresses of a buffer: aligned, odd, and high where pointers are wide. */
const addressOf = (model: Model): fc.Arbitrary<bigint> =>
  fc.constantFrom(
    0x40000000n,
    0x40000003n,
    0x7ffffff4n,
    ...(model.layout.pointerSize === 8 ? [0x7fff_0000_1000n, 0x7fff_0000_1009n] : []),
  );

const test = suite("core and model");

test("well-formed buffers are the same bytes", () => {
  for (const model of models) {
    const abi = abiOf(model);
    const same = fc.property(fc.array(messageOf(40), { maxLength: 6 }), (messages) => {
      const ours = encodeControl(messages, { abi });
      return Buffer.compare(ours, model.encode(messages).bytes) === 0;
    });
    fc.assert(same, { numRuns: 30 });
  }
});

const plain = (messages: readonly ModelMessage[]) =>
  messages.map(({ level, type, payload }) => ({
    level,
    type,
    payload: Buffer.from(payload).toString("hex"),
  }));

/** What decodeControl says, as the model says it. */
function decoded(bytes: Uint8Array, abi: AbiName) {
  const { messages, problems } = decodeControl(bytes, { abi });
  const [problem, ...others] = problems.filter(({ code }) => code.startsWith("ERR_CMSG_LENGTH"));
  assert.is(others.length, 0);
  const { code, offset, claimed } = problem ?? {};
  return {
    messages: plain(messages),
    problem: problem === undefined ? null : { code, offset, claimed },
  };
}

test("the safe rule on damaged buffers", () => {
  for (const model of models) {
    const abi = abiOf(model);
    const same = fc.property(damagedBuffer(model), (bytes) => {
      const { messages, problem } = model.decode(bytes);
      assert.equal(decoded(bytes, abi), { messages: plain(messages), problem });
    });
    fc.assert(same, { numRuns: 150 });
  }
});

for (const rule of rules()) {
  test(`the ${rule} rule on damaged buffers of every ABI`, () => {
    for (const model of models) {
      const abi = abiOf(model);
      const own = model.layout.cmsg.nxtHdrRule === rule;
      const same = fc.property(damagedBuffer(model), addressOf(model), (bytes, address) => {
        const { headers, end } = walk(bytes, { abi, rule, address });
        const ours = { offsets: headers.map(({ offset }) => offset), end };
        assert.equal(ours, model.walk(bytes, rule, address));
      });
      fc.assert(same, { numRuns: own ? 150 : 25 });
    }
  });
}

test("decoding by a rule delivers the headers that it visits, their payloads clamped", () => {
  for (const model of models) {
    const abi = abiOf(model);
    const { nxtHdrRule: rule } = model.layout.cmsg;
    const same = fc.property(damagedBuffer(model), (bytes) => {
      const { messages } = decodeControl(bytes, { abi, rule: rule as RuleName });
      const expected = model
        .walk(bytes, rule, 0x40000000n)
        .offsets.map((at) => model.message(bytes, at));
      assert.equal(plain(messages), plain(expected));
    });
    fc.assert(same, { numRuns: 60 });
  }
});

test("an ABI walks by its own rule unless another is asked for", () => {
  for (const model of models) {
    const { nxtHdrRule } = model.layout.cmsg;
    const same = fc.property(damagedBuffer(model), (bytes) => {
      const { headers, end, rule } = walk(bytes, { abi: abiOf(model) });
      assert.is(rule, nxtHdrRule);
      const ours = { offsets: headers.map(({ offset }) => offset), end };
      assert.equal(ours, model.walk(bytes, nxtHdrRule, 0x40000000n));
    });
    fc.assert(same, { numRuns: 20 });
  }
});

test.run();
