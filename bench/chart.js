// Draws results/chart.svg from the stored results: each contender's processor time as a multiple of C's, on a logarithmic axis. Readable
// on light and dark pages.

import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { PANELS } from "./chart-jobs.js";
import { HERE } from "./prepare.js";
import { stored } from "./store.js";
import { ratio } from "./table.js";

/** @typedef {import("./chart-jobs.js").Job} Job */
/** @typedef {import("./chart-jobs.js").Kind} Kind */
/** @typedef {import("./store.js").Result} Result */

const WIDTH = 860;
const LEFT = 218;
const RIGHT = 24;
const ROW = 37;
const HEAD = 92;
const PANEL = 40;
const TICKS = [0.0625, 0.125, 0.25, 0.5, 1, 2, 4, 8, 16];

/** @type {Record<Kind, string>} */
const LEGEND = {
  cmsg: "cmsg",
  CPython: "CPython",
  Ruby: "Ruby",
  addon: "usocket, a native addon",
  node: "Node's own",
};

const STYLE = `
  text { font: 13px system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; fill: #1f2933; }
  .title { font-size: 18px; font-weight: 650; }
  .panel { font-weight: 650; }
  .quiet { fill: #5f6c7b; font-size: 12px; }
  .value { font-weight: 650; fill: #0b5fcc; paint-order: stroke; stroke: #ffffff; stroke-width: 3px; }
  .paper { fill: #ffffff; }
  .grid { stroke: #e4e8ee; }
  .one { stroke: #1f2933; stroke-width: 1.5; }
  .reach { stroke: #cdd5df; stroke-width: 2; }
  .cmsg { fill: #0b5fcc; }
  .CPython { fill: #c77700; }
  .Ruby { fill: #c2255c; }
  .addon { fill: #0a8f6a; }
  .node { fill: #6d5bd0; }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6edf3; }
    .quiet { fill: #9aa7b5; }
    .value { fill: #6cb0ff; stroke: #0d1117; }
    .paper { fill: #0d1117; }
    .grid { stroke: #222b36; }
    .one { stroke: #e6edf3; }
    .reach { stroke: #3a4653; }
    .cmsg { fill: #6cb0ff; }
    .CPython { fill: #f2b155; }
    .Ruby { fill: #ff7aa8; }
    .addon { fill: #4fd1a5; }
    .node { fill: #b3a5ff; }
  }`;

/** @param {number} value */
function placeOf(value) {
  const [first = 1, last = 1] = [TICKS[0], TICKS.at(-1)];
  const within = Math.min(Math.max(value, first), last);
  const part = Math.log(within / first) / Math.log(last / first);
  return LEFT + part * (WIDTH - LEFT - RIGHT);
}

/** @param {string} text */
function escaped(text) {
  return text.replace(/&/g, "&amp;").replace(/</g, "&lt;");
}

/** Each kind has a shape of its own as well as a colour. @param {Kind} kind @param {number} x @param {number} y @param {string} title */
function mark(kind, x, y, title) {
  const [cx, cy] = [x.toFixed(1), y.toFixed(1)];
  const shapes = {
    cmsg: `<circle cx="${cx}" cy="${cy}" r="7"`,
    CPython: `<rect x="${(x - 4.5).toFixed(1)}" y="${y - 4.5}" width="9" height="9"`,
    Ruby: `<path d="M${cx} ${y - 6} l6 6 l-6 6 l-6 -6 z"`,
    addon: `<path d="M${cx} ${y - 6} l6 11 h-12 z"`,
    node: `<circle cx="${cx}" cy="${cy}" r="5"`,
  };
  return `${shapes[kind]} class="${kind}"><title>${escaped(title)}</title>${shapes[kind].startsWith("<circle") ? "</circle>" : shapes[kind].startsWith("<rect") ? "</rect>" : "</path>"}`;
}

/** @param {readonly Result[]} results @param {Job} job @returns {{ kind: Kind, name: string, value: number }[]} */
function dotsOf(results, { scenario, by = undefined, dots }) {
  const found = results.find(({ name }) => name === scenario);
  if (found === undefined || !("rows" in found)) return [];
  /** @type {Map<Kind, { kind: Kind, name: string, value: number }>} */
  const seen = new Map();
  for (const [kind, name] of dots) {
    const value = found.rows.find((row) => row.name === name)?.ratios["C"]?.[by ?? "processor"]
      .median;
    if (value !== undefined && !seen.has(kind)) seen.set(kind, { kind, name, value });
  }
  // Ours is drawn last, above the others.
  return [...seen.values()].sort((a, b) => Number(a.kind === "cmsg") - Number(b.kind === "cmsg"));
}

