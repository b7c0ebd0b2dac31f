// control(): a control-message type as one declared value. Everything else about it is derived: value type, bytes in both
// directions, shortest payload, printed text.

import type { Abi } from "./abi.js";
import {
  type AnyDeclaration,
  type AnyDefinition,
  checkDeclaration,
  type Declaration,
  type FormDeclaration,
} from "./declaration.js";
import type { DescriptorSlot, Field } from "./field.js";
import type { Fields, FieldValues, GivenValues } from "./field-struct.js";
import { type Form, formsIn, type Identity } from "./form.js";

export type { AnyDefinition, Declaration, FormDeclaration } from "./declaration.js";

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

/** A value to send: what a call of a definition answers. `W` is what was given. */
export interface Outgoing<W> extends AnyOutgoing {
  readonly value: WithDescriptors<W, DescriptorLike>;
}

/** A declared control-message type with a known type of value. */
export interface DefinitionOf<V> extends AnyDefinition {
  readonly forms: readonly Form<V>[];
}

/** A declared control-message type. Calling it with a value makes a message to send. `W` is what may be given. */
export interface Definition<V, W = V> extends DefinitionOf<V> {
  (
    ...value: undefined extends W ? [value?: W] : [value: WithDescriptors<W, DescriptorLike>]
  ): Outgoing<W>;
}

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
): Definition<FieldValues<R>, GivenValues<R>>;

/** Declares a control-message type whose value is that of one field. */
export function control<T, W = T>(
  name: string,
  declaration: Declaration & { readonly value: Field<T, W> },
): Definition<T, W>;

/** Declares a control-message type that systems lay out differently, or know by several numbers. */
export function control<T, W = T>(
  name: string,
  declaration: Declaration & { readonly forms: readonly FormDeclaration<T, W>[] },
): Definition<T, W>;

export function control(name: string, declaration: AnyDeclaration): unknown {
  const properties = checkDeclaration(name, declaration);
  const made = definitionOf(name);
  checked.set(made, properties);
  return made;
}

/**
 * By what a built-in type is known on any system: the C name of its level, where its type has its own name, or the names that its
 * forms have, the first form's level first. Without its declaration it is then known what it is not.
 */
export type Place =
  | string
  | { readonly levels: readonly string[]; readonly types: readonly string[] };

/** `control` for built-in types: the declaration, but for its level, is made when it is first needed. */
export function builtIn<R extends Fields>(
  name: string,
  place: Place,
  declare: () => PlacedDeclaration & { readonly fields: R },
): Definition<FieldValues<R>, GivenValues<R>>;
export function builtIn<T, W = T>(
  name: string,
  place: Place,
  declare: () => PlacedDeclaration & { readonly value: Field<T, W> },
): Definition<T, W>;
export function builtIn<T, W = T>(
  name: string,
  place: Place,
  declare: () => PlacedDeclaration & { readonly forms: readonly FormDeclaration<T, W>[] },
): Definition<T, W>;
export function builtIn(
  name: string,
  place: Place,
  declare: () => Omit<AnyDeclaration, "level">,
): unknown {
  const made = definitionOf(name);
  const { levels, types } = typeof place === "string" ? { levels: [place], types: [name] } : place;
  pending.set(made, { levels, types, declare });
  return made;
}

type PlacedDeclaration = Omit<Declaration, "level">;

function definitionOf(name: string): AnyDefinition {
  const definition = (given: unknown) => ({ definition: made, value: given });
  const made = Object.setPrototypeOf(definition, PROTOTYPE) as AnyDefinition;
  Object.defineProperty(made, "name", { value: name, enumerable: true });
  return Object.freeze(made);
}

/** A built-in type: the names of its levels and types, and its declaration for when it is first asked for. */
interface BuiltIn {
  readonly levels: readonly string[];
  readonly types: readonly string[];
  readonly declare: () => Omit<AnyDeclaration, "level">;
}

/** Properties of definitions: at once, or from when they are first asked for. */
const checked = new WeakMap<AnyDefinition, AnyDefinition>();
const pending = new WeakMap<AnyDefinition, BuiltIn>();

function propertiesOf(definition: AnyDefinition): AnyDefinition {
  const known = checked.get(definition);
  if (known !== undefined) return known;
  const { levels, types, declare } = pending.get(definition) as BuiltIn;
  const [level] = levels as readonly [string];
  const found = checkDeclaration(definition.name, { level, ...declare() });
  const isPlaced = ({ level, type }: Form): boolean =>
    levels.includes(level as string) && types.includes(type as string);
  if (!found.forms.every(isPlaced)) throw new Error(`${definition.name} is elsewhere as well`);
  checked.set(definition, found);
  return found;
}

/** Names of the levels and types of a built-in definition. */
export function placeOf(definition: AnyDefinition): Pick<BuiltIn, "levels" | "types"> {
  return pending.get(definition) as BuiltIn;
}

/** Of all definitions. A program has more than a hundred built-in ones, and uses a few. */
const PROTOTYPE: object = Object.create(Function.prototype);
const PROPERTIES = [
  ...["level", "type", "direction", "enable", "needs", "counterpart", "limit", "since"],
  ...["proven", "source", "descriptors", "forms"],
] as readonly (keyof AnyDefinition)[];
for (const key of PROPERTIES) {
  const get = function (this: AnyDefinition): unknown {
    return propertiesOf(this)[key];
  };
  Object.defineProperty(PROTOTYPE, key, { get, enumerable: true });
}

/** Nearly always it is asked of the same one again. */
let lastAsked: unknown;

/** Whether a value is a definition. */
export function isDefinition(value: unknown): value is AnyDefinition {
  if (value === lastAsked && value !== undefined) return true;
  if (typeof value !== "function") return false;
  const definition = value as unknown as AnyDefinition;
  if (!checked.has(definition) && !pending.has(definition)) return false;
  lastAsked = value;
  return true;
}

/** Level and type that a definition is sent with in an ABI; undefined where the system does not have it. */
export function identityOf(definition: AnyDefinition, abi: Abi): Identity | undefined {
  const [first] = formsIn(definition, abi);
  return first === undefined ? undefined : { level: first.level, type: first.type };
}
