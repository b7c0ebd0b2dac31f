// encodeControl(): what does not fit, and what is no message.

import {
  abis,
  CMSG_LEN,
  CMSG_SPACE,
  constants,
  encodeControl,
  layout,
  type MessageInput,
  rights,
} from "cmsg/codec";
import { assert, bytes, throws } from "../support/assert.js";
import { suite } from "../support/suite.js";

const test = suite("encode refused");

const abi = "linux-x86_64-glibc";

/** A message of `length` bytes: 1, 2, 3 … */
function raw(length: number, level = 1, type = 1): MessageInput {
  return { level, type, payload: Uint8Array.from({ length }, (_, i) => i + 1) };
}

test("the capacity is respected to the byte, and nothing is lost by a refusal", () => {
  for (const name of [abi, "darwin-arm64", "netbsd-aarch64"] as const) {
    const space = CMSG_SPACE(4, { abi: name });
    const length = CMSG_LEN(4, { abi: name });
    const encode = (controlLimit: number, trimLast = false, count = 1) =>
      encodeControl(
        Array.from({ length: count }, () => raw(4)),
        { abi: name, controlLimit, trimLast },
      );
    assert.is(encode(space).length, space);
    assert.is(encode(length, true).length, length);
    assert.is(encode(space + length, true, 2).length, space + length);
    const refused = { name: "EncodeError", code: "ERR_CMSG_NO_SPACE" };
    for (const [limit, trim, count, path] of [
      [space - 1, false, 1, 0],
      [length - 1, true, 1, 0],
      [space + length - 1, true, 2, 1],
      [2 * space - 1, false, 2, 1],
      [0, false, 1, 0],
      [0, true, 1, 0],
    ] as const) {
      const error = throws(() => encode(limit, trim, count), refused);
      assert.equal([error.path, error.level, error.type], [`messages[${path}]`, 1, 1]);
      assert.match(error.message, `does not fit in a control buffer of ${limit} bytes`);
    }
    assert.is(
      encodeControl([raw(0)], { abi: name, controlLimit: space }).length,
      CMSG_SPACE(0, { abi: name }),
    );
    bytes(encodeControl([], { abi: name, controlLimit: 0 }), "");
  }
});

test("a mebibyte is the most", () => {
  const most = 0x100000;
  const full = encodeControl([{ level: 1, type: 1, payload: new Uint8Array(most - 16).fill(7) }], {
    abi,
  });
  assert.is(full.length, most);
  assert.ok(full.subarray(16).every((byte) => byte === 7));
  const encode = (length: number) =>
    encodeControl([{ level: 1, type: 1, payload: new Uint8Array(length) }], { abi });
  throws(() => encode(most - 15), { name: "EncodeError", code: "ERR_CMSG_NO_SPACE" });
  throws(() => encode(most), { name: "EncodeError", code: "ERR_CMSG_NO_SPACE" });
  throws(() => encode(most + 1), { name: "RangeError", code: "ERR_CMSG_OUT_OF_RANGE" });
  throws(() => encodeControl([], { abi, controlLimit: most + 1 }), { name: "RangeError" });
});

test("a type that the ABI lacks is refused by name", () => {
  for (const name of abis()) {
    const has = constants(name).SCM_RIGHTS !== undefined;
    if (has) {
      const unit = layout(name).cmsg.align;
      assert.is(encodeControl([rights([5])], { abi: name }).length % unit, 0);
    } else {
      const error = throws(() => encodeControl([raw(1), rights([5])], { abi: name }), {
        name: "EncodeError",
        code: "ERR_CMSG_UNKNOWN_TYPE",
      });
      assert.is(error.path, "messages[1]");
      assert.is(error.message, `messages[1]: ${name} has no SCM_RIGHTS`);
    }
  }
});

test("what is no message is refused, and says which", () => {
  const wrong = [
    5,
    null,
    undefined,
    "x",
    [1, 1, Buffer.of(1)],
    [1, 1],
    {},
    { level: 1 },
    () => {},
    rights,
  ];
  for (const message of wrong) {
    throws(() => encodeControl([raw(1), message as never], { abi }), {
      name: "TypeError",
      code: "ERR_CMSG_INVALID_ARG_TYPE",
      message: /^messages\[1\]/,
    });
  }
  for (const payload of ["bytes", 5, {}, [], null, undefined, true]) {
    throws(() => encodeControl([{ level: 1, type: 1, payload } as never], { abi }), {
      name: "TypeError",
      message: /^messages\[0\]\.payload must be a byte view or buffer/,
    });
  }
  for (const level of ["1", "", {}, null, undefined, 1.5, Number.NaN, true, 1n]) {
    throws(() => encodeControl([{ level, type: 1, payload: Buffer.of() } as never], { abi }), {
      name: "TypeError",
      message: /^messages\[0\]\.level must be an integer/,
    });
  }
  for (const messages of [
    undefined,
    null,
    5,
    "abc",
    Buffer.of(1),
    new ArrayBuffer(1),
    {},
    raw(1),
    () => {},
  ]) {
    throws(() => encodeControl(messages as never, { abi }), {
      name: "TypeError",
      message: /^messages must be an iterable of control messages/,
    });
  }
});

test.run();
