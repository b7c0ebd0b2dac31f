// valueForm: what a form needs to ask for a value of a control-message type, one field for each part of it.

import {
  I8,
  I16,
  I32,
  I64,
  LONG,
  OCTETS,
  SA_FAMILY,
  SA_LENGTH,
  U64,
} from "../../assembly/shared/kind.js";
import { type Abi, type AbiOption, resolveAbi } from "../codec/abi.js";
import { optionsOf } from "../codec/arguments.js";
import { type Element, isOctets } from "../codec/cell.js";
import { standardCore } from "../codec/core.js";
import type { AnyDefinition } from "../codec/definition.js";
import type { AbiOptions } from "../codec/face.js";
import { type Direction, formsIn } from "../codec/form.js";
import { describeControl } from "../codec.js";
import { sampleValue } from "./sample.js";

/** What is typed into a field. */
export type FieldKind =
  | "integer"
  | "bigint"
  | "integers"
  | "bigints"
  | "name"
  | "names"
  | "boolean"
  | "text"
  | "bytes"
  | "ipv4"
  | "ipv6"
  | "mac"
  | "time"
  | "other";

/** A part of a value that is asked for. */
export interface ValueField {
  /** Keys from the whole value to the part; none where the part is the whole. */
  readonly path: readonly string[];
  /** C name of the member; the last key where several members make the part. */
  readonly name: string;
  readonly kind: FieldKind;
  /** What its number counts, such as "bytes"; null where it counts nothing. */
  readonly unit: string | null;
  /** Smallest and largest number; null where the part is no number. */
  readonly least: bigint | null;
  readonly most: bigint | null;
  /** Names that it may be, or that its bits have; a number may stand in their place. */
  readonly names: readonly string[];
  /** What it is to begin with. */
  readonly value: unknown;
}

/** A form for a value. */
export interface ValueForm {
  readonly abi: string;
  /** C name of the type. */
  readonly name: string;
  /** The name that this package exports it by; null for one of a caller's own. */
  readonly exported: string | null;
  readonly direction: Direction;
  /** The whole value to begin with. */
  readonly value: unknown;
  readonly fields: readonly ValueField[];
}

/**
 * The form of a control-message type in an ABI: its value to begin with, and for each part of it the kind, unit, limits and names.
 *
 * @param definition Built in, or one of the caller's own.
 * @returns Frozen data; null where the ABI does not have the type.
 * @example
 * valueForm(credentials, { abi: "linux-x86_64-glibc" }).fields.map(({ name }) => name) // ["pid", "uid", "gid"]
 */
export function valueForm(definition: AnyDefinition, options?: AbiOptions): ValueForm | null {
  const { abi: option } = optionsOf(options, "options");
  const description = describeControl(definition, option === undefined ? {} : { abi: option });
  if (description === null) return null;
  const abi = resolveAbi(standardCore(), option);
  const value = sampleValue(definition, { abi: (option ?? abi.name) as AbiOption });
  const { name, exported, direction } = description;
  const fields = Object.freeze(leavesOf(value, []).map((leaf) => fieldOf(definition, abi, leaf)));
  return Object.freeze({ abi: abi.name, name, exported, direction, value, fields });
}

interface Leaf {
  readonly path: readonly string[];
  readonly value: unknown;
}

/** The parts of a value that are no records themselves. What says nothing but that it is there has none. */
function leavesOf(value: unknown, path: readonly string[]): readonly Leaf[] {
  const isRecord =
    typeof value === "object" &&
    value !== null &&
    !Array.isArray(value) &&
    !ArrayBuffer.isView(value);
  if (!isRecord) return [{ path, value }];
  return Object.entries(value).flatMap(([key, part]) => leavesOf(part, [...path, key]));
}

function fieldOf(definition: AnyDefinition, abi: Abi, { path, value }: Leaf): ValueField {
  const program = formsIn(definition, abi)[0]?.form.program;
  const places = program?.layout(standardCore(), abi).places ?? [];
  const members = (program?.elements ?? []).map((element, i) => ({
    element,
    width: places[i]?.width ?? 0,
  }));
  const at = path.map((key) => `.${key}`).join("");
  const isHere = ({ path: own = "" }: Element, where: string): boolean => own === where;
  const isData = ({ element, width }: Placed): boolean =>
    width > 0 &&
    element.kind !== SA_FAMILY &&
    element.kind !== SA_LENGTH &&
    element.counts !== true;
  const all = members.filter(isData);
  const exact = all.filter(({ element }) => isHere(element, at));
  // The address of a socket address is asked for as its host.
  const parent = at.slice(0, Math.max(at.lastIndexOf("."), 0));
  const address = all.filter(({ element }) => isHere(element, parent) && isAddress(element));
  const isTime = all.some(({ element }) => isHere(element, `${at}.seconds`));
  const [first] = exact.length > 0 ? exact : path.at(-1) === "host" ? address : [];
  const kind = isTime ? "time" : kindOf(value, first?.element);
  const isNumber =
    kind === "integer" || kind === "integers" || kind === "bigint" || kind === "bigints";
  const limits =
    isNumber && first !== undefined ? limitsOf(first, definition) : { least: null, most: null };
  const names = Object.keys(first?.element.names?.(abi) ?? {});
  return Object.freeze({
    path: Object.freeze([...path]),
    name: first?.element.name ?? path.at(-1) ?? definition.name,
    kind,
    unit: isTime ? "ns" : (first?.element.unit ?? null),
    ...limits,
    names: Object.freeze(names),
    value,
  });
}

interface Placed {
  readonly element: Element;
  readonly width: number;
}

function isAddress({ kind, count, show }: Element): boolean {
  return kind === OCTETS && show !== undefined && (count === 4 || count === 16);
}

const SIGNED: readonly number[] = [I8, I16, I32, I64, LONG];

function limitsOf(
  { element, width }: Placed,
  { descriptors }: AnyDefinition,
): { least: bigint; most: bigint } {
  const { limits } = element;
  if (limits !== undefined) return { least: BigInt(limits[0]), most: BigInt(limits[1]) };
  const bits = BigInt(width * 8);
  if (!SIGNED.includes(element.kind)) return { least: 0n, most: (1n << bits) - 1n };
  // No descriptor is negative.
  const least = descriptors ? 0n : -(1n << (bits - 1n));
  return { least, most: (1n << (bits - 1n)) - 1n };
}

function kindOf(value: unknown, element: Element | undefined): FieldKind {
  const isNamed = element?.names !== undefined;
  if (typeof value === "boolean") return "boolean";
  if (value instanceof Uint8Array) return "bytes";
  if (Array.isArray(value)) {
    if (isNamed) return "names";
    return listKind(value, element);
  }
  if (isNamed) return "name";
  if (typeof value === "number") return "integer";
  if (typeof value === "bigint") return "bigint";
  if (typeof value !== "string") return "other";
  if (element === undefined || !isOctets(element.kind)) return "text";
  const byCount: Readonly<Record<number, FieldKind>> = { 4: "ipv4", 6: "mac", 16: "ipv6" };
  return byCount[element.count] ?? "text";
}

/** A list of numbers; an empty one is of those that its member has. */
function listKind(values: readonly unknown[], element: Element | undefined): FieldKind {
  const [first] = values;
  if (typeof first === "bigint") return "bigints";
  if (typeof first === "number") return "integers";
  const isNumbers = first === undefined && element !== undefined && element.kind < OCTETS;
  if (!isNumbers) return "other";
  return element.kind === U64 || element.kind === I64 ? "bigints" : "integers";
}
