// Fields made of fields: structs, converted values, members that may be left out, counted bytes, and payloads of no bytes.

import { ELEMENT_REST, KIND_END } from "../../assembly/shared/kind.js";
import { integerIn, rangeError, typeError } from "./arguments.js";
import type { Cell } from "./cell.js";
import { type Field, octets, type ReadContext, type WriteContext } from "./field.js";

/** A record of fields, in the order of the C struct. */
export type Fields = Readonly<Record<string, Field<unknown>>>;

/** Type of the value of a field. */
export type ValueOf<F> = F extends Field<infer T, infer _W> ? T : never;
/** Type of what is given for a field. */
export type GivenOf<F> = F extends Field<infer _T, infer W> ? W : never;

/** The value of a record of fields. */
export type FieldValues<R> = { readonly [K in keyof R]: ValueOf<R[K]> };

/** What is given for a record of fields: members with a default may be left out. */
export type GivenValues<R> = {
  readonly [K in keyof R as undefined extends GivenOf<R[K]> ? never : K]: GivenOf<R[K]>;
} & {
  readonly [K in keyof R as undefined extends GivenOf<R[K]> ? K : never]?: GivenOf<R[K]>;
};

/** A struct inside a payload: its value is an object with one property per field. */
export function struct<R extends Fields>(fields: R): Field<FieldValues<R>, GivenValues<R>> {
  return recordOf(fields, "struct") as Field<FieldValues<R>, GivenValues<R>>;
}

/** A record of fields as one field; `name` is what it is called in errors. */
export function recordOf(fields: Fields, name: string): Field<unknown> {
  if (typeof fields !== "object" || fields === null || Array.isArray(fields)) {
    throw typeError(`fields of ${name}`, "an object of fields", fields);
  }
  const entries = Object.entries(fields);
  for (const [key, field] of entries) checkField(field, `field ${key} of ${name}`);
  const empty = Object.fromEntries(entries.map(([key]) => [key, undefined]));
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
      const cells: Cell[] = [];
      for (const [key, field] of entries) {
        const member = given[key];
        if (typeof member === "number" && field.asIs?.(member) === true) cells.push(member);
        else for (const cell of field.write(member, `${path}.${key}`, context)) cells.push(cell);
      }
      return cells;
    },
    read(cells, context) {
      // A copy of one object has its shape; one that is built up member by member finds it anew each time.
      const value: Record<string, unknown> = { ...empty };
      let used = 0;
      for (const [key, field] of entries) {
        const own = cells.slice(used, used + field.elements.length);
        used += field.elements.length;
        value[key] = field.read(own, context);
      }
      return value;
    },
  };
  return checkField(record, `fields of ${name}`);
}

/** Members that a field program can number. */
const ELEMENT_LIMIT = 255;

/** A field that is part of a program: its elements exist, and only the last repeats to the end. */
export function checkField(field: Field<unknown>, what: string): Field<unknown> {
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

/** How the value of a converted field comes from that of the field below, and goes back. */
export interface Conversion<T, U, W> {
  /** The value, from that of the field below. */
  readonly read: (value: T, context: ReadContext) => U;
  /** The value of the field below. Throws for what it cannot be; `path` names it. */
  readonly write: (value: W, path: string, context: WriteContext) => unknown;
}

/** A field whose value is another one's, converted. */
export function converted<T, U, W = U>(
  field: Field<T, never>,
  { read, write }: Conversion<T, U, W>,
): Field<U, W> {
  return {
    elements: field.elements,
    descriptors: field.descriptors,
    write: (value, path, context) =>
      field.write(write(value, path, context) as never, path, context),
    read: (cells, context) => read(field.read(cells, context), context),
  };
}

/** A field that need not be given: `otherwise` is written in its place. */
export function optional<T, W>(field: Field<T, W>, otherwise: W): Field<T, W | undefined> {
  return {
    ...field,
    write: (value, path, context): Cell[] => field.write(value ?? otherwise, path, context),
  };
}

/** No bytes at all: that the message is there says everything. Its value is `true`. */
export function none(): Field<true, true | undefined> {
  return {
    elements: [],
    descriptors: false,
    write(value, path) {
      if (value !== undefined && value !== true) throw typeError(path, "true or nothing", value);
      return [];
    },
    read: () => true,
  };
}

/** A field with `count` bytes behind it that mean nothing: zero in what is written, and no part of the value. */
export function padded<T, W>(field: Field<T, W>, name: string, count: number): Field<T, W> {
  const { length } = field.elements;
  const padding = octets(name, count);
  return {
    elements: [...field.elements, ...padding.elements],
    descriptors: field.descriptors,
    write: (value, path, context) => [...field.write(value, path, context), new Uint8Array(count)],
    read: (cells, context) => field.read(cells.slice(0, length), context),
  };
}
