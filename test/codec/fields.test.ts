// field: every kind of member of a payload, laid out as the compilers of all systems lay it out.

import {
  type AbiName,
  abis,
  control,
  decodeControl,
  encodeControl,
  explain,
  field,
} from "cmsg/codec";
import { assert, bytes, throws } from "../support/assert.js";
import { COMPILED, type CompiledStruct } from "../support/layouts.js";
import { suite } from "../support/suite.js";

const test = suite("fields");

const abi = "linux-x86_64-glibc";
const common = { level: 1, type: 500, direction: "both", source: "a test" } as const;

/** Payload that a value becomes in an ABI. */
function payload(
  message: Parameters<typeof encodeControl>[0] extends Iterable<infer M> ? M : never,
  name: AbiName,
): Uint8Array {
  const encoded = encodeControl([message], { abi: name, trimLast: true });
  return decodeControl(encoded, { abi: name }).messages[0]?.payload as Uint8Array;
}

test("numbers: their widths and signs, in both byte orders", () => {
  const kinds = [
    ["u8", 0xfe, "fe"],
    ["i8", -2, "fe"],
    ["u16", 0xfedc, "fedc"],
    ["i16", -2, "fffe"],
    ["u32", 0xfedcba98, "fedcba98"],
    ["i32", -2, "fffffffe"],
    ["u64", 0xfedcba9876543210n, "fedcba9876543210"],
    ["i64", -2n, "fffffffffffffffe"],
  ] as const;
  for (const [kind, value, big] of kinds) {
    const of = control("T", { ...common, value: field[kind]("x") as never });
    const little = big.match(/../g)?.reverse().join("") as string;
    for (const [name, wanted] of [
      [abi, little],
      ["linux-s390x-glibc", big],
    ] as const) {
      bytes(payload(of(value as never), name), wanted, kind);
      const encoded = encodeControl([of(value as never)], { abi: name });
      assert.is(
        decodeControl(encoded, { abi: name, definitions: [of] }).messages[0]?.value,
        value,
        kind,
      );
    }
  }
});

test("long, unsigned long, size_t and pointers are as wide as the ABI has them, and bigints everywhere", () => {
  const widths = { long: "long", ulong: "long", size: "pointer", pointer: "pointer" } as const;
  for (const { abi: name, pointerSize } of COMPILED) {
    for (const [kind, width] of Object.entries(widths) as ["long", "long"][]) {
      const of = control("T", { ...common, value: field[kind]("x") });
      // Windows keeps its long at 4 bytes.
      const size = width === "long" && name === "windows-x64" ? 4 : pointerSize;
      assert.is(payload(of(5n), name).length, size, `${name} ${kind}`);
      const most = 2n ** BigInt(size * 8 - (kind === "long" ? 1 : 0)) - 1n;
      const least = kind === "long" ? -most - 1n : 0n;
      for (const value of [most, least]) {
        const encoded = encodeControl([of(value)], { abi: name });
        assert.is(
          decodeControl(encoded, { abi: name, definitions: [of] }).messages[0]?.value,
          value,
        );
      }
      for (const value of [most + 1n, least - 1n]) {
        throws(() => encodeControl([of(value)], { abi: name }), { name: "RangeError" });
      }
    }
  }
});

