// decodeControl(): tolerant and strict reading of well-formed, malformed and random bytes.

import { inspect } from "node:util";
import {
  abis,
  constants,
  control,
  credentials,
  decodeControl,
  encodeControl,
  field,
  layout,
  pidfd,
  rights,
} from "cmsg/codec";
import { assert, bytes, throws } from "../support/assert.js";
import { suite } from "../support/suite.js";

const test = suite("decode");

const abi = "linux-x86_64-glibc";

test("no bytes, no messages", () => {
  for (const name of abis()) {
    assert.equal(decodeControl(new Uint8Array(0), { abi: name }), { messages: [], problems: [] });
  }
});

test("less than a header is nothing, whatever it is", () => {
  for (const name of abis()) {
    const { size } = layout(name).cmsghdr;
    for (let length = 1; length < size; length++) {
      const control = new Uint8Array(length).fill(0xff);
      assert.equal(decodeControl(control, { abi: name, strict: true }), {
        messages: [],
        problems: [],
      });
    }
  }
});

test("sets of descriptors, the last cut to its length", () => {
  const sets = [[[42]], [[1, 2]], [[3, 4, 5]], [[]], [[1, 2], [3, 4, 5], [], [7]]];
  for (const name of abis()) {
    if (constants(name).SCM_RIGHTS === undefined) continue;
    for (const set of sets) {
      for (const trimLast of [false, true]) {
        const control = encodeControl(
          set.map((fds) => rights(fds)),
          { abi: name, trimLast },
        );
        const { messages, problems } = decodeControl(control, { abi: name });
        assert.equal(
          messages.map((m) => m.value),
          set,
          name,
        );
        assert.equal(problems, []);
      }
    }
  }
});

test("order and duplicates are kept", () => {
  const same = (n: number) => ({ level: 9, type: 9, payload: Uint8Array.of(n) });
  const { messages } = decodeControl(encodeControl([same(1), same(2), same(1)], { abi }), { abi });
  assert.equal(
    messages.map((m) => m.payload[0]),
    [1, 2, 1],
  );
});

test("unknown messages come as numbers and bytes, without padding", () => {
  const control = encodeControl([{ level: 300, type: -300, payload: new Uint8Array(5).fill(6) }], {
    abi,
  });
  const { messages, problems } = decodeControl(control, { abi });
  const [message] = messages;
  assert.equal([message?.level, message?.type], [300, -300]);
  bytes(message?.payload as Uint8Array, "0606060606");
  assert.equal([message?.definition, message?.value, problems], [undefined, undefined, []]);
});

test("a message without payload, and the next one behind it", () => {
  const control = encodeControl([{ level: 3, type: 4, payload: new Uint8Array(0) }, rights([9])], {
    abi,
  });
  const { messages } = decodeControl(control, { abi, strict: true });
  assert.equal(
    messages.map((m) => [m.level, m.payload.length]),
    [
      [3, 0],
      [1, 4],
    ],
  );
});

test("is() and as() look at level and type", () => {
  const control = encodeControl(
    [
      { level: 1, type: 29, payload: new Uint8Array(16) },
      { level: 0, type: 1, payload: new Uint8Array(4) },
      rights([5]),
    ],
    { abi },
  );
  const { messages } = decodeControl(control, { abi });
  assert.equal(
    messages.map((m) => m.is(rights)),
    [false, false, true],
  );
  assert.equal(
    messages.map((m) => m.as(rights)),
    [undefined, undefined, [5]],
  );
  const mine = timestamp("SO_TIMESTAMP", 29);
  assert.equal(
    messages.map((m) => m.is(mine)),
    [false, false, false],
  );
  assert.equal(messages[0]?.as(mine), { seconds: 0n, micros: 0n });
  for (const wrong of [
    undefined,
    null,
    {},
    () => {},
    Object.assign(() => {}, { forms: rights.forms }),
  ]) {
    throws(() => messages[0]?.is(wrong as never), {
      name: "TypeError",
      message: /made by control\(\)/,
    });
    throws(() => messages[0]?.as(wrong as never), {
      name: "TypeError",
      message: /made by control\(\)/,
    });
  }
});

function timestamp(name: string, type: number) {
  return control(name, {
    level: 1,
    type,
    direction: "receive",
    fields: { seconds: field.i64("tv_sec"), micros: field.i64("tv_usec") },
    source: "a test",
  });
}

test("integers have the sign and width that their definition says", () => {
  const mark = control("SO_MARK", {
    level: "SOL_SOCKET",
    direction: "both",
    value: field.u32("mark"),
    source: "test",
  });
  const pid = credentials({ pid: -1, uid: 0xffffffff, gid: 0x80000000 });
  const encoded = encodeControl([mark(0xdeadbeef), pid], { abi });
  const { messages } = decodeControl(encoded, { abi, definitions: [mark] });
  assert.is(messages[0]?.value, 3735928559);
  assert.equal(messages[1]?.value, { pid: -1, uid: 4294967295, gid: 2147483648 });
});

