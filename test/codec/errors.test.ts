// EncodeError and DecodeError: classes, codes, what they carry, and the one form of their messages.

import * as whole from "cmsg";
import {
  type AbiRow,
  control,
  credentials,
  DecodeError,
  decodeControl,
  EncodeError,
  encodeControl,
  field,
  pidfd,
  rights,
} from "cmsg/codec";
import { assert, throws } from "../support/assert.js";
import { suite } from "../support/suite.js";

const test = suite("errors");

const abi = "linux-x86_64-glibc";

/** A rights message of two descriptors whose cmsg_len says `claimed`, behind a good one. */
function broken(claimed: number): Uint8Array {
  const bytes = encodeControl([rights([1]), rights([2, 3])], { abi });
  new DataView(bytes.buffer).setUint32(24, claimed, true);
  return bytes;
}

const strict = (bytes: Uint8Array) => () => decodeControl(bytes, { abi, strict: true });

test("classes: errors of their own, the same from both entry points", () => {
  assert.is(whole.EncodeError, EncodeError);
  assert.is(whole.DecodeError, DecodeError);
  const encode = throws(() => encodeControl([pidfd(1)], { abi: "darwin-arm64" }), {
    name: "EncodeError",
  });
  const decode = throws(strict(broken(5)), { name: "DecodeError" });
  assert.ok(
    encode instanceof EncodeError && encode instanceof Error && !(encode instanceof DecodeError),
  );
  assert.ok(
    decode instanceof DecodeError && decode instanceof Error && !(decode instanceof EncodeError),
  );
  for (const error of [encode, decode]) {
    assert.ok(error.stack?.includes("errors.test"));
    assert.is(String(error), `${error.name}: ${error.message}`);
    assert.not(Object.keys(error).includes("name"));
  }
});

test("an EncodeError carries its code and place, and nothing that is not known", () => {
  const own = (error: Error) => ({ ...(error as unknown as Record<string, unknown>) });
  const lacking = throws(() => encodeControl([rights([]), pidfd(1)], { abi: "netbsd-amd64" }), {});
  assert.equal(own(lacking), { code: "ERR_CMSG_UNKNOWN_TYPE", path: "messages[1]" });
  const full = throws(
    () => encodeControl([rights([]), rights([1])], { abi, controlLimit: 20 }),
    {},
  );
  assert.equal(own(full), { code: "ERR_CMSG_NO_SPACE", path: "messages[1]", level: 1, type: 1 });
});

test("a DecodeError carries code, place and what came before", () => {
  const cases = [
    [broken(5), { code: "ERR_CMSG_LENGTH_BELOW_HEADER", offset: 24, claimed: 5n, available: 24 }],
    [
      broken(25),
      {
        code: "ERR_CMSG_LENGTH_PAST_END",
        offset: 24,
        claimed: 25n,
        available: 24,
        level: 1,
        type: 1,
      },
    ],
    [
      encodeControl([rights([1]), { level: 1, type: 2, payload: new Uint8Array(8) }], { abi }),
      {
        code: "ERR_CMSG_PAYLOAD_TOO_SHORT",
        offset: 24,
        claimed: 12n,
        available: 8,
        level: 1,
        type: 2,
      },
    ],
    [
      encodeControl([rights([1]), { level: 1, type: 1, payload: new Uint8Array(6) }], { abi }),
      { code: "ERR_CMSG_PAYLOAD_NOT_WHOLE", offset: 24, available: 6, level: 1, type: 1 },
    ],
  ] as const;
  for (const [bytes, place] of cases) {
    const error = throws(strict(bytes), { name: "DecodeError" });
    const { messages, ...rest } = error as unknown as { messages: { value: unknown }[] };
    assert.equal({ ...rest }, place);
    assert.equal(
      messages.map((m) => m.value),
      [[1]],
    );
  }
});

test("a problem and the error of strict decoding say the same", () => {
  for (const claimed of [0, 15, 25, 1000]) {
    const bytes = broken(claimed);
    const [problem] = decodeControl(bytes, { abi }).problems;
    const error = throws(strict(bytes), {});
    const { code, offset, available } = error;
    assert.equal(
      [error.message, code, offset, error.claimed, available],
      [problem?.message, problem?.code, problem?.offset, problem?.claimed, problem?.available],
    );
  }
});

