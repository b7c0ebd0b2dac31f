// The `abi` option: names, mistakes in names, and rows of numbers.

import {
  type AbiName,
  type AbiRow,
  abis,
  CMSG_SPACE,
  constants,
  decodeControl,
  encodeControl,
  explain,
  hostAbi,
  layout,
  rights,
  rules,
  walk,
} from "cmsg/codec";
import { assert, bytes, throws } from "../support/assert.js";
import { suite } from "../support/suite.js";

const test = suite("abi option");

/** 64-bit Linux with glibc, by its numbers. */
const LINUX: AbiRow = {
  pointerSize: 8,
  longSize: 8,
  endian: "little",
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
  constants: { SOL_SOCKET: 1, SCM_RIGHTS: 1, AF_UNIX: 1 },
};

test("lists of names cannot be changed", () => {
  for (const names of [abis(), rules()]) {
    assert.throws(() => (names as string[]).push("mine"), TypeError);
    assert.is(names.length, new Set(names).size);
  }
  assert.ok(abis().length > 90);
});

test("machines of one row read and write the same bytes", () => {
  const alike: readonly (readonly AbiName[])[] = [
    ["linux-x86_64-glibc", "linux-aarch64-glibc", "linux-riscv64-glibc", "linux-loongarch64-glibc"],
    ["darwin-x86_64", "darwin-arm64"],
    ["linux-s390x-musl", "linux-ppc64-musl"],
  ];
  for (const [first = "darwin-arm64", ...others] of alike) {
    const message = { level: 7, type: 9, payload: Uint8Array.of(1, 2, 3, 4, 5) };
    for (const abi of others) {
      bytes(encodeControl([message], { abi }), encodeControl([message], { abi: first }));
      assert.equal({ ...layout(abi), abi: "" }, { ...layout(first), abi: "" });
    }
  }
});

test("an unknown name is refused with those that are near it", () => {
  const near: readonly (readonly [wrong: string, right: AbiName])[] = [
    ["linux-x86-64-glibc", "linux-x86_64-glibc"],
    ["linux-x86_64-gcc", "linux-x86_64-glibc"],
    ["Linux-S390X-glibc", "linux-s390x-glibc"],
    ["darwin-aarch64", "darwin-arm64"],
    ["windows", "windows-x64"],
    ["freebsd-amd46", "freebsd-amd64"],
    ["openbsd-riscv", "openbsd-riscv64"],
  ];
  for (const [wrong, right] of near) {
    const error = throws(() => layout(wrong as AbiName), {
      name: "RangeError",
      code: "ERR_CMSG_OUT_OF_RANGE",
    });
    assert.match(
      error.message,
      new RegExp(`abi must be one of ${abis().length} names \\(.*${right}`),
    );
    assert.match(error.message, `not "${wrong}"`);
  }
  for (const wrong of ["", "x".repeat(10_000), "__proto__", "constructor", "toString"]) {
    const { message } = throws(() => layout(wrong as AbiName), { name: "RangeError" });
    assert.ok(message.length < 300, message);
  }
});

test("what is no name and no row is refused", () => {
  for (const wrong of [null, 5, true, 4n, Symbol("abi"), () => {}]) {
    throws(() => layout(wrong as never), { name: "TypeError", code: "ERR_CMSG_INVALID_ARG_TYPE" });
    throws(() => CMSG_SPACE(4, { abi: wrong as never }), { name: "TypeError" });
  }
});

test("without the option, and with undefined, it is the host's", () => {
  const { name } = hostAbi();
  assert.is(layout().abi, name);
  assert.is(layout(undefined).abi, name);
  assert.is(walk(new Uint8Array(0), {}).abi, name);
  assert.is(walk(new Uint8Array(0), { abi: undefined } as never).abi, name);
  assert.is(CMSG_SPACE(4), CMSG_SPACE(4, { abi: name }));
});

test("a row of numbers is as good as a name", () => {
  const abi = "linux-x86_64-glibc";
  const ours = layout(LINUX);
  assert.equal({ ...ours, abi }, { ...layout(abi) });
  const messages = [rights([3, 4]), { level: 5, type: 6, payload: new Uint8Array(3) }];
  const control = encodeControl(messages, { abi: LINUX });
  bytes(control, encodeControl(messages, { abi }));
  assert.equal(decodeControl(control, { abi: LINUX }).messages[0]?.value, [3, 4]);
  assert.equal(walk(control, { abi: LINUX }).headers, walk(control, { abi }).headers);
  assert.is(explain(control, { abi: LINUX }).spans.length, explain(control, { abi }).spans.length);
  assert.equal(constants(LINUX), { SOL_SOCKET: 1, SCM_RIGHTS: 1, AF_UNIX: 1 });
});

