// The table of ABIs: every row against the layouts read from real headers, rows by numbers, and what is no row.

import { abis, CMSG_SPACE, layout } from "cmsg/codec";
import { assert } from "../support/assert.js";
import { RawCore } from "../support/core.js";
import { COMPILED, type CompiledAbi } from "../support/layouts.js";
import { suite } from "../support/suite.js";

const UNKNOWN_ABI = -1;
const BAD_OFFSET = -2;
const NO_SPACE = -4;
const BAD_ARGUMENT = -8;
const COLUMNS = 17;
const RULES = [
  "glibc",
  "glibc-old",
  "musl",
  "bionic",
  "linux-kernel",
  "linux-compat",
  "bsd",
  "illumos",
  "windows",
];
const STRUCTS = ["msghdr", "cmsghdr", "iovec", "mmsghdr", "sockaddr_un"] as const;
const MEMBERS: Readonly<Record<(typeof STRUCTS)[number], readonly string[]>> = {
  msghdr: [
    "msg_name",
    "msg_namelen",
    "msg_iov",
    "msg_iovlen",
    "msg_control",
    "msg_controllen",
    "msg_flags",
  ],
  cmsghdr: ["cmsg_len", "cmsg_level", "cmsg_type"],
  iovec: ["iov_base", "iov_len"],
  mmsghdr: [
    "msg_name",
    "msg_namelen",
    "msg_iov",
    "msg_iovlen",
    "msg_control",
    "msg_controllen",
    "msg_flags",
    "msg_len",
  ],
  sockaddr_un: ["sun_len", "sun_family", "sun_path"],
};

const core = new RawCore();
const count = core.call("abi_count");
const test = suite("core rows");

type Shape = Record<string, number>;

/** Size, alignment and members of a struct of a row, as `layout` and `struct_program` tell them: `name@` and `name#`. */
function rawStruct(row: number, struct: (typeof STRUCTS)[number]): Shape {
  const program = core.base;
  const out = core.base + 1024;
  const elements = core.call("struct_program", row, STRUCTS.indexOf(struct), program);
  const shape: Shape = { size: core.call("layout", row, program, elements, out) };
  shape.align = core.word(out + elements * 8);
  for (let i = 0; i < elements; i++) {
    const name = MEMBERS[struct][(core.word(program + i * 4) >> 8) & 0xff];
    const width = core.word(out + i * 8 + 4);
    if (name === undefined || width === 0) continue;
    shape[`${name}@`] = core.word(out + i * 8);
    shape[`${name}#`] = width;
  }
  return shape;
}

/** A row as one comparable value. */
function rawRow(row: number): string {
  const columns = core.columns(row);
  const shape: Record<string, unknown> = {
    pointer: columns[0],
    big: columns[2],
    rule: RULES[columns[16] as number],
    unit: core.call("cmsg_align", row, 1),
    spaces: [0, 1, 4, 5].map((n) => core.call("cmsg_space", row, n)),
    data: core.call("cmsg_len", row, 0),
  };
  for (const struct of ["cmsghdr", "msghdr", "iovec"] as const) {
    shape[struct] = sorted(rawStruct(row, struct));
  }
  const mmsghdr = rawStruct(row, "mmsghdr");
  shape.mmsghdr =
    mmsghdr["msg_len#"] === undefined
      ? null
      : [mmsghdr.size, mmsghdr["msg_len@"], mmsghdr["msg_len#"]];
  const address = rawStruct(row, "sockaddr_un");
  shape.sockaddr_un = address["sun_path#"] === undefined ? null : sorted(address);
  return JSON.stringify(shape);
}

const sorted = (shape: Shape): [string, number][] =>
  Object.entries(shape).sort(([a], [b]) => (a < b ? -1 : 1));

