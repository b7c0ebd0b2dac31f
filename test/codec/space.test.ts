// controlSpace(): the bytes that messages of the longest payloads take, on every ABI.

import { readFileSync } from "node:fs";
import {
  type AbiName,
  abis,
  CMSG_SPACE,
  constants,
  control,
  controlSpace,
  createCodec,
  credentials,
  definitions,
  encodeControl,
  type Form,
  field,
  pidfd,
  rights,
  security,
  udpGro,
} from "cmsg/codec";
import { assert, throws } from "../support/assert.js";
import { suite } from "../support/suite.js";

const test = suite("control space");

const abi = "linux-x86_64-glibc";

test("is the sum of what the longest messages take, as they are encoded", () => {
  const fds = Array.from({ length: 253 }, (_, i) => i);
  const sent = [rights(fds), credentials({ pid: 1, uid: 2, gid: 3 }), pidfd(4), udpGro(5)];
  for (const name of abis()) {
    const known = sent.filter(({ definition }) => definition.forms.some(hasNumbers(name)));
    const list = known.map(({ definition }) =>
      definition === rights ? ([rights, 253] as const) : definition,
    );
    assert.is(controlSpace(list, { abi: name }), encodeControl(known, { abi: name }).length, name);
  }
});

/** Whether an ABI has the numbers of a form. */
function hasNumbers(name: AbiName): (form: Form) => boolean {
  return ({ on, level, type }) =>
    (on.length === 0 || on.some((system) => `${name}-`.startsWith(`${system}-`))) &&
    [level, type].every((each) => constants(name)[each as string] !== undefined);
}

test("a count is that of elements where a payload repeats, and of messages otherwise", () => {
  const space = (bytes: number): number => CMSG_SPACE(bytes, { abi });
  for (const count of [0, 1, 2, 3, 4, 100, 253, 1000]) {
    assert.is(controlSpace([[rights, count]], { abi }), space(4 * count));
    assert.is(controlSpace([[security, count]], { abi }), space(count));
    assert.is(controlSpace([[credentials, count]], { abi }), count * space(12));
  }
  assert.is(controlSpace([rights], { abi }), space(4 * 253));
  assert.is(controlSpace([], { abi }), 0);
  assert.is(controlSpace(new Set([pidfd, credentials]), { abi }), space(4) + space(12));
});

const listed = control("SO_MARK", {
  level: "SOL_SOCKET",
  direction: "receive",
  enable: ["SO_RCVMARK"],
  limit: 100,
  fields: { head: field.u16("head"), items: field.repeat(field.u32("items")) },
  source: "made up",
});

test("a limit is that of the payload, and a count is behind the members in front", () => {
  assert.is(controlSpace([listed], { abi }), CMSG_SPACE(100, { abi }));
  assert.is(controlSpace([[listed, 4]], { abi }), CMSG_SPACE(4 + 16, { abi }));
  const padded = control("SO_PRIORITY", {
    level: "SOL_SOCKET",
    direction: "receive",
    fields: { wide: field.u64("wide"), narrow: field.u8("narrow") },
    source: "made up",
  });
  assert.is(controlSpace([padded], { abi }), CMSG_SPACE(16, { abi }));
  assert.is(controlSpace([padded], { abi: "linux-i386-glibc" }), 24);
});

test("of several forms the longest counts, and only those that an option enables", () => {
  const stamp = control("SCM_TIMESTAMP", {
    level: "SOL_SOCKET",
    direction: "receive",
    forms: [
      { type: "SO_TIMESTAMP_OLD", enable: ["SO_TIMESTAMP_OLD"], value: field.octets("old", 4) },
      { type: "SO_TIMESTAMP_NEW", enable: ["SO_TIMESTAMP_NEW"], value: field.octets("new", 16) },
    ],
    source: "made up",
  });
  assert.is(controlSpace([stamp], { abi }), CMSG_SPACE(16, { abi }));
});

test("the name of an option stands for what it enables, each definition once", () => {
  const space = (bytes: number): number => CMSG_SPACE(bytes, { abi });
  assert.is(controlSpace(["SO_PASSCRED"], { abi }), space(12));
  assert.is(
    controlSpace(["SO_PASSCRED", credentials, "SO_PASSPIDFD"], { abi }),
    space(12) + space(4),
  );
  assert.is(controlSpace([credentials, credentials], { abi }), space(12));
  throws(() => controlSpace(["SO_PASSCERD"], { abi }), {
    name: "RangeError",
    code: "ERR_CMSG_OUT_OF_RANGE",
    message:
      /^items\[0\] in linux-x86_64-glibc must be one of \d+ names \(SO_PASSCRED, .*not "SO_PASSCERD"$/,
  });
  throws(() => controlSpace(["SO_PASSCRED"], { abi: "darwin-arm64" }), { name: "RangeError" });
});

test("what has no bound, no number or no sense is refused", () => {
  const endless = control("SO_DEBUG", {
    level: "SOL_SOCKET",
    type: 1,
    direction: "receive",
    value: field.rest("bytes"),
    source: "made up",
  });
  throws(() => controlSpace([credentials, endless], { abi }), {
    name: "RangeError",
    code: "ERR_CMSG_OUT_OF_RANGE",
    message: /^items\[1\]: the payload of SO_DEBUG has no bound: give a count/,
  });
  assert.is(controlSpace([[endless, 64]], { abi }), CMSG_SPACE(64, { abi }));
  throws(() => controlSpace([credentials], { abi: "darwin-arm64" }), {
    name: "EncodeError",
    code: "ERR_CMSG_UNKNOWN_TYPE",
    message: /^items\[0\]: darwin-arm64 has no SCM_CREDENTIALS$/,
  });
  for (const count of [2 ** 31, -1, 2 ** 30, 2 ** 31 - 1]) {
    throws(() => controlSpace([[rights, count]], { abi }), { name: "RangeError" });
    throws(() => controlSpace([[credentials, count]], { abi }), { name: "RangeError" });
  }
  for (const count of [1.5, "4", null, undefined, 4n]) {
    throws(() => controlSpace([[rights, count as never]], { abi }), { name: "TypeError" });
  }
  for (const item of [null, 5, {}, [], [5, 5], ["SO_PASSCRED", 4], () => {}]) {
    throws(() => controlSpace([item as never], { abi }), {
      name: "TypeError",
      message: /^items\[0\] must be a definition/,
    });
  }
  for (const items of [undefined, null, 5, "SO_PASSCRED", credentials, Buffer.of(1), {}]) {
    throws(() => controlSpace(items as never, { abi }), {
      name: "TypeError",
      message: /^items must be an iterable of definitions/,
    });
  }
  throws(() => controlSpace([], { abi: "vax" as never }), { name: "RangeError" });
});

test("a codec of its own core answers the same", () => {
  const codec = createCodec(new WebAssembly.Module(readFileSync("dist/core.wasm")));
  for (const name of ["linux-s390x-musl", "netbsd-aarch64", "darwin-arm64"] as const) {
    assert.is(codec.controlSpace([[rights, 9]], { abi: name }), CMSG_SPACE(36, { abi: name }));
  }
});

test("every built-in definition that an option of Linux enables has a bound", () => {
  for (const definition of definitions()) {
    if (definition.direction === "send" || definition.enable.length === 0) continue;
    const known = definition.forms.some(hasNumbers(abi));
    if (known) assert.ok(controlSpace([definition], { abi }) >= 16, definition.name);
  }
});

test.run();
