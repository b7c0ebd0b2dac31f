// Cells: how the value of one element of a field program travels to the core and back, and what it may be.

import {
  CMSG_LENGTH,
  CONTROL_LENGTH,
  ELEMENT_REST,
  I8,
  I16,
  I32,
  I64,
  IOV_COUNT,
  IOV_LENGTH,
  KIND_END,
  LONG,
  MMSG_LENGTH,
  OCTETS,
  POINTER,
  SIZE,
  STRUCT_END,
  SUN_PATH,
  U64,
  ULONG,
} from "../../assembly/shared/kind.js";
import type { Abi } from "./abi.js";
import { rangeError, typeError } from "./arguments.js";
import type { Core } from "./core.js";

/** One member of a program. `count` is 1, the length of an array or byte string, or ELEMENT_REST. */
export interface Element {
  /** C name. */
  readonly name: string;
  readonly kind: number;
  readonly count: number;
  /** Id of the member in the core's struct, where it has one. */
  readonly id?: number;
  /** Where the value has it: `.pid`, or nothing where it is the whole value. */
  readonly path?: string;
  /** What its number counts: "bytes", "ns". */
  readonly unit?: string;
  /** Whether its number says how many there are in the next element. */
  readonly counts?: boolean;
  /** How its cell is printed; a number or hex bytes otherwise. */
  readonly show?: (cell: Cell) => string;
  /** Names that its number may have, or that its bits have: what a form offers. */
  readonly names?: (abi: Abi) => Readonly<Record<string, number>>;
  /** The smallest and largest number that may be sent, where its width does not say so. */
  readonly limits?: readonly [least: number, most: number];
  /** What its cell stands for, by name. `near(n)` is the cell of the element `n` places behind it. */
  readonly note?: (cell: Cell, abi: Abi, near: (n: number) => Cell | undefined) => string | null;
}

/** What one element holds: a number up to 32 bits, a bigint above, bytes for octets, a list for arrays and tails. */
export type Cell = number | bigint | Uint8Array | readonly (number | bigint)[];

/** Kinds that are 64 bits wide somewhere: their values are bigints everywhere. */
const WIDE = kindSet([
  U64,
  I64,
  LONG,
  ULONG,
  SIZE,
  POINTER,
  CMSG_LENGTH,
  IOV_COUNT,
  CONTROL_LENGTH,
  IOV_LENGTH,
  MMSG_LENGTH,
]);
const SIGNED = kindSet([I8, I16, I32, I64, LONG]);

function kindSet(kinds: readonly number[]): readonly boolean[] {
  return Array.from({ length: KIND_END }, (_, kind) => kinds.includes(kind));
}

/** Whether a kind holds bytes and not numbers. */
export function isOctets(kind: number): boolean {
  return kind === OCTETS || kind === SUN_PATH;
}

/** Numbers or octets of an element that does not repeat to the end. sun_path's length is its width. */
function itemsOf(element: Element, width: number): number {
  if (element.kind === STRUCT_END) return 0;
  return element.kind === SUN_PATH ? width : element.count;
}

// Names of what is wrong are put together when something is: every message would pay for them.

/** How an error names an element of the value at `path`, and its item `i`. */
function nameOf(path: string, element: Element, i?: number): string {
  const name = `${path}${element.path ?? ""}`;
  return i === undefined ? name : `${name}[${i}]`;
}

/** Writes the cell of one element at `at`, and answers where the next one goes. `path` names the whole value in errors. */
export function writeCell(
  core: Core,
  at: number,
  element: Element,
  width: number,
  cell: unknown,
  path: string,
): number {
  if (element.kind === STRUCT_END) return at;
  const repeated = element.count === ELEMENT_REST;
  if (isOctets(element.kind)) {
    if (!(cell instanceof Uint8Array)) throw typeError(nameOf(path, element), "bytes", cell);
    if (repeated) writeCount(core, at, cell.length);
    return writeOctets(core, repeated ? at + 8 : at, element, width, cell, path);
  }
  if (!repeated && element.count === 1) {
    if (at + 8 > core.scratch) throw tooMany(core, at, nameOf(path, element), 1);
    if (!writeNumber(core, at, cell, width, element.kind)) {
      throw wrongNumber(cell, width, element.kind, nameOf(path, element));
    }
    return at + 8;
  }
  if (!Array.isArray(cell)) throw typeError(nameOf(path, element), "a list of numbers", cell);
  if (!repeated && cell.length !== element.count) {
    throw rangeError(nameOf(path, element), `${element.count} numbers`, cell.length);
  }
  if (repeated) writeCount(core, at, cell.length);
  return writeNumbers(core, repeated ? at + 8 : at, cell, element, width, path);
}

function writeCount(core: Core, at: number, count: number): void {
  core.setWord(at, count);
  core.setWord(at + 4, 0);
}

