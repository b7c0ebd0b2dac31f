// Makes the participants ready: compiles the C programs, installs usocket and builds its native half. What cannot be had is
// told with its reason; only C must be there, because every ratio is to C.

import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";

export const HERE = fileURLToPath(new URL(".", import.meta.url));
const CACHE = `${HERE}.cache`;

/** @param {string} command @param {readonly string[]} args @param {string} cwd @returns {string | undefined} why it failed */
function failure(command, args, cwd) {
  const { status, error, stderr } = spawnSync(command, args, { cwd, encoding: "utf8" });
  if (error !== undefined) return error.message;
  return status === 0 ? undefined : lastLines(stderr);
}

/** @param {string} text */
function lastLines(text) {
  return text.trim().split("\n").slice(-3).join(" | ");
}

/** Compiles a C participant; answers the program. @param {string} name */
export function compiled(name) {
  mkdirSync(CACHE, { recursive: true });
  const program = `${CACHE}/${name}`;
  const compiler = process.env.CC ?? "gcc";
  const why = failure(compiler, ["-O2", "-o", program, `participants/${name}.c`], HERE);
  if (why !== undefined) throw new Error(`the C side does not compile (${compiler}): ${why}`);
  return program;
}

/** @returns {string | undefined} why there is no CPython */
export function pythonFailure() {
  const why = failure("python3", ["-c", "import socket; socket.send_fds"], HERE);
  return why === undefined ? undefined : `no python3 with socket.send_fds: ${why}`;
}

/** @returns {string | undefined} why processes cannot be kept on one processor */
export function pinFailure() {
  const why = failure("taskset", ["-c", "0", "true"], HERE);
  return why === undefined ? undefined : `no taskset: ${why}`;
}

/** @returns {string | undefined} why usocket does not work here */
export function usocketFailure() {
  if (!existsSync(`${HERE}node_modules/usocket`)) {
    const args = ["ci", "--ignore-scripts", "--no-audit", "--no-fund"];
    const why = failure("npm", args, HERE);
    if (why !== undefined) return `usocket could not be installed: ${why}`;
  }
  if (loads()) return undefined;
  // Through npm, whose settings may say where this machine has Node's headers.
  const why = failure("npm", ["rebuild", "usocket", "--ignore-scripts=false"], HERE);
  if (loads()) return undefined;
  return `usocket does not build with Node ${process.version}: ${why ?? "nothing was built"}`;
}

function loads() {
  const script = `require(${JSON.stringify(createRequire(`${HERE}run.js`).resolve("usocket"))})`;
  return spawnSync(process.execPath, ["-e", script], { stdio: "ignore" }).status === 0;
}
