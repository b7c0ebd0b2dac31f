// npm run bench: every job side by side with its peers, as one table; results are stored, and the tables and the chart that are made of
// them written anew. Words choose the scenarios whose names contain one of them. `--quick` measures the main ones coarsely and stores
// nothing, `--short` has fewer rounds than usual, `--soak` runs for long and stores what became of descriptors and memory, `--profile` asks perf where the time goes, `--tables` only writes the tables and the chart, and `--check` tells whether they are current.

import { chartIsCurrent, writeChart } from "./chart.js";
import { FOOTPRINTS, sampled } from "./footprint.js";
import { measure } from "./measure.js";
import { HERE, prepare } from "./prepare.js";
import { PROFILE, profile } from "./profile.js";
import { tablesAreCurrent, writeTables } from "./readme.js";
import { scenarios } from "./scenarios/index.js";
import { SOAK, soak } from "./soak.js";
import { forget, originOf, store } from "./store.js";
import { cells, HEAD, printed } from "./table.js";

const args = process.argv.slice(2);
const quick = args.includes("--quick");
const words = args.filter((arg) => !arg.startsWith("--"));
const command = ["npm run bench", ...(args.length > 0 ? ["--"] : []), ...args.map(quoted)].join(
  " ",
);
/** @type {Record<string, import("./measure.js").Effort>} */
const EFFORTS = {
  quick: { rounds: 7, batch: 4, warmUp: 150, latencies: 100 },
  short: { rounds: 9, batch: 6, warmUp: 250, latencies: 200 },
  full: { rounds: 21, batch: 8, warmUp: 500, latencies: 500 },
};
const named = quick ? "quick" : args.includes("--short") ? "short" : "full";
const effort = /** @type {import("./measure.js").Effort} */ (EFFORTS[named]);

/** @param {string} arg */
function quoted(arg) {
  return /\s/.test(arg) ? JSON.stringify(arg) : arg;
}

/** @param {string} name */
const isWanted = (name) => words.length === 0 || words.some((word) => name.includes(word));

/** @param {readonly string[]} notes */
function printNotes(notes) {
  for (const note of notes) console.log(`  ${note}`);
}

/** @param {import("./measure.js").Scenario} scenario */
async function runScenario(scenario) {
  const { group, name, per = 1, by = "processor" } = scenario;
  const origin = originOf(command);
  const measured = await measure(scenario, effort, HERE);
  console.log(`\n${printed([name, ...HEAD.slice(1)])}`);
  for (const row of measured.rows) console.log(printed(cells(row, by)));
  printNotes(measured.notes);
  if (!quick) store({ group, name, per, by, origin, ...measured });
}

/** @param {import("./footprint.js").Footprint} footprint @param {ReadonlyMap<string, string>} absent */
function runFootprint(footprint, absent) {
  const { group, name, units } = footprint;
  const origin = originOf(command);
  const measured = sampled(footprint, quick, absent);
  const labels = Object.entries(units).map(([label, unit]) => `${label}, ${unit}`);
  console.log(`\n${printed([name, ...labels])}`);
  for (const { name, figures } of measured.figureRows) {
    console.log(printed([name, ...Object.values(figures).map(({ median }) => String(median))]));
  }
  printNotes(measured.notes);
  if (!quick) store({ group, name, units, origin, ...measured });
}

async function runAll() {
  const peers = await prepare();
  const all = scenarios(peers);
  const absent = new Map(
    Object.entries({ usocket: peers.usocket, "unix-dgram": peers.unixDgram }).flatMap(
      ([name, why]) => (why === undefined ? [] : [/** @type {[string, string]} */ ([name, why])]),
    ),
  );
  const { node, system, machine } = originOf(command);
  console.log(`Node ${node}, ${system}, ${machine}; ${effort.rounds} rounds, taking turns`);
  const failed = [];
  for (const scenario of all) {
    if (!isWanted(scenario.name) || (quick && scenario.extra === true)) continue;
    try {
      await runScenario(scenario);
    } catch (error) {
      failed.push(`${scenario.name}: ${/** @type {Error} */ (error).message}`);
      console.log(`\n${failed.at(-1)}`);
    }
  }
  for (const footprint of FOOTPRINTS) if (isWanted(footprint.name)) runFootprint(footprint, absent);
  if (!quick) forget([...all, ...FOOTPRINTS, SOAK, PROFILE]);
  if (failed.length > 0) {
    console.log(`\nfailed:\n${failed.join("\n")}`);
    process.exitCode = 1;
  }
}

/** Whether tables and chart are those of the stored results. */
function check() {
  if (tablesAreCurrent() && chartIsCurrent()) return;
  console.error(
    "bench/README.md or its chart is not what bench/results says: npm run bench -- --tables",
  );
  process.exitCode = 1;
}

const writes = !(quick || args.includes("--check"));
if (args.includes("--check")) check();
else if (args.includes("--soak")) await soak(originOf(command));
else if (args.includes("--profile")) await profile(originOf(command));
else if (!args.includes("--tables")) await runAll();
if (writes) {
  writeTables();
  writeChart();
}
