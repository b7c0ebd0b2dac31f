// encodeAddress() and decodeAddress(): AF_UNIX names of every ABI, and what is no address.

import {
  type AbiName,
  type Address,
  abis,
  constants,
  decodeAddress,
  encodeAddress,
  layout,
} from "cmsg/codec";
import { assert, bytes, throws } from "../support/assert.js";
import { compiled } from "../support/layouts.js";
import { suite } from "../support/suite.js";

const test = suite("addresses");

const abi = "linux-x86_64-glibc";
const isLinux = (name: AbiName) => /^(linux|android)-/.test(name);
const hasUnix = (name: AbiName) => layout(name).sockaddr_un !== null;
const pathSize = (name: AbiName) => layout(name).sockaddr_un?.fields.sun_path?.width as number;
const back = (address: Address, name: AbiName) =>
  decodeAddress(encodeAddress(address, { abi: name }), { abi: name });

/** The first two bytes of a sockaddr: a length and a family, or a family of two bytes. */
function head(name: AbiName, family: number, length: number): number[] {
  const has = layout(name).sockaddr_un?.fields.sun_len !== undefined || name.startsWith("hurd");
  if (has) return [length, family];
  return compiled(name).endian === "little" ? [family, 0] : [0, family];
}

test("a path: family, text, the NUL behind it", () => {
  bytes(encodeAddress({ path: "/run/x.sock" }, { abi }), Buffer.from("\x01\0/run/x.sock\0"));
  for (const name of abis().filter(hasUnix)) {
    for (const path of ["/run/x", "relative", "grün ✓", "x"]) {
      const made = encodeAddress({ path }, { abi: name });
      const text = Buffer.from(path);
      const family = constants(name).AF_UNIX as number;
      bytes(made, Buffer.from([...head(name, family, 2 + text.length), ...text, 0]), name);
      assert.equal(decodeAddress(made, { abi: name }), { path });
    }
  }
});

test("a path is as long as sun_path less its NUL, and no longer", () => {
  for (const name of abis().filter(hasUnix)) {
    const most = pathSize(name) - 1;
    for (const path of [
      "x".repeat(most),
      `${"é".repeat((most - 1) >> 1)}${"x".repeat(1 + ((most - 1) % 2))}`,
    ]) {
      assert.is(Buffer.byteLength(path), most);
      assert.is(encodeAddress({ path }, { abi: name }).length, 2 + most + 1, name);
      assert.equal(back({ path }, name), { path });
    }
    for (const path of [
      "x".repeat(most + 1),
      new Uint8Array(most + 1).fill(120),
      "x".repeat(3000),
      "é".repeat((most >> 1) + 1),
    ]) {
      const error = throws(() => encodeAddress({ path }, { abi: name }), {
        name: "RangeError",
        code: "ERR_CMSG_PATH_TOO_LONG",
      });
      assert.match(
        error.message,
        new RegExp(`address\\.path must be at most ${most} bytes, not \\d+; a shorter way`),
      );
    }
  }
});

test("a path that fills sun_path without a terminator is read, though not written", () => {
  for (const name of abis().filter(hasUnix)) {
    const path = "p".repeat(pathSize(name));
    const full = encodeAddress({ path: path.slice(1) }, { abi: name });
    full.fill(112, 2);
    assert.equal(decodeAddress(full, { abi: name }), { path }, name);
  }
});

test("what stands behind the terminator is not part of a path", () => {
  const one = Buffer.from("\x01\0/x\0garbage");
  assert.equal(decodeAddress(one, { abi }), { path: "/x" });
  assert.equal(decodeAddress(one.subarray(0, 4), { abi }), { path: "/x" });
});

test("a NUL in a path is refused, and the message names abstract", () => {
  for (const path of ["d\0e", "\0name", "x\0", "\0", Uint8Array.of(100, 0, 101)]) {
    const error = throws(() => encodeAddress({ path }, { abi }), {
      name: "TypeError",
      code: "ERR_CMSG_PATH_NUL",
    });
    assert.match(error.message, /an abstract name is given as \{ abstract: name \}/);
  }
  for (const path of ["", new Uint8Array(0)])
    throws(() => encodeAddress({ path }, { abi }), {
      name: "TypeError",
      message: /must be the name of a socket file, not /,
    });
});

