// Results on disk: a file for each group, in which each scenario has its rows, and says when, where and by which command they were
// measured. A run of some scenarios replaces those and leaves the others.

import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { cpus, loadavg, release, totalmem } from "node:os";
import { HERE } from "./prepare.js";

const FOLDER = `${HERE}results`;

/**
 * @typedef {{ date: string, command: string, node: string, system: string, machine: string, revision: string, load: number }} Origin
 *   load: programs that wanted a processor, on average over the minute before
 * @typedef {{ name: string, figures: Record<string, import("./statistics.js").Spread> }} FigureRow
 * @typedef {{ group: string, name: string, origin: Origin, rounds: number, notes: string[] }} Common
 * @typedef {Common & { rows: import("./measure.js").Row[], by: "processor" | "clock", per: number }} Timed
 * @typedef {Common & { figureRows: FigureRow[], units: Record<string, string> }} Figured
 * @typedef {Timed | Figured} Result
 */

function revision() {
  try {
    return execFileSync("git", ["rev-parse", "--short", "HEAD"], {
      cwd: HERE,
      encoding: "utf8",
    }).trim();
  } catch {
    return "unknown";
  }
}

/** @param {string} command @returns {Origin} */
export function originOf(command) {
  const memory = `${Math.round(totalmem() / 2 ** 30)} GiB`;
  return {
    date: new Date().toISOString().slice(0, 16),
    command,
    node: process.version,
    system: `Linux ${release()}`,
    machine: `${cpus().length} × ${cpus()[0]?.model.trim()}, ${memory}`,
    revision: revision(),
    load: Number((loadavg()[0] ?? 0).toFixed(1)),
  };
}

/** @param {string} group */
const fileOf = (group) => `${FOLDER}/${group}.json`;

/** @param {string} file @returns {Result[]} */
function read(file) {
  return existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : [];
}

/** One line for each row: a diff shows which ones have changed. @param {string} file @param {readonly Result[]} results */
function write(file, results) {
  const blocks = results.map((result) => {
    const { rows, key } =
      "rows" in result
        ? { rows: result.rows, key: "rows" }
        : { rows: result.figureRows, key: "figureRows" };
    const head = JSON.stringify({ ...result, [key]: undefined }).slice(1, -1);
    const lines = rows.map((row) => `  ${JSON.stringify(row)}`);
    return `{${head},\n "${key}": [\n${lines.join(",\n")}\n ]}`;
  });
  writeFileSync(file, `[\n${blocks.join(",\n")}\n]\n`);
}

/** @param {Result} result */
export function store(result) {
  mkdirSync(FOLDER, { recursive: true });
  const file = fileOf(result.group);
  const others = read(file);
  const place = others.findIndex(({ name }) => name === result.name);
  if (place < 0) others.push(result);
  else others[place] = result;
  write(file, others);
}

/** Everything that is stored. @returns {Result[]} */
export function stored() {
  if (!existsSync(FOLDER)) return [];
  const files = readdirSync(FOLDER).filter((file) => file.endsWith(".json"));
  return files.flatMap((file) => read(`${FOLDER}/${file}`));
}

/** Drops the results of scenarios that are no more. @param {readonly { group: string, name: string }[]} known */
export function forget(known) {
  const names = new Set(known.map(({ name }) => name));
  for (const group of new Set(stored().map((result) => result.group))) {
    const kept = read(fileOf(group)).filter(({ name }) => names.has(name));
    write(fileOf(group), kept);
  }
}
