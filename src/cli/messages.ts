// Control messages as they are written on a command line: a type with its fields, or level, type and bytes.

import { type AbiName, encodeControl, type MessageInput } from "../index.js";
import { fieldText, parseField, type ValueField, type ValueForm, valueForm } from "../model.js";
import type { Candidate } from "./candidates.js";
import { typeWords } from "./candidates.js";
import { findKnown, knownNamed } from "./definitions.js";
import { usageError } from "./errors.js";
import { fromText } from "./input.js";
import { likest } from "./values.js";

/** What the help of subcommands says of their messages. */
export const MESSAGE_OPERANDS: Readonly<Record<string, string>> = {
  TYPE: "a control message by its name: rights, SCM_RIGHTS, packetInfo6 (cmsg types lists them)",
  "FIELD=VALUE":
    "a field of the type in front of it: numbers, lists with commas, names, addresses, hex",
  "LEVEL/TYPE/HEX": "any message: numbers or C names of level and type, and the payload as hex",
};

/** Messages of a line, and the fields that nobody gave. */
export interface GivenMessages {
  readonly messages: readonly MessageInput[];
  /** Fields with what stands for them, such as `credentials uid=1000`. */
  readonly assumed: readonly string[];
}

/** A type with the fields that stand behind it. */
interface Typed {
  readonly name: string;
  readonly fields: readonly (readonly [name: string, text: string])[];
}

/** Reads messages: each field belongs to the type in front of it. */
export function readMessages(words: readonly string[], abi: AbiName): GivenMessages {
  const messages: MessageInput[] = [];
  const assumed: string[] = [];
  for (const group of grouped(words)) {
    const raw = rawMessage(group, abi);
    if (raw !== undefined) {
      messages.push(raw);
      continue;
    }
    const { message, missing } = typedMessage(group, abi);
    messages.push(message);
    assumed.push(...missing);
  }
  return { messages, assumed };
}

function grouped(words: readonly string[]): Typed[] {
  const groups: { name: string; fields: [string, string][] }[] = [];
  for (const word of words) {
    const [, field, text] = /^([\w.[\]-]+)=(.*)$/s.exec(word) ?? [];
    const last = groups.at(-1);
    if (field === undefined || text === undefined) groups.push({ name: word, fields: [] });
    else if (last === undefined) {
      throw usageError(`'${word}' is a field, and no control message stands in front of it`);
    } else last.fields.push([field, text]);
  }
  return groups;
}

const RAW = /^([\w+-]+)\/([\w+-]+)\/(.*)$/s;

function rawMessage({ name, fields }: Typed, abi: AbiName): MessageInput | undefined {
  const [, level, type, hex] = RAW.exec(name) ?? [];
  if (level === undefined || type === undefined || hex === undefined) return undefined;
  const [extra] = fields;
  if (extra !== undefined)
    throw usageError(`'${name}' is bytes alone: it has no field '${extra[0]}'`);
  const message = {
    level: nameOrNumber(level),
    type: nameOrNumber(type),
    payload: payloadOf(name, hex),
  };
  // Names that the ABI lacks are refused here, where it is known which word has them.
  return checked(message, `'${name}'`, abi);
}

function payloadOf(name: string, hex: string): Uint8Array {
  if (hex.trim() === "") return new Uint8Array(0);
  try {
    return fromText(hex, "hex").bytes;
  } catch (error) {
    throw usageError(`payload of '${name}': ${(error as Error).message}`);
  }
}

function nameOrNumber(text: string): string | number {
  return /^[+-]?(0x[0-9a-f]+|\d+)$/i.test(text) ? Number(text) : text;
}

/** A message that can be encoded, or an error that says whose fault it is. */
function checked(message: MessageInput, what: string, abi: AbiName): MessageInput {
  try {
    encodeControl([message], { abi });
    return message;
  } catch (error) {
    const sentence = (error as Error).message.replace(/\bmessages\[0\](\.value)?[.:]? ?/, "");
    throw usageError(`${what}: ${sentence}`);
  }
}

