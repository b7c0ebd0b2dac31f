// Every public function of the codec against arguments of the wrong kind, out of range, gone, or shared.

import * as codec from "cmsg/codec";
import { decodeControl, encodeControl, explain, rights, walk } from "cmsg/codec";
import { assert, bytes, throws } from "../support/assert.js";
import { suite } from "../support/suite.js";

const test = suite("bad arguments");

const abi = "linux-x86_64-glibc";
const good = encodeControl([rights([7])], { abi });
const sockaddr = codec.encodeAddress({ path: "/x" }, { abi });
const iovec = codec.encodeStruct("iovec", {}, { abi });

type Call = (argument: unknown) => unknown;

/** Each function with the argument in question left open, under the name that its refusals use. */
const BYTES: readonly (readonly [string, Call])[] = [
  ["control buffer", (b) => decodeControl(b as never, { abi })],
  ["control buffer", (b) => walk(b as never, { abi })],
  ["control buffer", (b) => explain(b as never, { abi })],
  ["struct", (b) => codec.decodeStruct("iovec", b as never, { abi })],
  ["sockaddr", (b) => codec.decodeAddress(b as never, { abi })],
  [
    "messages[0].payload",
    (payload) => encodeControl([{ level: 1, type: 1, payload } as never], { abi }),
  ],
];

/** Each function with its options left open. */
const OPTIONS: readonly (readonly [string, Call])[] = [
  ["encodeControl", (o) => encodeControl([], o as never)],
  ["decodeControl", (o) => decodeControl(good, o as never)],
  ["walk", (o) => walk(good, o as never)],
  ["explain", (o) => explain(good, o as never)],
  ["encodeStruct", (o) => codec.encodeStruct("iovec", {}, o as never)],
  ["decodeStruct", (o) => codec.decodeStruct("iovec", iovec, o as never)],
  ["encodeAddress", (o) => codec.encodeAddress({ path: "/x" }, o as never)],
  ["decodeAddress", (o) => codec.decodeAddress(sockaddr, o as never)],
  ["CMSG_ALIGN", (o) => codec.CMSG_ALIGN(1, o as never)],
  ["CMSG_LEN", (o) => codec.CMSG_LEN(1, o as never)],
  ["CMSG_SPACE", (o) => codec.CMSG_SPACE(1, o as never)],
];

const TYPE = { name: "TypeError", code: "ERR_CMSG_INVALID_ARG_TYPE" };
const RANGE = { name: "RangeError", code: "ERR_CMSG_OUT_OF_RANGE" };

/** Things that are no bytes, some of which pretend. */
const NO_BYTES: readonly unknown[] = [
  undefined,
  null,
  0,
  4,
  Number.NaN,
  -1,
  2 ** 53,
  4n,
  true,
  "",
  "bytes",
  Symbol("bytes"),
  {},
  [],
  [1, 2, 3],
  () => {},
  new Map(),
  { length: 4, 0: 1 },
  { byteLength: 4, buffer: new ArrayBuffer(4), byteOffset: 0 },
  { [Symbol.toStringTag]: "ArrayBuffer", byteLength: 4 },
  { [Symbol.toStringTag]: "Uint8Array", length: 4 },
  Object.create(ArrayBuffer.prototype),
  Object.create(Uint8Array.prototype),
  new Proxy(new Uint8Array(4), {}),
  Promise.resolve(good),
];

test("bytes: everything that is none", () => {
  for (const [what, call] of BYTES) {
    for (const wrong of NO_BYTES) {
      const error = throws(() => call(wrong), TYPE);
      assert.ok(
        error.message.startsWith(`${what} must be a byte view or buffer, not `),
        error.message,
      );
    }
  }
});

test("bytes that have been transferred elsewhere are no empty bytes", () => {
  for (const [what, call] of BYTES) {
    for (const make of [
      (buffer: ArrayBuffer) => buffer,
      (buffer: ArrayBuffer) => new Uint8Array(buffer),
      (buffer: ArrayBuffer) => new Int32Array(buffer),
      (buffer: ArrayBuffer) => new DataView(buffer),
      (buffer: ArrayBuffer) => Buffer.from(buffer),
    ]) {
      const buffer = new ArrayBuffer(32);
      const view = make(buffer);
      structuredClone(buffer, { transfer: [buffer] });
      const error = throws(() => call(view), TYPE);
      assert.ok(
        error.message.startsWith(
          `${what} must be a byte view or buffer whose memory is still there`,
        ),
        error.message,
      );
    }
  }
});

