// The explained control buffer as text: one row per span, eight bytes a line, then the walk and what is wrong.

import { flagOf, integerIn, optionsOf } from "./arguments.js";
import type { Problem } from "./problem.js";
import type { Span, SpanRole } from "./spans.js";
import { besides, plainText, wrapped } from "./text.js";
import { stepLines, type WalkStep } from "./walk-step.js";

/** What a piece of the drawing is: the role of its bytes, or a part beside them. */
export type DrawnRole = SpanRole | "title" | "offset" | "step" | "verdict" | "error" | "warning";

/** A part of the drawing: the bytes with their names, the trace of the walk, what is wrong. */
export type DrawnPart = "bytes" | "walk" | "problems";

/** How an explanation is drawn. */
export interface DrawOptions {
  /** Columns, from 20 on; 80 unless given. Below 64 the bytes stand under their names. */
  readonly width?: number;
  /** Draw with ASCII alone. */
  readonly ascii?: boolean;
  /** What is drawn; all of it unless given. */
  readonly parts?: readonly DrawnPart[];
  /** Dresses a piece of text, such as in colour. Its width must stay. */
  readonly style?: (text: string, role: DrawnRole) => string;
}

/** What the drawing needs of an explanation. */
interface Drawn {
  readonly abi: string;
  readonly rule: string;
  readonly count: number;
  readonly spans: readonly Span[];
  readonly steps: readonly WalkStep[];
  readonly problems: readonly Problem[];
}

/** The options with what stands for those that are not given. */
interface Look {
  readonly width: number;
  readonly plain: (text: string) => string;
  readonly style: (text: string, role: DrawnRole) => string;
}

const BYTES_A_LINE = 8;
/** Columns for names: as many as the longest takes, within reason. */
const LABEL_WIDTH = { least: 12, most: 24 };
/** Columns of a terminal, and those below which names and bytes do not stand side by side. */
const WIDTH = 80;
const NARROW = 64;
const WIDTHS = { least: 20, most: 10_000 };

const LABELS: Readonly<Record<SpanRole, string>> = {
  len: "cmsg_len",
  level: "cmsg_level",
  type: "cmsg_type",
  "header-pad": "padding",
  payload: "payload",
  field: "",
  pad: "padding",
  tail: "tail",
  unknown: "unknown",
  unreadable: "unreadable",
};

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}

const ALL: readonly DrawnPart[] = ["bytes", "walk", "problems"];

/** The whole drawing, or the parts of it that are asked for. */
export function drawExplanation(model: Drawn, bytes: Uint8Array, options?: DrawOptions): string {
  const given = optionsOf(options, "options");
  const { parts = ALL, style = (text) => text } = given;
  const width = integerIn(given.width ?? WIDTH, WIDTHS.least, WIDTHS.most, "width");
  const plain = flagOf(given.ascii, "ascii") ? plainText : (text: string): string => text;
  const look: Look = { width, plain, style };
  const has = (part: DrawnPart): boolean => parts.includes(part);
  const sections = [
    ...(has("bytes")
      ? [headLines(model, bytes, look), ...messageSections(model, bytes, look)]
      : []),
    ...(has("walk") ? [walkLines(model, look)] : []),
    ...(has("problems") ? [problemLines(model, look)] : []),
  ];
  return sections.map((lines) => lines.join("\n")).join("\n\n");
}

function headLines({ count: messages, abi }: Drawn, bytes: Uint8Array, look: Look): string[] {
  const head = `control buffer: ${count(bytes.length, "byte")}, ${count(messages, "message")}, ${abi}`;
  return wrapped(head, "", "  ", look.width).map((line) => look.style(line, "title"));
}

function walkLines({ rule, steps }: Drawn, look: Look): string[] {
  return [
    look.style(`walk by the rule ${rule}`, "title"),
    ...steps.flatMap((step) => stepRows(step, look)),
  ];
}

function problemLines({ problems }: Drawn, { width, plain, style }: Look): string[] {
  if (problems.length === 0) return [style("problems: none", "title")];
  const rows = problems.flatMap(({ severity, message }) =>
    wrapped(plain(`${severity}: ${message}`), "  ", "    ", width).map((line) =>
      style(line, severity),
    ),
  );
  return [style("problems", "title"), ...rows];
}

