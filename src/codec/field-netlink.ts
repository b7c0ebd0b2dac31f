// Netlink attributes: a list of struct nlattr up to the end of the payload, known by the names of a table.

import { ELEMENT_REST, OCTETS } from "../../assembly/shared/kind.js";
import { integerIn, rangeError, typeError, unknownName } from "./arguments.js";
import type { Field } from "./field.js";

/** Types of attributes, and how many bits their numbers have. */
export type AttributeTable = Readonly<Record<string, readonly [type: number, bits: AttributeBits]>>;

/** Bits of an attribute's unsigned number. */
export type AttributeBits = 8 | 16 | 32 | 64;

/** Attributes by name; those without a name, or of another length than their name's, by their number as bytes. */
export type NetlinkAttributes<T extends AttributeTable> = {
  readonly [K in keyof T]?: T[K][1] extends 64 ? bigint : number;
} & { readonly [type: number]: Uint8Array };

/** nla_len and nla_type. */
const HEADER = 4;
/** What attributes are aligned to. */
const UNIT = 4;
/** The attribute that only pads, in every table. */
const PAD = 0;

type AttributeValue = number | bigint | Uint8Array;

/**
 * Netlink attributes up to the end of the payload. Written in the order of the object's members; padding attributes are left out
 * when read.
 */
export function netlinkAttributes<const T extends AttributeTable>(
  table: T,
): Field<NetlinkAttributes<T>> {
  return {
    elements: [
      {
        name: "attributes",
        kind: OCTETS,
        count: ELEMENT_REST,
        note: (cell, { littleEndian }) => noteAttributes(table, cell as Uint8Array, littleEndian),
      },
    ],
    descriptors: false,
    write: (value, path, { abi }) => [attributeBytes(table, value, path, abi.littleEndian)],
    read: ([bytes], { abi }) =>
      Object.fromEntries(
        attributesIn(table, bytes as Uint8Array, abi.littleEndian),
      ) as NetlinkAttributes<T>,
  };
}

function noteAttributes(table: AttributeTable, bytes: Uint8Array, little: boolean): string {
  const shown = (value: AttributeValue): string =>
    value instanceof Uint8Array ? `${value.length} bytes` : String(value);
  return attributesIn(table, bytes, little)
    .map(([name, value]) => `${name} ${shown(value)}`)
    .join(", ");
}

/** The attributes that are whole. */
function attributesIn(
  table: AttributeTable,
  bytes: Uint8Array,
  little: boolean,
): (readonly [name: string, value: AttributeValue])[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const list: (readonly [string, AttributeValue])[] = [];
  for (let at = 0; at + HEADER <= bytes.length; ) {
    const length = view.getUint16(at, little);
    const type = view.getUint16(at + 2, little);
    if (length < HEADER || at + length > bytes.length) break;
    if (type !== PAD)
      list.push(attribute(table, type, bytes.slice(at + HEADER, at + length), little));
    at += (length + UNIT - 1) & -UNIT;
  }
  return list;
}

function attribute(
  table: AttributeTable,
  type: number,
  data: Uint8Array,
  little: boolean,
): readonly [string, AttributeValue] {
  const known = Object.entries(table).find(([, [number]]) => number === type);
  if (known === undefined) return [String(type), data];
  const [name, [, bits]] = known;
  if (data.length * 8 !== bits) return [String(type), data];
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  if (bits === 64) return [name, view.getBigUint64(0, little)];
  if (bits === 8) return [name, view.getUint8(0)];
  return [name, bits === 16 ? view.getUint16(0, little) : view.getUint32(0, little)];
}

function attributeBytes(
  table: AttributeTable,
  value: unknown,
  path: string,
  little: boolean,
): Uint8Array {
  if (typeof value !== "object" || value === null) {
    throw typeError(path, "an object of attributes by name", value);
  }
  const parts = Object.entries(value).flatMap(([name, given]) =>
    given === undefined ? [] : [...attributePart(table, name, given, `${path}.${name}`, little)],
  );
  return Uint8Array.from(parts);
}

function attributePart(
  table: AttributeTable,
  name: string,
  given: unknown,
  path: string,
  little: boolean,
): Uint8Array {
  const known = Object.hasOwn(table, name) ? table[name] : undefined;
  const number = /^\d+$/.test(name) ? Number(name) : undefined;
  const type = known?.[0] ?? number;
  if (type === undefined) throw unknownName(path, name, Object.keys(table));
  integerIn(type, 0, 0xffff, path);
  const data =
    known === undefined ? bytesGiven(given, path) : numberBytes(given, known[1], path, little);
  const part = new Uint8Array((HEADER + data.length + UNIT - 1) & -UNIT);
  const view = new DataView(part.buffer);
  view.setUint16(0, HEADER + data.length, little);
  view.setUint16(2, type, little);
  part.set(data, HEADER);
  return part;
}

function bytesGiven(given: unknown, path: string): Uint8Array {
  if (!(given instanceof Uint8Array)) throw typeError(path, "bytes", given);
  if (given.length > 0xffff - HEADER) {
    throw rangeError(path, `at most ${0xffff - HEADER} bytes`, given.length);
  }
  return given;
}

function numberBytes(
  given: unknown,
  bits: AttributeBits,
  path: string,
  little: boolean,
): Uint8Array {
  const whole = typeof given === "bigint" || Number.isSafeInteger(given);
  if (!whole) throw typeError(path, bits === 64 ? "a bigint or an integer" : "an integer", given);
  const value = BigInt(given as number | bigint);
  const most = (1n << BigInt(bits)) - 1n;
  if (value < 0n || value > most) throw rangeError(path, `from 0 to ${most}`, given);
  const wide = new Uint8Array(8);
  new DataView(wide.buffer).setBigUint64(0, value, little);
  return little ? wide.slice(0, bits / 8) : wide.slice(8 - bits / 8);
}
