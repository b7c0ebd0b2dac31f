// Forms: one definition for what systems lay out differently, number twice, or only receive.

import {
  type AbiName,
  abis,
  constants,
  control,
  controlSpace,
  decodeControl,
  encodeControl,
  field,
} from "cmsg/codec";
import { assert, bytes, throws } from "../support/assert.js";
import { suite } from "../support/suite.js";

const test = suite("definition forms");

const abi = "linux-x86_64-glibc";
const common = { level: 1, type: 500, direction: "both", source: "a test" } as const;

/** Type and payload that a value is sent as, with the definition alone known. */
function sent(name: AbiName, of: ReturnType<typeof control<number, number>>, value: number) {
  const options = { abi: name, definitions: [of] };
  const encoded = encodeControl([of(value)], { abi: name, trimLast: true });
  const [message] = decodeControl(encoded, { ...options, strict: true }).messages;
  assert.is(message?.value, value, name);
  return { type: message?.type, payload: message?.payload as Uint8Array };
}

test("the form with the closest beginning of the ABI's name counts; all others have the one without names", () => {
  const of = control("T", {
    ...common,
    forms: [
      { value: field.u8("x") },
      { on: ["linux"], value: field.u16("x") },
      { on: ["linux-s390x", "openbsd"], value: field.u32("x") },
      {
        on: ["linux-s390x-musl"],
        value: field.converted(field.u64("x"), { read: Number, write: (x: number) => x }),
      },
    ],
  });
  for (const name of abis()) {
    const width = /^linux-s390x-musl$/.test(name)
      ? 8
      : /^(linux-s390x|openbsd)-/.test(name)
        ? 4
        : name.startsWith("linux-")
          ? 2
          : 1;
    assert.is(sent(name, of, 7).payload.length, width, name);
  }
  // A beginning is whole words: linux-x8 is nobody's.
  const part = control("T", { ...common, forms: [{ on: ["linux-x8"], value: field.u8("x") }] });
  throws(() => encodeControl([part(1)], { abi }), { code: "ERR_CMSG_UNKNOWN_TYPE" });
});

test("a message of several numbers is sent by the one that the system gives to its name, and read by all", () => {
  const of = control("SCM_TIMESTAMP", {
    level: "SOL_SOCKET",
    direction: "receive",
    forms: [
      { type: "SO_TIMESTAMP_OLD", value: field.i32("x") },
      { type: "SO_TIMESTAMP_NEW", value: field.i32("x") },
    ],
    source: "a test",
  });
  for (const [name, type] of [
    ["linux-i386-glibc", 29],
    ["linux-i386-glibc-time64", 63],
    ["linux-hppa-glibc", 16402],
  ] as const) {
    assert.is(sent(name, of, -5).type, type);
    const {
      SOL_SOCKET: level = 0,
      SO_TIMESTAMP_OLD: old = 0,
      SO_TIMESTAMP_NEW: fresh = 0,
    } = constants(name);
    for (const each of [old, fresh]) {
      const message = { level, type: each, payload: new Uint8Array(4) };
      const { messages } = decodeControl(encodeControl([message], { abi: name }), {
        abi: name,
        definitions: [of],
      });
      assert.is(messages[0]?.definition, of as never);
      assert.is(messages[0]?.value, 0);
    }
  }
});

test("where one number has several structs, the length says which: exactly, else one that repeats, else the first", () => {
  const of = control("T", {
    ...common,
    forms: [
      { value: field.converted(field.u32("four"), { read: (x) => `four ${x}`, write: () => 0 }) },
      {
        value: field.converted(field.repeat(field.u8("many")), {
          read: (x) => `many ${x.length}`,
          write: () => [],
        }),
      },
      { value: field.converted(field.u16("two"), { read: (x) => `two ${x}`, write: () => 0 }) },
    ],
  });
  const values = [0, 1, 2, 3, 4, 5].map((length) => {
    const message = { level: 1, type: 500, payload: new Uint8Array(length) };
    return decodeControl(encodeControl([message], { abi }), { abi, definitions: [of] }).messages[0]
      ?.value;
  });
  assert.equal(values, ["many 0", "many 1", "two 0", "many 3", "four 0", "many 5"]);
});

test("what a form does not give is as the declaration has it", () => {
  const of = control("T", {
    ...common,
    enable: ["SO_A"],
    limit: 8,
    forms: [
      { on: ["linux"], value: field.rest("x") },
      {
        on: ["darwin"],
        level: 2,
        type: 3,
        direction: "send",
        enable: [],
        limit: 99,
        value: field.rest("x"),
      },
    ],
  });
  const shown = of.forms.map(({ on, level, type, direction, enable, limit }) => [
    ...[on, level, type, direction, enable, limit],
  ]);
  assert.equal(shown, [
    [["linux"], 1, 500, "both", ["SO_A"], 8],
    [["darwin"], 2, 3, "send", [], 99],
  ]);
  assert.equal([of.direction, of.limit, of.enable], ["both", 8, ["SO_A"]]);
  assert.is(controlSpace([of], { abi }), 24);
  assert.is(controlSpace([of], { abi: "darwin-arm64" }), 112);
  bytes(
    encodeControl([of(Uint8Array.of(1))], { abi: "darwin-arm64", trimLast: true }),
    "0d000000020000000300000001",
  );
});

test("forms are refused where they are declared", () => {
  const declare = (forms: unknown) => () => control("T", { ...common, forms } as never);
  const type = { name: "TypeError", code: "ERR_CMSG_INVALID_ARG_TYPE" };
  const value = field.u8("x");
  for (const wrong of [[], {}, null, "x"])
    throws(declare(wrong), { ...type, message: /^forms of T/ });
  throws(declare([null]), { ...type, message: /^form 0 of T/ });
  throws(declare([{ value }, {}]), { ...type, message: /^value of form 1 of T/ });
  throws(declare([{ on: "linux", value }]), { ...type, message: /^on of form 0 of T/ });
  throws(declare([{ direction: "up", value }]), { ...type, message: /^direction of form 0 of T/ });
  throws(declare([{ limit: "4", value }]), { ...type, message: /^limit of form 0 of T/ });
  throws(declare([{ limit: -1, value }]), { name: "RangeError", message: /^limit of form 0 of T/ });
  throws(declare([{ level: "", value }]), { ...type, message: /^level of form 0 of T/ });
  throws(() => control("T", { ...common, value, forms: [{ value }] } as never), type);
});

test.run();
