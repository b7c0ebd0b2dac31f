// CMSG_ALIGN, CMSG_LEN and CMSG_SPACE of every ABI.

import { abis, CMSG_ALIGN, CMSG_LEN, CMSG_SPACE, encodeControl, walk } from "cmsg/codec";
import { assert, throws } from "../support/assert.js";
import { COMPILED } from "../support/layouts.js";
import { suite } from "../support/suite.js";

const test = suite("macros");

const SIZES = [0, 1, 4, 7, 8, 9, 12];
const abi = "linux-x86_64-glibc";

test("64-bit Linux, of both byte orders", () => {
  for (const name of [abi, "linux-s390x-glibc", "linux-aarch64-musl"] as const) {
    const of = (macro: typeof CMSG_LEN) => SIZES.map((n) => macro(n, { abi: name }));
    assert.equal(of(CMSG_LEN), [16, 17, 20, 23, 24, 25, 28]);
    assert.equal(of(CMSG_SPACE), [16, 24, 24, 24, 24, 32, 32]);
    assert.equal(of(CMSG_ALIGN), [0, 8, 8, 8, 8, 16, 16]);
  }
});

test("other ABIs have other headers and units", () => {
  const row = (name: (typeof COMPILED)[number]["abi"]) => [
    CMSG_LEN(0, { abi: name }),
    CMSG_SPACE(1, { abi: name }),
    CMSG_SPACE(4, { abi: name }),
    CMSG_SPACE(5, { abi: name }),
  ];
  assert.equal(row("linux-i386-glibc"), [12, 16, 16, 20]);
  assert.equal(row("darwin-arm64"), [12, 16, 16, 20]);
  assert.equal(row("freebsd-amd64"), [16, 24, 24, 24]);
  assert.equal(row("netbsd-aarch64"), [16, 32, 32, 32]);
  assert.equal(row("illumos-sparcv9"), [12, 16, 16, 24]);
});

test("every ABI: lengths are those that its own headers gave", () => {
  for (const { abi: name, cmsg } of COMPILED) {
    assert.is(CMSG_LEN(0, { abi: name }), cmsg.dataOffset, name);
    const spaces = [0, 1, 4, 5].map((n) => CMSG_SPACE(n, { abi: name }));
    assert.equal(spaces, [cmsg.spaceOf0, cmsg.spaceOf1, cmsg.spaceOf4, cmsg.spaceOf5], name);
    assert.is(CMSG_ALIGN(1, { abi: name }), cmsg.alignUnit, name);
  }
});

test("every ABI: the laws of lengths hold up to 256 bytes", () => {
  for (const name of abis()) {
    const unit = CMSG_ALIGN(1, { abi: name });
    const empty = CMSG_LEN(0, { abi: name });
    assert.ok(empty > 8 && CMSG_SPACE(0, { abi: name }) >= empty);
    let before = 0;
    for (let n = 0; n <= 256; n++) {
      const space = CMSG_SPACE(n, { abi: name });
      assert.is(CMSG_LEN(n, { abi: name }) - empty, n);
      assert.ok(
        space >= before && space >= n + empty && space < n + empty + 2 * unit,
        `${name} ${n}`,
      );
      assert.is(space % unit, 0);
      assert.is(CMSG_ALIGN(n, { abi: name }), Math.ceil(n / unit) * unit);
      before = space;
    }
  }
});

test("a length and a space are what encoding writes", () => {
  for (const name of abis()) {
    for (const n of [0, 3, 17]) {
      const message = { level: 1, type: 1, payload: new Uint8Array(n) };
      const bytes = encodeControl([message], { abi: name });
      assert.is(bytes.length, CMSG_SPACE(n, { abi: name }), name);
      const trimmed = encodeControl([message], { abi: name, trimLast: true });
      assert.is(trimmed.length, CMSG_LEN(n, { abi: name }), name);
      assert.is(walk(bytes, { abi: name }).headers[0]?.claimed, BigInt(trimmed.length), name);
    }
  }
});

test("results stay signed 32-bit numbers", () => {
  for (const name of abis()) {
    const most = 0x7fffffff - CMSG_LEN(0, { abi: name });
    const unit = CMSG_ALIGN(1, { abi: name });
    const range = { name: "RangeError", code: "ERR_CMSG_OUT_OF_RANGE" };
    assert.is(CMSG_LEN(most, { abi: name }), 0x7fffffff, name);
    throws(() => CMSG_LEN(most + 1, { abi: name }), range);
    throws(() => CMSG_SPACE(most, { abi: name }), range);
    throws(() => CMSG_ALIGN(0x7fffffff, { abi: name }), range);
    assert.is(CMSG_ALIGN(0x80000000 - unit, { abi: name }), 0x80000000 - unit, name);
  }
});

test("arguments of the wrong kind or range are refused", () => {
  for (const macro of [CMSG_ALIGN, CMSG_LEN, CMSG_SPACE]) {
    for (const wrong of [
      1.5,
      Number.NaN,
      Number.POSITIVE_INFINITY,
      "4",
      null,
      undefined,
      {},
      true,
      4n,
      [4],
    ]) {
      const error = throws(() => macro(wrong as number, { abi }), {
        name: "TypeError",
        code: "ERR_CMSG_INVALID_ARG_TYPE",
      });
      assert.match(error.message, `${macro.name} argument must be an integer, not `);
    }
    for (const wrong of [
      -1,
      -2147483648,
      2147483648,
      Number.MAX_SAFE_INTEGER,
      Number.MIN_SAFE_INTEGER,
    ]) {
      throws(() => macro(wrong, { abi }), { name: "RangeError", code: "ERR_CMSG_OUT_OF_RANGE" });
    }
    for (const wrong of [null, "linux-x86_64-glibc", 5, [], () => {}]) {
      throws(() => macro(4, wrong as never), { name: "TypeError", message: /^options must be/ });
    }
  }
});

test.run();
