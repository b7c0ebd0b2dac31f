// encodeControl(): bytes of control messages for any ABI.

import {
  abis,
  CMSG_LEN,
  CMSG_SPACE,
  credentials,
  decodeControl,
  encodeControl,
  type MessageInput,
  rights,
} from "cmsg/codec";
import { assert, bytes, throws } from "../support/assert.js";
import { COMPILED, randomBytes } from "../support/layouts.js";
import { suite } from "../support/suite.js";

const test = suite("encode");

const abi = "linux-x86_64-glibc";

/** A message of `length` bytes: 1, 2, 3 … */
function raw(length: number, level = 1, type = 1): MessageInput {
  return { level, type, payload: Uint8Array.from({ length }, (_, i) => i + 1) };
}

test("no messages, no bytes", () => {
  for (const name of abis()) bytes(encodeControl([], { abi: name }), "");
});

test("one message: length, level, type, payload, zeros up to its space", () => {
  const header = (length: string) => `${length}000000000000000100000001000000`;
  bytes(encodeControl([raw(0)], { abi }), header("10"));
  bytes(encodeControl([raw(1)], { abi }), `${header("11")}0100000000000000`);
  bytes(encodeControl([raw(4)], { abi }), `${header("14")}0102030400000000`);
  bytes(encodeControl([raw(8)], { abi }), `${header("18")}0102030405060708`);
});

test("every ABI: the header's members lie where its struct has them, in its byte order", () => {
  for (const { abi: name, cmsghdr, cmsg, endian } of COMPILED) {
    const control = encodeControl([raw(5, 0x01020304, -2)], { abi: name });
    const member = (field: "cmsg_len" | "cmsg_level" | "cmsg_type") => {
      const { offset, width } = cmsghdr.fields[field] as { offset: number; width: number };
      const part = [...control.subarray(offset, offset + width)];
      const hex = (endian === "little" ? part.reverse() : part).map((byte) =>
        byte.toString(16).padStart(2, "0"),
      );
      return Number.parseInt(hex.join(""), 16);
    };
    assert.is(member("cmsg_len"), cmsg.dataOffset + 5, name);
    assert.is(member("cmsg_level"), 0x01020304, name);
    assert.is(member("cmsg_type"), 0xfffffffe, name);
    bytes(control.slice(cmsg.dataOffset, cmsg.dataOffset + 5), "0102030405");
    assert.ok(
      control.subarray(cmsg.dataOffset + 5).every((byte) => byte === 0),
      name,
    );
    for (const [offset, length] of cmsghdr.padding) {
      assert.ok(
        control.subarray(offset, offset + length).every((byte) => byte === 0),
        name,
      );
    }
  }
});

test("a message begins at the space of those in front of it", () => {
  const both = encodeControl([raw(8, 5, 6), raw(1, 7, 8)], { abi });
  assert.is(both.length, 48);
  bytes(both.slice(24), encodeControl([raw(1, 7, 8)], { abi }));
  for (const name of abis()) {
    const lengths = [3, 0, 9, 16, 1];
    const control = encodeControl(
      lengths.map((n, i) => raw(n, i, i)),
      { abi: name },
    );
    let at = 0;
    for (const [i, n] of lengths.entries()) {
      const space = CMSG_SPACE(n, { abi: name });
      bytes(control.slice(at, at + space), encodeControl([raw(n, i, i)], { abi: name }), name);
      at += space;
    }
    assert.is(control.length, at, name);
  }
});

test("trimLast ends with the last payload", () => {
  for (const name of abis()) {
    const messages = [raw(3), raw(5)];
    const whole = encodeControl(messages, { abi: name });
    const trimmed = encodeControl(messages, { abi: name, trimLast: true });
    assert.is(trimmed.length, CMSG_SPACE(3, { abi: name }) + CMSG_LEN(5, { abi: name }));
    bytes(trimmed, whole.slice(0, trimmed.length));
    bytes(encodeControl([], { abi: name, trimLast: true }), "");
  }
});

test("level and type are signed words of 32 bits", () => {
  for (const number of [-1, -300, 2147483647, -2147483648, 0]) {
    const control = encodeControl([raw(0, number, number)], { abi });
    const [message] = decodeControl(control, { abi }).messages;
    assert.equal([message?.level, message?.type], [number, number]);
  }
  for (const number of [2147483648, -2147483649, 2 ** 53, 4294967295]) {
    for (const message of [raw(0, number, 1), raw(0, 1, number)]) {
      throws(() => encodeControl([message], { abi }), {
        name: "RangeError",
        code: "ERR_CMSG_OUT_OF_RANGE",
        message: /^messages\[0\]\.(level|type) must be from -2147483648 to 2147483647/,
      });
    }
  }
});

test("a payload is any view or buffer, in memory order", () => {
  const memory = Uint8Array.of(9, 9, 1, 2, 3, 4, 9, 9).buffer;
  const shared = new SharedArrayBuffer(4);
  new Uint8Array(shared).set([1, 2, 3, 4]);
  const views = [
    Buffer.from(memory, 2, 4),
    new Uint8Array(memory, 2, 4),
    new Uint16Array(memory, 2, 2),
    new DataView(memory, 2, 4),
    Int8Array.of(1, 2, 3, 4),
    Int32Array.from(new Int32Array(memory.slice(2, 6))),
    memory.slice(2, 6),
    shared,
    new Uint8Array(shared),
    new Float32Array(memory.slice(2, 6)),
  ];
  for (const payload of views) {
    bytes(encodeControl([{ level: 1, type: 1, payload }], { abi }).slice(16, 20), "01020304");
  }
  bytes(
    encodeControl([{ level: 1, type: 1, payload: new Uint8Array(0) }], { abi }),
    encodeControl([raw(0)], { abi }),
  );
});

test("generators are consumed once", () => {
  let pulled = 0;
  function* messages() {
    for (const n of [1, 2, 3]) {
      pulled += 1;
      yield raw(n);
    }
  }
  const made = encodeControl(messages(), { abi });
  bytes(made, encodeControl([raw(1), raw(2), raw(3)], { abi }));
  assert.is(pulled, 3);
  bytes(encodeControl(new Set([raw(1)]), { abi }), encodeControl([raw(1)], { abi }));
});

test("definitions and numbers may stand side by side, and decoded messages are sent on", () => {
  const control = encodeControl(
    [rights([3, 4]), raw(2, 300, -300), credentials({ pid: 1, uid: 2, gid: 3 })],
    { abi },
  );
  bytes(encodeControl(decodeControl(control, { abi }).messages, { abi }), control);
});

test("what is encoded is decoded, in order, with duplicates", () => {
  const random = randomBytes(0x5eed);
  const word = () => new DataView(random(4).buffer).getInt32(0);
  for (let round = 0; round < 300; round++) {
    const name = abis()[round % abis().length] as (typeof COMPILED)[number]["abi"];
    const messages = Array.from({ length: (random(1)[0] as number) % 21 }, () => ({
      level: word(),
      type: word(),
      payload: random((word() >>> 0) % 301),
    }));
    messages.push(...messages.slice(0, 2));
    const trimLast = round % 2 === 0;
    const control = encodeControl(messages, { abi: name, trimLast });
    const { messages: found, problems } = decodeControl(control, { abi: name, strict: true });
    assert.equal(problems, []);
    assert.equal(
      found.map(({ level, type, payload }) => ({ level, type, payload })),
      messages,
      name,
    );
  }
});

test.run();
