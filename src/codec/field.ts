// Field constructors: what a payload is made of. Each knows its C types (for the core) and its value in JavaScript, once for
// all definitions. A field's JavaScript type never depends on the ABI.

import {
  BE16,
  BE32,
  ELEMENT_REST,
  I8,
  I16,
  I32,
  I64,
  LONG,
  OCTETS,
  POINTER,
  SIZE,
  U8,
  U16,
  U32,
  U64,
  ULONG,
} from "../../assembly/shared/kind.js";
import type { Abi } from "./abi.js";
import { bytesOf, integerIn, typeError } from "./arguments.js";
import type { Cell, Element } from "./cell.js";

/** Stands for a file descriptor in the type of a value: a number in bytes of any ABI, an owned object from the kernel. */
export interface DescriptorSlot {
  readonly "a file descriptor": true;
}

/** What field values are written with: how a descriptor argument becomes its number. */
export interface WriteContext {
  readonly abi: Abi;
  /** The number of a descriptor argument; `path` names it in errors. */
  descriptor(value: unknown, path: string): number;
}

/** What field values are read with: what a descriptor number becomes. */
export interface ReadContext {
  readonly abi: Abi;
  /** What stands for a descriptor number in the value. */
  descriptor(number: number): unknown;
}

/** A part of a payload. `T` is its value, `W` what is given for it. */
export interface Field<T, W = T> {
  readonly elements: readonly Element[];
  /** Whether it holds file descriptors. */
  readonly descriptors: boolean;
  /** One cell per element. */
  write(value: W, path: string, context: WriteContext): Cell[];
  /** Whether a number is its own cell and needs no check here, nor a name for it: lists would make one for each. */
  asIs?(value: number): boolean;
  /** The value, from one cell per element. */
  read(cells: readonly Cell[], context: ReadContext): T;
}

function scalar<T extends number | bigint>(name: string, kind: number, unit?: string): Field<T> {
  return {
    elements: [{ name, kind, count: 1, ...(unit === undefined ? undefined : { unit }) }],
    descriptors: false,
    write: (value) => [value],
    asIs: () => true,
    read: (cells) => cells[0] as T,
  };
}

// The arguments are the member's C name, and the unit of its number where it has one.

/** An unsigned char (uint8_t). */
export const u8 = (name: string, unit?: string): Field<number> => scalar(name, U8, unit);
/** A signed char (int8_t). */
export const i8 = (name: string, unit?: string): Field<number> => scalar(name, I8, unit);
/** A uint16_t. */
export const u16 = (name: string, unit?: string): Field<number> => scalar(name, U16, unit);
/** An int16_t. */
export const i16 = (name: string, unit?: string): Field<number> => scalar(name, I16, unit);
/** A uint32_t or unsigned int. */
export const u32 = (name: string, unit?: string): Field<number> => scalar(name, U32, unit);
/** An int32_t or int. */
export const i32 = (name: string, unit?: string): Field<number> => scalar(name, I32, unit);
/** A uint64_t. */
export const u64 = (name: string, unit?: string): Field<bigint> => scalar(name, U64, unit);
/** An int64_t. */
export const i64 = (name: string, unit?: string): Field<bigint> => scalar(name, I64, unit);
/** A long: 32 or 64 bits, as the ABI has it. */
export const long = (name: string, unit?: string): Field<bigint> => scalar(name, LONG, unit);
/** An unsigned long: 32 or 64 bits, as the ABI has it. */
export const ulong = (name: string, unit?: string): Field<bigint> => scalar(name, ULONG, unit);
/** A size_t. */
export const size = (name: string, unit?: string): Field<bigint> => scalar(name, SIZE, unit);
/** A pointer, as a number. */
export const pointer = (name: string, unit?: string): Field<bigint> => scalar(name, POINTER, unit);
/** Two bytes in network byte order. */
export const be16 = (name: string, unit?: string): Field<number> => scalar(name, BE16, unit);
/** Four bytes in network byte order. */
export const be32 = (name: string, unit?: string): Field<number> => scalar(name, BE32, unit);

/** `count` bytes without a type. */
export function octets(name: string, count: number): Field<Uint8Array> {
  return bytesField(name, integerIn(count, 1, ELEMENT_REST - 1, "octets count"));
}