function writeNumbers(
  core: Core,
  at: number,
  numbers: readonly unknown[],
  element: Element,
  width: number,
  path: string,
): number {
  const { length } = numbers;
  const { kind } = element;
  if (at + length * 8 > core.scratch) throw tooMany(core, at, nameOf(path, element, 0), length);
  for (let i = 0; i < length; i++) {
    if (!writeNumber(core, at + i * 8, numbers[i], width, kind)) {
      throw wrongNumber(numbers[i], width, kind, nameOf(path, element, i));
    }
  }
  return at + length * 8;
}

function tooMany(core: Core, at: number, name: string, length: number): RangeError {
  return rangeError(name, `one of at most ${(core.scratch - at) >> 3}`, length);
}

function writeOctets(
  core: Core,
  at: number,
  element: Element,
  width: number,
  cell: Uint8Array,
  path: string,
): number {
  const items = element.count === ELEMENT_REST ? cell.length : itemsOf(element, width);
  if (cell.length > items) {
    throw rangeError(nameOf(path, element), `at most ${items} bytes`, cell.length);
  }
  if (at + items > core.scratch) {
    throw rangeError(nameOf(path, element), "fewer bytes", cell.length);
  }
  const size = (items + 7) & -8;
  core.bytes.fill(0, at, at + size);
  core.bytes.set(cell, at);
  return at + size;
}

/**
 * Writes a number that fits in `width` bytes with the kind's sign; 0 wide members (sa_len on Linux) take anything. Answers
 * false for what does not fit. Only bigints are handled as such: making one costs more than all the rest.
 */
function writeNumber(core: Core, at: number, value: unknown, width: number, kind: number): boolean {
  const signed = SIGNED[kind] as boolean;
  if (typeof value === "bigint") {
    if (width === 0) core.setDouble(at, 0n);
    else if ((signed ? BigInt.asIntN : BigInt.asUintN)(width * 8, value) !== value) return false;
    else core.setDouble(at, value);
    return true;
  }
  if (typeof value !== "number" || !Number.isInteger(value)) return false;
  if (width === 0) {
    writeCount(core, at, 0);
    return true;
  }
  if (!Number.isSafeInteger(value)) return false;
  const span = SPANS[width] as number;
  if (signed ? value < -span / 2 || value >= span / 2 : value < 0 || value >= span) return false;
  const word = value | 0;
  core.setWord(at, word);
  core.setWord(at + 4, word === value ? word >> 31 : Math.floor(value / 0x100000000));
  return true;
}

/** How many numbers there are by their width in bytes. Those of 8 bytes lie beyond what is exact, and all safe ones fit. */
const SPANS: readonly number[] = Array.from({ length: 9 }, (_, width) => 2 ** (width * 8));

/** The error for what `writeNumber` refuses. */
function wrongNumber(value: unknown, width: number, kind: number, name: string): Error {
  if (typeof value !== "bigint" && !(typeof value === "number" && Number.isInteger(value))) {
    return typeError(name, WIDE[kind] ? "a bigint or an integer" : "an integer", value);
  }
  const bits = BigInt(width * 8);
  const signed = SIGNED[kind] as boolean;
  const least = signed ? -(1n << (bits - 1n)) : 0n;
  const most = signed ? (1n << (bits - 1n)) - 1n : (1n << bits) - 1n;
  return rangeError(name, `from ${least} to ${most}`, value);
}

/** The cell of one element at `at`. */
export function readCell(core: Core, at: number, element: Element, width: number): Cell {
  const { kind, count } = element;
  if (count === 1 && !isOctets(kind) && kind !== STRUCT_END) return readNumber(core, at, kind);
  const repeated = count === ELEMENT_REST;
  const items = repeated ? core.word(at) : itemsOf(element, width);
  const start = repeated ? at + 8 : at;
  if (isOctets(kind)) return core.bytes.slice(start, start + items);
  const numbers = new Array<number | bigint>(items);
  for (let i = 0; i < items; i++) numbers[i] = readNumber(core, start + i * 8, kind);
  return numbers;
}

/** Where the cell behind the one at `at` lies. */
export function cellEnd(core: Core, at: number, element: Element, width: number): number {
  const repeated = element.count === ELEMENT_REST;
  const items = repeated ? core.word(at) : itemsOf(element, width);
  const size = isOctets(element.kind) ? (items + 7) & -8 : items * 8;
  return at + size + (repeated ? 8 : 0);
}

function readNumber(core: Core, at: number, kind: number): number | bigint {
  if (WIDE[kind]) {
    return SIGNED[kind] ? core.double(at) : core.unsignedDouble(at);
  }
  const word = core.word(at);
  return SIGNED[kind] ? word : word >>> 0;
}