function typedMessage(
  { name, fields }: Typed,
  abi: AbiName,
): { message: MessageInput; missing: string[] } {
  const { definition } = knownNamed(name, abi);
  const form = valueForm(definition, { abi });
  if (form === null || form.value === undefined) {
    throw usageError(`${name} has no value that could be written here: give it as LEVEL/TYPE/HEX`);
  }
  let value: unknown = form.value;
  const given = new Set<ValueField>();
  for (const [word, text] of fields) {
    const field = fieldNamed(form, word);
    if (field === undefined) throw unknownField(form, name, word);
    if (given.has(field)) throw usageError(`${name}: '${word}' is given twice`);
    given.add(field);
    value = replaced(value, field.path, partOf(name, field, text));
  }
  const missing = form.fields
    .filter((field) => !given.has(field))
    .map((field) => `${name} ${wordOf(field)}=${fieldText(field)}`);
  return { message: checked({ definition, value }, name, abi), missing };
}

/** A copy of a value with another part at a path. */
function replaced(whole: unknown, [key, ...rest]: readonly string[], part: unknown): unknown {
  if (key === undefined) return part;
  const record = whole as Readonly<Record<string, unknown>>;
  return { ...record, [key]: replaced(record[key], rest, part) };
}

function partOf(type: string, field: ValueField, text: string): unknown {
  if (field.kind === "other") {
    throw usageError(
      `${type}: ${wordOf(field)} cannot be written here: give the message as LEVEL/TYPE/HEX`,
    );
  }
  try {
    return parseField(field, text);
  } catch (error) {
    const why = (error as Error).message;
    throw usageError(`${type} ${wordOf(field)}=${text}: expected ${expected(field)} (${why})`);
  }
}

const EXPECTED: Readonly<Record<ValueField["kind"], string>> = {
  integer: "a number",
  bigint: "a number",
  integers: "numbers with commas",
  bigints: "numbers with commas",
  name: "a name or a number",
  names: "names or numbers with commas",
  boolean: "true or false",
  text: "text",
  bytes: "bytes as hex",
  ipv4: "an address of IPv4",
  ipv6: "an address of IPv6",
  mac: "an address such as 02:00:00:00:00:01",
  time: "nanoseconds",
  other: "LEVEL/TYPE/HEX",
};

/** What may stand for a field, in words. */
export function expected({ kind, least, most, names, unit }: ValueField): string {
  const range = least === null || most === null ? "" : ` from ${least} to ${most}`;
  const counted = unit === null || kind === "time" ? "" : ` of ${unit}`;
  const listed =
    names.length === 0 ? "" : `: ${names.slice(0, 6).join(", ")}${names.length > 6 ? ", …" : ""}`;
  return `${EXPECTED[kind]}${counted}${range}${listed}`;
}

/** The word for a field: the C name of its member. */
function wordOf({ name }: ValueField): string {
  return name;
}

/** The field that a word names: by its C name, by its path in the value, or by the end of either. */
function fieldNamed({ fields }: ValueForm, word: string): ValueField | undefined {
  const path = (field: ValueField): string => field.path.join(".");
  return (
    fields.find((field) => field.name === word) ??
    fields.find((field) => path(field) === word) ??
    onlyOne(fields.filter((field) => field.path.at(-1) === word || field.name.endsWith(`_${word}`)))
  );
}

function onlyOne<T>(list: readonly T[]): T | undefined {
  return list.length === 1 ? list[0] : undefined;
}

function unknownField(form: ValueForm, type: string, word: string): Error {
  const words = form.fields.map(wordOf);
  if (words.length === 0) return usageError(`${type} has no fields: '${word}' is too much`);
  const near = likest(word, words);
  const hint = near.length === 0 ? "" : `, close to it: ${near.join(", ")}`;
  return usageError(`${type} has no field '${word}'${hint}; it has ${words.join(", ")}`);
}

/** What may be written next: types, and the fields of the last one that are not given yet. */
export function messageWords(before: readonly string[], abi: AbiName): Candidate[] {
  const groups =
    before.length === 0 ? [] : grouped(before.filter((word, i) => i > 0 || !word.includes("=")));
  const last = groups.at(-1);
  const known = last === undefined ? undefined : findKnown(last.name, abi);
  const form = known === undefined ? null : valueForm(known.definition, { abi });
  const given = new Set(last?.fields.map(([word]) => word));
  const fields = (form?.fields ?? [])
    .filter(({ name, kind }) => kind !== "other" && !given.has(name))
    .map((field): Candidate => ({ word: `${wordOf(field)}=`, about: expected(field), open: true }));
  return [...fields, ...typeWords()];
}
