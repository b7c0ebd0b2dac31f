// encodeStruct() and decodeStruct(): the structs of the socket calls in every ABI.

import { type AbiName, decodeStruct, encodeStruct, layout, type StructName } from "cmsg/codec";
import { assert, bytes, throws } from "../support/assert.js";
import { COMPILED, type CompiledStruct } from "../support/layouts.js";
import { suite } from "../support/suite.js";

const test = suite("structs");

/** A number of `width` bytes that is another one in every member: 01 02 03 … */
function distinct(seed: number, width: number): bigint {
  let value = 0n;
  for (let i = 0; i < width; i++) value = (value << 8n) | BigInt((seed * 16 + i + 1) & 0x7f);
  return value;
}

/** The bytes of a struct, put together by hand from what a compiler said. */
function byHand(
  struct: CompiledStruct,
  endian: string,
  values: Readonly<Record<string, bigint>>,
): Uint8Array {
  const made = new Uint8Array(struct.size);
  for (const [member, { offset, width }] of Object.entries(struct.fields)) {
    for (let i = 0; i < width; i++) {
      const place = endian === "little" ? offset + i : offset + width - 1 - i;
      made[place] = Number(((values[member] ?? 0n) >> BigInt(8 * i)) & 0xffn);
    }
  }
  return made;
}

function compiledStructs(abi: (typeof COMPILED)[number]): [StructName, CompiledStruct][] {
  const structs: [StructName, CompiledStruct][] = [
    ["cmsghdr", abi.cmsghdr],
    ["msghdr", abi.msghdr],
    ["iovec", abi.iovec],
  ];
  if (abi.mmsghdr === undefined) return structs;
  const [offset, width] = abi.mmsghdr.msg_len;
  const fields = { ...abi.msghdr.fields, msg_len: { offset, width } };
  return [...structs, ["mmsghdr", { size: abi.mmsghdr.size, align: 0, fields, padding: [] }]];
}

test("every struct of every ABI: each member in its place, padding zero, and back", () => {
  for (const abi of COMPILED) {
    for (const [name, struct] of compiledStructs(abi)) {
      const members = Object.entries(struct.fields).map(
        ([member, { width }], i) => [member, distinct(i, width)] as const,
      );
      const values = Object.fromEntries(members);
      const made = encodeStruct(name, values, { abi: abi.abi });
      bytes(made, byHand(struct, abi.endian, values), `${abi.abi} ${name}`);
      const read = decodeStruct(name, made, { abi: abi.abi });
      assert.equal(Object.keys(read).sort(), Object.keys(struct.fields).sort());
      for (const [member, value] of members)
        assert.is(BigInt(read[member] as number), value, `${abi.abi} ${member}`);
    }
  }
});

test("members that are not given are zero, and numbers do for bigints", () => {
  for (const { abi, msghdr, endian } of COMPILED) {
    bytes(encodeStruct("msghdr", {}, { abi }), new Uint8Array(msghdr.size), abi);
    const values = { msg_namelen: 16, msg_iovlen: 3, msg_control: 4096 };
    const wanted = byHand(msghdr, endian, { msg_namelen: 16n, msg_iovlen: 3n, msg_control: 4096n });
    bytes(encodeStruct("msghdr", values, { abi }), wanted, abi);
  }
});

test("what is as wide as a pointer somewhere is a bigint everywhere", () => {
  for (const { abi, msghdr } of COMPILED) {
    const { msg_name, msg_namelen, msg_iovlen, msg_controllen, msg_flags } = decodeStruct(
      "msghdr",
      new Uint8Array(msghdr.size),
      { abi },
    );
    assert.equal([msg_name, msg_iovlen, msg_controllen], [0n, 0n, 0n]);
    assert.equal([msg_namelen, msg_flags], [0, 0]);
    const { iov_base, iov_len } = decodeStruct("iovec", new Uint8Array(16), { abi });
    assert.equal([iov_base, iov_len], [0n, 0n]);
  }
});

test("flags are signed, and every member keeps its limits", () => {
  const abi = "linux-i386-glibc";
  const flags = encodeStruct("msghdr", { msg_flags: -1 }, { abi });
  assert.is(decodeStruct("msghdr", flags, { abi }).msg_flags, -1);
  const refused: readonly (readonly [object, RegExp])[] = [
    [{ msg_flags: 2 ** 31 }, /^msghdr\.msg_flags must be from -2147483648 to 2147483647/],
    [{ msg_namelen: -1 }, /^msghdr\.msg_namelen must be from 0 to 4294967295/],
    [{ msg_iov: 2n ** 32n }, /^msghdr\.msg_iov must be from 0 to 4294967295, not 4294967296n/],
  ];
  for (const [value, message] of refused) {
    throws(() => encodeStruct("msghdr", value as never, { abi }), { name: "RangeError", message });
  }
  const wide = encodeStruct("msghdr", { msg_iov: 2n ** 64n - 1n }, { abi: "linux-x86_64-glibc" });
  assert.is(decodeStruct("msghdr", wide, { abi: "linux-x86_64-glibc" }).msg_iov, 2n ** 64n - 1n);
  throws(() => encodeStruct("cmsghdr", { cmsg_len: 2n ** 32n }, { abi: "linux-x86_64-musl" }), {
    name: "RangeError",
  });
});

