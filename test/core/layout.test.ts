// Field programs, step by step: layout by the C rule, pack and unpack, with bytes worked out by hand.

import { assert, bytes } from "../support/assert.js";
import { fromHex, RawCore } from "../support/core.js";
import { suite } from "../support/suite.js";

const BAD_OFFSET = -2;
const NO_SPACE = -4;
const PAYLOAD_SHORT = -7;
const BAD_ARGUMENT = -8;

const [U8, I16, U32, I32, I64, LONG, SIZE, POINTER, BE16, BE32, OCTETS] = [
  1, 4, 5, 6, 8, 9, 11, 12, 13, 14, 15,
] as const;
const SUN_PATH = 23;
const STRUCT_END = 24;
const REST = 0xffff;

/** Rows of the table: x86_64, s390x, i386, armhf, m68k. */
const [LP64, LP64_BIG, I386, ARM, M68K] = [0, 1, 2, 3, 5] as const;

const element = (kind: number, count = 1): number => kind | (count << 16);

const core = new RawCore();
const program = core.base;
const out = core.base + 4096;
const cells = core.base + 8192;
const struct = core.base + 16384;
const test = suite("core layout");

/** Size, offsets, alignment and end that `layout` answers. */
function laid(row: number, ...elements: number[]): number[][] {
  core.setWords(program, ...elements);
  const size = core.call("layout", row, program, elements.length, out);
  if (size < 0) return [[size]];
  const places = elements.map((_, i) => core.word(out + i * 8));
  const end = out + elements.length * 8;
  return [[size], places, [core.word(end), core.word(end + 4)]];
}

function packed(row: number, elements: number[], values: bigint[], room = 256): number {
  core.setWords(program, ...elements);
  core.setDoubles(cells, ...values);
  core.bytes.fill(0xee, struct, struct + 300);
  const { length } = values;
  return core.call("pack", row, program, elements.length, cells, length, struct, room);
}

function unpacked(row: number, elements: number[], hex: string, room = 64): bigint[] | number {
  core.setWords(program, ...elements);
  core.write(struct, hex);
  const available = hex.replace(/\s+/g, "").length / 2;
  const args = [program, elements.length, struct, available, cells, room];
  const used = core.call("unpack", row, ...args);
  if (used < 0) return used;
  return Array.from({ length: used }, (_, i) => core.double(cells + i * 8));
}

test("a member lies at the next multiple of its alignment, a struct ends at one of its largest", () => {
  const members = [element(U8), element(I64), element(I16), element(POINTER)];
  assert.equal(laid(LP64, ...members), [[32], [0, 8, 16, 24], [8, 32]]);
  assert.equal(laid(ARM, ...members), [[24], [0, 8, 16, 20], [8, 24]]);
  assert.equal(laid(I386, ...members), [[20], [0, 4, 12, 16], [4, 20]]);
  assert.equal(laid(M68K, ...members), [[16], [0, 2, 10, 12], [2, 16]]);
});

test("size and alignment are also told of nothing at all", () => {
  assert.equal(laid(LP64), [[0], [], [1, 0]]);
});

test("arrays take their count, octets have no alignment, a repeated tail adds nothing", () => {
  const members = [element(OCTETS, 3), element(I16, 3), element(OCTETS, 1), element(U32, REST)];
  assert.equal(laid(LP64, ...members), [[12], [0, 4, 10, 12], [4, 12]]);
});

test("long, size_t and pointers have the row's width", () => {
  const members = [element(U8), element(LONG), element(SIZE)];
  assert.equal(laid(LP64, ...members), [[24], [0, 8, 16], [8, 24]]);
  assert.equal(laid(ARM, ...members), [[12], [0, 4, 8], [4, 12]]);
});

test("the end of an embedded struct rounds up to a pointer", () => {
  const members = [element(U8), element(STRUCT_END, 0), element(U8)];
  assert.equal(laid(LP64, ...members), [[16], [0, 8, 8], [8, 9]]);
  assert.equal(laid(ARM, ...members), [[8], [0, 4, 4], [4, 5]]);
});

test("pack writes each number in the row's byte order and zeros between", () => {
  const members = [element(U8), element(I32), element(I16)];
  const values = [0xabn, 0xfffffffen, 0x1234n];
  assert.is(packed(LP64, members, values), 12);
  bytes(core.read(struct, 13), fromHex("ab000000 feffffff 34120000 ee"));
  assert.is(packed(LP64_BIG, members, values), 12);
  bytes(core.read(struct, 13), fromHex("ab000000 fffffffe 12340000 ee"));
});

test("network byte order is big on every row", () => {
  const members = [element(BE16), element(BE32)];
  for (const row of [LP64, LP64_BIG, I386]) {
    assert.is(packed(row, members, [0x0102n, 0x03040506n]), 8);
    bytes(core.read(struct, 8), fromHex("0102 0000 03040506"));
    assert.equal(unpacked(row, members, "0102 0000 03040506"), [0x0102n, 0x03040506n]);
  }
});