test("network order, octets, the rest, text, addresses", () => {
  const shape = control("T", {
    ...common,
    fields: {
      port: field.be16("port"),
      flow: field.be32("flow"),
      four: field.ipv4("four"),
      six: field.ipv6("six"),
      mac: field.octets("mac", 6),
      rest: field.rest("rest"),
    },
  });
  const value = {
    port: 53,
    flow: 0x01020304,
    four: "192.0.2.1",
    six: "2001:db8::1",
    mac: Uint8Array.of(1, 2, 3, 4, 5, 6),
    rest: Uint8Array.of(9, 8, 7),
  };
  const wanted = "0035000001020304c000020120010db8000000000000000000000001010203040506090807";
  for (const name of [abi, "linux-s390x-glibc"] as const) {
    bytes(payload(shape(value), name), wanted);
    const encoded = encodeControl([shape(value)], { abi: name });
    assert.equal(
      decodeControl(encoded, { abi: name, definitions: [shape] }).messages[0]?.value,
      value,
    );
  }
  const label = control("T", { ...common, value: field.text("label") });
  for (const words of ["", "system_u:object_r", "grün ✓", "\ufeffmarked"]) {
    const encoded = encodeControl([label(words)], { abi });
    assert.is(decodeControl(encoded, { abi, definitions: [label] }).messages[0]?.value, words);
  }
  const ended = encodeControl([{ level: 1, type: 500, payload: Buffer.from("label\0") }], { abi });
  assert.is(decodeControl(ended, { abi, definitions: [label] }).messages[0]?.value, "label");
});

test("a tail behind smaller members has no padding of its own", () => {
  const shape = control("T", {
    ...common,
    fields: { a: field.u32("a"), b: field.u8("b"), rest: field.rest("rest") },
  });
  const list = control("T", {
    ...common,
    fields: { a: field.u64("a"), b: field.repeat(field.u16("b")) },
  });
  for (const name of abis()) {
    for (const length of [0, 1, 5]) {
      const value = { a: 1, b: 2, rest: new Uint8Array(length).fill(3) };
      const encoded = encodeControl([shape(value)], { abi: name });
      assert.equal(
        decodeControl(encoded, { abi: name, definitions: [shape] }).messages[0]?.value,
        value,
        name,
      );
      const numbers = { a: 1n, b: Array.from({ length }, (_, i) => i) };
      const listed = encodeControl([list(numbers)], { abi: name });
      assert.equal(
        decodeControl(listed, { abi: name, definitions: [list] }).messages[0]?.value,
        numbers,
        name,
      );
    }
  }
});

test("structs lie as compilers lay them: every payload struct of every system", () => {
  const fieldOf = (name: string, width: number) => {
    if (name.startsWith("gap")) return field.octets(name, width);
    if (name.endsWith("_groups")) return field.repeat(field.u32(name));
    if (width === 1) return field.u8(name);
    if (width === 2) return field.u16(name);
    if (width === 4) return field.u32(name);
    return width === 8 ? field.u64(name) : field.octets(name, width);
  };
  let structs = 0;
  const check = (name: AbiName, struct: string, { fields, padding }: CompiledStruct) => {
    // 32-bit big-endian musl has a hole in front of tv_nsec that alignment alone would not make.
    const holes = name.endsWith("-musl") && struct === "timespec" ? padding : [];
    const gaps = holes.map(([offset, width]) => [`gap${offset}`, { offset, width }] as const);
    const entries = [...Object.entries(fields), ...gaps].sort(
      ([, a], [, b]) => a.offset - b.offset,
    );
    const declared = entries.map(
      ([member, { width }]) => [member, fieldOf(member, width)] as const,
    );
    const definition = control(struct, {
      ...common,
      fields: Object.fromEntries(declared) as never,
    });
    const size = entries.reduce((end, [, { offset, width }]) => Math.max(end, offset + width), 0);
    const encoded = encodeControl([{ level: 1, type: 500, payload: new Uint8Array(size) }], {
      abi: name,
    });
    const { spans } = explain(encoded, { abi: name, definitions: [definition] });
    const base = spans.find((s) => s.role === "field")?.from ?? 0;
    for (const [member, { offset, width }] of entries) {
      const list = member.endsWith("_groups");
      const span = spans.find((s) => s.field === (list ? `${member}[0]` : member));
      assert.equal(
        [span?.from, span?.to],
        [base + offset, base + offset + (list ? 4 : width)],
        `${name} ${struct} ${member}`,
      );
    }
    structs += 1;
  };
  for (const { abi: name, payloadStructs } of COMPILED) {
    for (const [struct, layout] of Object.entries(payloadStructs ?? {}))
      check(name, struct, layout);
  }
  assert.ok(structs > 300, String(structs));
});

test.run();