test("sockets' addresses: sun_path is filled up with zeros, and has its limit", () => {
  for (const { abi, sockaddr_un: struct } of COMPILED) {
    if (struct === undefined) continue;
    const size = struct.fields.sun_path?.width as number;
    const made = encodeStruct(
      "sockaddr_un",
      { sun_family: 1, sun_path: Buffer.from("/x") },
      { abi },
    );
    assert.is(made.length, struct.size, abi);
    const path = decodeStruct("sockaddr_un", made, { abi }).sun_path as Uint8Array;
    bytes(path, Buffer.concat([Buffer.from("/x"), new Uint8Array(size - 2)]), abi);
    assert.is(
      "sun_len" in decodeStruct("sockaddr_un", made, { abi }),
      "sun_len" in struct.fields,
      abi,
    );
    throws(() => encodeStruct("sockaddr_un", { sun_path: new Uint8Array(size + 1) }, { abi }), {
      name: "RangeError",
    });
  }
});

test("a struct that a system does not have is refused", () => {
  for (const { abi, mmsghdr, sockaddr_un } of COMPILED) {
    assert.is(layout(abi).mmsghdr === null, mmsghdr === undefined);
    for (const [name, has] of [
      ["mmsghdr", mmsghdr],
      ["sockaddr_un", sockaddr_un],
    ] as const) {
      if (has !== undefined) continue;
      const refused = {
        name: "RangeError",
        message: new RegExp(`^struct must be one that ${abi} has, not "${name}"`),
      };
      throws(() => encodeStruct(name, {}, { abi }), refused);
      throws(() => decodeStruct(name, new Uint8Array(256), { abi }), refused);
    }
  }
});

test("bytes: any view, longer ones too, shorter ones not", () => {
  const abi: AbiName = "darwin-arm64";
  const made = encodeStruct("iovec", { iov_base: 0x1122n, iov_len: 7n }, { abi });
  const wanted = decodeStruct("iovec", made, { abi });
  assert.equal(decodeStruct("iovec", new DataView(made.buffer), { abi }), wanted);
  assert.equal(decodeStruct("iovec", Buffer.concat([made, Buffer.alloc(9, 1)]), { abi }), wanted);
  const short = throws(() => decodeStruct("iovec", made.subarray(1), { abi }), {
    name: "RangeError",
    code: "ERR_CMSG_OUT_OF_RANGE",
  });
  assert.is(
    short.message,
    "struct must be at least 16 bytes: a struct iovec of darwin-arm64, not 15",
  );
  throws(() => decodeStruct("iovec", "x" as never, { abi }), { name: "TypeError" });
  throws(() => decodeStruct("iovec", new Uint8Array(0), { abi }), { name: "RangeError" });
});

test("members of the wrong kind, and names that are none", () => {
  const abi: AbiName = "linux-x86_64-glibc";
  for (const wrong of ["1", null, 1.5, Number.NaN, true, {}, [1], [1, 2], Uint8Array.of(1)]) {
    const refused = {
      name: "TypeError",
      message: /^iovec\.iov_len must be a bigint or an integer/,
    };
    // null stands for a member that is not given.
    if (wrong !== null)
      throws(() => encodeStruct("iovec", { iov_len: wrong } as never, { abi }), refused);
  }
  for (const wrong of ["/x", 5, [1, 2]]) {
    throws(() => encodeStruct("sockaddr_un", { sun_path: wrong } as never, { abi }), {
      name: "TypeError",
      message: /^sockaddr_un\.sun_path must be a byte view or buffer/,
    });
  }
  const unknown = throws(() => encodeStruct("iovec", { iov_length: 5 } as never, { abi }), {
    name: "RangeError",
  });
  assert.match(unknown.message, /iovec must be given iov_base, iov_len, not "iov_length"/);
  for (const name of ["msgheader", "", "constructor"]) {
    const near = throws(() => encodeStruct(name as never, {}, { abi }), { name: "RangeError" });
    assert.match(near.message, /^struct must be one of 7 names/);
  }
  for (const name of [undefined, null, 5, {}])
    throws(() => encodeStruct(name as never, {}, { abi }), { name: "TypeError" });
  for (const value of [undefined, null, 5, "x"]) {
    throws(() => encodeStruct("iovec", value as never, { abi }), {
      name: "TypeError",
      message: /^value must be an object/,
    });
  }
});

test.run();