test("octets fill whole cells", () => {
  const members = [element(OCTETS, 10), element(U8)];
  assert.is(packed(LP64, members, [0x0807060504030201n, 0x0a09n, 0x7fn]), 11);
  bytes(core.read(struct, 12), fromHex("0102030405060708090a 7f ee"));
  assert.equal(unpacked(LP64, members, "0102030405060708090a 7f"), [
    0x0807060504030201n,
    0x0a09n,
    0x7fn,
  ]);
});

test("signed kinds keep their sign in their cell, unsigned ones do not", () => {
  const members = [element(I16), element(U32), element(LONG)];
  const wide = (value: bigint) => BigInt.asUintN(64, value);
  assert.equal(unpacked(LP64, members, "feff 0000 feffffff fdffffffffffffff"), [
    wide(-2n),
    0xfffffffen,
    wide(-3n),
  ]);
  assert.equal(unpacked(ARM, members, "feff 0000 feffffff fdffffff"), [
    wide(-2n),
    0xfffffffen,
    wide(-3n),
  ]);
});

test("a repeated tail is counted by a cell in front of it", () => {
  const members = [element(U8), element(I32, REST)];
  assert.is(packed(LP64, members, [1n, 2n, 0x11n, 0x22n]), 12);
  bytes(core.read(struct, 13), fromHex("01000000 11000000 22000000 ee"));
  assert.equal(unpacked(LP64, members, "01000000 11000000 22000000 3300"), [1n, 2n, 0x11n, 0x22n]);
  assert.equal(unpacked(LP64, members, "01"), [1n, 0n]);
});

test("what does not fit is a status, and the bytes behind the room stay", () => {
  const members = [element(I64), element(I32, REST)];
  assert.is(packed(LP64, members, [1n, 2n, 3n, 4n], 15), NO_SPACE);
  assert.is(core.bytes[struct + 15], 0xee);
  assert.is(packed(LP64, members, [1n, 3n, 3n, 4n]), PAYLOAD_SHORT);
  assert.is(packed(LP64, members, [1n]), PAYLOAD_SHORT);
  assert.is(packed(LP64, members, [1n, 0xffffffffn, 3n]), BAD_ARGUMENT);
  assert.is(packed(LP64, members, [1n, 0x1_0000_0001n, 3n]), BAD_ARGUMENT);
  assert.is(unpacked(LP64, members, "010000000000"), PAYLOAD_SHORT);
  assert.is(unpacked(LP64, members, "0100000000000000 02000000", 2), NO_SPACE);
});

test("a program of kinds that do not exist, or that repeat too early, is refused", () => {
  const wrong = [
    [element(0)],
    [element(25)],
    [element(255)],
    [element(I32, REST), element(I32)],
    [element(STRUCT_END, REST)],
    [element(SUN_PATH, 0)],
    [element(SUN_PATH, 2)],
    [element(SUN_PATH, REST)],
  ];
  for (const elements of wrong) {
    assert.equal(laid(LP64, ...elements), [[BAD_ARGUMENT]], String(elements));
    assert.is(packed(LP64, elements, []), BAD_ARGUMENT);
    assert.is(unpacked(LP64, elements, ""), BAD_ARGUMENT);
  }
  assert.is(core.call("layout", LP64, program, 256, out), BAD_ARGUMENT);
  assert.is(core.call("layout", LP64, program, -1, out), BAD_ARGUMENT);
});

test("a program is not overwritten by what it describes", () => {
  const elements = Array.from({ length: 64 }, () => element(I32));
  core.setWords(program, ...elements);
  assert.is(core.call("layout", LP64, program, 64, program + 255), BAD_OFFSET);
  assert.is(core.call("layout", LP64, program, 64, program + 256), 256);
  core.setWords(program, ...elements);
  assert.is(core.call("pack", LP64, program, 64, cells, 64, program + 4, 256), BAD_OFFSET);
  assert.is(core.call("unpack", LP64, program, 64, struct, 256, program, 64), BAD_OFFSET);
  assert.equal(
    elements.map((_, i) => core.word(program + i * 4)),
    elements,
  );
});

test("an empty element at the very end of memory is nothing, not a trap", () => {
  const { end } = core;
  for (const last of [element(OCTETS, 0), element(OCTETS, REST), element(U32, REST)]) {
    core.setWords(program, element(U8), element(STRUCT_END, 0), last);
    core.bytes[end - 1] = 0x5a;
    const used = core.call("unpack", LP64, program, 3, end - 1, 1, cells, 8);
    assert.is(used, last === element(OCTETS, 0) ? 1 : 2);
    assert.is(core.double(cells), 0x5an);
  }
});

test("the largest program that can be written has a size", () => {
  const most = element(I64, 0xfffe);
  assert.equal(laid(LP64, ...Array.from({ length: 255 }, () => most))[0], [255 * 0xfffe * 8]);
});

test.run();
