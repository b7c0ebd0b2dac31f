// describeControl(): a definition as data, with numbers and offsets of one ABI: what listings and pages are drawn from.

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
  SA_FAMILY,
  SA_LENGTH,
  SIZE,
  STRUCT_END,
  U8,
  U16,
  U32,
  U64,
  ULONG,
} from "../../assembly/shared/kind.js";
import { type Abi, constantOf, resolveAbi } from "./abi.js";
import { abiNames } from "./abi-names.js";
import { optionsOf, typeError } from "./arguments.js";
import { exportName } from "./catalogue/index.js";
import { type Core, standardCore } from "./core.js";
import { type AnyDefinition, isDefinition } from "./definition.js";
import type { AbiOptions } from "./face.js";
import { type Direction, formsIn, type KnownForm, protocolOf } from "./form.js";
import { levelName } from "./names.js";

/** A member of a payload. */
export interface MemberDescription {
  /** C name. */
  readonly name: string;
  /** C type of one element. */
  readonly type: string;
  /** Bytes from the start of the payload. */
  readonly offset: number;
  /** Bytes of one element. */
  readonly width: number;
  /** Elements; null where they repeat to the end of the payload. */
  readonly count: number | null;
  /** What its number counts, such as "bytes"; null where it counts nothing. */
  readonly unit: string | null;
}

/** A payload of a control message. */
export interface PayloadDescription {
  readonly level: number;
  readonly type: number;
  /** C name of the type's number, or the number. */
  readonly typeName: string | number;
  readonly direction: Direction;
  /** Socket options that make the kernel deliver this one. */
  readonly enable: readonly string[];
  /** Bytes of the struct, padding at its end included; without what repeats. */
  readonly size: number;
  /** Bytes of the longest one; null where it has no bound. */
  readonly longest: number | null;
  readonly members: readonly MemberDescription[];
}

/** A control-message type in one ABI. */
export interface ControlDescription {
  readonly abi: string;
  /** C name. */
  readonly name: string;
  /** The name that this package exports it by; null for one of a caller's own. */
  readonly exported: string | null;
  /** C name of its protocol level, or the number where it has none. */
  readonly levelName: string | number;
  readonly level: number;
  readonly type: number;
  readonly direction: Direction;
  /** Its payloads: the first is the one that is sent. */
  readonly payloads: readonly PayloadDescription[];
  /** Socket options that make the kernel deliver it, or accept it. */
  readonly enable: readonly string[];
  /** What else must be so that it is delivered or accepted. */
  readonly needs: string | null;
  /** C name of the type that stands for it in the other internet family. */
  readonly counterpart: string | null;
  /** First version of Linux, or of the system it belongs to; null where it is not known for the system of the ABI. */
  readonly since: string | null;
  /** Whether a test sends or receives it through a running kernel of the system of the ABI. */
  readonly proven: boolean;
  readonly source: string;
  /** Systems that have it, as the names of ABIs begin. */
  readonly systems: readonly string[];
}

/** The description of an instance of the core. */
export function describeWith(
  core: Core,
  definition: AnyDefinition,
  options: AbiOptions | undefined,
): ControlDescription | null {
  if (!isDefinition(definition)) throw typeError("definition", "made by control()", definition);
  const abi = resolveAbi(core, optionsOf(options, "options").abi);
  const [first, ...others] = formsIn(definition, abi);
  if (first === undefined) return null;
  const payloads = [first, ...others].map((known) => payloadOf(core, abi, known));
  const { level } = first;
  const { needs, counterpart } = definition;
  const systems = systemsOf(core, definition);
  // Where Linux has it, a version alone is that of Linux, and its kernel is the one that tests run on.
  const isElsewhere = systems.includes("linux") && !LINUX.test(abi.name);
  return Object.freeze({
    abi: abi.name,
    name: definition.name,
    exported: exportName(definition) ?? null,
    levelName: levelNameOf(abi, first),
    level,
    type: first.type,
    direction: directionOf(payloads),
    payloads: Object.freeze(payloads),
    enable: Object.freeze([...new Set(payloads.flatMap(({ enable }) => enable))]),
    needs: needs ?? null,
    counterpart: counterpart ?? null,
    since: isElsewhere ? null : (definition.since ?? null),
    proven: definition.proven && !isElsewhere,
    source: definition.source,
    systems,
  });
}

