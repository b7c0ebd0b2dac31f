// A control buffer divided into spans: every byte in exactly one, for any bytes and any ABI. A walk may visit headers that
// overlap; a byte then belongs to the header that came first.

import { ELEMENT_REST } from "../../assembly/shared/kind.js";
import type { Abi } from "./abi.js";
import { findDefinition, findForm } from "./catalogue/index.js";
import { type Cell, type Element, isOctets } from "./cell.js";
import { ARENA_CONTROL, type Core } from "./core.js";
import type { AnyDefinition } from "./definition.js";
import type { Form } from "./form.js";
import { levelText, typeName, withNumber } from "./names.js";
import { structProgram } from "./struct.js";
import type { WalkHeader } from "./walk.js";

/** What the bytes of a span are. */
export type SpanRole =
  | "len"
  | "level"
  | "type"
  | "header-pad"
  | "payload"
  | "field"
  | "pad"
  | "tail"
  | "unknown"
  | "unreadable";

/** Bytes `from` (included) to `to` (excluded) of a control buffer. */
export interface Span {
  readonly from: number;
  readonly to: number;
  readonly role: SpanRole;
  /** Index of the control message; null behind the last one. */
  readonly message: number | null;
  /** C name of the member; null where there is none. */
  readonly field: string | null;
  /** What the member's number or bytes stand for; null for padding and unknown payload. */
  readonly value: number | bigint | string | null;
  /** What a reader should know about it. */
  readonly note: string | null;
}

const ROLES: readonly SpanRole[] = ["len", "level", "type"];

/** Spans of the `length` bytes at the arena's control offset, whose headers a walk has visited. */
export function partition(
  core: Core,
  abi: Abi,
  length: number,
  headers: readonly WalkHeader[],
  own: readonly AnyDefinition[],
): readonly Span[] {
  const spans: Span[] = [];
  const owner = new Int32Array(length).fill(-1);
  const claim = (span: Span): void => {
    const to = Math.min(span.to, length);
    let taken = false;
    for (let at = Math.max(span.from, 0); at < to; at++) {
      if (owner[at] !== -1) continue;
      owner[at] = spans.length;
      taken = true;
    }
    if (taken) spans.push(span);
  };
  // A definition of the caller's own may show values by the caller's code: all bytes are out of the memory by then.
  const known = headers.map((header) => unpackKnown(core, abi, length, header, own));
  headers.forEach((header, message) => {
    for (const span of headerSpans(core, abi, header, message, own)) claim(span);
    const next = headers[message + 1]?.offset;
    const fields = fieldSpans(core, abi, header, message, known[message]);
    for (const span of fields) claim(span);
    for (const span of payloadSpans(core, abi, length, header, message, next)) claim(span);
  });
  claim(tailSpan(core, abi, length, owner));
  return inOrder(spans, owner);
}

/** The runs of equal owners, as spans. */
function inOrder(spans: readonly Span[], owner: Int32Array): readonly Span[] {
  const found: Span[] = [];
  let from = 0;
  for (let at = 1; at <= owner.length; at++) {
    if (at < owner.length && owner[at] === owner[from]) continue;
    const span = spans[owner[from] as number] as Span;
    found.push(Object.freeze({ ...span, from, to: at }));
    from = at;
  }
  return found;
}

function tailSpan(core: Core, abi: Abi, length: number, owner: Int32Array): Span {
  const free = owner.filter((index) => index === -1).length;
  const header = structProgram(core, abi, "cmsghdr").layout(core, abi).size;
  const note =
    free < header
      ? `${free} bytes: too short for a header of ${header}`
      : "behind the last header that the macros visit";
  return { from: 0, to: length, role: "tail", message: null, field: null, value: null, note };
}

function headerSpans(
  core: Core,
  abi: Abi,
  header: WalkHeader,
  message: number,
  own: readonly AnyDefinition[],
): Span[] {
  const { offset, claimed, level, type, dataOffset } = header;
  const program = structProgram(core, abi, "cmsghdr");
  const { places } = program.layout(core, abi);
  const empty = core.exports.cmsg_len(abi.index, 0);
  const values = [claimed, level, type];
  const notes = [
    claimed >= BigInt(empty)
      ? `CMSG_LEN(${claimed - BigInt(empty)})`
      : `less than CMSG_LEN(0) = ${empty}`,
    levelText(abi, level, findDefinition(abi, level, type, own)),
    withNumber(typeName(abi, level, type, own), type),
  ];
  const members = program.elements.map((element, i): Span => {
    const place = places[i] ?? { offset: 0, width: 0 };
    const from = offset + place.offset;
    const value = values[i] ?? null;
    const role = ROLES[i] ?? "len";
    return {
      from,
      to: from + place.width,
      role,
      message,
      field: element.name,
      value,
      note: notes[i] ?? null,
    };
  });
  const pad = { role: "header-pad" as const, message, field: null, value: null };
  const { size } = program.layout(core, abi);
  return [
    ...members,
    { from: offset, to: offset + size, ...pad, note: "completes the place of cmsg_len" },
    { from: offset + size, to: dataOffset, ...pad, note: "rounds the header up" },
  ];
}

