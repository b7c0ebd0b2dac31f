// What an `abi` option stands for: a row of the core's table and the constants that go with it.

import { BYTE_ORDER } from "../../assembly/shared/column.js";
import { DEFINED_ABI_LIMIT } from "../../assembly/shared/limits.js";
import { type AbiName, abiNames, rowOf } from "./abi-names.js";
import { flagOf, int32, integerIn, rangeError, typeError, unknownName } from "./arguments.js";
import { constantsOf } from "./constants/index.js";
import type { Constants } from "./constants/types.js";
import type { Core } from "./core.js";
import { EncodeError } from "./errors.js";
import { hostAbi } from "./host-abi.js";
import { type RuleName, ruleIndex } from "./rules.js";

/**
 * An ABI described by its numbers, for a system that has no name here. Widths, sizes and alignments are in bytes.
 */
export interface AbiRow {
  readonly pointerSize: 4 | 8;
  readonly longSize: 4 | 8;
  readonly endian: "little" | "big";
  /** The most that any scalar is aligned to. */
  readonly alignMax: number;
  /** Bytes kept for a length that is narrower than its place, 0 where lengths fill it. */
  readonly lengthSlot?: 0 | 8;
  readonly cmsgLenWidth: 4 | 8;
  readonly iovlenWidth: 4 | 8;
  readonly controllenWidth: 4 | 8;
  readonly iovLenWidth: 4 | 8;
  /** Buffers are described length first, then pointer. */
  readonly lengthFirst?: boolean;
  /** Width of msg_len in struct mmsghdr; 0 where there is no such struct. */
  readonly msgLenWidth?: 0 | 4 | 8;
  readonly headerAlign: number;
  readonly dataAlign: number;
  /** Width in which cmsg_len is rounded up; that of a pointer unless given. */
  readonly roundingWidth?: 4 | 8;
  /** sockaddr begins with a length byte. */
  readonly sockaddrLength?: boolean;
  /** Size of sun_path; 0 where AF_UNIX is not described. */
  readonly sunPathSize?: number;
  readonly rule: RuleName;
  /** Numbers of the constants that messages are named by. */
  readonly constants?: Constants;
}

/** What an `abi` option takes. */
export type AbiOption = AbiName | AbiRow;

/** An ABI as the codec works with it. */
export interface Abi {
  readonly name: string;
  /** Index of its row in the core. */
  readonly index: number;
  readonly littleEndian: boolean;
  readonly constants: Constants;
}

const resolved = new Map<string, Abi>();

/** The ABI that an option names; the host's when there is none. */
export function resolveAbi(core: Core, option: AbiOption | undefined): Abi {
  if (option === undefined) return resolveAbi(core, hostAbi().name);
  if (typeof option === "object" && option !== null) return defineRow(core, option);
  if (typeof option !== "string") throw typeError("abi", "a name or a row of numbers", option);
  const known = resolved.get(option);
  if (known !== undefined) return known;
  const index = rowOf(option);
  if (index === undefined) throw unknownName("abi", option, abiNames());
  const littleEndian = core.exports.abi_column(index, BYTE_ORDER) === 0;
  const abi: Abi = { name: option, index, littleEndian, constants: constantsOf(option) };
  resolved.set(option, abi);
  return abi;
}

const WORDS = [4, 8];
const UNITS = [1, 2, 4, 8, 16, 32, 64];

/** The row's numbers in the order of the core's columns. Reads the row once. */
function columnsOf(row: AbiRow): readonly number[] {
  const one = (name: keyof AbiRow, allowed: readonly number[], fallback?: number): number => {
    const value = row[name] ?? fallback;
    const expected = `one of ${allowed.join(", ")}`;
    if (typeof value !== "number") throw typeError(`abi.${name}`, expected, value);
    if (!allowed.includes(value)) throw rangeError(`abi.${name}`, expected, value);
    return value;
  };
  const flag = (name: keyof AbiRow): number => (flagOf(row[name], `abi.${name}`) ? 1 : 0);
  const pointerSize = one("pointerSize", WORDS);
  return [
    pointerSize,
    one("longSize", WORDS),
    byteOrder(row.endian),
    one("alignMax", UNITS),
    one("lengthSlot", [0, 8], 0),
    one("cmsgLenWidth", WORDS),
    one("iovlenWidth", WORDS),
    one("controllenWidth", WORDS),
    one("iovLenWidth", WORDS),
    flag("lengthFirst"),
    one("msgLenWidth", [0, 4, 8], 0),
    one("headerAlign", UNITS),
    one("dataAlign", UNITS),
    one("roundingWidth", WORDS, pointerSize),
    flag("sockaddrLength"),
    integerIn(row.sunPathSize ?? 0, 0, 255, "abi.sunPathSize"),
    ruleIndex(row.rule),
  ];
}

function byteOrder(endian: unknown): number {
  if (endian === "little" || endian === "big") return endian === "big" ? 1 : 0;
  const wrong = typeof endian === "string" ? rangeError : typeError;
  throw wrong("abi.endian", '"little" or "big"', endian);
}

/** A copy: what the caller does with its own later changes nothing here. */
function ownConstants(given: unknown): Constants {
  if (given === undefined) return Object.freeze({});
  if (typeof given !== "object" || given === null) {
    throw typeError("abi.constants", "an object of numbers by their C names", given);
  }
  const constants = { ...given } as Record<string, unknown>;
  for (const [name, value] of Object.entries(constants)) {
    if (value !== undefined) integerIn(value, -0x80000000, 0xffffffff, `abi.constants.${name}`);
  }
  return Object.freeze(constants) as Constants;
}

/** The same numbers get the same row of the core. */
function defineRow(core: Core, row: AbiRow): Abi {
  const columns = columnsOf(row);
  const constants = ownConstants(row.constants);
  core.setWords(core.scratch, columns);
  const index = core.exports.abi_define(core.scratch);
  if (index >= 0) {
    const littleEndian = columns[BYTE_ORDER] === 0;
    return { name: `row ${index}`, index, littleEndian, constants };
  }
  throw new EncodeError(
    "ERR_CMSG_BAD_ABI",
    `abi: an instance of the codec keeps ${DEFINED_ABI_LIMIT} different rows of numbers, and has them`,
  );
}

/** The number of a C constant; undefined where the system does not have it. */
export function constantOf(abi: Abi, name: string): number | undefined {
  return Object.hasOwn(abi.constants, name) ? abi.constants[name] : undefined;
}

/** Names of protocol levels. All other constants may be types. */
const LEVELS = /^(SOL|IPPROTO)_/;
const NAME = /^[A-Za-z_]\w*$/;

/** The number of a level or type, given as such or by the C name that it has in an ABI. */
export function numberOf(abi: Abi, given: unknown, what: string, kind: "level" | "type"): number {
  if (typeof given === "number") return int32(given, what);
  if (typeof given !== "string" || !NAME.test(given)) {
    throw typeError(what, "an integer or the C name of one", given);
  }
  const isLevel = kind === "level";
  const number = LEVELS.test(given) === isLevel ? constantOf(abi, given) : undefined;
  if (number !== undefined) return int32(number | 0, what);
  const names = Object.keys(abi.constants).filter((name) => LEVELS.test(name) === isLevel);
  throw unknownName(`${what} in ${abi.name}`, given, names);
}