const LINUX = /^(linux|android)-/;

/** Who sends a type, of all of its payloads. */
function directionOf(payloads: readonly PayloadDescription[]): Direction {
  const [first = "both", ...others] = new Set(payloads.map(({ direction }) => direction));
  return others.length === 0 ? first : "both";
}

/** The name of a level as it is declared, and SOL_… where the system calls it so as well. */
function levelNameOf(abi: Abi, { form, level }: KnownForm): string | number {
  if (typeof form.level !== "string") return levelName(abi, level) ?? level;
  const other = `SOL_${protocolOf(form.level)}`;
  return constantOf(abi, other) === level ? other : form.level;
}

function payloadOf(core: Core, abi: Abi, { form, level, type }: KnownForm): PayloadDescription {
  const { program, enable, limit } = form;
  const { size, end, places } = program.layout(core, abi);
  const members = program.elements.flatMap(({ name, kind, count, unit }, i) => {
    const { offset, width } = places[i] ?? { offset: 0, width: 0 };
    // Members that only other systems have: the length byte of their addresses, the end of a struct.
    if (width === 0) return [];
    return [
      Object.freeze({
        name,
        type: C_TYPES[kind] ?? "unsigned char",
        offset,
        width,
        count: count === ELEMENT_REST ? null : count,
        unit: unit ?? null,
      }),
    ];
  });
  const longest = program.repeats ? (limit === undefined ? null : Math.max(limit, end)) : size;
  return Object.freeze({
    level,
    type,
    typeName: form.type,
    direction: form.direction,
    enable: Object.freeze([...enable]),
    size: program.repeats ? end : size,
    longest,
    members: Object.freeze(members),
  });
}

const C_TYPES: Readonly<Record<number, string>> = {
  [U8]: "uint8_t",
  [I8]: "int8_t",
  [U16]: "uint16_t",
  [I16]: "int16_t",
  [U32]: "uint32_t",
  [I32]: "int32_t",
  [U64]: "uint64_t",
  [I64]: "int64_t",
  [LONG]: "long",
  [ULONG]: "unsigned long",
  [SIZE]: "size_t",
  [POINTER]: "void *",
  [BE16]: "be16",
  [BE32]: "be32",
  [OCTETS]: "unsigned char",
  [SA_LENGTH]: "uint8_t",
  [SA_FAMILY]: "sa_family_t",
  [STRUCT_END]: "void",
};

const known = new WeakMap<AnyDefinition, readonly string[]>();

/** Systems whose ABIs have a definition, sorted. */
function systemsOf(core: Core, definition: AnyDefinition): readonly string[] {
  const found = known.get(definition) ?? findSystems(core, definition);
  known.set(definition, found);
  return found;
}

function findSystems(core: Core, definition: AnyDefinition): readonly string[] {
  const having = abiNames().filter(
    (name) => formsIn(definition, resolveAbi(core, name)).length > 0,
  );
  return Object.freeze([...new Set(having.map((name) => name.split("-")[0] as string))]);
}

/**
 * What a control-message type is in an ABI: numbers, payload with offsets and units, how to enable it, where it is described.
 *
 * @param definition Built in, or one of the caller's own.
 * @returns Frozen data; null where the ABI does not have it.
 * @throws TypeError `ERR_CMSG_INVALID_ARG_TYPE` for what is no definition.
 * @example
 * describeControl(credentials, { abi: "linux-x86_64-glibc" }).enable // ["SO_PASSCRED"]
 * describeControl(credentials, { abi: "darwin-arm64" }) // null
 */
export function describeControl(
  definition: AnyDefinition,
  options?: AbiOptions,
): ControlDescription | null {
  return describeWith(standardCore(), definition, options);
}
