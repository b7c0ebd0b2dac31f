// Spans in words: what a label, a tooltip and a screen reader say of bytes.

import type { Span, SpanRole } from "../src/codec.js";

/** Roles in words, in the order of the legend. */
export const ROLES: Readonly<Record<SpanRole, string>> = {
  len: "length",
  level: "level",
  type: "type",
  "header-pad": "padding of the header",
  field: "field",
  payload: "payload",
  pad: "padding",
  tail: "behind the messages",
  unknown: "unknown",
  unreadable: "unreadable",
};

const NAMES: Readonly<Record<SpanRole, string>> = {
  ...ROLES,
  len: "cmsg_len",
  level: "cmsg_level",
  type: "cmsg_type",
  "header-pad": "padding",
  tail: "tail",
};

export function nameOf({ field, role }: Span): string {
  return field ?? NAMES[role];
}

/** What a member stands for, short: a name rather than a number. */
export function valueText({ role, value, note }: Span): string {
  if (role === "unknown") return role;
  if (role === "level" || role === "type") return note ?? String(value);
  return value === null ? "" : String(value);
}

/** Name and value. */
export function titleOf(span: Span): string {
  const value = valueText(span);
  return value === "" ? nameOf(span) : `${nameOf(span)} ${value}`;
}

/** The note, where it is not the value itself. */
export function noteOf(span: Span): string {
  return span.role === "level" || span.role === "type" ? "" : (span.note ?? "");
}

/** A count with its noun. */
export function count(number: number | bigint, noun: string): string {
  return `${number} ${noun}${Number(number) === 1 ? "" : "s"}`;
}
