// control(): a control-message type as one declared value. Everything else about it is derived: value type, bytes in both
// directions, shortest payload, printed text.

import { ELEMENT_REST, KIND_END } from "../../assembly/shared/kind.js";
import { type Abi, constantOf } from "./abi.js";
import { int32, integerIn, rangeError, typeError } from "./arguments.js";
import type { Cell } from "./cell.js";
import type { Core } from "./core.js";
import type { DescriptorSlot, Field, ReadContext, WriteContext } from "./field.js";
import { Program } from "./program.js";

/** Who sends a message: programs, the kernel, or either. */
export type Direction = "send" | "receive" | "both";

/** Something that has a file descriptor: a number, our own `Fd`, a `UnixSocket` or `UnixServer`, a `FileHandle`, or a socket or server of Node. */
export type DescriptorLike =
  | number
  | { readonly number: number }
  | { readonly fd: number }
  | { ref(): unknown; unref(): unknown };

/** `V` with `F` in place of every descriptor. */
export type WithDescriptors<V, F> = unknown extends V
  ? unknown
  : V extends DescriptorSlot
    ? F
    : V extends Uint8Array | string | number | bigint | boolean | null | undefined
      ? V
      : V extends readonly (infer E)[]
        ? readonly WithDescriptors<E, F>[]
        : { readonly [K in keyof V]: WithDescriptors<V[K], F> };

/** A value of any type to send, with the definition that knows its bytes. */
export interface AnyOutgoing {
  readonly definition: AnyDefinition;
  readonly value: unknown;
}

/** A value to send: what a call of a definition answers. */
export interface Outgoing<V> extends AnyOutgoing {
  readonly value: WithDescriptors<V, DescriptorLike>;
}

/** The level and type that identify a message in one ABI. */
export interface Identity {
  readonly level: number;
  readonly type: number;
}

/** A declared control-message type, whatever its value is. */
export interface AnyDefinition {
  /** C name of the type. */
  readonly name: string;
  readonly level: string | number;
  readonly type: string | number;
  readonly direction: Direction;
  /** Socket options that make the kernel deliver it. */
  readonly enable: readonly string[];
  /** Where it is described. */
  readonly source: string;
  /** Whether its payload holds file descriptors. */
  readonly descriptors: boolean;
  readonly program: Program;
  /** Cells of a value, one per element of the program. */
  write(value: unknown, path: string, context: WriteContext): Cell[];
  /** The value that cells stand for. */
  read(cells: readonly Cell[], context: ReadContext): unknown;
}

/** A declared control-message type. Calling it with a value makes a message to send. */
export interface Definition<V> extends AnyDefinition {
  (value: WithDescriptors<V, DescriptorLike>): Outgoing<V>;
  read(cells: readonly Cell[], context: ReadContext): V;
}

/** What is declared about a type, beside its fields. */
export interface Declaration {
  /** Protocol level: the C name of a constant, or a number. */
  readonly level: string | number;
  /** Type: the C name of a constant (that of the definition unless given), or a number. */
  readonly type?: string | number;
  readonly direction: Direction;
  readonly enable?: readonly string[];
  readonly source: string;
}

type Fields = Readonly<Record<string, Field<unknown>>>;

type ValueOf<F> = F extends Field<infer T> ? T : never;

/** The value of a record of fields. */
export type FieldValues<R> = { readonly [K in keyof R]: ValueOf<R[K]> };

/**
 * Declares a control-message type whose value is a record of fields, in the order of the C struct.
 *
 * @example
 * const credentials = control("SCM_CREDENTIALS", {
 *   level: "SOL_SOCKET",
 *   direction: "both",
 *   enable: ["SO_PASSCRED"],
 *   fields: { pid: field.i32("pid"), uid: field.u32("uid"), gid: field.u32("gid") },
 *   source: "unix(7), struct ucred",
 * });
 */
export function control<R extends Fields>(
  name: string,
  declaration: Declaration & { readonly fields: R },
): Definition<FieldValues<R>>;

/** Declares a control-message type whose value is that of one field. */
export function control<T>(
  name: string,
  declaration: Declaration & { readonly value: Field<T> },
): Definition<T>;

export function control(
  name: string,
  declaration: Declaration & {
    readonly fields?: Readonly<Record<string, Field<unknown>>>;
    readonly value?: Field<unknown>;
  },
): unknown {
  const { level, type, direction, enable, source, shape } = checkDeclaration(name, declaration);
  const definition = (given: unknown) => ({ definition: made, value: given });
  const properties = {
    name,
    level,
    type,
    direction,
    enable,
    source,
    descriptors: shape.descriptors,
    program: new Program(shape.elements),
    write: shape.write,
    read: shape.read,
  };
  for (const [key, property] of Object.entries(properties)) {
    Object.defineProperty(definition, key, { value: property, enumerable: true });
  }
  const made = definition as unknown as AnyDefinition;
  definitions.add(made);
  return Object.freeze(made);
}