/** @param {readonly Result[]} results @param {Job} job @param {number} y */
function row(results, job, y) {
  const dots = dotsOf(results, job);
  const places = [1, ...dots.map(({ value }) => value)].map(placeOf);
  const reach = `<line class="reach" x1="${Math.min(...places).toFixed(1)}" x2="${Math.max(...places).toFixed(1)}" y1="${y}" y2="${y}"/>`;
  const detail = job.detail === "" ? "" : ` <tspan class="quiet">${escaped(job.detail)}</tspan>`;
  const words = `<text x="24" y="${y + 4.5}">${escaped(job.label)}${detail}</text>`;
  const marks = dots.map(({ kind, name, value }) =>
    mark(kind, placeOf(value), y, `${name}: ${ratio(value)}`),
  );
  const ours = dots.find(({ kind }) => kind === "cmsg");
  return [words, reach, ...marks, ...(ours === undefined ? [] : [label(ours.value, y)])].join("\n");
}

/** The number stands above its mark, where no other is in its way. @param {number} value @param {number} y */
function label(value, y) {
  const x = placeOf(value).toFixed(1);
  return `<text class="value" x="${x}" y="${y - 11}" text-anchor="middle">${ratio(value)}</text>`;
}

/** @param {number} bottom */
function axis(bottom) {
  return TICKS.map((tick) => {
    const x = placeOf(tick).toFixed(1);
    const label = tick < 1 ? `1/${1 / tick}` : tick === 1 ? "C" : `${tick} ×`;
    const line = `<line class="${tick === 1 ? "one" : "grid"}" x1="${x}" x2="${x}" y1="${HEAD}" y2="${bottom}"/>`;
    const text = `<text class="quiet" x="${x}" y="${bottom + 18}" text-anchor="middle">${label}</text>`;
    return line + text;
  }).join("\n");
}

function legend() {
  let x = 24;
  return /** @type {[Kind, string][]} */ (Object.entries(LEGEND))
    .map(([kind, label]) => {
      const entry = `${mark(kind, x + 7, 68, label)}<text x="${x + 20}" y="72.5">${label}</text>`;
      x += 44 + label.length * 7;
      return entry;
    })
    .join("\n");
}

/** @param {readonly Result[]} results */
function footer(results) {
  const {
    date = "",
    node = "",
    system = "",
    machine = "",
  } = results.find(({ group }) => group === "passing")?.origin ?? {};
  return `${date.slice(0, 10)}, Node ${node}, ${system}, ${machine}: npm run bench`;
}

/** @param {readonly Result[]} results */
function drawn(results) {
  let y = HEAD;
  const panels = PANELS.map(({ title, jobs }) => {
    const head = `<text class="panel" x="24" y="${y + 26}">${title}</text>`;
    const rows = jobs.map((job, i) => row(results, job, y + PANEL + ROW / 2 + i * ROW));
    y += PANEL + jobs.length * ROW;
    return [head, ...rows].join("\n");
  });
  const bottom = y + 8;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${bottom + 54}" width="${WIDTH}" height="${bottom + 54}" role="img" aria-labelledby="t d">
<title id="t">Processor time of a message, as a multiple of C's</title>
<desc id="d">cmsg beside CPython, Ruby, a native addon and Node's own modules; the numbers stand in bench/README.md</desc>
<style>${STYLE}</style>
<rect class="paper" width="100%" height="100%" rx="8"/>
<text class="title" x="24" y="34">Processor time, as a multiple of a C loop that does one at a time</text>
<text class="quiet" x="${WIDTH - RIGHT}" y="34" text-anchor="end">further left is faster</text>
${legend()}
${axis(bottom)}
${panels.join("\n")}
<text class="quiet" x="24" y="${bottom + 42}">${escaped(footer(results))}</text>
</svg>
`;
}

const FILE = `${HERE}results/chart.svg`;

export function writeChart() {
  writeFileSync(FILE, drawn(stored()));
}

/** Whether the chart is what the stored results say. */
export function chartIsCurrent() {
  return existsSync(FILE) && drawn(stored()) === readFileSync(FILE, "utf8");
}
