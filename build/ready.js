// Makes a checkout ready to run: installs the dependencies and builds dist/, each only when missing or stale. Every npm script
// begins with it. Uses nothing but Node itself until the dependencies are there.

import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { chdir } from "node:process";
import { fileURLToPath } from "node:url";
import { run } from "./run.js";

const SOURCES = ["assembly", "build", "explorer", "shim", "src"];
const FILES = ["package.json", "package-lock.json", "tsconfig.json", "tsconfig.build.json"];
const INSTALLED = "node_modules/.installed-lock";
const BUILT = "dist/.built-sources";

/** @param {string} folder @returns {string[]} */
function filesBelow(folder) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = `${folder}/${entry.name}`;
    return entry.isDirectory() ? filesBelow(path) : [path];
  });
}

/** @param {readonly string[]} paths */
function digest(paths) {
  const hash = createHash("sha256").update(process.version);
  for (const path of paths) hash.update(path).update("\0").update(readFileSync(path)).update("\0");
  return hash.digest("hex");
}

/** @param {string} stamp @param {string} expected */
function isCurrent(stamp, expected) {
  return existsSync(stamp) && readFileSync(stamp, "utf8") === expected;
}

async function install() {
  const lock = digest(["package-lock.json"]);
  if (isCurrent(INSTALLED, lock)) return;
  console.error("installing dependencies (npm ci)");
  await run("npm", ["ci", "--no-audit", "--no-fund"], { stdio: ["ignore", 2, 2] });
  writeFileSync(INSTALLED, lock);
}

/** @param {boolean} force */
async function build(force) {
  const sources = digest([...SOURCES.flatMap(filesBelow).sort(), ...FILES]);
  if (!force && isCurrent(BUILT, sources)) return;
  console.error("building dist/");
  const { buildCore } = await import("./core.js");
  const { buildBundle } = await import("./bundle.js");
  const { buildExplorer } = await import("./explorer.js");
  const { buildCoreJson } = await import("./core-json.js");
  const { buildTypes } = await import("./types.js");
  const { buildEdges } = await import("./edges.js");
  await buildCore();
  await Promise.all([buildBundle(), buildCoreJson(), buildEdges(), buildExplorer(), buildTypes()]);
  writeFileSync(BUILT, sources);
}

chdir(fileURLToPath(new URL("..", import.meta.url)));
await install();
await build(process.argv.includes("--force"));