test("shared memory, and views of parts of it, are bytes", () => {
  const memory = new SharedArrayBuffer(32);
  new Uint8Array(memory).set(good, 8);
  const view = new Uint8Array(memory, 8, good.length);
  assert.equal(decodeControl(view, { abi }).messages[0]?.value, [7]);
  assert.is(String(explain(view, { abi })), String(explain(good, { abi })));
  assert.equal(walk(view, { abi }), walk(good, { abi }));
  const path = new Uint8Array(new SharedArrayBuffer(2)).fill(0x78);
  bytes(codec.encodeAddress({ path }, { abi }), codec.encodeAddress({ path: "xx" }, { abi }));
  for (const empty of [
    new SharedArrayBuffer(0),
    new ArrayBuffer(0),
    new DataView(new ArrayBuffer(0)),
  ]) {
    assert.equal(decodeControl(empty, { abi }).messages, []);
  }
});

test("bytes above a mebibyte", () => {
  const huge = new Uint8Array(0x100001);
  for (const [what, call] of BYTES.slice(0, 3)) {
    const error = throws(() => call(huge), RANGE);
    assert.is(error.message, `${what} must be at most 1048576 bytes, not 1048577`);
  }
  throws(() => BYTES[5]?.[1](huge), RANGE);
  throws(() => codec.encodeAddress({ path: huge }, { abi }), {
    name: "TypeError",
    code: "ERR_CMSG_PATH_NUL",
  });
  throws(() => codec.encodeAddress({ path: huge.fill(65) }, { abi }), {
    name: "RangeError",
    code: "ERR_CMSG_PATH_TOO_LONG",
  });
});

test("options: no object, or an ABI that is none", () => {
  for (const [name, call] of OPTIONS) {
    assert.is(call(undefined) === undefined, false, name);
    for (const wrong of [null, 0, 5, "linux-x86_64-glibc", true, 4n, Symbol("x"), [], () => {}]) {
      const error = throws(() => call(wrong), TYPE);
      assert.match(error.message, /^options must be an object of named options, not /);
    }
    for (const wrong of [null, 0, 5, Number.NaN, true, 4n, Symbol("x"), () => {}]) {
      assert.match(
        throws(() => call({ abi: wrong }), TYPE).message,
        /^abi must be a name or a row of numbers/,
      );
    }
    for (const wrong of ["", "linux", "x".repeat(1e5)]) {
      assert.match(
        throws(() => call({ abi: wrong }), RANGE).message,
        /^abi must be one of \d+ names/,
      );
    }
    throws(() => call({ abi: {} }), TYPE);
    throws(() => call({ abi: [] }), TYPE);
  }
});

test("each option by itself", () => {
  const wrong: readonly (readonly [string, Call, readonly unknown[], readonly unknown[]])[] = [
    [
      "controlLimit",
      (controlLimit) => encodeControl([], { abi, controlLimit } as never),
      [1.5, "8", null, true, 8n, Number.NaN],
      [-1, 0x100001, 2 ** 53],
    ],
    [
      "trimLast",
      (trimLast) => encodeControl([], { abi, trimLast } as never),
      [0, 1, "yes", null],
      [],
    ],
    ["strict", (strict) => decodeControl(good, { abi, strict } as never), [0, 1, "yes", null], []],
    [
      "rule",
      (rule) => decodeControl(good, { abi, rule } as never),
      [null, 0, {}, true],
      ["", "newlib", "__proto__"],
    ],
    [
      "rule",
      (rule) => walk(good, { abi, rule } as never),
      [null, 0, {}, true],
      ["", "newlib", "toString"],
    ],
    ["rule", (rule) => explain(good, { abi, rule } as never), [null, 0, []], ["GLIBC!", "newlib"]],
    [
      "definitions",
      (definitions) => decodeControl(good, { abi, definitions } as never),
      [null, 5, "x", {}, rights, new Set([rights])],
      [],
    ],
    [
      "definitions[0]",
      (d) => explain(good, { abi, definitions: [d] } as never),
      [null, 5, {}, () => {}, undefined, rights([1])],
      [],
    ],
    [
      "address",
      (address) => walk(good, { abi, address } as never),
      [0, "0", null, 1.5],
      [-1n, 2n ** 64n],
    ],
    [
      "address",
      (address) => explain(good, { abi, address } as never),
      [0, "0", null],
      [-1n, 2n ** 64n],
    ],
    [
      "limit",
      (limit) => walk(good, { abi, limit } as never),
      [1.5, "8", null, 8n, Number.NaN],
      [-1, 0x100001, 2 ** 60],
    ],
    ["limit", (limit) => explain(good, { abi, limit } as never), [1.5, "8", null], [-1, 0x100001]],
  ];
  for (const [name, call, kinds, ranges] of wrong) {
    for (const kind of kinds)
      assert.ok(throws(() => call(kind), TYPE).message.startsWith(`${name} must be`));
    for (const range of ranges)
      assert.ok(throws(() => call(range), RANGE).message.startsWith(`${name} must be`));
  }
});

test("a definition that only looks like one", () => {
  const forged = Object.defineProperties(() => {}, Object.getOwnPropertyDescriptors(rights));
  throws(() => decodeControl(good, { abi, definitions: [forged] as never }), TYPE);
  throws(() => encodeControl([{ definition: forged, value: [1] } as never], { abi }), TYPE);
});

test.run();
