// Runs the tests: one process per file, two at a time, each with a limit on its time. A file that runs no test has failed. The
// last line is `N passed, N failed`. Arguments are parts of file names; without any, all files run. Behind `--runtime` comes the
// name of another runtime of test/runtimes: then the files run on that one, one at a time. Behind each `--without`, a part of the
// names of files that do not run. Behind `--out`, the folder that the compiled tests go to, for a run while another goes on.

import { spawn } from "node:child_process";
import { readdirSync, rmSync } from "node:fs";
import { parseArgs } from "node:util";
import { build } from "esbuild";
import { commandOf, installRuntimes } from "./runtimes/binaries.js";

const { values, positionals: wanted } = parseArgs({
  options: {
    runtime: { type: "string" },
    without: { type: "string", multiple: true },
    out: { type: "string" },
  },
  allowPositionals: true,
});
const { runtime, without = [] } = values;

const PROCESSES = runtime === undefined ? 2 : 1;
const LIMIT_MS = runtime === undefined ? 180_000 : 120_000;
const OUT = values.out ?? (runtime === undefined ? "dist/test" : `dist/test-${runtime}`);

/** @param {string} folder @returns {string[]} */
function testsBelow(folder) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = `${folder}/${entry.name}`;
    if (entry.name === "node_modules") return [];
    if (entry.isDirectory()) return testsBelow(path);
    return path.endsWith(".test.ts") ? [path] : [];
  });
}

/** Compiles the files; packages, ours among them, stay imports: the tests run what is published. @param {string[]} files */
async function compile(files) {
  rmSync(OUT, { recursive: true, force: true });
  await build({
    entryPoints: files,
    outdir: OUT,
    outbase: "test",
    bundle: true,
    packages: "external",
    format: "esm",
    platform: "node",
    target: "node20.19",
    sourcemap: "inline",
    logLevel: "warning",
  });
}

/** @param {string} output @param {string} label */
function count(output, label) {
  return Number(new RegExp(`^\\s*${label}:\\s+(\\d+)`, "m").exec(output)?.[1] ?? 0);
}

/** @param {string} file @returns {Promise<{ passed: number, failed: number, skipped: number, report: string }>} */
function runFile(file) {
  const started = Date.now();
  // Each of these runs many files.
  const limit = file.startsWith("test/runtimes/") ? 5 * LIMIT_MS : LIMIT_MS;
  const script = file.replace(/^test/, OUT).replace(/\.ts$/, ".js");
  const [program = "", ...args] = commandOf(runtime);
  const child = spawn(program, [...args, script], {
    // Deno would ask its maker for a newer one: a socket that comes and goes.
    env: { ...process.env, DENO_NO_UPDATE_CHECK: "1" },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  child.stdout.on("data", (data) => {
    output += data;
  });
  child.stderr.on("data", (data) => {
    output += data;
  });
  let late = false;
  const timer = setTimeout(() => {
    late = true;
    child.kill("SIGKILL");
  }, limit);
  return new Promise((resolve) => {
    child.on("close", (code, signal) => {
      clearTimeout(timer);
      const passed = count(output, "Passed");
      const total = count(output, "Total");
      const skipped = count(output, "Skipped");
      const problem = late
        ? `not finished after ${limit / 1000} s`
        : total === 0 && (runtime === undefined || skipped === 0)
          ? "ran no test"
          : code === 0
            ? ""
            : `ended with ${signal ?? code}`;
      const failed = problem === "" ? 0 : Math.max(total - passed - skipped, 1);
      const seconds = ((Date.now() - started) / 1000).toFixed(1);
      const notes = output.match(/(?<=^.*)(SKIP|NOTE) .*$/gm) ?? [];
      const head = `${problem === "" ? "ok  " : "FAIL"} ${file}  ${passed} passed, ${seconds} s`;
      const lines = problem === "" ? notes : [problem, output.trimEnd()];
      resolve({
        passed,
        failed,
        skipped,
        report: [head, ...lines.map((l) => `     ${l}`)].join("\n"),
      });
    });
  });
}

const files = testsBelow("test")
  .filter((file) => wanted.length === 0 || wanted.some((part) => file.includes(part)))
  .filter((file) => !without.some((part) => file.includes(part)))
  .sort();
if (files.length === 0) {
  console.error(`no test file matches ${wanted.join(", ")}`);
  process.exit(1);
}
if (files.some((file) => /^test\/(runtimes|reuse)\//.test(file))) installRuntimes();
await compile(files);
const totals = { passed: 0, failed: 0, skipped: 0 };
const queue = [...files];
await Promise.all(
  Array.from({ length: PROCESSES }, async () => {
    for (let file = queue.shift(); file !== undefined; file = queue.shift()) {
      const { passed, failed, skipped, report } = await runFile(file);
      totals.passed += passed;
      totals.failed += failed;
      totals.skipped += skipped;
      console.log(report);
    }
  }),
);
if (totals.skipped > 0) console.log(`${totals.skipped} skipped`);
console.log(`${totals.passed} passed, ${totals.failed} failed`);
process.exit(totals.failed === 0 ? 0 : 1);
