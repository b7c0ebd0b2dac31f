// Makes the participants ready: compiles the C programs, installs the packages and builds their native halves. What cannot be had is
// told with its reason.

import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { commandOf, hasRuntimes, installRuntimes } from "../test/runtimes/binaries.js";

export const HERE = fileURLToPath(new URL(".", import.meta.url));
const ROOT = fileURLToPath(new URL("..", import.meta.url));
const CACHE = `${HERE}.cache`;
const PROGRAMS = ["batch", "client", "codec", "flow", "hand-off", "pass", "trip", "udp", "watch"];

/** @typedef {string | undefined} Why why something is not there; undefined when it is */
/**
 * @typedef {{ c: Why, python: Why, ruby: Why, pin: Why, usocket: Why, unixDgram: Why, bun: Why, deno: Why,
 *   call: (name: string) => Why,
 *   program: (name: string) => string, runtime: (name: string) => readonly string[] }} Peers
 */

/** @param {string} command @param {readonly string[]} args @param {string} cwd @returns {Why} why it failed */
function failure(command, args, cwd = HERE) {
  const { status, error, stderr } = spawnSync(command, args, { cwd, encoding: "utf8" });
  if (error !== undefined) return error.message;
  return status === 0 ? undefined : stderr.trim().split("\n").slice(-3).join(" | ");
}

/** @param {Why} why @param {string} what @returns {Why} */
function named(why, what) {
  return why === undefined ? undefined : `${what} (${why})`;
}

/** @param {string} name */
const program = (name) => `${CACHE}/${name}`;

/** @returns {Why} */
function compileAll() {
  mkdirSync(CACHE, { recursive: true });
  const compiler = process.env.CC ?? "gcc";
  for (const name of PROGRAMS) {
    const why = failure(compiler, ["-O2", "-o", program(name), `participants/${name}.c`]);
    if (why !== undefined) return named(why, `${compiler} does not compile it`);
  }
  return undefined;
}

/** @param {string} name */
function loads(name) {
  const require = createRequire(`${HERE}run.js`);
  try {
    const script = `require(${JSON.stringify(require.resolve(name))})`;
    return spawnSync(process.execPath, ["-e", script], { stdio: "ignore" }).status === 0;
  } catch {
    return false;
  }
}

/** @param {string} name @returns {Why} */
function addon(name) {
  if (loads(name)) return undefined;
  // Through npm, whose settings may say where this machine has Node's headers.
  const why = failure("npm", ["rebuild", name, "--ignore-scripts=false"]);
  if (loads(name)) return undefined;
  return `it does not build with Node ${process.version} (${why ?? "nothing was built"})`;
}

function installPackages() {
  if (existsSync(`${HERE}node_modules/unix-dgram`)) return;
  failure("npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund"]);
}

/** @returns {Why} */
function runtimes() {
  if (spawnSync(`${ROOT}${commandOf("bun")[0]}`, ["--version"]).status === 0) return undefined;
  const from = process.cwd();
  process.chdir(ROOT);
  try {
    installRuntimes();
    return hasRuntimes() ? undefined : "its binary comes from the npm registry, for Linux on x64";
  } finally {
    process.chdir(from);
  }
}

/** @param {string} name @returns {readonly string[]} */
function runtime(name) {
  const [binary = "", ...args] = commandOf(name);
  return [`${ROOT}${binary}`, ...args];
}

/** Everything that takes part, or why it does not. @returns {Promise<Peers>} */
export async function prepare() {
  const built = await import(new URL("../dist/index.js", import.meta.url).href);
  installPackages();
  const why = runtimes();
  return {
    c: compileAll(),
    python: named(failure("python3", ["-c", "import socket; socket.send_fds"]), "no python3"),
    ruby: named(failure("ruby", ["-e", "require 'socket'"]), "no ruby"),
    pin: named(failure("taskset", ["-c", "0,1", "true"]), "no taskset"),
    usocket: addon("usocket"),
    unixDgram: addon("unix-dgram"),
    bun: why,
    deno: why,
    call: (name) => (name in built ? undefined : `this version has no ${name}`),
    program,
    runtime,
  };
}
