// A comparison of ABIs as text: a row for each member, a column for each ABI, as many of them side by side as fit.

import type { Span } from "../index.js";
import type { ComparedCell, ComparedMessage, Comparison } from "../model.js";
import { paintRole } from "./draw.js";
import { filled, merged } from "./lines.js";
import { isAscii, paint, sign, width } from "./output.js";

/** Columns of a row in front of its ABIs: the mark, and the names of members. */
const mark = (): number => (isAscii() ? 3 : 2);
const LABEL = { least: 10, most: 20 };
const OFFSET = 6;
const GAP = 2;

/** How the drawing is divided. */
interface Plan {
  readonly label: number;
  /** Bytes in a line of a cell. */
  readonly bytes: number;
  /** Columns of a cell. */
  readonly cell: number;
  /** ABIs that stand side by side. */
  readonly abis: number;
}

/** All of a comparison. */
export function comparisonLines(comparison: Comparison): string[] {
  const { abis, messages } = comparison;
  const plan = planOf(comparison);
  const groups = Array.from({ length: Math.ceil(abis.length / plan.abis) }, (_, i) =>
    abis.slice(i * plan.abis, (i + 1) * plan.abis).map((_one, k) => i * plan.abis + k),
  );
  return groups.flatMap((columns, i) => [
    ...(i === 0 ? [] : ["", ""]),
    ...headLines(comparison, columns, plan),
    ...messages.flatMap((message, index) => [
      "",
      ...messageLines(comparison, message, index, columns, plan),
    ]),
    "",
    ...totalLines(comparison, columns, plan),
  ]);
}

function planOf({ abis, messages }: Comparison): Plan {
  const names = messages.flatMap(({ cells }) =>
    cells.flatMap((cell) => cell?.spans.map(labelOf) ?? []),
  );
  const longest = Math.max(LABEL.least, ...names.map((name) => sign(name).length));
  const label = Math.min(longest, LABEL.most);
  const room = width() - mark() - label;
  const wide = OFFSET + 8 * 3 - 1;
  const bytes = room >= wide + GAP ? 8 : 4;
  const header = Math.max(...abis.map(({ abi }) => String(abi).length));
  const cell = Math.max(OFFSET + bytes * 3 - 1, Math.min(header, room - GAP));
  return { label, bytes, cell, abis: Math.max(1, Math.floor(room / (cell + GAP))) };
}

function line(label: string, cells: readonly string[], { label: column, cell }: Plan): string {
  const texts = cells.map((text) => `${" ".repeat(GAP)}${text.padEnd(cell)}`);
  return `${" ".repeat(mark())}${label.padEnd(column)}${texts.join("")}`.trimEnd();
}

function headLines({ abis }: Comparison, columns: readonly number[], plan: Plan): string[] {
  const names = columns.map((i) => String(abis[i]?.abi).slice(0, plan.cell));
  const facts = columns.flatMap((i) =>
    filled(`${abis[i]?.abi}: ${abis[i]?.fact}`, 0, 2).map((text) => paint("dim", text)),
  );
  return [...facts, "", paint("bold", line("", names, plan))];
}

function messageLines(
  comparison: Comparison,
  { cells, reasons }: ComparedMessage,
  index: number,
  columns: readonly number[],
  plan: Plan,
): string[] {
  const all = cells.map((cell) => (cell === null ? new Map<string, Span>() : spansByKey(cell)));
  const keys = merged(all.map((spans) => [...spans.keys()]));
  const name = typeOf(cells) ?? "not there in any of them";
  const rows = keys.flatMap((key) => {
    const members = membersOf(key, comparison, cells, all);
    const differs = members.some((member) => differing(member, members).size > 0);
    const texts = columns.map((i) => {
      const member = members[i];
      return member?.span == null
        ? []
        : cellLines(member.span, member.bytes, differing(member, members), plan);
    });
    const height = Math.max(...texts.map((lines) => lines.length));
    const label = sign(labelText(key)).slice(0, plan.label);
    return Array.from({ length: height }, (_, row) => {
      const marked = row === 0 && differs ? sign("≠") : "";
      const front = `${paint("yellow", marked)}${" ".repeat(mark() - marked.length)}${row === 0 ? label.padEnd(plan.label) : " ".repeat(plan.label)}`;
      const parts = texts.map((lines) => {
        const part = lines[row] ?? { text: "", length: 0 };
        return `${" ".repeat(GAP)}${part.text}${" ".repeat(Math.max(plan.cell - part.length, 0))}`;
      });
      return `${front}${parts.join("")}`.trimEnd();
    });
  });
  const why = columns.flatMap((i) => {
    const reason = reasons[i];
    return reason === null || reason === undefined
      ? []
      : filled(reason, 2, 4).map((text) => paint("yellow", text));
  });
  const lengths = [
    line(
      "CMSG_LEN",
      columns.map((i) => lengthText(cells[i]?.length)),
      plan,
    ),
    line(
      "CMSG_SPACE",
      columns.map((i) => lengthText(cells[i]?.space)),
      plan,
    ),
  ];
  return [
    paint("bold", `message ${index}: ${name}`),
    ...rows,
    ...lengths.map((text) => paint("dim", text)),
    ...why,
  ];
}

