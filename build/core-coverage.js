// npm run coverage: which outcomes of the core's conditions the tests reach, by source file and line. Every outcome is reached, or
// stands in test/core/unreached.json with the reason why nothing can reach it; one that is reached must not stand there.

import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { buildBranches } from "./branches.js";
import { run } from "./run.js";

/** Tests whose subject is the core; codec/struct alone packs a sun_path. */
const PARTS = ["core/", "codec/struct"];
const EXCEPTIONS = "test/core/unreached.json";

/** @typedef {import("./branches.js").Branch} Branch */
/** @typedef {{ file: string, condition: string, outcome: boolean, reason: string }} Exception */

/** Runs the tests; answers what the counters of all their processes have seen. @param {readonly string[]} parts */
async function seenByTests(parts) {
  const folder = mkdtempSync(`${tmpdir()}/cmsg-branches-`);
  try {
    const options = `--import=${new URL("branch-collector.js", import.meta.url)}`;
    const env = { ...process.env, NODE_OPTIONS: options, CMSG_BRANCHES: folder };
    await run(process.execPath, ["test/runner.js", "--out", "dist/test-branches", ...parts], {
      env,
    });
    /** @type {Set<number>} */
    const seen = new Set();
    for (const name of readdirSync(folder)) {
      for (const [i, count] of readFileSync(`${folder}/${name}`).entries()) {
        if (count !== 0) seen.add(i);
      }
    }
    return seen;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** @param {Branch} branch @param {boolean} outcome */
const key = ({ file, condition }, outcome) => `${file}: ${condition} = ${outcome}`;

/** @param {readonly Branch[]} branches @param {ReadonlySet<number>} seen @param {readonly Exception[]} exceptions */
function report(branches, seen, exceptions) {
  const excused = new Map(
    exceptions.map((entry) => [`${entry.file}: ${entry.condition} = ${entry.outcome}`, entry]),
  );
  /** @type {Map<string, { outcomes: number, reached: number }>} */
  const files = new Map();
  /** @type {string[]} */
  const missing = [];
  /** @type {Set<string>} */
  const needed = new Set();
  branches.forEach((branch, id) => {
    const file = files.get(branch.file) ?? { outcomes: 0, reached: 0 };
    files.set(branch.file, file);
    for (const outcome of [false, true]) {
      file.outcomes += 1;
      if (seen.has(id * 2 + Number(outcome))) {
        file.reached += 1;
        continue;
      }
      const name = key(branch, outcome);
      needed.add(name);
      const where = `${branch.file}:${branch.line}:${branch.column}`;
      if (!excused.has(name)) {
        missing.push(`${where}  ${branch.kind}  ${branch.condition}  never ${outcome}`);
      }
    }
  });
  const stale = [...excused.keys()].filter((name) => !needed.has(name));
  return { files, missing, stale, excused: needed.size - missing.length };
}

await buildBranches();
/** @type {Branch[]} */
const branches = JSON.parse(readFileSync("dist/core-branches.json", "utf8"));
/** @type {Exception[]} */
const exceptions = JSON.parse(readFileSync(EXCEPTIONS, "utf8"));
const wanted = process.argv.slice(2);
const seen = await seenByTests(wanted.length === 0 ? PARTS : wanted);
const { files, missing, stale, excused } = report(branches, seen, exceptions);
let outcomes = 0;
let reached = 0;
console.log("\nbranches of the core: outcomes of conditions that the tests reach");
for (const [file, counts] of [...files].sort()) {
  outcomes += counts.outcomes;
  reached += counts.reached;
  const share = ((100 * counts.reached) / counts.outcomes).toFixed(1).padStart(5);
  console.log(`  ${share} %  ${String(counts.reached).padStart(3)} of ${counts.outcomes}  ${file}`);
}
console.log(
  `  ${reached} of ${outcomes} outcomes; ${excused} more cannot be reached (${EXCEPTIONS})`,
);
for (const line of missing) console.log(`  unreached: ${line}`);
for (const line of stale) console.log(`  stands in ${EXCEPTIONS} but is reached or gone: ${line}`);
process.exitCode = missing.length + stale.length === 0 ? 0 : 1;