/** The same value from what the headers say. */
function recordedRow(recorded: CompiledAbi): string {
  const { cmsg, mmsghdr, sockaddr_un } = recorded;
  const flat = ({ size, align, fields }: CompiledAbi["msghdr"]): [string, number][] => {
    const members = Object.entries(fields).flatMap(([name, { offset, width }]) => [
      [`${name}@`, offset] as const,
      [`${name}#`, width] as const,
    ]);
    return sorted({ size, align, ...Object.fromEntries(members) });
  };
  return JSON.stringify({
    pointer: recorded.pointerSize,
    big: recorded.endian === "big" ? 1 : 0,
    rule: cmsg.nxtHdrRule,
    unit: cmsg.alignUnit,
    spaces: [cmsg.spaceOf0, cmsg.spaceOf1, cmsg.spaceOf4, cmsg.spaceOf5],
    data: cmsg.dataOffset,
    cmsghdr: flat(recorded.cmsghdr),
    msghdr: flat(recorded.msghdr),
    iovec: flat(recorded.iovec),
    mmsghdr: mmsghdr ? [mmsghdr.size, ...mmsghdr.msg_len] : null,
    sockaddr_un: sockaddr_un ? flat(sockaddr_un) : null,
  });
}

test("the ABIs that have names are those whose headers were read", () => {
  assert.equal([...abis()].sort(), COMPILED.map(({ abi }) => abi).sort());
});

test("every name has the sizes, offsets, holes and rule of its headers", () => {
  for (const recorded of COMPILED) {
    const { abi, cmsg, mmsghdr, sockaddr_un } = recorded;
    const ours = layout(abi as typeof abis extends () => readonly (infer N)[] ? N : never);
    for (const struct of ["cmsghdr", "msghdr", "iovec"] as const) {
      const { size, align, fields, padding } = recorded[struct];
      assert.equal(ours[struct], { size, align, fields, padding }, `${abi} ${struct}`);
    }
    assert.is(ours.pointerSize, recorded.pointerSize, abi);
    assert.is(ours.endian, recorded.endian, abi);
    const { alignUnit: align, dataOffset, nxtHdrRule: rule } = cmsg;
    assert.equal(ours.cmsg, { align, dataOffset, rule }, abi);
    assert.is(ours.mmsghdr?.size, mmsghdr?.size, abi);
    const length = ours.mmsghdr?.fields.msg_len;
    assert.equal(length ? [length.offset, length.width] : undefined, mmsghdr?.msg_len, abi);
    assert.is(ours.sockaddr_un?.size, sockaddr_un?.size, abi);
    assert.equal(ours.sockaddr_un?.fields, sockaddr_un?.fields, abi);
    const spaces = [0, 1, 4, 5].map((n) => CMSG_SPACE(n, { abi: ours.abi as never }));
    const { spaceOf0, spaceOf1, spaceOf4, spaceOf5 } = cmsg;
    assert.equal(spaces, [spaceOf0, spaceOf1, spaceOf4, spaceOf5], abi);
  }
});

test("every row of the module is the layout of some headers, and every headers' layout is a row", () => {
  const rows = Array.from({ length: count }, (_, row) => rawRow(row));
  const recorded = COMPILED.map(recordedRow);
  rows.forEach((row, i) => {
    assert.ok(recorded.includes(row), `row ${i}: ${row}`);
  });
  recorded.forEach((row, i) => {
    assert.ok(rows.includes(row), `${COMPILED[i]?.abi}: ${row}`);
  });
});

test("a row has 17 columns", () => {
  assert.is(core.columns(0).length, COLUMNS);
  assert.is(core.call("abi_column", 0, COLUMNS), BAD_ARGUMENT);
  assert.is(core.call("abi_column", 0, -1), BAD_ARGUMENT);
});

test("what is no row is a status in every export that takes one", () => {
  const { base } = core;
  for (const row of [-1, -0x80000000, count, 0x7fffffff]) {
    assert.is(core.call("abi_column", row, 0), UNKNOWN_ABI);
    assert.is(core.call("layout", row, base, 0, base), UNKNOWN_ABI);
    assert.is(core.call("struct_program", row, 0, base), UNKNOWN_ABI);
    assert.is(core.call("pack", row, base, 0, base, 0, base, 0), UNKNOWN_ABI);
    assert.is(core.call("unpack", row, base, 0, base, 0, base, 0), UNKNOWN_ABI);
    for (const macro of ["cmsg_align", "cmsg_len", "cmsg_space"]) {
      assert.is(core.call(macro, row, 0), UNKNOWN_ABI);
    }
    assert.is(core.call("cmsg_append", row, base, 64, 0, 1, 1, base, 0), UNKNOWN_ABI);
    assert.is(core.call("cmsg_walk", row, base, 0, base, 0), UNKNOWN_ABI);
    assert.is(core.call("cmsg_firsthdr", row, 0, base, 0, base), UNKNOWN_ABI);
    assert.is(core.call("cmsg_nxthdr", row, 0, base, 64, 0, 0, 0, base), UNKNOWN_ABI);
    for (const step of ["begin", "seal", "compose", "prepare", "open"]) {
      assert.is(core.call(`message_${step}`, row, base), UNKNOWN_ABI);
    }
    assert.is(core.call("message_append", row, base, 1, 1, base, 0), UNKNOWN_ABI);
  }
});