function lengthText(length: number | undefined): string {
  return length === undefined ? sign("–") : String(length);
}

function totalLines({ abis }: Comparison, columns: readonly number[], plan: Plan): string[] {
  const sums = (of: "length" | "space"): string[] => columns.map((i) => String(abis[i]?.[of]));
  return [
    paint("bold", "all messages"),
    line("CMSG_LEN", sums("length"), plan),
    line("CMSG_SPACE", sums("space"), plan),
  ];
}

/** Spans of a message by what they are, in their order. */
function spansByKey({ spans }: ComparedCell): Map<string, Span> {
  const found = new Map<string, Span>();
  for (const span of spans) {
    const label = `${labelOf(span)}\0${span.role}`;
    let key = label;
    for (let i = 2; found.has(key); i++) key = `${label}${i}`;
    found.set(key, span);
  }
  return found;
}

function labelOf({ role, field }: Span): string {
  if (field !== null) return field;
  return role === "pad" || role === "header-pad" ? "padding" : role;
}

function labelText(key: string): string {
  return key.split("\0")[0] ?? "";
}

/** A member of a message in an ABI: without bytes where the message has no such member there. */
interface Member {
  readonly span: Span | undefined;
  readonly bytes: Uint8Array;
}

/** A member in each ABI; null where the ABI has not the message. */
function membersOf(
  key: string,
  { abis }: Comparison,
  cells: readonly (ComparedCell | null)[],
  all: readonly ReadonlyMap<string, Span>[],
): readonly (Member | null)[] {
  return cells.map((cell, i) => {
    if (cell === null) return null;
    const span = all[i]?.get(key);
    return { span, bytes: abis[i]?.bytes.subarray(span?.from ?? 0, span?.to ?? 0) ?? NOTHING };
  });
}

const NOTHING = new Uint8Array(0);

/** Which bytes of a member are others in some other ABI, or not there. Where the member lies is no difference of it. */
function differing(member: Member | null, members: readonly (Member | null)[]): Set<number> {
  const own = member?.bytes ?? NOTHING;
  const isOther = (at: number): boolean =>
    members.some((other) => other !== null && other.bytes[at] !== own[at]);
  return new Set(Array.from(own.keys()).filter(isOther));
}

/** The offset and bytes of a member, those that differ dressed; with the columns that it takes. */
function cellLines(
  span: Span,
  bytes: Uint8Array,
  others: ReadonlySet<number>,
  { bytes: aLine }: Plan,
): { text: string; length: number }[] {
  return Array.from({ length: Math.ceil(bytes.length / aLine) }, (_, i) => {
    const part = Array.from(bytes.subarray(i * aLine, (i + 1) * aLine), (byte, k) => {
      const text = byte.toString(16).padStart(2, "0");
      return others.has(i * aLine + k)
        ? paint("underline", paint("yellow", text))
        : paintRole(text, span.role);
    });
    const offset = (span.from + i * aLine).toString(16).padStart(4, "0");
    return {
      text: `${paint("dim", offset)}  ${part.join(" ")}`,
      length: OFFSET + part.length * 3 - 1,
    };
  });
}

/** What a message is, by the note of its type. */
function typeOf(cells: readonly (ComparedCell | null)[]): string | undefined {
  const span = cells.find((cell) => cell !== null)?.spans.find(({ role }) => role === "type");
  return span?.note ?? undefined;
}
