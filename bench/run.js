// npm run bench: every scenario side by side with its peers, as Markdown tables. `--quick` takes less than half a minute; other
// words choose the scenarios whose names contain one of them.

import { cpus, release } from "node:os";
import { measure } from "./measure.js";
import { NAME as MEMORY, memoryLines } from "./memory.js";
import { HERE } from "./prepare.js";
import { scenarios } from "./scenarios.js";

const args = process.argv.slice(2);
const quick = args.includes("--quick");
const words = args.filter((arg) => !arg.startsWith("--"));
const effort = quick
  ? { rounds: 15, batch: 4, warmUp: 150 }
  : { rounds: 101, batch: 8, warmUp: 400 };

/** @param {number} ns */
function time(ns) {
  return ns < 100 ? ns.toFixed(1) : String(Math.round(ns));
}

/** @param {readonly (readonly string[])[]} lines the first one is the header @returns {string} */
function table(lines) {
  const widths = lines[0]?.map((_, i) => Math.max(...lines.map((line) => line[i]?.length ?? 0)));
  const [head, ...rest] = lines.map((line) => {
    const cells = line.map((cell, i) => {
      const width = widths?.[i] ?? 0;
      return i === 0 ? cell.padEnd(width) : cell.padStart(width);
    });
    return `| ${cells.join(" | ")} |`;
  });
  const rule = widths?.map((width, i) => "-".repeat(width + 1) + (i === 0 ? "-" : ":")).join("|");
  return [head, `|${rule}|`, ...rest].join("\n");
}

/** @param {readonly import("./measure.js").Row[]} rows */
function lines(rows) {
  const references = [...(rows[0]?.ratios.keys() ?? [])];
  const clocked = rows.some(({ spent }) => !Number.isNaN(spent));
  const ns = clocked ? ["ns by the clock", "ns of processors"] : ["ns"];
  const head = ["", ...ns, ...references.map((name) => `× ${name}`)];
  const body = rows.map((row) => [
    row.name,
    time(row.ns),
    ...(clocked ? [time(row.spent)] : []),
    ...references.map((name) => row.ratios.get(name)?.toFixed(2) ?? ""),
  ]);
  return [head, ...body];
}

console.log(
  `Node ${process.version}, Linux ${release()}, ${cpus().length} × ${cpus()[0]?.model.trim()}`,
);
console.log(`${effort.rounds} rounds of ${effort.batch} ms of processor time for each, shuffled\n`);
/** @param {string} name */
const isWanted = (name) => words.length === 0 || words.some((word) => name.includes(word));

for (const scenario of scenarios()) {
  if (!isWanted(scenario.name)) continue;
  const rows = await measure(scenario, effort, HERE);
  console.log(`### ${scenario.name}\n`);
  console.log(table(lines(rows)));
  for (const note of scenario.notes) console.log(`\nLeft out: ${note}.`);
  console.log();
}
if (isWanted(MEMORY)) {
  console.log(`### ${MEMORY}\n`);
  console.log(table(memoryLines(quick ? 1 : 5)));
}