/** The spans' rows, one section per message. */
function messageSections({ spans }: Drawn, bytes: Uint8Array, look: Look): string[][] {
  const sections: string[][] = [];
  const longest = spans.reduce((most, span) => Math.max(most, labelOf(span).length), 0);
  const column = Math.min(Math.max(longest, LABEL_WIDTH.least), LABEL_WIDTH.most);
  const rowsOf = look.width < NARROW ? narrowRows : wideRows;
  let current: number | null | undefined;
  for (const span of spans) {
    if (span.message !== current) sections.push([]);
    current = span.message;
    // One by one: a span of a large buffer has more rows than a call can have arguments.
    for (const row of rowsOf(span, bytes, look, column)) sections.at(-1)?.push(row);
  }
  return sections;
}

/** Bytes of a span as lines of hex, with the offset of each. */
function hexLines(span: Span, bytes: Uint8Array): { offset: string; hex: string }[] {
  const lines: { offset: string; hex: string }[] = [];
  for (let at = span.from; at < span.to; at += BYTES_A_LINE) {
    const part = bytes.subarray(at, Math.min(at + BYTES_A_LINE, span.to));
    const shown = (byte: number): string =>
      span.role === "unknown" ? "??" : byte.toString(16).padStart(2, "0");
    const hex = Array.from(part, shown).join(" ");
    lines.push({ offset: at.toString(16).padStart(4, "0"), hex });
  }
  return lines;
}

const HEX_WIDTH = BYTES_A_LINE * 3 - 1;

/** Bytes on the left; name, value and note on the right. */
function wideRows(span: Span, bytes: Uint8Array, look: Look, column: number): string[] {
  const { width, plain, style } = look;
  const { role } = span;
  const left = hexLines(span, bytes).map(({ offset, hex }) => {
    const space = " ".repeat(HEX_WIDTH - hex.length);
    return {
      painted: `  ${style(offset, "offset")}  ${style(hex, role)}${space}`,
      width: offset.length + 4 + HEX_WIDTH,
    };
  });
  const front = " ".repeat(left[0]?.width ?? 0);
  const label = plain(labelOf(span));
  const first = `${front}  ${label.padEnd(column)} `;
  const right = wrapped(plain(spanText(span)), first, `${front}${" ".repeat(column + 3)}`, width);
  return besides(left.length, right.length, (i) => {
    const rest = (right[i] ?? "").slice(front.length).trimEnd();
    const text = i === 0 ? named(rest, label, role, style) : rest;
    return `${left[i]?.painted ?? front}${text}`.trimEnd();
  });
}

/** The part right of the bytes with its name dressed. */
function named(text: string, label: string, role: SpanRole, style: Look["style"]): string {
  const at = 2 + label.length;
  return label === "" ? text : `  ${style(label, role)}${text.slice(at)}`;
}

/** Name, value and note above the bytes. */
function narrowRows(span: Span, bytes: Uint8Array, look: Look): string[] {
  const { width, plain, style } = look;
  const lines = hexLines(span, bytes);
  const label = plain(labelOf(span));
  const offset = lines[0]?.offset ?? "";
  const first = `${offset}  ${label}  `;
  const head = wrapped(plain(spanText(span)), first, " ".repeat(offset.length + 4), width).map(
    (line, i) =>
      i > 0
        ? line
        : `${style(offset, "offset")}  ${style(label, span.role)}${line.slice(offset.length + 2 + label.length)}`,
  );
  const front = " ".repeat(offset.length + 2);
  return [
    ...head.map((line) => line.trimEnd()),
    ...lines.map(({ hex }) => `${front}${style(hex, span.role)}`),
  ];
}

/** The call of a macro, and below it what decided. */
function stepRows(step: WalkStep, { width, plain, style }: Look): string[] {
  const [head, decision] = stepLines(step);
  return [
    ...wrapped(plain(head), "  ", "      ", width).map((line) => style(line, "step")),
    ...wrapped(plain(decision), "    ", "      ", width).map((line) => style(line, "verdict")),
  ];
}

function labelOf({ role, field }: Span): string {
  return field ?? LABELS[role];
}

/** Value and note of a span. Bytes that stand to the left of it are not said again. */
function spanText({ role, value, note }: Span): string {
  const named = role === "level" || role === "type";
  const bytes = typeof value === "string" && /^[0-9a-f]{2}( [0-9a-f]{2})*$/.test(value);
  const shown = value === null || named || bytes ? "" : String(value);
  return [shown, note].filter((part) => part !== null && part !== "").join("  ");
}
