// A control buffer as a figure for slides and lecture notes: a grid of bytes with roles in colour and texture, a ruler with offsets
// and the unit of alignment, the names of the spans, a legend. The same bytes give the same figure.

import type { Explanation } from "../codec/explain.js";
import type { Span, SpanRole } from "../codec/spans.js";
import { layout } from "../codec.js";
import { ROLE_STYLES } from "./svg-palette.js";

const COLUMNS = 8;
const CELL = { width: 44, height: 34 };
const LEFT = 64;
const TOP = 74;
/** Where the names of the spans stand, and how wide they may be. */
const NAMES = { left: LEFT + COLUMNS * CELL.width + 16, width: 340 };
const WIDTH = NAMES.left + NAMES.width;
const LEGEND_ROW = 22;
/** Rows of the tallest figure. */
const MOST_BYTES = 4096;

/**
 * Draws an explained control buffer as SVG: bytes in rows of eight, roles in colour and texture, a ruler, offsets, names, a legend.
 * It has a title and a description for those who cannot see it, follows a dark page, and needs nothing beside it.
 *
 * @param explanation What `explain` answers for the bytes.
 * @param bytes The same bytes; those above 4096 are counted and not drawn.
 * @example
 * const bytes = encodeControl([rights([7])], { abi: "linux-x86_64-glibc" });
 * writeSvg(explain(bytes, { abi: "linux-x86_64-glibc" }), bytes).startsWith("<svg ") // true
 */
export function writeSvg(explanation: Explanation, bytes: Uint8Array): string {
  const drawn = bytes.subarray(0, MOST_BYTES);
  const spans = explanation.spans.filter(({ from }) => from < drawn.length);
  const rows = Math.max(Math.ceil(drawn.length / COLUMNS), 1);
  const bottom = TOP + rows * CELL.height;
  const roles = Object.keys(ROLE_STYLES).filter((role) =>
    spans.some((span) => span.role === role),
  ) as SpanRole[];
  const more = bytes.length - drawn.length;
  const height = bottom + 30 + Math.ceil(roles.length / 3) * LEGEND_ROW + (more > 0 ? 20 : 0);
  const id = `cmsg-${hash(`${explanation}`)}`;
  const parts = [
    head(explanation, bytes, height, roles, id),
    ruler(rows),
    ...spans.map((span) => cellsOf(span, drawn, id)),
    ...spans.map((span) => outline(span, drawn.length)),
    ...messageMarks(spans, drawn.length),
    ...namesOf(spans),
    more > 0 ? text(LEFT, bottom + 18, "note", `and ${more} bytes more`) : "",
    legend(roles, bottom + 30 + (more > 0 ? 20 : 0), id),
    "</svg>",
  ];
  return `${parts.filter((part) => part !== "").join("\n")}\n`;
}

/** FNV-1a, as eight hex digits: figures in one page differ in their names when they differ. */
function hash(content: string): string {
  let sum = 0x811c9dc5;
  for (let i = 0; i < content.length; i++) {
    sum = Math.imul(sum ^ content.charCodeAt(i), 0x01000193);
  }
  return (sum >>> 0).toString(16).padStart(8, "0");
}

