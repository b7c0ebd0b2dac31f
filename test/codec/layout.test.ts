// layout(): every struct of every ABI, against what compilers said about the systems' own headers.

import { abis, layout, rules } from "cmsg/codec";
import { assert } from "../support/assert.js";
import { COMPILED, type CompiledStruct, compiled } from "../support/layouts.js";
import { suite } from "../support/suite.js";

const test = suite("layout");

type Described = Omit<CompiledStruct, "align"> & { readonly align: number };

function same(ours: Described | null, theirs: CompiledStruct | undefined, what: string): void {
  if (theirs === undefined) {
    assert.is(ours, null, what);
    return;
  }
  assert.ok(ours, what);
  assert.is(ours.size, theirs.size, `${what} size`);
  assert.equal(ours.fields, theirs.fields, `${what} fields`);
  assert.equal(ours.padding, theirs.padding, `${what} padding`);
}

test("the names are those that were compiled, sorted", () => {
  assert.equal([...abis()], COMPILED.map(({ abi }) => abi).sort());
});

for (const { abi } of COMPILED) {
  test(abi, () => {
    const theirs = compiled(abi);
    const ours = layout(abi);
    assert.is(ours.abi, abi);
    assert.is(ours.pointerSize, theirs.pointerSize);
    assert.is(ours.endian, theirs.endian);
    const { alignUnit, dataOffset, nxtHdrRule } = theirs.cmsg;
    assert.equal(ours.cmsg, { align: alignUnit, dataOffset, rule: nxtHdrRule });
    for (const name of ["cmsghdr", "msghdr", "iovec", "sockaddr_un"] as const) {
      same(ours[name], theirs[name], name);
    }
    // A member that is aligned to its slot, not to its width, makes no difference in any offset: 64-bit musl says 4 in C.
    for (const name of ["msghdr", "iovec"] as const)
      assert.is(ours[name].align, theirs[name].align);
    const { mmsghdr } = theirs;
    assert.is(ours.mmsghdr === null, mmsghdr === undefined);
    if (mmsghdr === undefined || ours.mmsghdr === null) return;
    assert.is(ours.mmsghdr.size, mmsghdr.size);
    const { msg_len, ...header } = ours.mmsghdr.fields;
    assert.equal([msg_len?.offset, msg_len?.width], mmsghdr.msg_len);
    assert.equal(header, ours.msghdr.fields);
  });
}

test("every byte of a struct is in one member or one hole", () => {
  for (const abi of abis()) {
    const ours = layout(abi);
    for (const name of ["cmsghdr", "msghdr", "iovec", "mmsghdr", "sockaddr_un"] as const) {
      const struct = ours[name];
      if (struct === null) continue;
      const seen = new Uint8Array(struct.size);
      const parts = Object.values(struct.fields).map((f) => [f.offset, f.width] as const);
      for (const [offset, width] of [...parts, ...struct.padding]) {
        for (let at = offset; at < offset + width; at++) seen[at] = (seen[at] ?? 9) + 1;
      }
      assert.ok(
        seen.every((times) => times === 1),
        `${abi} ${name}`,
      );
    }
  }
});

test("the drawing names every member, hole, offset and width", () => {
  for (const abi of [
    "linux-x86_64-musl",
    "linux-s390x-musl",
    "windows-x64",
    "hurd-i386-glibc",
  ] as const) {
    const ours = layout(abi);
    const text = String(ours);
    assert.match(text, `${abi}: ${ours.pointerSize * 8}-bit, ${ours.endian}-endian`);
    for (const name of ["cmsghdr", "msghdr", "iovec", "mmsghdr", "sockaddr_un"] as const) {
      const struct = ours[name];
      if (struct === null) {
        assert.not.match(text, `struct ${name} `);
        continue;
      }
      const section = text.split("\n\n").find((part) => part.startsWith(`struct ${name} `)) ?? "";
      const rows = section
        .split("\n")
        .slice(1)
        .map((line) => line.trim().split(/\s+/));
      const wanted = [
        ...Object.entries(struct.fields).map(([field, { offset, width }]) => [
          offset,
          width,
          field,
        ]),
        ...struct.padding.map(([offset, width]) => [offset, width, "(hole)"]),
      ].sort((a, b) => Number(a[0]) - Number(b[0]));
      assert.equal(
        rows,
        wanted.map((row) => row.map(String)),
        `${abi} ${name}`,
      );
    }
    for (const line of text.split("\n").slice(1)) assert.ok(line.length <= 80, line);
  }
});

test("what a caller does to a layout changes nothing for the next", () => {
  const mine = layout("linux-x86_64-glibc");
  const field = mine.cmsghdr.fields.cmsg_len as { offset: number; width: number };
  assert.throws(() => {
    field.offset = 99;
  }, TypeError);
  assert.is(layout("linux-x86_64-glibc").cmsghdr.fields.cmsg_len?.offset, 0);
});

test("every rule that layouts name is one of rules()", () => {
  const named = new Set(abis().map((abi) => layout(abi).cmsg.rule));
  assert.equal([...named].sort(), [...rules()].sort());
});

test.run();