/** Where the payload of a header ends: where it says, or with the buffer. */
function payloadEnd(length: number, { offset, claimed }: WalkHeader): number {
  return claimed > BigInt(length - offset) ? length : offset + Number(claimed);
}

/** Bytes that no field knows, and the padding up to the next header. */
function payloadSpans(
  core: Core,
  abi: Abi,
  length: number,
  header: WalkHeader,
  message: number,
  next: number | undefined,
): Span[] {
  const { offset, claimed, dataOffset } = header;
  const over = claimed > BigInt(length - offset);
  const end = payloadEnd(length, header);
  const note = over ? `cmsg_len says ${claimed}, ${length - offset} are here` : null;
  const rest = { message, field: null, value: null };
  const whole: Span = { ...rest, from: dataOffset, to: end, role: "payload", note };
  if (over) return [whole];
  const data = Math.max(end - dataOffset, 0);
  const space = core.exports.cmsg_space(abi.index, data);
  const to = next ?? Math.max(offset + space, end);
  const cut = to > length ? ", cut short" : "";
  const padNote =
    to === offset + space ? `to CMSG_SPACE(${data}) = ${space}${cut}` : "to the next header";
  return [whole, { ...rest, from: end, to, role: "pad", note: padNote }];
}

/** The form that reads the payload of a header, and its cells. */
interface Known {
  readonly form: Form;
  readonly cells: readonly Cell[];
}

function unpackKnown(
  core: Core,
  abi: Abi,
  length: number,
  header: WalkHeader,
  own: readonly AnyDefinition[],
): Known | undefined {
  const size = payloadEnd(length, header) - header.dataOffset;
  const form = findForm(core, abi, header.level, header.type, size, own)?.form;
  if (form === undefined || size <= 0) return undefined;
  const at = core.arena + ARENA_CONTROL + header.dataOffset;
  const cells = form.program.unpack(core, abi, at, size);
  return cells === undefined ? undefined : { form, cells };
}

/** Spans of the members that a definition knows, and the padding between them. */
function fieldSpans(
  core: Core,
  abi: Abi,
  { dataOffset }: WalkHeader,
  message: number,
  known: Known | undefined,
): Span[] {
  if (known === undefined) return [];
  const fields = fieldsOf(core, abi, known.form, known.cells, dataOffset, message);
  const last = fields.reduce((end, { to }) => Math.max(end, to), dataOffset);
  const inside = { role: "pad" as const, message, field: null, value: null };
  const note = "inside the struct";
  return [...fields, { from: dataOffset, to: last, ...inside, note }];
}

/** Spans of the members of a payload that begins at `at`. */
export function fieldsOf(
  core: Core,
  abi: Abi,
  { program }: Form,
  cells: readonly Cell[],
  at = 0,
  message: number | null = null,
): Span[] {
  const { places } = program.layout(core, abi);
  return program.elements.flatMap((element, i) => {
    const { offset, width } = places[i] ?? { offset: 0, width: 0 };
    const near = (n: number): Cell | undefined => cells[i + n];
    const noteOf = (cell: Cell) => element.note?.(cell, abi, near) ?? element.unit ?? null;
    return elementSpans(element, cells[i] as Cell, noteOf, at + offset, width, message);
  });
}

function elementSpans(
  element: Element,
  cell: Cell,
  noteOf: (cell: Cell) => string | null,
  at: number,
  width: number,
  message: number | null,
): Span[] {
  const { name, kind, count, show } = element;
  const one = (from: number, size: number, field: string, value: Cell): Span => {
    const shown = show?.(value) ?? plain(value);
    const note = noteOf(value);
    return { from, to: from + size, role: "field", message, field, value: shown, note };
  };
  if (isOctets(kind)) return [one(at, (cell as Uint8Array).length, name, cell)];
  // A number of no width is a member that this system's struct does not have, such as sin_len.
  if (count === 1) return width === 0 ? [] : [one(at, width, name, cell)];
  const items = cell as readonly (number | bigint)[];
  const named = count === ELEMENT_REST || count > 1;
  return items.map((item, i) => one(at + i * width, width, named ? `${name}[${i}]` : name, item));
}

function plain(cell: Cell): number | bigint | string {
  if (typeof cell === "number" || typeof cell === "bigint") return cell;
  return Array.from(cell as Uint8Array, (byte) => byte.toString(16).padStart(2, "0")).join(" ");
}