test("a row without constants knows no names, and all bytes", () => {
  const { constants: _, ...row } = LINUX;
  throws(() => encodeControl([rights([3])], { abi: row }), { code: "ERR_CMSG_UNKNOWN_TYPE" });
  const control = encodeControl([{ level: 1, type: 1, payload: new Uint8Array(4) }], { abi: row });
  const [message] = decodeControl(control, { abi: row }).messages;
  assert.equal([message?.definition, message?.value], [undefined, undefined]);
});

test("a row is what it is at the call", () => {
  const row = { ...LINUX, constants: { SOL_SOCKET: 1, SCM_RIGHTS: 1 } } as Record<string, unknown>;
  const abi = row as unknown as AbiRow;
  assert.is(CMSG_SPACE(1, { abi }), 24);
  row.headerAlign = 16;
  assert.is(CMSG_SPACE(1, { abi }), 32);
  row.headerAlign = 8;
  const before = encodeControl([rights([1])], { abi });
  (row.constants as Record<string, number>).SCM_RIGHTS = 77;
  assert.is(encodeControl([rights([1])], { abi })[12], 77);
  assert.is(before[12], 1);
  const [message] = decodeControl(before, {
    abi: { ...abi, constants: { SOL_SOCKET: 1, SCM_RIGHTS: 1 } },
  }).messages;
  assert.equal(message?.value, [1]);
  const kept = constants(abi);
  assert.ok(Object.isFrozen(kept));
  (row.constants as Record<string, number>).SCM_RIGHTS = 78;
  assert.is(kept.SCM_RIGHTS, 77);
});

test("rows are read through their own properties and getters, once", () => {
  let reads = 0;
  const abi = Object.defineProperty({ ...LINUX }, "headerAlign", {
    get() {
      reads += 1;
      // The codec works while its caller's code runs.
      encodeControl([rights([1])], { abi: "darwin-arm64" });
      return 8;
    },
    enumerable: true,
  });
  assert.is(CMSG_SPACE(1, { abi }), 24);
  assert.is(reads, 1);
});

test("every number of a row is checked, by its name", () => {
  const wrong: readonly (readonly [keyof AbiRow, readonly unknown[]])[] = [
    ["pointerSize", [0, 2, 16]],
    ["longSize", [0, 3]],
    ["alignMax", [0, 3, 128]],
    ["lengthSlot", [4, 1]],
    ["cmsgLenWidth", [0, 2]],
    ["iovlenWidth", [1]],
    ["controllenWidth", [16]],
    ["iovLenWidth", [0]],
    ["msgLenWidth", [2]],
    ["headerAlign", [0, 12, -8]],
    ["dataAlign", [0, 24]],
    ["roundingWidth", [2]],
    ["sunPathSize", [-1, 256]],
    ["endian", ["middle"]],
    ["rule", ["newlib"]],
  ];
  for (const [name, values] of wrong) {
    const message = name === "rule" ? /^rule must be/ : new RegExp(`^abi\\.${name} must be`);
    for (const value of values) {
      const abi = { ...LINUX, [name]: value } as AbiRow;
      throws(() => layout(abi), { name: "RangeError", code: "ERR_CMSG_OUT_OF_RANGE", message });
    }
    for (const value of ["8", 4n, {}, Number.NaN]) {
      const abi = { ...LINUX, [name]: value } as never;
      throws(() => layout(abi), { message });
    }
  }
  for (const name of ["pointerSize", "endian", "headerAlign", "rule"] as const) {
    const { [name]: _, ...row } = LINUX;
    throws(() => layout(row as never), { name: "TypeError" });
  }
  for (const name of ["lengthFirst", "sockaddrLength"] as const) {
    throws(() => layout({ ...LINUX, [name]: 1 } as never), { message: /must be true or false/ });
  }
  throws(() => layout({ ...LINUX, constants: { SOL_SOCKET: 1.5 } }), {
    message: /^abi\.constants\.SOL_SOCKET must be an integer/,
  });
  throws(() => layout({} as never), { name: "TypeError" });
  throws(() => layout([] as never), { name: "TypeError" });
});

test("more different rows than an instance keeps are refused, and the others still work", () => {
  const units = [1, 2, 4, 8, 16, 32, 64];
  const rows = units.flatMap((dataAlign) =>
    units.map((alignMax): AbiRow => ({ ...LINUX, dataAlign, alignMax })),
  );
  throws(() => rows.map((row) => layout(row)), { name: "EncodeError", code: "ERR_CMSG_BAD_ABI" });
  assert.is(layout(LINUX).cmsg.align, 8);
});

test.run();