test("payloads are copies: the buffer may be used again", () => {
  const control = encodeControl([rights([7])], { abi });
  const { messages } = decodeControl(control, { abi });
  control.fill(0xff);
  bytes(messages[0]?.payload as Uint8Array, "07000000");
  decodeControl(new Uint8Array(64).fill(1), { abi });
  bytes(messages[0]?.payload as Uint8Array, "07000000");
});

test("a mebibyte of anything is read, one byte more is refused", () => {
  const most = 0x100000;
  const fds = (most - 16) / 4;
  const whole = new Uint8Array(most);
  whole.set(encodeControl([{ level: 1, type: 1, payload: new Uint8Array(most - 16) }], { abi }));
  new DataView(whole.buffer).setInt32(most - 4, 77, true);
  const value = decodeControl(whole, { abi, strict: true }).messages[0]?.value as number[];
  assert.equal([value.length, value.at(0), value.at(-1)], [fds, 0, 77]);
  const small = timestamp("x", 1);
  const lists = control("LIST", {
    level: 1,
    type: 1,
    direction: "both",
    value: field.repeat(field.u8("b")),
    source: "t",
  });
  const rest = control("REST", {
    level: 1,
    type: 1,
    direction: "both",
    value: field.rest("r"),
    source: "t",
  });
  const list = decodeControl(whole, { abi, definitions: [lists] }).messages[0]?.value as number[];
  assert.equal([list.length, list.at(-4)], [most - 16, 77]);
  const bytesOf = decodeControl(whole, { abi, definitions: [rest, small] }).messages[0]?.value;
  assert.is((bytesOf as Uint8Array).length, most - 16);
  const headers = Buffer.alloc(
    most,
    encodeControl([{ level: 3, type: 3, payload: Buffer.of() }], { abi: "darwin-arm64" }),
  );
  assert.is(decodeControl(headers, { abi: "darwin-arm64" }).messages.length, Math.floor(most / 12));
  throws(() => decodeControl(new Uint8Array(most + 1), { abi }), {
    name: "RangeError",
    code: "ERR_CMSG_OUT_OF_RANGE",
  });
});

test("a message prints its names and its value", () => {
  const encoded = encodeControl(
    [
      rights([7]),
      pidfd(9),
      { level: 6, type: 77, payload: Uint8Array.of(1) },
      { level: 0, type: 2, payload: Buffer.alloc(4) },
      { level: 0, type: 21, payload: Buffer.alloc(4) },
      { level: 0, type: 4, payload: Buffer.of() },
      { level: 1, type: 16, payload: Buffer.of() },
    ],
    { abi },
  );
  const { messages } = decodeControl(encoded, { abi });
  assert.equal(
    messages.map((m) => inspect(m)),
    [
      "SOL_SOCKET (1) SCM_RIGHTS (1) [ 7 ]",
      "SOL_SOCKET (1) SCM_PIDFD (4) 9",
      "SOL_TCP (6) 77 Uint8Array(1) [ 1 ]",
      "AF_INET SOL_IP (0) IP_TTL (2) 0 hops",
      "AF_INET SOL_IP (0) IP_MINTTL (21) Uint8Array(4) [ 0, 0, 0, 0 ]",
      "AF_INET SOL_IP (0) 4 Uint8Array(0) []",
      "SOL_SOCKET (1) SO_PASSCRED (16) Uint8Array(0) []",
    ],
  );
  const bsd = encodeControl([{ level: 0, type: 7, payload: Buffer.of() }], {
    abi: "freebsd-amd64",
  });
  const [message] = decodeControl(bsd, { abi: "freebsd-amd64" }).messages;
  assert.match(inspect(message), "AF_INET IPPROTO_IP (0) IP_RECVDSTADDR (7)");
});

test("options and bytes of the wrong kind are refused", () => {
  for (const wrong of ["bytes", 5, null, undefined, {}, [1, 2], true, () => {}]) {
    throws(() => decodeControl(wrong as never, { abi }), {
      name: "TypeError",
      message: /^control buffer must be a byte view or buffer/,
    });
  }
  const empty = new Uint8Array(0);
  throws(() => decodeControl(empty, { abi, rule: "newlib" as never }), { name: "RangeError" });
  throws(() => decodeControl(empty, { abi, strict: "yes" as never }), { name: "TypeError" });
  throws(() => decodeControl(empty, { abi, definitions: rights as never }), { name: "TypeError" });
  throws(() => decodeControl(empty, { abi, definitions: [rights, {}] as never }), {
    name: "TypeError",
    message: /^definitions\[1\] must be made by control\(\)/,
  });
});

test.run();
