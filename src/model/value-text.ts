// Parts of values as text, as they are typed into a form or on a command line, and back.

import { rangeError, typeError } from "../codec/arguments.js";
import { readHex } from "../notation/hex.js";
import type { ValueField, ValueForm } from "./value-form.js";

/**
 * The text of a part of a value: what a form shows and `parseField` reads.
 *
 * @example
 * const [pid] = valueForm(credentials, { abi: "linux-x86_64-glibc" }).fields;
 * fieldText(pid) // "4242"
 */
export function fieldText({ value: first }: ValueField, value: unknown = first): string {
  if (value instanceof Uint8Array) {
    return Array.from(value, (byte) => byte.toString(16).padStart(2, "0")).join(" ");
  }
  if (Array.isArray(value)) return value.map(String).join(", ");
  return value === null || value === undefined ? "" : String(value);
}

/**
 * The part of a value that a text stands for: decimal or 0x numbers, lists with commas or blanks, names, addresses, bytes as hex.
 *
 * @throws TypeError `ERR_CMSG_INVALID_ARG_TYPE` for a text of another kind.
 * @throws RangeError `ERR_CMSG_OUT_OF_RANGE` for a number outside the limits.
 * @throws NotationError `ERR_CMSG_NOTATION` for bytes that are no hex.
 * @example
 * const [fds] = valueForm(rights, { abi: "linux-x86_64-glibc" }).fields;
 * parseField(fds, "7, 8") // [7, 8]
 */
export function parseField(field: ValueField, text: string): unknown {
  if (typeof text !== "string") throw typeError(field.name, "a string", text);
  const trimmed = text.trim();
  switch (field.kind) {
    case "integer":
      return Number(numberIn(field, trimmed));
    case "bigint":
      return numberIn(field, trimmed);
    case "time":
      return trimmed === "" ? null : numberIn(field, trimmed);
    case "integers":
      return partsOf(trimmed).map((part) => Number(numberIn(field, part)));
    case "bigints":
      return partsOf(trimmed).map((part) => numberIn(field, part));
    case "name":
      return nameOrNumber(field, trimmed);
    case "names":
      return partsOf(trimmed).map((part) => nameOrNumber(field, part));
    case "boolean":
      return booleanOf(field, trimmed);
    case "bytes":
      return readHex(trimmed).finish().bytes;
    case "text":
      return text;
    case "other":
      return field.value;
    default:
      return trimmed;
  }
}

/** The items of a list. */
function partsOf(text: string): readonly string[] {
  return text.split(/[\s,|]+/).filter((part) => part !== "");
}

const NUMBER = /^[+-]?(?:0[xX][0-9a-fA-F]{1,32}|[0-9]{1,40})n?$/;

function numberIn({ name, least, most }: ValueField, text: string): bigint {
  if (!NUMBER.test(text)) throw typeError(name, "a decimal or 0x number", text);
  const plain = BigInt(text.replace(/^[+-]|n$/g, ""));
  const number = text.startsWith("-") ? -plain : plain;
  if ((least !== null && number < least) || (most !== null && number > most)) {
    throw rangeError(name, `from ${least} to ${most}`, text);
  }
  return number;
}

function nameOrNumber(field: ValueField, text: string): string | number {
  if (!NUMBER.test(text)) return text;
  return Number(numberIn(field, text));
}

const BOOLEANS: ReadonlyMap<string, boolean> = new Map([
  ["true", true],
  ["yes", true],
  ["1", true],
  ["false", false],
  ["no", false],
  ["0", false],
]);

function booleanOf({ name }: ValueField, text: string): boolean {
  const value = BOOLEANS.get(text.toLowerCase());
  if (value === undefined) throw typeError(name, "true or false", text);
  return value;
}

/**
 * A value from the texts of its fields, in their order; a field whose text is undefined keeps what it is to begin with.
 *
 * @example
 * const form = valueForm(credentials, { abi: "linux-x86_64-glibc" });
 * formValue(form, ["1", undefined, "0x64"]) // { pid: 1, uid: 1000, gid: 100 }
 */
export function formValue(form: ValueForm, texts: readonly (string | undefined)[]): unknown {
  return form.fields.reduce((whole: unknown, field, i) => {
    const text = texts[i];
    return text === undefined ? whole : replaced(whole, field.path, parseField(field, text));
  }, form.value);
}

/** A copy of a value with another part at a path. */
function replaced(whole: unknown, [key, ...rest]: readonly string[], part: unknown): unknown {
  if (key === undefined) return part;
  const record = whole as Readonly<Record<string, unknown>>;
  return { ...record, [key]: replaced(record[key], rest, part) };
}
