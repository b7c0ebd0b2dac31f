// Rules of this repository that no linter knows. Called by build/check.js; each rule answers its violations.

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { posix } from "node:path";

const ROOMS = [
  "assembly",
  "bench",
  "build",
  "docs",
  "examples",
  "explorer",
  "fuzz",
  "shim",
  "src",
  "test",
];
const IGNORED = /node_modules|\/reference\/|\/\.cache\//;
const LINES = 300;

/** @param {string} folder @returns {string[]} */
function filesBelow(folder) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true })
    .flatMap((entry) => {
      const path = `${folder}/${entry.name}`;
      return entry.isDirectory() ? filesBelow(path) : [path];
    })
    .filter((path) => !IGNORED.test(`${path}/`));
}

const all = ROOMS.flatMap(filesBelow);
const code = all.filter((path) => /\.(ts|js|css|c|py)$/.test(path));

/** @param {string} path */
const read = (path) => readFileSync(path, "utf8");

function longFiles() {
  return code.flatMap((path) => {
    const lines = read(path).split("\n").length - 1;
    return lines > LINES ? [`${path}: ${lines} lines, at most ${LINES}`] : [];
  });
}

function missingHeaders() {
  return code
    .filter((path) => !/^(#!.*\n)?(\/\/|\/\*|#)/.test(read(path)))
    .map((path) => `${path}: does not begin with a comment that says what it holds`);
}

function koffiOutsideTheShim() {
  return code
    .filter((path) => /^(src|assembly)\//.test(path) && /["']koffi["']/.test(read(path)))
    .map((path) => `${path}: names koffi, which only shim/ may`);
}

function secondLoaders() {
  const loaders = code.filter((path) => /^src\//.test(path) && /\/core\.wasm["']/.test(read(path)));
  return loaders
    .filter((path) => path !== "src/codec/core.ts" && path !== "src/wasm.d.ts")
    .map((path) => `${path}: loads the core, which only src/codec/core.ts may`);
}

function recordedHosts() {
  const locks = ["package-lock.json", ...all.filter((path) => path.endsWith("package-lock.json"))];
  return locks
    .filter((path) => /"resolved": "http/.test(read(path)))
    .map((path) => `${path}: names a registry host ("resolved")`);
}

const ENTRIES = [
  "src/index.ts",
  "src/codec.ts",
  "src/notation.ts",
  "src/model.ts",
  "src/fuzz.ts",
  "src/compat/usocket.ts",
  "src/cli/index.ts",
  "explorer/main.ts",
  "src/codec/portable.ts",
  "assembly/index.ts",
];

/** Files that a file imports from or re-exports. @param {string} path @returns {string[]} */
function importsOf(path) {
  const specifiers = read(path).matchAll(/(?:from|import) "(\.[^"]+)"/g);
  return [...specifiers].map(([, specifier = ""]) => {
    const file = posix.join(posix.dirname(path), specifier).replace(/\.js$/, "");
    return file.endsWith(".wasm") ? file : `${file}.ts`;
  });
}

/** Files that no entry point reaches. */
function orphans() {
  const reached = new Set(ENTRIES);
  for (const path of reached) {
    if (existsSync(path)) for (const file of importsOf(path)) reached.add(file);
  }
  return code
    .filter(
      (path) =>
        /^(src|shim|assembly|explorer)\//.test(path) &&
        /\.[tj]s$/.test(path) &&
        !path.endsWith(".d.ts"),
    )
    .filter((path) => !reached.has(path))
    .map((path) => `${path}: nothing uses it`);
}

/** All violations. */
export function violations() {
  return [
    ...longFiles(),
    ...missingHeaders(),
    ...koffiOutsideTheShim(),
    ...secondLoaders(),
    ...recordedHosts(),
    ...orphans(),
  ];
}