function bytesField(name: string, count: number): Field<Uint8Array> {
  return {
    elements: [{ name, kind: OCTETS, count }],
    descriptors: false,
    write: (value, path) => [new Uint8Array(bytesOf(value, path))],
    read: (cells) => cells[0] as Uint8Array,
  };
}

/** The bytes up to the end of the payload. */
export function rest(name: string): Field<Uint8Array> {
  return bytesField(name, ELEMENT_REST);
}

/** Text up to the end of the payload, UTF-8; one NUL behind it is not part of the value. */
export function text(name: string): Field<string> {
  return {
    elements: [{ name, kind: OCTETS, count: ELEMENT_REST, show: (cell) => shownText(cell) }],
    descriptors: false,
    write(value, path) {
      if (typeof value !== "string") throw typeError(path, "a string", value);
      // One NUL at the end would be taken for the one that is not part of the value.
      return [new TextEncoder().encode(value.endsWith("\0") ? `${value}\0` : value)];
    },
    read: (cells) => readText(cells[0] as Uint8Array),
  };
}

function readText(bytes: Uint8Array): string {
  const end = bytes.at(-1) === 0 ? bytes.length - 1 : bytes.length;
  return new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes.subarray(0, end));
}

function shownText(cell: Cell): string {
  return JSON.stringify(readText(cell as Uint8Array));
}

/** A file descriptor. */
export function fd(name: string): Field<DescriptorSlot> {
  return {
    elements: [{ name, kind: I32, count: 1 }],
    descriptors: true,
    write: (value, path, context) => [context.descriptor(value, path)],
    asIs: (value) => value >= 0 && (value | 0) === value,
    read: (cells, context) => context.descriptor(cells[0] as number) as DescriptorSlot,
  };
}

/** A field of one element, repeated to the end of the payload. Bytes that make no whole element are left over. */
export function repeat<T, W = T>(field: Field<T, W>): Field<readonly T[], readonly W[]> {
  const write = itemWriter(field);
  return {
    elements: [{ ...numberElement(field, "repeat"), count: ELEMENT_REST }],
    descriptors: field.descriptors,
    write: (values, path, context) => [write(itemsOf(values, path), path, context)],
    read: itemReader(field),
  };
}

/** The element of a field that several of can stand in a row: one number. */
export function numberElement(field: Field<unknown, never>, what: string): Element {
  const [element] = field?.elements ?? [];
  if (element?.count !== 1 || field.elements.length !== 1 || element.kind >= OCTETS) {
    throw typeError(what, "given a field of one number", field);
  }
  return element;
}

/** What is given for a list, read once. */
export function itemsOf(values: unknown, path: string): readonly unknown[] {
  if (typeof values !== "object" || values === null || !(Symbol.iterator in values)) {
    throw typeError(path, "a list", values);
  }
  return [...(values as Iterable<unknown>)];
}

/** Writes items by a field of one number. */
export function itemWriter<W>(field: Field<unknown, W>) {
  return (items: readonly unknown[], path: string, context: WriteContext): (number | bigint)[] => {
    const cells = new Array<number | bigint>(items.length);
    for (let i = 0; i < items.length; i++) {
      const value = items[i];
      const known = typeof value === "number" && field.asIs?.(value) === true;
      cells[i] = known ? value : writeItem(field, value as W, `${path}[${i}]`, context);
    }
    return cells;
  };
}

function writeItem<W>(
  field: Field<unknown, W>,
  value: W,
  path: string,
  context: WriteContext,
): number | bigint {
  return field.write(value, path, context)[0] as number | bigint;
}

/** Reads items by a field of one number. */
export function itemReader<T>(field: Field<T, never>) {
  return (cells: readonly Cell[], context: ReadContext): readonly T[] => {
    const numbers = cells[0] as readonly (number | bigint)[];
    const values = new Array<T>(numbers.length);
    const own: Cell[] = [0];
    for (let i = 0; i < numbers.length; i++) {
      own[0] = numbers[i] as number | bigint;
      values[i] = field.read(own, context);
    }
    return values;
  };
}