test("a row by numbers is the row of the table with the same numbers", () => {
  const fresh = new RawCore();
  for (const row of [0, 10, 11, 29, 31, 39, 45]) {
    fresh.setWords(fresh.base, ...fresh.columns(row));
    const own = fresh.call("abi_define", fresh.base);
    assert.ok(own >= count);
    assert.equal(fresh.columns(own), fresh.columns(row));
    for (const n of [0, 1, 13, 0x7fffff00]) {
      assert.is(fresh.call("cmsg_space", own, n), fresh.call("cmsg_space", row, n));
    }
    assert.is(fresh.call("abi_define", fresh.base), own);
  }
});

test("an instance keeps sixteen rows by numbers, and refuses a seventeenth", () => {
  const fresh = new RawCore();
  const numbers = fresh.columns(0);
  for (let size = 1; size <= 16; size++) {
    numbers[15] = size;
    fresh.setWords(fresh.base, ...numbers);
    assert.is(fresh.call("abi_define", fresh.base), count + size - 1);
  }
  numbers[15] = 17;
  fresh.setWords(fresh.base, ...numbers);
  assert.is(fresh.call("abi_define", fresh.base), NO_SPACE);
  assert.is(fresh.call("abi_column", count + 15, 15), 16);
  assert.is(fresh.call("abi_column", count + 16, 15), UNKNOWN_ABI);
  numbers[15] = 3;
  fresh.setWords(fresh.base, ...numbers);
  assert.is(fresh.call("abi_define", fresh.base), count + 2);
});

/** Values that a column takes; every other is refused. */
const ALLOWED: readonly (readonly number[])[] = [
  [4, 8], // size of a pointer
  [4, 8], // size of long
  [0, 1], // byte order
  [1, 2, 4, 8, 16, 32, 64], // most alignment
  [0, 8], // slot of a length
  [4, 8], // cmsg_len
  [4, 8], // msg_iovlen
  [4, 8], // msg_controllen
  [4, 8], // iov_len
  [0, 1], // length first
  [0, 4, 8], // msg_len
  [1, 2, 4, 8, 16, 32, 64], // header alignment
  [1, 2, 4, 8, 16, 32, 64], // data alignment
  [4, 8], // rounding
  [0, 1], // sun_len
  Array.from({ length: 256 }, (_, i) => i), // sun_path
  [0, 1, 2, 3, 4, 5, 6, 7, 8], // rule
];

test("each column takes its values and no other", () => {
  const values = Array.from({ length: 300 }, (_, i) => i - 20);
  values.push(0x7fffffff, -0x80000000, 1 << 16, 256, 512, 0x01000004, 0x40000000);
  ALLOWED.forEach((allowed, column) => {
    let fresh = new RawCore();
    for (const value of values) {
      const numbers = fresh.columns(0);
      numbers[column] = value;
      fresh.setWords(fresh.base, ...numbers);
      let answer = fresh.call("abi_define", fresh.base);
      if (answer === NO_SPACE) {
        fresh = new RawCore();
        fresh.setWords(fresh.base, ...numbers);
        answer = fresh.call("abi_define", fresh.base);
      }
      const expected = allowed.includes(value) ? count : BAD_ARGUMENT;
      const right = expected === BAD_ARGUMENT ? answer === expected : answer >= expected;
      assert.ok(right, `column ${column}, value ${value}: ${answer}`);
    }
  });
});

test("the numbers of a row must lie in the caller's part", () => {
  for (const at of [0, core.base - 1, core.end - 67, core.end, -4, 0x7fffffff, -0x80000000]) {
    assert.is(core.call("abi_define", at), BAD_OFFSET, String(at));
  }
});

test.run();