test("names that are not UTF-8 are bytes", () => {
  const odd = Uint8Array.of(0x2f, 0xff, 0xfe, 0x41);
  assert.equal(back({ path: odd }, abi), { path: odd });
  assert.equal(back({ abstract: odd }, abi), { abstract: odd });
  assert.equal(back({ path: Buffer.from("/plain") }, abi), { path: "/plain" });
  assert.equal(back({ path: "\ufeff/marked" }, abi), { path: "\ufeff/marked" });
  const raw = Buffer.concat([Buffer.from("\x01\0"), odd]);
  const found = decodeAddress(raw, { abi }) as { path: Uint8Array };
  raw.fill(0);
  bytes(found.path, odd, "a copy, not a view of the caller's bytes");
});

test("abstract names: any bytes, NUL and all, without the NUL in front", () => {
  bytes(encodeAddress({ abstract: "a\0b" }, { abi }), Buffer.from("\x01\0\0a\0b"));
  for (const name of abis().filter((each) => isLinux(each) && hasUnix(each))) {
    const most = pathSize(name) - 1;
    for (const abstract of [
      "",
      "name",
      "a\0b\0",
      "\0\0",
      "x".repeat(most),
      Uint8Array.of(0, 255, 0),
    ]) {
      const made = encodeAddress({ abstract }, { abi: name });
      assert.is(
        made.length,
        2 + 1 + (typeof abstract === "string" ? Buffer.byteLength(abstract) : abstract.length),
      );
      assert.equal(decodeAddress(made, { abi: name }), { abstract }, name);
    }
    throws(() => encodeAddress({ abstract: "x".repeat(most + 1) }, { abi: name }), {
      name: "RangeError",
      code: "ERR_CMSG_PATH_TOO_LONG",
    });
  }
  const equal = (a: string, b: string) =>
    Buffer.compare(
      encodeAddress({ abstract: a }, { abi }),
      encodeAddress({ abstract: b }, { abi }),
    ) === 0;
  assert.equal([equal("n", "n"), equal("n", "m"), equal("n", "n\0")], [true, false, false]);
});

test("only Linux has abstract names", () => {
  for (const name of abis().filter((each) => !isLinux(each))) {
    throws(() => encodeAddress({ abstract: "x" }, { abi: name }), {
      name: "TypeError",
      message: /has no abstract names/,
    });
    if (!hasUnix(name)) continue;
    const nameless = Uint8Array.from([
      ...head(name, constants(name).AF_UNIX as number, 16),
      ...new Uint8Array(14),
    ]);
    assert.equal(decodeAddress(nameless, { abi: name }), { unnamed: true }, name);
  }
});

test("unnamed is a family and nothing behind it, and not an empty abstract name", () => {
  for (const name of abis().filter(hasUnix)) {
    const made = encodeAddress({ unnamed: true }, { abi: name });
    bytes(made, Uint8Array.from(head(name, constants(name).AF_UNIX as number, 2)), name);
    assert.equal(decodeAddress(made, { abi: name }), { unnamed: true });
  }
  assert.equal(decodeAddress(Uint8Array.of(1, 0, 0), { abi }), { abstract: "" });
  for (const unnamed of [false, 1, "yes", undefined, null]) {
    throws(() => encodeAddress({ unnamed } as never, { abi }), {
      name: "TypeError",
      message: /^address\.unnamed must be true/,
    });
  }
});

test("a system whose AF_UNIX is not described refuses it", () => {
  for (const name of abis().filter((each) => !hasUnix(each))) {
    throws(() => encodeAddress({ path: "/x" }, { abi: name }), {
      name: "RangeError",
      message: /^(address|struct) must be/,
    });
    throws(() => encodeAddress({ unnamed: true }, { abi: name }), { name: "RangeError" });
  }
});

test("no address at all", () => {
  for (const name of abis()) {
    for (const length of [0, 1])
      assert.is(decodeAddress(new Uint8Array(length), { abi: name }), null);
  }
});

test("what is no address, or two, is refused", () => {
  for (const wrong of [undefined, null, 5, "/x", {}, [], () => {}, { port: 5 }, Buffer.from("x")]) {
    throws(() => encodeAddress(wrong as never, { abi }), {
      name: "TypeError",
      message: /^address must be an object with path/,
    });
  }
  for (const wrong of [
    { path: "/x", abstract: "x" },
    { path: "/x", host: "::1", port: 1 },
    { unnamed: true, path: "/x" },
  ]) {
    throws(() => encodeAddress(wrong as never, { abi }), {
      name: "TypeError",
      message: /: one of them, not both \w+ and \w+$/,
    });
  }
  for (const path of [5, null, undefined, {}, true])
    throws(() => encodeAddress({ path } as never, { abi }), {
      name: "TypeError",
      message: /^address\.path/,
    });
  for (const wrong of [undefined, null, 5, "x", {}])
    throws(() => decodeAddress(wrong as never, { abi }), {
      name: "TypeError",
      message: /^sockaddr must be/,
    });
});

test.run();
