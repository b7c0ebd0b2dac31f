// What is declared about a control-message type, checked and turned into what a definition says of itself.

import { flagOf, int32, integerIn, typeError } from "./arguments.js";
import type { Field } from "./field.js";
import { checkField, type Fields, recordOf } from "./field-struct.js";
import type { Direction, Form } from "./form.js";
import { Program } from "./program.js";

/** A declared control-message type, whatever its value is. */
export interface AnyDefinition {
  /** C name of the type. */
  readonly name: string;
  /** Level and type of the first form, here and below: C names of constants, or numbers. */
  readonly level: string | number;
  readonly type: string | number;
  readonly direction: Direction;
  /** Socket options that make the kernel deliver it, or accept it. */
  readonly enable: readonly string[];
  /** What else must be so that it is delivered or accepted. */
  readonly needs: string | undefined;
  /** The type that stands for it in the other internet family: IP_TTL and IPV6_HOPLIMIT. */
  readonly counterpart: string | undefined;
  /** Bytes of the longest payload; undefined where it has no bound but the control buffer's. */
  readonly limit: number | undefined;
  /** First version of Linux, or of the system it belongs to. */
  readonly since: string | undefined;
  /** Whether a test sends or receives it through a running kernel. Its bytes alone are held by vectors otherwise. */
  readonly proven: boolean;
  /** Where it is described. */
  readonly source: string;
  /** Whether its payload holds file descriptors. */
  readonly descriptors: boolean;
  /** Its payload on the systems that have it. */
  readonly forms: readonly Form[];
}

/** What is declared about a type, beside its fields. */
export interface Declaration {
  /** Protocol level: the C name of a constant, or a number. */
  readonly level: string | number;
  /** Type: the C name of a constant (that of the definition unless given), or a number. */
  readonly type?: string | number;
  readonly direction: Direction;
  /** Socket options that make the kernel deliver it, or accept it, by their C names. */
  readonly enable?: readonly string[];
  /** What else must be so that it is delivered or accepted, as half a sentence. */
  readonly needs?: string;
  /** C name of the type that stands for it in the other internet family. */
  readonly counterpart?: string;
  /** Bytes of the longest payload, where fields repeat to its end. */
  readonly limit?: number;
  /** First version of Linux, or of the system it belongs to. */
  readonly since?: string;
  /** Whether a test sends or receives it through a running kernel. */
  readonly proven?: boolean;
  readonly source: string;
}

/** The payload on some systems, where systems differ. What is not given is as the declaration has it. */
export interface FormDeclaration<T, W = T> {
  /** ABIs that have it: their names, or how these begin ("netbsd", "linux-sparc64"). All that no other form names unless given. */
  readonly on?: readonly string[];
  readonly level?: string | number;
  readonly type?: string | number;
  readonly direction?: Direction;
  readonly enable?: readonly string[];
  readonly limit?: number;
  readonly value: Field<T, W>;
}

const DIRECTIONS: readonly unknown[] = ["send", "receive", "both"];

/** A declaration of any type. */
export type AnyDeclaration = Declaration & {
  readonly fields?: Fields;
  readonly value?: Field<unknown>;
  readonly forms?: readonly FormDeclaration<unknown>[];
};

/** Everything of a declaration, checked and copied: a mistake shows where it is made and not when a message arrives. */
export function checkDeclaration(name: unknown, given: Partial<AnyDeclaration>): AnyDefinition {
  if (typeof name !== "string" || name === "")
    throw typeError("name", "the C name of a type", name);
  if (typeof given !== "object" || given === null) {
    throw typeError(`declaration of ${name}`, "an object", given);
  }
  const { source, proven = false, needs, counterpart, since } = given;
  const what = (property: string): string => `${property} of ${name}`;
  for (const [key, text] of Object.entries({ needs, counterpart, since })) {
    if (text !== undefined && typeof text !== "string")
      throw typeError(what(key), "a string", text);
  }
  if (typeof source !== "string") throw typeError(what("source"), "a string", source);
  const forms = Object.freeze(formsOf(given, name));
  const [{ level, type, direction, enable, limit }] = forms as unknown as [Form];
  const descriptors = forms.some((form) => form.descriptors);
  return {
    ...{ name, level, type, direction, enable, needs, counterpart, limit, since, source },
    proven: flagOf(proven, what("proven")),
    descriptors,
    forms,
  };
}

/** The forms of a declaration: one from its fields or value, or those that it lists. */
function formsOf(given: Partial<AnyDeclaration>, name: string): Form[] {
  const { fields, value, forms } = given;
  const kinds = [fields, value, forms].filter((kind) => kind !== undefined);
  if (kinds.length !== 1) {
    throw typeError(
      `declaration of ${name}`,
      "given fields or value or forms, one of them",
      fields,
    );
  }
  if (forms === undefined) {
    const shape =
      value === undefined
        ? recordOf(fields as Fields, name)
        : checkField(value, `value of ${name}`);
    return [formOf({ type: name, ...given }, {}, shape, name)];
  }
  if (!Array.isArray(forms) || forms.length === 0) {
    throw typeError(`forms of ${name}`, "an array of at least one", forms);
  }
  return forms.map((form, i) => {
    const own = `form ${i} of ${name}`;
    if (typeof form !== "object" || form === null) throw typeError(own, "an object", form);
    return formOf({ type: name, ...given }, form, checkField(form.value, `value of ${own}`), own);
  });
}

function formOf(
  whole: Partial<Declaration>,
  own: Partial<FormDeclaration<unknown>>,
  shape: Field<unknown>,
  name: string,
): Form {
  const { level, type, direction, enable = [], limit } = { ...whole, ...own };
  if (!DIRECTIONS.includes(direction)) {
    throw typeError(`direction of ${name}`, '"send", "receive" or "both"', direction);
  }
  const form: Form = {
    on: namesIn(own.on ?? [], `on of ${name}`, "beginnings of names of ABIs"),
    level: checkNumber(level, `level of ${name}`),
    type: checkNumber(type, `type of ${name}`),
    direction: direction as Direction,
    enable: namesIn(enable, `enable of ${name}`, "names of socket options"),
    limit: limit === undefined ? undefined : integerIn(limit, 0, 0x10000, `limit of ${name}`),
    descriptors: shape.descriptors,
    program: new Program(shape.elements),
    write: shape.write,
    read: shape.read,
  };
  return Object.freeze(form);
}

function namesIn(names: unknown, what: string, of: string): readonly string[] {
  if (!Array.isArray(names) || names.some((name) => typeof name !== "string")) {
    throw typeError(what, `an array of ${of}`, names);
  }
  return Object.freeze([...names]);
}

function checkNumber(given: unknown, what: string): string | number {
  if (typeof given === "string" && given !== "") return given;
  if (typeof given === "number") return int32(given, what);
  throw typeError(what, "the C name of a constant or its number", given);
}
