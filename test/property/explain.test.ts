// explain() of damaged buffers, every ABI and rule: its spans are an exact partition that agrees with walk and decode.

import { type AbiName, decodeControl, explain, type Span, walk } from "cmsg/codec";
import fc from "fast-check";
import { assert } from "../support/assert.js";
import { damagedBuffer } from "../support/buffers.js";
import { COMPILED } from "../support/layouts.js";
import { Model } from "../support/model.js";
import { suite } from "../support/suite.js";

const models = COMPILED.map((layout) => new Model(layout));
const test = suite("explain");

function everywhere(runs: number, holds: (bytes: Uint8Array, abi: AbiName, model: Model) => void) {
  for (const model of models) {
    const abi = model.layout.abi as AbiName;
    const property = fc.property(damagedBuffer(model), (bytes) => holds(bytes, abi, model));
    fc.assert(property, { numRuns: runs });
  }
}

test("each byte lies in exactly one span, in order", () => {
  everywhere(60, (bytes, abi) => {
    let at = 0;
    for (const { from, to } of explain(bytes, { abi }).spans) {
      assert.is(from, at);
      assert.ok(to > from);
      at = to;
    }
    assert.is(at, bytes.length);
  });
});

test("steps, end, rule and count are those of the walk", () => {
  everywhere(20, (bytes, abi) => {
    const { count, end, rule, steps } = explain(bytes, { abi });
    const walked = walk(bytes, { abi });
    const expected = { count: walked.headers.length, end: walked.end, rule: walked.rule };
    assert.equal({ count, end, rule }, expected);
    assert.equal(steps, walked.steps);
  });
});

test("the problems begin with those of decoding", () => {
  everywhere(20, (bytes, abi) => {
    const codes = (problems: readonly { code: string }[]) =>
      problems.map(({ code }) => code).sort();
    const { problems } = explain(bytes, { abi });
    const own = problems.filter(({ code }) => !code.startsWith("ERR_CMSG_WALK"));
    assert.equal(codes(own), codes(decodeControl(bytes, { abi }).problems));
  });
});

test("the first header's members are spans of their own", () => {
  everywhere(20, (bytes, abi, { layout }) => {
    const { spans, count } = explain(bytes, { abi });
    if (count === 0) return;
    for (const [role, name] of [
      ["len", "cmsg_len"],
      ["level", "cmsg_level"],
      ["type", "cmsg_type"],
    ] as const) {
      const { offset = 0, width = 0 } = layout.cmsghdr.fields[name] ?? {};
      const span = spans.find(({ from }) => from === offset) as Span;
      assert.equal([span.role, span.to, span.message], [role, offset + width, 0]);
    }
  });
});

test("the text is one of the same bytes", () => {
  everywhere(5, (bytes, abi) => {
    const text = String(explain(bytes, { abi }));
    assert.ok(text.includes(abi) && text.length > abi.length);
  });
});

test.run();
