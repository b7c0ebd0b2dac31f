// control(): declared control-message types, of the caller's own and built in alike.

import {
  abis,
  constants,
  control,
  credentials,
  decodeControl,
  encodeControl,
  explain,
  field,
  rights,
} from "cmsg/codec";
import { assert, bytes, throws } from "../support/assert.js";
import { suite } from "../support/suite.js";

const test = suite("definition");

const abi = "linux-x86_64-glibc";
const common = { level: 1, type: 500, direction: "both", source: "a test" } as const;

test("identity: names have the numbers of each ABI, numbers are numbers", () => {
  const mark = control("SCM_TIMESTAMP", {
    level: "SOL_SOCKET",
    direction: "receive",
    value: field.rest("x"),
    source: "test",
  });
  const named = control("mine", {
    ...common,
    level: "SOL_SOCKET",
    type: "SCM_TIMESTAMP",
    value: field.rest("x"),
  });
  const fixed = control("mine", { ...common, level: -7, type: 9, value: field.rest("x") });
  for (const name of abis()) {
    const { SOL_SOCKET, SCM_TIMESTAMP } = constants(name);
    const encode = (of: typeof mark) => () => encodeControl([of(new Uint8Array(2))], { abi: name });
    if (SCM_TIMESTAMP === undefined) {
      throws(encode(mark), { code: "ERR_CMSG_UNKNOWN_TYPE", message: /has no SCM_TIMESTAMP$/ });
    } else {
      const [message] = decodeControl(encode(mark)(), { abi: name, definitions: [mark] }).messages;
      assert.equal(
        [message?.level, message?.type, message?.is(mark)],
        [SOL_SOCKET, SCM_TIMESTAMP, true],
      );
      bytes(encode(named)(), encode(mark)(), name);
    }
    const [message] = decodeControl(encode(fixed)(), { abi: name, definitions: [fixed] }).messages;
    assert.equal([message?.level, message?.type, message?.is(fixed)], [-7, 9, true]);
  }
  for (const name of ["constructor", "__proto__", "toString"]) {
    const odd = control(name, { ...common, level: name, type: name, value: field.u8("x") });
    throws(() => encodeControl([odd(1)], { abi }), { code: "ERR_CMSG_UNKNOWN_TYPE" });
  }
});

test("the built-in ones have no privileges", () => {
  const mine = control("SCM_CREDENTIALS", {
    level: "SOL_SOCKET",
    direction: "both",
    enable: ["SO_PASSCRED"],
    fields: { pid: field.i32("pid"), uid: field.u32("uid"), gid: field.u32("gid") },
    source: "unix(7), struct ucred",
  });
  const fds = control("SCM_RIGHTS", {
    level: "SOL_SOCKET",
    direction: "both",
    value: field.repeat(field.fd("fd")),
    source: "test",
  });
  const value = { pid: 7, uid: 8, gid: 9 };
  const theirs = encodeControl([credentials(value), rights([3, 4])], { abi });
  bytes(encodeControl([mine(value), fds([3, 4])], { abi }), theirs);
  const { messages } = decodeControl(theirs, { abi, definitions: [mine, fds] });
  assert.equal(
    messages.map((m) => m.definition),
    [mine, fds],
  );
  assert.equal(
    messages.map((m) => m.value),
    [value, [3, 4]],
  );
  assert.equal(
    messages.map((m) => [m.is(credentials), m.as(credentials)]),
    [
      [false, value],
      [false, undefined],
    ],
  );
  assert.is(
    String(explain(theirs, { abi, definitions: [mine, fds] })),
    String(explain(theirs, { abi })),
  );
});

test("the first of two definitions of one identity is taken", () => {
  const one = control("ONE", { ...common, value: field.u8("x") });
  const two = control("TWO", { ...common, value: field.u16("x") });
  const encoded = encodeControl([two(0x0102)], { abi });
  const read = (definitions: (typeof one)[]) =>
    decodeControl(encoded, { abi, definitions }).messages[0]?.value;
  assert.equal([read([one, two]), read([two, one])], [2, 0x0102]);
});

test("a definition tells what was declared, and cannot be changed", () => {
  const enable = ["SO_X"];
  const made = control("SO_MINE", { ...common, type: "SO_X", enable, value: field.fd("x") });
  enable.push("SO_Y");
  const { name, level, type, direction, enable: options, source, descriptors } = made;
  assert.equal(
    [name, level, type, direction, options, source, descriptors],
    ["SO_MINE", 1, "SO_X", "both", ["SO_X"], "a test", true],
  );
  assert.is(control("PLAIN", { ...common, value: field.u8("x") }).descriptors, false);
  assert.equal(
    control("PLAIN", { level: 1, direction: "send", value: field.u8("x"), source: "" }).enable,
    [],
  );
  for (const change of [
    () => Object.assign(made, { level: 2 }),
    () => (made.enable as string[]).push("x"),
    () => Object.defineProperty(made, "level", { value: 2 }),
  ]) {
    assert.throws(change, TypeError);
  }
});

test("fields of the caller's own may use the codec while it works", () => {
  const nested = (n: number) =>
    encodeControl([rights([n]), credentials({ pid: n, uid: n, gid: n })], { abi });
  const base = field.u32("x");
  const busy = control("BUSY", {
    ...common,
    value: {
      ...base,
      elements: base.elements.map((element) => ({
        ...element,
        show: (cell: unknown) => `${nested(1).length} ${cell}`,
      })),
      write: (value: number, path, context) =>
        base.write(value + nested(2).length - nested(2).length, path, context),
      read: (cells, context) => {
        decodeControl(nested(3), { abi });
        return base.read(cells, context);
      },
    },
  });
  const values = [11, 12, 13];
  const encoded = encodeControl(
    values.map((value) => busy(value)),
    { abi },
  );
  const { messages } = decodeControl(encoded, { abi, definitions: [busy] });
  assert.equal(
    messages.map((m) => m.value),
    values,
  );
  assert.equal(
    messages.map((m) => m.payload[0]),
    values,
  );
  const { spans } = explain(encoded, { abi, definitions: [busy] });
  const shown = spans.filter((s) => s.role === "field").map((s) => s.value);
  assert.equal(
    shown,
    values.map((value) => `${nested(1).length} ${value}`),
  );
});

test.run();
