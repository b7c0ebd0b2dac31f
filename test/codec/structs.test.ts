// Payloads of Linux' protocol families, against the structs and constants of its headers as compilers of many machines see them.

import {
  type AbiName,
  type AnyDefinition,
  abis,
  CMSG_LEN,
  constants,
  decodeControl,
  definitions,
  encodeControl,
  explain,
  rxrpcAbort,
} from "cmsg/codec";
import { assert, bytes } from "../support/assert.js";
import { compiled } from "../support/layouts.js";
import { abisOf, HEADER_CONSTANTS, PAYLOADS } from "../support/structs.js";
import { suite } from "../support/suite.js";

const test = suite("structs of headers");

/** A control buffer of one message, its payload given in bytes. */
function messageOf(definition: AnyDefinition, abi: AbiName, payload: Uint8Array): Uint8Array {
  const of = constants(abi);
  const level = of[definition.level] as number;
  const type = of[definition.type] as number;
  return encodeControl([{ level, type, payload }], { abi, trimLast: true });
}

/** Where a definition sees its members in a payload. */
function fieldsOf(definition: AnyDefinition, abi: AbiName, payload: Uint8Array) {
  const { spans } = explain(messageOf(definition, abi, payload), {
    abi,
    definitions: [definition],
  });
  const start = CMSG_LEN(0, { abi });
  return spans
    .filter(({ role }) => role === "field")
    .map(({ from, to, field, note }) => ({ offset: from - start, width: to - from, field, note }));
}

/** The bytes of a member: its elements, where it is an array. */
function memberOf(fields: ReturnType<typeof fieldsOf>, member: string) {
  const own = fields.filter(({ field }) => {
    const name = (field ?? "").replace(/\[\d+\]$/, "");
    return name === member || member.endsWith(`.${name}`) || member.startsWith(`${name}.`);
  });
  const width = own.reduce((sum, each) => sum + each.width, 0);
  return { offset: own[0]?.offset, width };
}

function named(name: string): AnyDefinition {
  const found = definitions().find((definition) => definition.name === name);
  assert.ok(found, `no definition of ${name}`);
  return found as AnyDefinition;
}

for (const { struct, names, named: lists, layouts } of PAYLOADS) {
  for (const name of names) {
    test(`${name}: ${struct}, its members and bytes on every machine`, () => {
      for (const { machines, size, fields, hex } of layouts) {
        assert.ok(abisOf(machines).length > 0, String(machines));
        for (const abi of abisOf(machines)) {
          const definition = named(name);
          const payload = Buffer.from(hex, "hex");
          const seen = fieldsOf(definition, abi, payload);
          for (const [member, place] of Object.entries(fields)) {
            assert.equal(memberOf(seen, member), place, `${abi} ${member}`);
          }
          if (Object.keys(fields).length === 0) assert.is(seen[0]?.width, size, abi);
          holdsBytes(definition, abi, payload);
        }
      }
    });
  }

  for (const [member, list] of Object.entries(lists)) {
    test(`${struct}: ${member} by its names`, () => {
      for (const abi of ["linux-x86_64-glibc", "linux-s390x-glibc"] as const) {
        const layout = layouts.find(({ machines }) => abisOf(machines).includes(abi));
        for (const constant of list) {
          const payload = Buffer.from(layout?.hex ?? "", "hex");
          const { offset = 0 } = layout?.fields[member] ?? {};
          const definition = named(names[0] as string);
          const width = fieldsOf(definition, abi, payload).find((f) => f.offset === offset)?.width;
          const number = numberBytes(abi, HEADER_CONSTANTS[constant] as number, width ?? 0);
          payload.set(number, offset);
          const field = fieldsOf(definition, abi, payload).find((f) => f.offset === offset);
          assert.is(field?.note, constant);
          holdsBytes(definition, abi, payload);
        }
      }
    });
  }
}

/** Decoding the bytes of a struct and encoding what came out gives the same bytes, padding at the end aside. */
function holdsBytes(definition: AnyDefinition, abi: AbiName, payload: Uint8Array): void {
  const options = { abi, definitions: [definition] };
  const { messages, problems } = decodeControl(messageOf(definition, abi, payload), options);
  assert.equal(problems, []);
  const [message] = messages;
  assert.is(message?.definition, definition);
  const outgoing = { definition, value: message?.value };
  const [again] = decodeControl(
    encodeControl([outgoing], { abi, trimLast: true }),
    options,
  ).messages;
  bytes(again?.payload as Uint8Array, payload, `${abi} ${definition.name}`);
}

/** A number of 1, 2, 4 or 8 bytes in the order of an ABI. */
function numberBytes(abi: AbiName, value: number, width: number): Uint8Array {
  const big = Uint8Array.from({ length: width }, (_, i) =>
    Number((BigInt(value) >> BigInt(8 * (width - 1 - i))) & 0xffn),
  );
  return compiled(abi).endian === "big" ? big : big.reverse();
}

test("levels, types and options have the numbers of the headers", () => {
  const own = Object.entries(HEADER_CONSTANTS).filter(
    ([name]) => name in constants("linux-x86_64-glibc"),
  );
  assert.ok(own.length > 70, String(own.length));
  for (const abi of abis().filter((name) => /^(linux|android)-/.test(name))) {
    for (const [name, number] of own) assert.is(constants(abi)[name], number, `${abi} ${name}`);
  }
});

test("abort codes of RxRPC have the numbers of the headers", () => {
  const abi = "linux-x86_64-glibc";
  const codes = Object.entries(HEADER_CONSTANTS).filter(([name]) => /^RX(GEN|KAD|_)/.test(name));
  assert.is(codes.length, 29);
  for (const [name, number] of codes) {
    const [message] = decodeControl(encodeControl([rxrpcAbort(name)], { abi }), { abi }).messages;
    bytes(message?.payload as Uint8Array, numberBytes(abi, number, 4), name);
    assert.is(message?.value, name);
  }
});

test.run();
