// 100 000 random buffers: only declared errors, bounded walks, and payloads that lie inside the input. CMSG_TEST_SEED repeats a run.

import { type AbiName, abis, decodeControl, explain, layout, rules, walk } from "cmsg/codec";
import { assert } from "../support/assert.js";
import { Random, seed } from "../support/random.js";
import { suite } from "../support/suite.js";

const BUFFERS = 100_000;
const LONGEST = 256;
const names = abis();
const sizes = new Map(names.map((abi) => [abi, layout(abi)] as const));

/** Random bytes: as they come, or mostly small, so that lengths often fit. */
function buffer(random: Random): Uint8Array {
  const bytes = random.bytes(random.below(LONGEST + 1));
  if (random.below(2) === 0) return bytes;
  const zeros = 128 + random.below(120);
  return bytes.map((byte) => (byte < zeros ? 0 : byte & 63));
}

/** The payloads are the bytes behind their headers, one message after another, and all that their headers take fits in it. */
function checkDecoded(bytes: Uint8Array, abi: AbiName): void {
  const { messages, problems } = decodeControl(bytes, { abi });
  const { cmsghdr, cmsg } = sizes.get(abi) ?? layout(abi);
  let used = 0;
  messages.forEach(({ payload }, i) => {
    const at = used + cmsg.dataOffset;
    assert.is(Buffer.compare(payload, bytes.subarray(at, at + payload.length)), 0);
    const taken = payload.length === 0 ? cmsghdr.size : cmsg.dataOffset + payload.length;
    assert.ok(used + taken <= bytes.length);
    if (i < messages.length - 1)
      used += Math.ceil((cmsg.dataOffset + payload.length) / cmsg.align) * cmsg.align;
  });
  for (const { offset, code } of problems) {
    assert.ok(offset >= 0 && offset < bytes.length);
    assert.match(code, /^ERR_CMSG_/);
  }
}

/** Strict decoding answers as the tolerant one, or throws a DecodeError that carries the messages in front. */
function checkStrict(bytes: Uint8Array, abi: AbiName): void {
  const { messages, problems } = decodeControl(bytes, { abi });
  try {
    assert.is(decodeControl(bytes, { abi, strict: true }).messages.length, messages.length);
    assert.is(problems.length, 0);
  } catch (error) {
    const { name, code, messages: before } = error as Error & { code: string; messages: unknown[] };
    assert.is(name, "DecodeError");
    assert.is(code, problems[0]?.code);
    assert.ok(before.length <= messages.length);
  }
}

const test = suite("random buffers");

/** Runs a check on random buffers; a failure tells the seed. */
function onRandom(count: number, check: (bytes: Uint8Array, abi: AbiName) => void): void {
  const random = new Random();
  for (let i = 0; i < count; i++) {
    const bytes = buffer(random);
    const abi = random.pick(names);
    try {
      check(bytes, abi);
    } catch (error) {
      const hex = Buffer.from(bytes).toString("hex");
      throw new Error(`${error}: CMSG_TEST_SEED=${seed}, buffer ${i}, ${abi}, ${hex}`);
    }
  }
}

test(`${BUFFERS} buffers decode to what lies in them`, () => {
  onRandom(BUFFERS, checkDecoded);
});

test("strict decoding only throws a DecodeError", () => {
  onRandom(BUFFERS / 20, checkStrict);
});

test("every rule's walk is bounded", () => {
  const all = rules();
  onRandom(BUFFERS / 20, (bytes, abi) => {
    const rule = all[bytes.length % all.length] as (typeof all)[number];
    const { headers, steps } = walk(bytes, { abi, rule });
    assert.ok(headers.length <= bytes.length);
    assert.is(steps.length, headers.length + 1);
    for (const { offset } of headers) assert.ok(offset >= 0 && offset < bytes.length);
    decodeControl(bytes, { abi, rule });
  });
});

test("explain divides every buffer into spans, each byte in one", () => {
  onRandom(BUFFERS / 40, (bytes, abi) => {
    const { spans } = explain(bytes, { abi });
    let at = 0;
    for (const { from, to } of spans) {
      assert.is(from, at);
      assert.ok(to > from);
      at = to;
    }
    assert.is(at, bytes.length);
  });
});

test.run();
