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
  /** What its cell stands for, by name. `near(n)` is the cell of the element `n` places behind it. */
  readonly note?: (cell: Cell, abi: Abi, near: (n: number) => Cell | undefined) => string | null;
}

/** What one element holds: a number up to 32 bits, a bigint above, bytes for octets, a list for arrays and tails. */
export type Cell = number | bigint | Uint8Array | readonly (number | bigint)[];

/** Kinds that are 64 bits wide somewhere: their values are bigints everywhere. */
const WIDE_KINDS = [
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
];
const SIGNED_KINDS = [I8, I16, I32, I64, LONG];

/** Whether a kind holds bytes and not numbers. */
export function isOctets(kind: number): boolean {
  return kind === OCTETS || kind === SUN_PATH;
}

/** Numbers or octets of an element that does not repeat to the end. sun_path's length is its width. */
function itemsOf(element: Element, width: number): number {
  if (element.kind === STRUCT_END) return 0;
  return element.kind === SUN_PATH ? width : element.count;
}

/** Writes the cell of one element at `at`, and answers where the next one goes. */
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
    if (!(cell instanceof Uint8Array)) throw typeError(path, "bytes", cell);
    if (repeated) core.setDouble(at, BigInt(cell.length));
    return writeOctets(core, repeated ? at + 8 : at, element, width, cell, path);
  }
  if (!repeated && element.count === 1) {
    return writeNumbers(core, at, [cell], element, width, () => path);
  }
  if (!Array.isArray(cell)) throw typeError(path, "a list of numbers", cell);
  if (!repeated && cell.length !== element.count) {
    throw rangeError(path, `${element.count} numbers`, cell.length);
  }
  if (repeated) core.setDouble(at, BigInt(cell.length));
  const from = repeated ? at + 8 : at;
  return writeNumbers(core, from, cell, element, width, (i) => `${path}[${i}]`);
}

function writeNumbers(
  core: Core,
  at: number,
  numbers: readonly unknown[],
  element: Element,
  width: number,
  pathOf: (i: number) => string,
): number {
  if (at + numbers.length * 8 > core.scratch) {
    throw rangeError(pathOf(0), `one of at most ${(core.scratch - at) >> 3}`, numbers.length);
  }
  numbers.forEach((value, i) => {
    writeNumber(
      core,
      at + i * 8,
      checkedNumber(value, width, element.kind, () => pathOf(i)),
    );
  });
  return at + numbers.length * 8;
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
  if (cell.length > items) throw rangeError(path, `at most ${items} bytes`, cell.length);
  if (at + items > core.scratch) throw rangeError(path, "fewer bytes", cell.length);
  const size = (items + 7) & -8;
  core.bytes.fill(0, at, at + size);
  core.bytes.set(cell, at);
  return at + size;
}

function writeNumber(core: Core, at: number, value: number | bigint): void {
  if (typeof value === "bigint") {
    core.setDouble(at, value);
    return;
  }
  core.setWord(at, value);
  core.setWord(at + 4, Math.floor(value / 0x100000000));
}

/** The value, when it fits in `width` bytes with the kind's sign; 0 wide members (sa_len on Linux) take anything. */
function checkedNumber(
  value: unknown,
  width: number,
  kind: number,
  path: () => string,
): number | bigint {
  if (typeof value !== "bigint" && !(typeof value === "number" && Number.isInteger(value))) {
    throw typeError(
      path(),
      WIDE_KINDS.includes(kind) ? "a bigint or an integer" : "an integer",
      value,
    );
  }
  if (width === 0) return 0;
  const bits = BigInt(width * 8);
  const signed = SIGNED_KINDS.includes(kind);
  const least = signed ? -(1n << (bits - 1n)) : 0n;
  const most = signed ? (1n << (bits - 1n)) - 1n : (1n << bits) - 1n;
  const exact = typeof value === "number" && Number.isSafeInteger(value);
  if (typeof value === "number" && exact && width <= 4) {
    if (value >= Number(least) && value <= Number(most)) return value;
  } else if (typeof value === "bigint" || exact) {
    const big = BigInt(value);
    if (big >= least && big <= most) return big;
  }
  throw rangeError(path(), `from ${least} to ${most}`, value);
}

/** The cell of one element at `at`, and where the next one lies. */
export function readCell(core: Core, at: number, element: Element, width: number): [Cell, number] {
  let start = at;
  let items = itemsOf(element, width);
  if (element.count === ELEMENT_REST) {
    items = core.word(start);
    start += 8;
  }
  if (isOctets(element.kind)) {
    return [core.bytes.slice(start, start + items), start + ((items + 7) & -8)];
  }
  const numbers: (number | bigint)[] = [];
  for (let i = 0; i < items; i++) numbers.push(readNumber(core, start + i * 8, element.kind));
  const single = element.count === 1;
  return [single ? (numbers[0] as number | bigint) : numbers, start + items * 8];
}

function readNumber(core: Core, at: number, kind: number): number | bigint {
  if (WIDE_KINDS.includes(kind)) {
    const value = core.double(at);
    return SIGNED_KINDS.includes(kind) ? value : BigInt.asUintN(64, value);
  }
  const word = core.word(at);
  return SIGNED_KINDS.includes(kind) ? word : word >>> 0;
}
