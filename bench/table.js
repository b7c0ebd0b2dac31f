// Tables: of Markdown, and the one that a run prints as it goes.

/** @typedef {import("./measure.js").Row} Row */
/** @typedef {import("./statistics.js").Spread} Spread */

/** Three digits. @param {number} value */
function digits(value) {
  if (value >= 1000) return String(Math.round(value));
  if (value >= 100) return value.toFixed(0);
  return value >= 10 ? value.toFixed(1) : value.toFixed(2);
}

/** @param {number} ns */
export function time(ns) {
  if (Number.isNaN(ns)) return "";
  if (ns >= 1e6) return `${digits(ns / 1e6)} ms`;
  return ns >= 1e4 ? `${digits(ns / 1e3)} µs` : `${digits(ns)} ns`;
}

/** How many there are in a second. @param {number} ns */
export function rate(ns) {
  const each = 1e9 / ns;
  if (each >= 1e6) return `${digits(each / 1e6)} M/s`;
  return each >= 1000 ? `${digits(each / 1e3)} k/s` : `${digits(each)} /s`;
}

/** @param {number | undefined} value */
export function ratio(value) {
  if (value === undefined || !Number.isFinite(value)) return "";
  return value < 0.1 ? value.toFixed(3) : value.toFixed(2);
}

/** A middle with the middle half. @param {Spread | undefined} spread */
export function spreadRatio(spread) {
  if (spread === undefined) return "";
  return `${ratio(spread.median)} (${ratio(spread.q1)}–${ratio(spread.q3)})`;
}

/** @param {readonly (readonly string[])[]} lines the first one is the header @param {number} [left] columns that are words @returns {string} */
export function markdown(lines, left = 1) {
  const widths = (lines[0] ?? []).map((_, i) =>
    Math.max(...lines.map((line) => line[i]?.length ?? 0)),
  );
  const [head = "", ...rest] = lines.map((line) => {
    const cells = widths.map((width, i) => {
      const cell = line[i] ?? "";
      return i < left ? cell.padEnd(width) : cell.padStart(width);
    });
    return `| ${cells.join(" | ")} |`;
  });
  const rule = widths.map((width, i) => "-".repeat(width + 1) + (i < left ? "-" : ":")).join("|");
  return [head, `|${rule}|`, ...rest].join("\n");
}

export const HEAD = ["", "processor", "middle half", "per second", "× C", "p50", "p99", "p99.9"];
const WIDTHS = [40, 10, 22, 12, 18, 9, 9, 9];

/** @param {Row} row @param {"processor" | "clock"} by */
export function cells({ name, processor, clock, ratios, latency }, by) {
  return [
    name,
    time(processor.median),
    `${time(processor.q1)}–${time(processor.q3)}`,
    rate((by === "clock" ? clock : processor).median),
    spreadRatio(ratios["C"]?.[by]),
    ...(latency ? [latency.p50, latency.p99, latency.p999].map(time) : ["", "", ""]),
  ];
}

/** A line of the table on the terminal. @param {readonly string[]} line */
export function printed(line) {
  return line
    .map((cell, i) => (i === 0 ? cell.padEnd(WIDTHS[i] ?? 0) : cell.padStart(WIDTHS[i] ?? 0)))
    .join("  ")
    .trimEnd();
}
