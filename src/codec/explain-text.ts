// The explained control buffer as text: one row per span, eight bytes a line, then the walk and what is wrong.

import type { Problem } from "./payload.js";
import type { Span, SpanRole } from "./spans.js";
import { stepLines, type WalkStep } from "./walk-step.js";

/** What the drawing needs of an explanation. */
interface Drawn {
  readonly abi: string;
  readonly rule: string;
  readonly count: number;
  readonly spans: readonly Span[];
  readonly steps: readonly WalkStep[];
  readonly problems: readonly Problem[];
}

const BYTES_A_LINE = 8;
/** Columns for names: as many as the longest takes, within reason. */
const LABEL_WIDTH = { least: 12, most: 24 };
/** Columns of a terminal. */
const WIDTH = 80;

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

/** The whole drawing. */
export function drawExplanation(model: Drawn, bytes: Uint8Array): string {
  const head = `control buffer: ${count(bytes.length, "byte")}, ${count(model.count, "message")}, ${model.abi}`;
  const walk = [`walk by the rule ${model.rule}`, ...model.steps.flatMap(stepRows)];
  const problems =
    model.problems.length === 0
      ? ["problems: none"]
      : [
          "problems",
          ...model.problems.flatMap(({ severity, message }) =>
            wrapped(`${severity}: ${message}`, "  ", "    "),
          ),
        ];
  const sections = [[head], ...messageSections(model.spans, bytes), walk, problems];
  return sections.map((lines) => lines.join("\n")).join("\n\n");
}

/** The spans' rows, one section per message. */
function messageSections(spans: readonly Span[], bytes: Uint8Array): string[][] {
  const sections: string[][] = [];
  const longest = spans.reduce((most, span) => Math.max(most, labelOf(span).length), 0);
  const width = Math.min(Math.max(longest, LABEL_WIDTH.least), LABEL_WIDTH.most);
  let current: number | null | undefined;
  for (const span of spans) {
    if (span.message !== current) sections.push([]);
    current = span.message;
    // One by one: a span of a large buffer has more rows than a call can have arguments.
    for (const row of spanRows(span, bytes, width)) sections.at(-1)?.push(row);
  }
  return sections;
}

function spanRows(span: Span, bytes: Uint8Array, width: number): string[] {
  const rows: string[] = [];
  for (let at = span.from; at < span.to; at += BYTES_A_LINE) {
    const part = bytes.subarray(at, Math.min(at + BYTES_A_LINE, span.to));
    const shown = (byte: number): string =>
      span.role === "unknown" ? "??" : byte.toString(16).padStart(2, "0");
    const hex = Array.from(part, shown).join(" ");
    const offset = at.toString(16).padStart(4, "0");
    rows.push(`  ${offset}  ${hex.padEnd(BYTES_A_LINE * 3 - 1)}  `);
  }
  const text = spanText(span);
  const blank = " ".repeat(rows[0]?.length ?? 0);
  const first = `${rows[0]}${labelOf(span).padEnd(width)} `;
  const lines = wrapped(text, first, `${blank}${" ".repeat(width + 1)}`);
  // The text goes on beside the bytes that go on, and below them when it is longer.
  const beside = lines.map((line, i) =>
    i === 0 ? line : (rows[i] ?? blank) + line.slice(blank.length),
  );
  return [...beside, ...rows.slice(lines.length)].map((line) => line.trimEnd());
}

/** The call of a macro, and below it what decided. */
function stepRows(step: WalkStep): string[] {
  const [head, decision] = stepLines(step);
  return [...wrapped(head, "  ", "      "), ...wrapped(decision, "    ", "      ")];
}

/** A text in lines of at most WIDTH columns, broken at spaces: the first begins with `first`, the others with `next`. */
function wrapped(text: string, first: string, next: string): string[] {
  // Most texts fit, and a large buffer has hundreds of thousands of them.
  if (first.length + text.length <= WIDTH) return [first + text];
  const lines: string[] = [];
  let line = first;
  let begun = false;
  for (const word of text.split(" ").flatMap((long) => pieces(long, WIDTH - next.length))) {
    if (begun && line.length + 1 + word.length > WIDTH) {
      lines.push(line);
      line = next;
      begun = false;
    }
    line += begun ? ` ${word}` : word;
    begun = true;
  }
  return [...lines, line];
}

/** A word that is longer than a line, in pieces. */
function pieces(word: string, size: number): string[] {
  if (word.length <= size) return [word];
  return Array.from({ length: Math.ceil(word.length / size) }, (_, i) =>
    word.slice(i * size, (i + 1) * size),
  );
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
