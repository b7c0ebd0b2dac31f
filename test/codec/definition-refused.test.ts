// control(): declarations and values that are mistakes are refused where they are made.

import {
  control,
  credentials,
  encodeControl,
  field,
  ipRecvErr,
  rights,
  security,
} from "cmsg/codec";
import { assert, throws } from "../support/assert.js";
import { suite } from "../support/suite.js";

const test = suite("definition refused");

const abi = "linux-x86_64-glibc";
const good = { level: 1, direction: "both", value: field.u8("x"), source: "a test" } as const;

/** Declares with parts of a good declaration replaced. */
const declare =
  (changes: object, name: unknown = "NAME") =>
  () =>
    control(name as string, { ...good, ...changes } as never);

test("names, levels, types, directions, options, sources", () => {
  const type = { name: "TypeError", code: "ERR_CMSG_INVALID_ARG_TYPE" };
  for (const name of ["", 5, null, {}])
    throws(declare({}, name), { ...type, message: /^name must be/ });
  for (const declaration of [undefined, null, 5, "x"]) {
    throws(() => control("NAME", declaration as never), {
      ...type,
      message: /^declaration of NAME/,
    });
  }
  for (const property of ["level", "type"]) {
    const message = new RegExp(`^${property} of NAME must be`);
    for (const wrong of ["", null, {}, 1n, true])
      throws(declare({ [property]: wrong }), { ...type, message });
    for (const wrong of [1.5, Number.NaN])
      throws(declare({ [property]: wrong }), { ...type, message });
    for (const wrong of [2 ** 31, -(2 ** 31) - 1])
      throws(declare({ [property]: wrong }), { name: "RangeError", message });
  }
  throws(declare({ level: undefined }), { ...type, message: /^level of NAME/ });
  for (const wrong of [undefined, "up", 1, null])
    throws(declare({ direction: wrong }), { ...type, message: /^direction of NAME/ });
  for (const wrong of ["SO_X", [5], null, {}])
    throws(declare({ enable: wrong }), { ...type, message: /^enable of NAME/ });
  for (const wrong of [undefined, 5, null])
    throws(declare({ source: wrong }), { ...type, message: /^source of NAME/ });
});

test("fields: exactly one of fields and value, each made by field", () => {
  const type = { name: "TypeError", code: "ERR_CMSG_INVALID_ARG_TYPE" };
  throws(declare({ value: undefined }), { ...type, message: /fields or value/ });
  throws(declare({ fields: { a: field.u8("a") } }), { ...type, message: /fields or value/ });
  for (const wrong of [5, null, {}, field.u8, "u8", { elements: [] }]) {
    throws(declare({ value: wrong }), {
      ...type,
      message: /^value of NAME must be made by a function of `field`/,
    });
    throws(declare({ value: undefined, fields: { a: wrong } }), {
      ...type,
      message: /^field a of NAME must be made/,
    });
  }
  for (const wrong of [5, null, [field.u8("a")], "x"]) {
    throws(declare({ value: undefined, fields: wrong }), { ...type, message: /^fields of NAME/ });
  }
});

test("a tail must be last, and names must be there", () => {
  const fields = { a: field.rest("a"), b: field.u8("b") };
  throws(declare({ value: undefined, fields }), {
    name: "RangeError",
    message: /^fields of NAME: a must be last/,
  });
  const lists = { a: field.repeat(field.u8("a")), b: field.repeat(field.u8("b")) };
  throws(declare({ value: undefined, fields: lists }), {
    name: "RangeError",
    message: /a must be last/,
  });
  throws(declare({ value: field.u8("") }), { name: "TypeError", message: /must be named/ });
  throws(declare({ value: field.u8(undefined as never) }), {
    name: "TypeError",
    message: /must be named/,
  });
  assert.equal(
    control("N", { ...good, value: undefined, fields: {} } as never)({} as never).value,
    {},
  );
});

test("sizes of octets, repeats of what cannot be repeated, and more members than a program numbers", () => {
  for (const count of [0, -1, 65535, 1e9])
    throws(() => field.octets("x", count), { name: "RangeError" });
  for (const count of [1.5, "4", undefined, null])
    throws(() => field.octets("x", count as never), { name: "TypeError" });
  for (const wrong of [
    field.rest("x"),
    field.text("x"),
    field.octets("x", 4),
    field.octets("x", 1),
    field.ipv4("x"),
    field.sockaddrIn("x"),
    undefined,
    null,
    {},
  ]) {
    throws(() => field.repeat(wrong as never), {
      name: "TypeError",
      code: "ERR_CMSG_INVALID_ARG_TYPE",
    });
  }
  const many = (count: number) =>
    Object.fromEntries(Array.from({ length: count }, (_, i) => [`f${i}`, field.u8(`f${i}`)]));
  throws(declare({ value: undefined, fields: many(256) }), {
    name: "RangeError",
    message: /at most 255 members/,
  });
  const { value: _, ...rest } = good;
  const most = control("N", { ...rest, type: 9, fields: many(255) });
  const value = Object.fromEntries(Object.keys(many(255)).map((key, i) => [key, i]));
  const encoded = encodeControl([most(value)], { abi });
  assert.equal([...encoded.subarray(16, 16 + 255)], Object.values(value));
});

