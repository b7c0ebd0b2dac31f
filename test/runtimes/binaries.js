// The other runtimes on which the tests run: how each is started, and how their binaries get here.

import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";

const FOLDER = "test/runtimes";
const NODE = ["--enable-source-maps", "--expose-gc"];
const DENO = ["run", "--allow-all", "--v8-flags=--expose-gc"];

/** @param {string} version @returns {readonly [binary: string, args: readonly string[]]} */
const node = (version) => [`node-${version}/bin/node`, NODE];

/** Binary below node_modules, and the arguments in front of a script. */
const RUNTIMES = new Map([
  ["node-22", node("22")],
  ["node-24", node("24")],
  ["node-26", node("26")],
  ["bun", ["@oven/bun-linux-x64/bin/bun", []]],
  ["deno", ["@deno/linux-x64-glibc/deno", DENO]],
]);

/** What stands in front of a script: this Node, or a runtime by its name. @param {string | undefined} name */
export function commandOf(name) {
  if (name === undefined) return [process.execPath, ...NODE];
  const found = RUNTIMES.get(name);
  if (found === undefined)
    throw new Error(`no runtime ${name}: ${[...RUNTIMES.keys()].join(", ")}`);
  const [binary, args] = found;
  return [`${FOLDER}/node_modules/${binary}`, ...args];
}

/** Whether the runtimes are installed. */
export function hasRuntimes() {
  return [...RUNTIMES.keys()].every((name) => existsSync(commandOf(name)[0] ?? ""));
}

/** Installs the binaries, without scripts, when one is missing. The tests that need them say so when that fails. */
export function installRuntimes() {
  if (hasRuntimes() || process.platform !== "linux" || process.arch !== "x64") return;
  console.error(`installing the runtimes of ${FOLDER} (npm ci)`);
  const args = ["ci", "--ignore-scripts", "--no-audit", "--no-fund"];
  spawnSync("npm", args, { cwd: FOLDER, stdio: ["ignore", 2, 2] });
}