test("messages of problems: what, where, found, expected, and the ABI", () => {
  const said = (bytes: Uint8Array) => decodeControl(bytes, { abi }).problems[0]?.message;
  assert.is(said(broken(5)), `cmsg_len at offset 24: 5, needs at least 16 (${abi})`);
  assert.is(said(broken(99)), `cmsg_len at offset 24: 99, but 24 bytes are left (${abi})`);
  const short = encodeControl([{ level: 1, type: 2, payload: new Uint8Array(3) }], { abi });
  assert.is(said(short), `SCM_CREDENTIALS payload at offset 0: 3 bytes, needs 12 (${abi})`);
  const odd = encodeControl([{ level: 1, type: 1, payload: new Uint8Array(7) }], { abi });
  assert.is(
    said(odd),
    `SCM_RIGHTS payload at offset 0: 7 bytes, of which the last 3 make no whole element (${abi})`,
  );
});

test("messages of refusals: what must be what, and what came", () => {
  const form = /^[\w.[\] ]+ must be .+, not .+$/;
  const wide = control("T", {
    level: 1,
    type: 9,
    direction: "both",
    value: field.u64("x"),
    source: "t",
  });
  const refusals: (() => unknown)[] = [
    () => encodeControl(5 as never, { abi }),
    () => encodeControl([5 as never], { abi }),
    () => encodeControl([rights([-1])], { abi }),
    () => encodeControl([rights(["x" as never])], { abi }),
    () => encodeControl([credentials({ pid: 1, uid: -1, gid: 1 })], { abi }),
    () => encodeControl([wide(2n ** 64n)], { abi }),
    () => encodeControl([], { abi: "beos" as never }),
    () => encodeControl([], { abi, controlLimit: -1 }),
    () => decodeControl("x" as never, { abi }),
    () => decodeControl(new Uint8Array(0x100001), { abi }),
    () => control("", {} as never),
  ];
  for (const refusal of refusals) {
    const error = throws(refusal, {});
    assert.match(error.message, form);
    assert.ok(error instanceof TypeError || error instanceof RangeError);
    const wanted =
      error instanceof TypeError ? "ERR_CMSG_INVALID_ARG_TYPE" : "ERR_CMSG_OUT_OF_RANGE";
    assert.is(error.code, wanted, error.message);
    assert.ok(error.message.length < 250, error.message);
  }
});

test("what came is shown short, and never at the price of another error", () => {
  const shown = (value: unknown) =>
    throws(() => decodeControl(value as never, { abi }), {}).message.split(", not ")[1];
  assert.is(shown("x".repeat(1000)), `"${"x".repeat(40)}"`);
  assert.is(shown(12n), "12n");
  assert.is(shown(Symbol("s")), "Symbol(s)");
  assert.is(shown(null), "null");
  assert.is(shown(new Map()), "an instance of Map");
  assert.is(shown(Object.create(null)), "an instance of Object");
  assert.is(
    shown(() => {}),
    "a function",
  );
  const hostile = {
    get constructor(): never {
      throw new Error("not for you");
    },
  };
  assert.is(shown(hostile), "an instance of Object");
  assert.is(shown({ constructor: { name: { evil: true } } }), "an instance of Object");
});

test("too many rows", () => {
  const row: AbiRow = {
    pointerSize: 8,
    longSize: 8,
    endian: "little",
    alignMax: 8,
    cmsgLenWidth: 8,
    iovlenWidth: 8,
    controllenWidth: 8,
    iovLenWidth: 8,
    headerAlign: 8,
    dataAlign: 8,
    rule: "glibc",
  };
  const sizes = Array.from({ length: 40 }, (_, i) => i);
  const error = throws(
    () => sizes.map((sunPathSize) => encodeControl([], { abi: { ...row, sunPathSize } })),
    {
      name: "EncodeError",
      code: "ERR_CMSG_BAD_ABI",
    },
  );
  assert.match(error.message, "keeps 16 different rows");
});

test.run();