test("values: the path of the caller's own property, and what it may be", () => {
  const shape = control("N", {
    ...good,
    value: undefined,
    type: 9,
    fields: {
      errno: field.u32("ee_errno"),
      wide: field.i64("w"),
      mac: field.octets("mac", 2),
      host: field.ipv4("h"),
      words: field.text("t"),
    },
  } as never) as unknown as (value: unknown) => never;
  const fine = { errno: 1, wide: 2n, mac: Uint8Array.of(1, 2), host: "127.0.0.1", words: "x" };
  assert.ok(encodeControl([shape(fine)], { abi }).length > 0);
  assert.ok(encodeControl([shape({ ...fine, wide: 2 })], { abi }).length > 0);
  const refused: readonly (readonly [object, string, RegExp])[] = [
    [
      { errno: -1 },
      "RangeError",
      /^messages\[1\]\.value\.errno must be from 0 to 4294967295, not -1$/,
    ],
    [{ errno: 2 ** 32 }, "RangeError", /value\.errno must be from 0/],
    [{ errno: 2n ** 70n }, "RangeError", /value\.errno must be from 0/],
    [{ errno: 1.5 }, "TypeError", /^messages\[1\]\.value\.errno must be an integer, not 1\.5$/],
    [{ errno: "1" }, "TypeError", /value\.errno must be an integer, not "1"/],
    [{ errno: [1] }, "TypeError", /value\.errno must be an integer/],
    [{ errno: Uint8Array.of(1) }, "TypeError", /value\.errno must be an integer/],
    [{ errno: null }, "TypeError", /value\.errno must be an integer, not null/],
    [{ errno: undefined }, "TypeError", /value\.errno must be an integer, not undefined/],
    [
      { wide: 2n ** 63n },
      "RangeError",
      /value\.wide must be from -9223372036854775808 to 9223372036854775807/,
    ],
    [{ wide: 2 ** 53 }, "RangeError", /value\.wide/],
    [{ wide: "2" }, "TypeError", /value\.wide must be a bigint or an integer/],
    [{ mac: Uint8Array.of(1, 2, 3) }, "RangeError", /value\.mac must be at most 2 bytes, not 3/],
    [{ mac: "aa:bb" }, "TypeError", /value\.mac must be a byte view or buffer/],
    [{ mac: [1, 2] }, "TypeError", /value\.mac must be a byte view/],
    [{ host: "::1" }, "TypeError", /value\.host must be an IP address of its family/],
    [{ host: 5 }, "TypeError", /value\.host/],
    [{ words: 5 }, "TypeError", /value\.words must be a string/],
  ];
  for (const [change, name, message] of refused) {
    throws(() => encodeControl([rights([]), shape({ ...fine, ...change })], { abi }), {
      name,
      message,
    });
  }
  for (const value of [undefined, null, 5, "x"]) {
    throws(() => encodeControl([shape(value)], { abi }), {
      name: "TypeError",
      message: /^messages\[0\]\.value must be an object with errno, wide, mac, host, words/,
    });
  }
});

test("values of the built-in ones", () => {
  const encode = (message: unknown) => () => encodeControl([message as never], { abi });
  const fd = /^messages\[0\]\.value\[1\] must be/;
  for (const wrong of [-1, 2 ** 31, -5])
    throws(encode(rights([1, wrong])), { name: "RangeError", message: fd });
  for (const wrong of [1.5, "1", null, undefined, {}, true, 1n, [1]]) {
    throws(encode(rights([1, wrong as never])), { name: "TypeError", message: fd });
  }
  for (const wrong of [5, "12", null, undefined, {}]) {
    throws(encode(rights(wrong as never)), {
      name: "TypeError",
      message: /^messages\[0\]\.value must be a list/,
    });
  }
  const me = { pid: 1, uid: 2, gid: 3 };
  for (const [key, wrong] of [
    ["pid", 2 ** 31],
    ["pid", -(2 ** 31) - 1],
    ["uid", -1],
    ["gid", 2 ** 32],
  ] as const) {
    throws(encode(credentials({ ...me, [key]: wrong })), {
      name: "RangeError",
      message: new RegExp(`^messages\\[0\\]\\.value\\.${key} must be`),
    });
  }
  throws(encode(security(5 as never)), {
    name: "TypeError",
    message: /^messages\[0\]\.value must be a string/,
  });
  const error = { errno: 0, origin: 0, type: 0, code: 0, pad: 0, info: 0, data: 0, offender: null };
  assert.is(encode(ipRecvErr(error))().length, 48);
  const path = /^messages\[0\]\.value\.offender/;
  for (const offender of [undefined, 5, "host", {}, { host: "x", port: 1 }, { host: "1.2.3.4" }]) {
    throws(encode(ipRecvErr({ ...error, offender } as never)), {
      name: "TypeError",
      message: path,
    });
  }
  throws(encode(ipRecvErr({ ...error, offender: { host: "1.2.3.4", port: 65536 } })), {
    name: "RangeError",
    message: /^messages\[0\]\.value\.offender\.port/,
  });
});

test.run();
