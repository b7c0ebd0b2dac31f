// Writes the tables of README.md, between its markers, from the stored results.

import { readFileSync, writeFileSync } from "node:fs";
import { judge } from "./judge.js";
import { HERE } from "./prepare.js";
import { stored } from "./store.js";
import { cells, HEAD, markdown, ratio, time } from "./table.js";

/** @typedef {import("./store.js").Result} Result */
/** @typedef {import("./store.js").Timed} Timed */

const FILE = `${HERE}README.md`;

/** Groups in the order of the page. */
const GROUPS = [
  "passing",
  "batches",
  "datagrams",
  "trips",
  "runtimes",
  "flows",
  "hand-off",
  "watching",
  "coding",
];

/** @param {readonly Result[]} results */
function goals(results) {
  const judged = judge(results);
  const met = judged.filter((one) => one.met).length;
  const lines = judged.map(({ row, goal, limit, measured, floor, verdict }) => [
    String(row),
    goal,
    limit,
    measured,
    floor,
    verdict,
  ]);
  const table = markdown([["row", "goal", "limit", "measured", "C's own", "verdict"], ...lines], 6);
  return `${met} of ${judged.length} are met.\n\n${table}`;
}

/** C first, then ours, then the others. @param {string} name */
function rank(name) {
  const place = [/^C(,|$)/, /^cmsg/, /^koffi/, /^(CPython|asyncio)/, /^Ruby/].findIndex((one) =>
    one.test(name),
  );
  return place < 0 ? 5 : place;
}

/** Ratios to C: jobs down, contenders across. @param {readonly Result[]} results @param {string} group */
function ratios(results, group) {
  const timed = results.filter((one) => one.group === group && "rows" in one);
  const jobs = /** @type {Timed[]} */ (timed);
  const [only] = jobs;
  if (only === undefined) return "Not measured yet.";
  if (jobs.length === 1) return rowsOf(only);
  const all = [...new Set(jobs.flatMap(({ rows }) => rows.map(({ name }) => name)))];
  const names = all.sort((a, b) => rank(a) - rank(b));
  const lines = jobs.map((job) => [job.name, ...names.map((name) => cell(job, name))]);
  return markdown([["", ...names], ...lines]);
}

/** @param {Timed} job @param {string} name */
function cell({ rows, by }, name) {
  const row = rows.find((one) => one.name === name);
  if (row === undefined) return "";
  return name === "C" ? time(row[by].median) : ratio(row.ratios["C"]?.[by].median);
}

/** The rows of one job with their spread. @param {Timed} job @param {string} [head] */
function rowsOf({ rows, by, notes, name }, head = name) {
  const title = by === "clock" ? `${head}; rate and ratio by the clock` : head;
  const lines = rows.map((row) => cells(row, by));
  const used = HEAD.map((_, i) => i === 0 || lines.some((line) => line[i] !== ""));
  const shown = [[title, ...HEAD.slice(1)], ...lines].map((line) => line.filter((_, i) => used[i]));
  return [markdown(shown), ...notes].join("\n\n");
}

/** @param {readonly Result[]} results */
function figures(results) {
  const tables = results.flatMap((result) => {
    if (!("figureRows" in result)) return [];
    const { name, units, figureRows } = result;
    const labels = Object.entries(units).map(([label, unit]) =>
      unit === "" ? label : `${label}, ${unit}`,
    );
    const lines = figureRows.map((row) => [
      row.name,
      ...Object.values(row.figures).map(({ median, q1, q3 }) =>
        q1 === q3 ? `${shown(median)}` : `${shown(median)} (${shown(q1)}–${shown(q3)})`,
      ),
    ]);
    return [`${markdown([[name, ...labels], ...lines])}`];
  });
  return tables.join("\n\n");
}

/** @param {number} value */
function shown(value) {
  return value >= 100 || Number.isInteger(value) ? String(Math.round(value)) : value.toFixed(1);
}

/** Every row with its spread. @param {readonly Result[]} results */
function everything(results) {
  const jobs = GROUPS.flatMap((group) =>
    results.filter((one) => one.group === group && "rows" in one),
  );
  const blocks = /** @type {Timed[]} */ (jobs).map((job) =>
    rowsOf(job, `${job.name}; ${job.rounds} rounds`),
  );
  return blocks.join("\n\n");
}

/** When and where, each once. @param {readonly Result[]} results */
function origins(results) {
  /** @type {Map<string, { dates: string[], loads: number[], count: number }>} */
  const seen = new Map();
  for (const { origin } of results) {
    const { command, node, system, machine } = origin;
    const key = `\`${command}\`; Node ${node}, ${system}, ${machine}`;
    const found = seen.get(key) ?? { dates: [], loads: [], count: 0 };
    found.dates.push(origin.date);
    found.loads.push(origin.load);
    found.count += 1;
    seen.set(key, found);
  }
  const lines = [...seen].map(([key, { dates, loads, count }]) => {
    const [first = "", last = ""] = [dates.sort()[0], dates.sort().at(-1)];
    const load = `load ${Math.min(...loads)} to ${Math.max(...loads)}`;
    return `- ${count} of the jobs: ${key}, ${first.replace("T", " ")} to ${last.slice(11)} UTC, ${load}`;
  });
  return lines.join("\n");
}

/** @param {string} text @param {string} name @param {string} content */
function between(text, name, content) {
  const [begin, end] = [`<!-- ${name} -->`, `<!-- end of ${name} -->`];
  const [from, to] = [text.indexOf(begin), text.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`bench/README.md lacks ${begin} and ${end}`);
  return `${text.slice(0, from + begin.length)}\n\n${content}\n\n${text.slice(to)}`;
}

/** The page as the stored results would have it. */
function page() {
  const results = stored();
  /** @type {[string, string][]} */
  const sections = [
    ["goals", goals(results)],
    ["origins", origins(results)],
    ...GROUPS.map((group) => /** @type {[string, string]} */ ([group, ratios(results, group)])),
    ["footprint", figures(results)],
    ["everything", everything(results)],
  ];
  let text = readFileSync(FILE, "utf8");
  for (const [name, content] of sections) text = between(text, name, content);
  return text;
}

export function writeTables() {
  writeFileSync(FILE, page());
}

/** Whether the page is what the stored results say. */
export function tablesAreCurrent() {
  return page() === readFileSync(FILE, "utf8");
}
