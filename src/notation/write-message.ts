// What writers say of one control message: the names of its numbers, and its members in words.

import type { Abi } from "../codec/abi.js";
import { findForm } from "../codec/catalogue/index.js";
import { ARENA_PAYLOAD, standardCore } from "../codec/core.js";
import type { AnyDefinition } from "../codec/definition.js";
import type { ControlMessage } from "../codec/message.js";
import { levelName, typeName } from "../codec/names.js";
import { fieldsOf, type Span } from "../codec/spans.js";

/** C names of a level and a type; undefined where a number has none. */
export interface MessageNames {
  readonly level: string | undefined;
  readonly type: string | undefined;
}

/** The C names of a message's numbers. */
export function namesOf(
  abi: Abi,
  message: ControlMessage,
  own: readonly AnyDefinition[],
): MessageNames {
  const { level, type, definition } = message;
  const known = typeName(abi, level, type, own);
  return {
    level: levelName(abi, level, definition),
    // A definition of the caller's own may be called anything.
    type: known !== undefined && /^[A-Za-z_]\w*$/.test(known) ? known : undefined,
  };
}

/** The members of a payload as spans from its start. */
export function membersOf(
  abi: Abi,
  { level, type, payload }: ControlMessage,
  own: readonly AnyDefinition[],
): readonly Span[] {
  const core = standardCore();
  const form = findForm(core, abi, level, type, payload.length, own)?.form;
  if (form === undefined || payload.length === 0) return [];
  const at = core.arena + ARENA_PAYLOAD;
  core.bytes.set(payload, at);
  const cells = form.program.unpack(core, abi, at, payload.length);
  return cells === undefined ? [] : fieldsOf(core, abi, form, cells);
}

/** Members in words on one line: `pid 4242, uid 1000`. Nothing in it ends a comment of C or a line. */
export function membersText(spans: readonly Span[]): string {
  const parts = spans.slice(0, MEMBERS).map(({ field, value, note }) => {
    const noted = note === null ? "" : ` (${note})`;
    return `${field} ${String(value)}${noted}`;
  });
  const more = spans.length > MEMBERS ? [`and ${spans.length - MEMBERS} more`] : [];
  return plain([...parts, ...more].join(", "));
}

const MEMBERS = 8;

/** A text that stands in a comment: one line of printable ASCII that neither begins nor ends a comment of C. */
export function plain(text: string): string {
  return text
    .replace(/µ/g, "u")
    .replace(/[^\x20-\x7e]+/g, "?")
    .replace(/\*(?=\/)|\/(?=\*)/g, "$& ");
}