function escaped(plain: string): string {
  return plain
    .replace(/[\p{Cc}\p{Cs}\ufffe\uffff]/gu, "\ufffd")
    .replace(/&/g, "&amp;")
    .replace(/</g, "&lt;")
    .replace(/>/g, "&gt;")
    .replace(/"/g, "&quot;");
}

function text(x: number, y: number, style: string, content: string): string {
  return `<text x="${x}" y="${y}" class="${style}">${escaped(content)}</text>`;
}

function head(
  { abi, count, rule, problems }: Explanation,
  bytes: Uint8Array,
  height: number,
  roles: readonly SpanRole[],
  id: string,
): string {
  const messages = `${count} control message${count === 1 ? "" : "s"}`;
  const title = `Control buffer of ${bytes.length} bytes, ${messages}, ${abi}`;
  const { cmsg } = layoutText(abi);
  const wrong = problems.map(({ message }) => message).join("; ");
  const description = `${COLUMNS} bytes a row. Walked by the rule ${rule}. ${cmsg}${wrong === "" ? "" : ` Problems: ${wrong}.`}`;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img" id="${id}" aria-labelledby="${id}-title ${id}-desc">
<title id="${id}-title">${escaped(title)}</title>
<desc id="${id}-desc">${escaped(description)}</desc>
<style>
${styles(roles, id)}
</style>
<defs>
${roles.map((role) => patternOf(role, id)).join("\n")}
</defs>
<rect width="${WIDTH}" height="${height}" class="page"/>
${text(16, 26, "title", title)}`;
}

/** A row of numbers has no name that layout() takes. */
function layoutText(abi: string): { cmsg: string } {
  try {
    const { cmsg } = layout(abi as never);
    return {
      cmsg: `Payloads begin ${cmsg.dataOffset} bytes behind their header, messages at multiples of ${cmsg.align}.`,
    };
  } catch {
    return { cmsg: "" };
  }
}

/** Rules for this figure alone, so that it may stand in a page with others. */
function styles(roles: readonly SpanRole[], id: string): string {
  const colours = (of: "light" | "dark"): string[] =>
    roles.map((role) => `.${role}{fill:${ROLE_STYLES[role][of]}}`);
  const own = (rules: readonly string[]): string =>
    rules.map((rule) => `#${id} ${rule}`).join("\n");
  return `${own([...LIGHT, ...colours("light")])}
@media (prefers-color-scheme:dark){
${own([...DARK, ...colours("dark")])}
}`;
}

const LIGHT: readonly string[] = [
  "text{font:12px ui-monospace,Menlo,Consolas,monospace;fill:#1a1a1a}",
  ".title{font-weight:bold;font-size:14px}",
  ".byte{text-anchor:middle}",
  ".offset{text-anchor:end;fill:#555}",
  ".note{fill:#555}",
  ".page{fill:#fff}",
  ".line{fill:none;stroke:#888;stroke-width:.5}",
  ".span{fill:none;stroke:#1a1a1a;stroke-width:1.5}",
  ".message{stroke:#1a1a1a;stroke-width:4}",
  ".texture{fill:none;stroke:#00000055;stroke-width:.8}",
];

const DARK: readonly string[] = [
  "text{fill:#eee}",
  ".offset{fill:#aaa}",
  ".note{fill:#aaa}",
  ".page{fill:#111}",
  ".line{stroke:#777}",
  ".span{stroke:#eee}",
  ".message{stroke:#eee}",
  ".texture{stroke:#ffffff66}",
];

function patternOf(role: SpanRole, id: string): string {
  const { texture } = ROLE_STYLES[role];
  const lines = texture === "" ? "" : `<path d="${texture}" class="texture"/>`;
  return `<pattern id="${id}-${role}" width="6" height="6" patternUnits="userSpaceOnUse"><rect width="6" height="6" class="${role}"/>${lines}</pattern>`;
}

/** Numbers of the columns, offsets of the rows. */
function ruler(rows: number): string {
  const columns = Array.from({ length: COLUMNS }, (_, i) =>
    text(LEFT + i * CELL.width + CELL.width / 2, TOP - 12, "byte note", `+${i}`),
  );
  const marks = [0, 4, 8].map((i) => {
    const x = LEFT + i * CELL.width;
    return `<path d="M${x} ${TOP - 8}V${TOP}" class="span"/>`;
  });
  const offsets = Array.from({ length: rows }, (_, i) => {
    const offset = (i * COLUMNS).toString(16).padStart(4, "0");
    return text(LEFT - 10, TOP + i * CELL.height + 22, "offset", offset);
  });
  return [...columns, ...marks, ...offsets].join("\n");
}

function placeOf(at: number): { x: number; y: number } {
  const row = Math.floor(at / COLUMNS);
  return { x: LEFT + (at % COLUMNS) * CELL.width, y: TOP + row * CELL.height };
}

/** The cells of a span; hovering names it. */
function cellsOf(span: Span, bytes: Uint8Array, id: string): string {
  const cells: string[] = [];
  for (let at = span.from; at < Math.min(span.to, bytes.length); at++) {
    const { x, y } = placeOf(at);
    const hex =
      span.role === "unknown" ? "??" : (bytes[at] as number).toString(16).padStart(2, "0");
    cells.push(
      `<rect x="${x}" y="${y}" width="${CELL.width}" height="${CELL.height}" fill="url(#${id}-${span.role})"/><rect x="${x}" y="${y}" width="${CELL.width}" height="${CELL.height}" class="line"/>`,
      text(x + CELL.width / 2, y + 22, "byte", hex),
    );
  }
  return `<g><title>${escaped(spanText(span))}</title>\n${cells.join("\n")}\n</g>`;
}

/** The outline of a span: a rectangle in each row that it touches. */
function outline({ from, to }: Span, length: number): string {
  const end = Math.min(to, length);
  let path = "";
  for (let at = from; at < end; ) {
    const stop = Math.min(end, (Math.floor(at / COLUMNS) + 1) * COLUMNS);
    const { x, y } = placeOf(at);
    const right = x + (stop - at) * CELL.width;
    path += `M${x} ${y}H${right}M${x} ${y + CELL.height}H${right}`;
    if (at === from) path += `M${x} ${y}V${y + CELL.height}`;
    if (stop === end) path += `M${right} ${y}V${y + CELL.height}`;
    at = stop;
  }
  return `<path d="${path}" class="span"/>`;
}

/** A bar in front of each message's first byte. */
function messageMarks(spans: readonly Span[], length: number): string[] {
  const firsts = spans.filter(
    ({ message }, i) => message !== null && spans[i - 1]?.message !== message,
  );
  return firsts.flatMap(({ from }) => {
    if (from >= length) return [];
    const { x, y } = placeOf(from);
    return [`<path d="M${x} ${y}V${y + CELL.height}" class="message"/>`];
  });
}

/** Names beside the rows in which the spans begin. */
function namesOf(spans: readonly Span[]): string[] {
  const rows = new Map<number, string[]>();
  for (const span of spans) {
    const row = Math.floor(span.from / COLUMNS);
    rows.set(row, [...(rows.get(row) ?? []), spanText(span)]);
  }
  return [...rows].map(([row, names]) => {
    const y = TOP + row * CELL.height;
    const [first = "", ...others] = names;
    if (others.length === 0) return text(NAMES.left, y + 22, "name", clipped(first));
    const [second = "", ...rest] = others;
    const below = rest.length === 0 ? second : `${second} · ${rest.join(" · ")}`;
    return `${text(NAMES.left, y + 14, "name", clipped(first))}\n${text(NAMES.left, y + 29, "name", clipped(below))}`;
  });
}

/** Characters that fit beside the grid. */
const FIT = Math.floor(NAMES.width / 7.4);

function clipped(name: string): string {
  return name.length > FIT ? `${name.slice(0, FIT - 1)}…` : name;
}

/** A span in words: its name, its value, what it stands for. */
function spanText({ role, field, value, note }: Span): string {
  const name = field ?? ROLE_STYLES[role].title;
  const isNamed = role === "level" || role === "type";
  const shown = value === null || isNamed ? [] : [String(value)];
  return [name, ...shown, ...(note === null ? [] : [note])].join("  ");
}

function legend(roles: readonly SpanRole[], top: number, id: string): string {
  const entries = roles.map((role, i) => {
    const x = LEFT + (i % 3) * 230;
    const y = top + Math.floor(i / 3) * LEGEND_ROW;
    const box = `x="${x}" y="${y}" width="18" height="14"`;
    return `<rect ${box} fill="url(#${id}-${role})"/><rect ${box} class="line"/>\n${text(x + 26, y + 11, "name", ROLE_STYLES[role].title)}`;
  });
  return `<g><title>Legend</title>\n${entries.join("\n")}\n</g>`;
}
