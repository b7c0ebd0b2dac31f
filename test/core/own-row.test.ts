// An ABI given by its numbers, through the codec: the same bytes as the named one, and a row that no named one has.

import {
  type AbiRow,
  CMSG_LEN,
  CMSG_SPACE,
  createCodec,
  decodeControl,
  encodeControl,
  encodeStruct,
  explain,
  layout,
  walk,
} from "cmsg/codec";
import { assert, bytes } from "../support/assert.js";
import { coreBytes } from "../support/core.js";
import { suite } from "../support/suite.js";

const S390X: AbiRow = {
  pointerSize: 8,
  longSize: 8,
  endian: "big",
  alignMax: 8,
  cmsgLenWidth: 8,
  iovlenWidth: 8,
  controllenWidth: 8,
  iovLenWidth: 8,
  msgLenWidth: 4,
  headerAlign: 8,
  dataAlign: 8,
  sunPathSize: 108,
  rule: "glibc",
};
/** What AIX is said to have: nothing is rounded. */
const UNALIGNED: AbiRow = { ...S390X, cmsgLenWidth: 4, headerAlign: 1, dataAlign: 1, rule: "bsd" };

const messages = [
  { level: 1, type: 2, payload: Buffer.from("a1a2a3", "hex") },
  { level: -1, type: 41, payload: Buffer.alloc(0) },
];

const test = suite("core, a row by numbers");

test("the numbers of a named ABI make its bytes, structs and layout", () => {
  const [own, named] = [{ abi: S390X }, { abi: "linux-s390x-glibc" }] as const;
  bytes(encodeControl(messages, own), encodeControl(messages, named));
  const value = { iov_base: 0x1122334455667788n, iov_len: 5n };
  bytes(encodeStruct("iovec", value, own), encodeStruct("iovec", value, named));
  const { abi: _own, ...ours } = layout(S390X);
  const { abi: _named, ...theirs } = layout("linux-s390x-glibc");
  assert.equal(ours, theirs);
});

test("a row without any rounding: bytes, decoding, walk, explain", () => {
  const options = { abi: UNALIGNED };
  const control = encodeControl(messages, options);
  bytes(control, "0000000f0000000100000002a1a2a30000000cffffffff00000029");
  assert.is(CMSG_LEN(3, options), 15);
  assert.is(CMSG_SPACE(3, options), 15);
  const { messages: found, problems } = decodeControl(control, options);
  assert.is(problems.length, 0);
  assert.equal(
    found.map(({ level, type, payload }) => [level, type, payload.length]),
    [
      [1, 2, 3],
      [-1, 41, 0],
    ],
  );
  assert.equal(
    walk(control, options).headers.map(({ offset }) => offset),
    [0, 15],
  );
  assert.is(explain(control, options).spans.at(-1)?.to, control.length);
});

test("the same object, an equal one and another codec's are one description", () => {
  const codec = createCodec(new WebAssembly.Module(coreBytes));
  for (let i = 0; i < 40; i++) {
    assert.is(encodeControl(messages, { abi: { ...UNALIGNED } }).length, 27);
    assert.is(codec.encodeControl(messages, { abi: UNALIGNED }).length, 27);
  }
});

test.run();