const definitions = new WeakSet<object>();

const DIRECTIONS: readonly unknown[] = ["send", "receive", "both"];

/** Everything of a declaration, checked and copied: a mistake shows where it is made and not when a message arrives. */
function checkDeclaration(
  name: unknown,
  given: Partial<Declaration & { readonly fields: Fields; readonly value: Field<unknown> }>,
) {
  if (typeof name !== "string" || name === "")
    throw typeError("name", "the C name of a type", name);
  if (typeof given !== "object" || given === null) {
    throw typeError(`declaration of ${name}`, "an object", given);
  }
  const { level, type = name, direction, enable = [], source, fields, value } = given;
  const what = (property: string): string => `${property} of ${name}`;
  if (!DIRECTIONS.includes(direction)) {
    throw typeError(what("direction"), '"send", "receive" or "both"', direction);
  }
  if (!Array.isArray(enable) || enable.some((option) => typeof option !== "string")) {
    throw typeError(what("enable"), "an array of names of socket options", enable);
  }
  if (typeof source !== "string") throw typeError(what("source"), "a string", source);
  if ((fields === undefined) === (value === undefined)) {
    throw typeError(`declaration of ${name}`, "given either fields or value", fields);
  }
  return {
    level: checkNumber(level, what("level")),
    type: checkNumber(type, what("type")),
    direction,
    enable: Object.freeze([...enable]),
    source,
    shape:
      value === undefined ? recordOf(fields as Fields, name) : checkField(value, what("value")),
  };
}

function checkNumber(given: unknown, what: string): string | number {
  if (typeof given === "string" && given !== "") return given;
  if (typeof given === "number") return int32(given, what);
  throw typeError(what, "the C name of a constant or its number", given);
}

/** A field that is part of a program: its elements exist, and only the last repeats to the end. */
function checkField(field: Field<unknown>, what: string): Field<unknown> {
  const { elements, write, read } = (field ?? {}) as Partial<Field<unknown>>;
  if (!Array.isArray(elements) || typeof write !== "function" || typeof read !== "function") {
    throw typeError(what, "made by a function of `field`", field);
  }
  if (elements.length > ELEMENT_LIMIT) {
    throw rangeError(what, `of at most ${ELEMENT_LIMIT} members`, elements.length);
  }
  for (const [i, { name, kind, count }] of elements.entries()) {
    if (typeof name !== "string" || name === "")
      throw typeError(`${what}: member ${i}`, "named", name);
    integerIn(kind, 1, KIND_END - 1, `${what}: kind of ${name}`);
    integerIn(count, 1, ELEMENT_REST, `${what}: count of ${name}`);
    if (count === ELEMENT_REST && i < elements.length - 1) {
      throw rangeError(`${what}: ${name}`, "last, as it takes the rest of the payload", i);
    }
  }
  return field;
}

/** Members that a field program can number. */
const ELEMENT_LIMIT = 255;

/** A record of fields as one field. */
function recordOf(fields: Fields, name: string): Field<unknown> {
  if (typeof fields !== "object" || fields === null || Array.isArray(fields)) {
    throw typeError(`fields of ${name}`, "an object of fields", fields);
  }
  const entries = Object.entries(fields);
  for (const [key, field] of entries) checkField(field, `field ${key} of ${name}`);
  const record: Field<unknown> = {
    elements: entries.flatMap(([key, field]) =>
      field.elements.map((element) => ({ ...element, path: `.${key}${element.path ?? ""}` })),
    ),
    descriptors: entries.some(([, field]) => field.descriptors),
    write(value, path, context) {
      if (typeof value !== "object" || value === null) {
        throw typeError(path, `an object with ${entries.map(([key]) => key).join(", ")}`, value);
      }
      const given = value as Readonly<Record<string, unknown>>;
      return entries.flatMap(([key, field]) => field.write(given[key], `${path}.${key}`, context));
    },
    read(cells, context) {
      let used = 0;
      return Object.fromEntries(
        entries.map(([key, field]) => {
          const own = cells.slice(used, used + field.elements.length);
          used += field.elements.length;
          return [key, field.read(own, context)];
        }),
      );
    },
  };
  return checkField(record, `fields of ${name}`);
}

/** Whether a value is a definition. */
export function isDefinition(value: unknown): value is AnyDefinition {
  return typeof value === "function" && definitions.has(value);
}

function numberOf(name: string | number, abi: Abi): number | undefined {
  return typeof name === "number" ? name : constantOf(abi, name);
}

/** Level and type of a definition in an ABI; undefined where the system does not have it. */
export function identityOf(definition: AnyDefinition, abi: Abi): Identity | undefined {
  const level = numberOf(definition.level, abi);
  const type = numberOf(definition.type, abi);
  return level === undefined || type === undefined ? undefined : { level, type };
}

/** The shortest payload that holds every field, in bytes. */
export function minimumLength(core: Core, definition: AnyDefinition, abi: Abi): number {
  return definition.program.layout(core, abi).end;
}
