// Lines about ABIs and rules, rows of numbers, structs with their holes, walks by every rule, rules that problems break.

import { abis, encodeControl, layout, rights, rules, walk } from "cmsg/codec";
import { abiFact, abiRow, ruleFacts, structViews, walkByRules } from "cmsg/model";
import { assert } from "../support/assert.js";
import { randomBytes } from "../support/layouts.js";
import { suite } from "../support/suite.js";

const test = suite("facts");

test("an ABI in a line", () => {
  const facts = {
    "linux-x86_64-glibc": "8-byte length, 16-byte header, 8-byte alignment",
    "linux-s390x-glibc": "8-byte length, 16-byte header, 8-byte alignment; big-endian",
    "linux-aarch64-musl": "4-byte length, 4 bytes of padding, 16-byte header, 8-byte alignment",
    "linux-i386-glibc": "4-byte length, 12-byte header, 4-byte alignment",
    "darwin-arm64": "4-byte length, 12-byte header, 4-byte alignment",
    "netbsd-aarch64": "4-byte length, 12-byte header, payload at 16, 16-byte alignment",
  } as const;
  for (const [name, fact] of Object.entries(facts))
    assert.is(abiFact(name as keyof typeof facts), fact);
  for (const name of abis()) {
    const { endian, cmsg } = layout(name);
    assert.is(abiFact(name).endsWith("; big-endian"), endian === "big", name);
    assert.ok(abiFact(name).includes(`${cmsg.align}-byte alignment`), name);
  }
});

test("the numbers of an ABI are that ABI, and can be changed", () => {
  // A core keeps sixteen rows of callers; rows with the same numbers are one.
  for (const name of [
    "linux-x86_64-musl",
    "darwin-arm64",
    "netbsd-aarch64",
    "windows-x64",
    "linux-m68k-glibc",
  ] as const) {
    const row = abiRow(name);
    const { abi: own, ...expected } = layout(name);
    const { abi: other, ...actual } = layout(row);
    assert.is.not(own, other);
    assert.equal(actual, expected, name);
    const message = { level: "SOL_SOCKET", type: 7, payload: Uint8Array.of(1, 2, 3) };
    assert.equal(encodeControl([message], { abi: row }), encodeControl([message], { abi: name }));
  }
  const changed = { ...abiRow("linux-x86_64-glibc"), headerAlign: 4 };
  assert.is(encodeControl([rights([7])], { abi: changed }).length, 20);
});

test("structs: each byte in one member or one hole, of every ABI", () => {
  for (const name of abis()) {
    for (const { name: struct, rows, size, holes } of structViews(name)) {
      let at = 0;
      let hidden = 0;
      for (const { name: member, offset, length } of rows) {
        assert.is(offset, at, `${name} ${struct} ${member}`);
        at += length;
        if (member === null) hidden += length;
      }
      assert.is(at, size, `${name} ${struct}`);
      assert.is(hidden, holes);
    }
  }
  const view = (abi: "linux-x86_64-glibc" | "windows-x64" | "darwin-arm64") =>
    Object.fromEntries(structViews(abi).map(({ name, size, holes }) => [name, `${size} ${holes}`]));
  const internet = { sockaddr_in: "16 0", sockaddr_in6: "28 0" };
  assert.equal(view("linux-x86_64-glibc"), {
    ...{ msghdr: "56 8", iovec: "16 0", cmsghdr: "16 0", mmsghdr: "64 12", sockaddr_un: "110 0" },
    ...internet,
  });
  assert.equal(view("darwin-arm64"), {
    ...{ msghdr: "48 8", iovec: "16 0", cmsghdr: "12 0", sockaddr_un: "106 0" },
    ...internet,
  });
});

test("every rule has a title, a line and a source", () => {
  const facts = ruleFacts();
  assert.equal(
    facts.map(({ name }) => name),
    rules(),
  );
  assert.is(new Set(facts.map(({ fact }) => fact)).size, rules().length);
  assert.is(new Set(facts.map(({ title }) => title)).size, rules().length);
  for (const { fact, systems, source } of facts) {
    assert.ok(fact.length > 20 && systems.length > 0 && source.length > 10, fact);
  }
});

test("the same bytes by every rule: where each stops at a length of 0, 15, 17 and a huge one", () => {
  const abi = "linux-x86_64-glibc";
  const ends = (length: bigint) => {
    const bytes = encodeControl([rights([1]), rights([2]), rights([3])], { abi });
    new DataView(bytes.buffer).setBigUint64(24, length, true);
    return Object.fromEntries(
      walkByRules(bytes, { abi }).map(({ name, walk: { headers, end } }) => [
        name,
        `${headers.length} ${end}`,
      ]),
    );
  };
  const at0 = ends(0n);
  assert.equal(
    [at0["glibc"], at0["musl"], at0["bsd"], at0["linux-kernel"], at0["windows"]],
    ["2 null", "2 null", "2 no-progress", "1 einval", "2 no-progress"],
  );
  assert.is(ends(15n)["glibc"], "2 null");
  assert.is(ends(17n)["glibc"], "3 null");
  const huge = ends(2n ** 64n - 8n);
  assert.is(huge["glibc"], "2 null");
  assert.is(huge["linux-kernel"], "1 einval");
  assert.is(huge["windows"], "2 backward");
});

test("a walk by a rule is that of walk()", () => {
  const random = randomBytes(2);
  for (const abi of abis()) {
    const bytes = random(70);
    for (const { name, walk: walked } of walkByRules(bytes, { abi, limit: 3, address: 4096n })) {
      assert.equal(walked, walk(bytes, { abi, rule: name, limit: 3, address: 4096n }));
    }
  }
});

test.run();
