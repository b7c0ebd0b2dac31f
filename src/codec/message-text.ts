// A control message as one line: family, level, type, fields with their units, and what is wrong with it.

import type { Abi } from "./abi.js";
import type { Cell } from "./cell.js";
import { ARENA_PAYLOAD, type Core } from "./core.js";
import type { AnyDefinition } from "./definition.js";
import { type Form, fitsExactly, formsIn } from "./form.js";
import { levelText, typeName, withNumber } from "./names.js";
import { complaintsOf } from "./payload.js";
import { fieldsOf } from "./spans.js";

/** What of a control message is printed. */
interface Printed {
  readonly level: number;
  readonly type: number;
  readonly payload: Uint8Array;
  readonly definition: AnyDefinition | undefined;
}

/** The form of a definition that reads a payload, and its cells; these are undefined where it is too short. */
interface Read {
  readonly form: Form;
  readonly cells: readonly Cell[] | undefined;
}

/** Reads the payload of a message by a definition; undefined when level and type are not its own. */
export function readForm(
  core: Core,
  abi: Abi,
  { level, type, payload }: Printed,
  definition: AnyDefinition,
): Read | undefined {
  const { length } = payload;
  const forms = formsIn(definition, abi)
    .filter((known) => known.level === level && known.type === type)
    .map(({ form }) => form);
  const form = forms.find((each) => fitsExactly(core, each, abi, length)) ?? forms[0];
  if (form === undefined) return undefined;
  const at = core.arena + ARENA_PAYLOAD;
  core.bytes.set(payload, at);
  return { form, cells: form.program.unpack(core, abi, at, length) };
}

function headOf(abi: Abi, { level, type, definition }: Printed): string {
  const name = definition?.name ?? typeName(abi, level, type);
  return `${levelText(abi, level, definition)} ${withNumber(name, type)}`;
}

/** A message with the fields of its struct. */
export function messageText(core: Core, abi: Abi, message: Printed): string {
  const { definition, payload } = message;
  const read = definition === undefined ? undefined : readForm(core, abi, message, definition);
  const fields =
    read?.cells === undefined
      ? hexOf(payload)
      : fieldsOf(core, abi, read.form, read.cells)
          .map(({ field, value, note }) => [field, value, note].filter((x) => x !== null).join(" "))
          .join(", ");
  const text = fields === "" ? "" : `: ${fields}`;
  return `${headOf(abi, message)}${text}${complaintOf(core, abi, read, payload.length)}`;
}

/** A message with its value as it was shown, and the members that count in units. */
export function inspectText(core: Core, abi: Abi, message: Printed, shown: string): string {
  const { definition, payload } = message;
  const read = definition === undefined ? undefined : readForm(core, abi, message, definition);
  const units = read?.cells === undefined ? "" : unitsOf(core, abi, { ...read, cells: read.cells });
  const complaint = complaintOf(core, abi, read, payload.length);
  return `${headOf(abi, message)} ${shown}${units}${complaint}`;
}

function unitsOf(
  core: Core,
  abi: Abi,
  { form, cells }: Required<Read> & { cells: readonly Cell[] },
) {
  const { elements } = form.program;
  const [only] = elements;
  if (elements.length === 1 && only?.count === 1) {
    return only.unit === undefined ? "" : ` ${only.unit}`;
  }
  const units = new Map(elements.map(({ name, unit }) => [name, unit]));
  const counted = fieldsOf(core, abi, form, cells).flatMap(({ field, value }) => {
    const unit = units.get(field ?? "");
    return unit === undefined ? [] : [`${field} ${value} ${unit}`];
  });
  return counted.length === 0 ? "" : ` (${counted.join(", ")})`;
}

function complaintOf(core: Core, abi: Abi, read: Read | undefined, length: number): string {
  const complaints = read ? complaintsOf(core, abi, read.form, length, read.cells) : [];
  return complaints.map(({ severity, text }) => ` (${severity}: ${text})`).join("");
}

/** Bytes that a line shows. */
const SHOWN = 32;

function hexOf(bytes: Uint8Array): string {
  const text = Array.from(bytes.subarray(0, SHOWN), (byte) => byte.toString(16).padStart(2, "0"));
  return bytes.length <= SHOWN
    ? text.join(" ")
    : `${text.join(" ")} … ${bytes.length - SHOWN} more bytes`;
}
