// npm run check: types, format, lint and import directions, rules of this repository, and the shape of the package.

import { spawn } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { violations } from "./tidy.js";

/** @param {readonly string[]} args @returns {Promise<string | undefined>} what it printed, when it failed */
function node(...args) {
  return program(process.execPath, args);
}

/** @param {string} command @param {readonly string[]} args @returns {Promise<string | undefined>} */
function program(command, args) {
  return new Promise((resolve) => {
    const child = spawn(command, args, { stdio: ["ignore", "pipe", "pipe"] });
    let output = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream.on("data", (data) => {
        output += data;
      });
    }
    child.on("error", (error) => resolve(error.message));
    child.on("close", (code) => resolve(code === 0 ? undefined : output.trimEnd()));
  });
}

const BIN = "node_modules";

/** Packs as npm publishes, and looks at the result as its users' tools do. */
async function packageShape() {
  const folder = mkdtempSync(`${tmpdir()}/cmsg-pack-`);
  try {
    const packed = await program("npm", ["pack", "--ignore-scripts", "--pack-destination", folder]);
    if (packed !== undefined) return packed;
    const tarball = `${folder}/${readdirSync(folder)[0]}`;
    const publint = await node(`${BIN}/publint/src/cli.js`, "run", tarball, "--strict");
    if (publint !== undefined) return publint;
    const attw = `${BIN}/@arethetypeswrong/cli/dist/index.js`;
    const wasm = ["--exclude-entrypoints", "core.wasm", "core-edges.wasm"];
    return await node(attw, tarball, "--profile", "esm-only", "--no-emoji", ...wasm);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const TSC = `${BIN}/typescript/bin/tsc`;

/** @type {readonly [name: string, run: () => Promise<string | undefined>][]} */
const CHECKS = [
  ["types of src and shim", () => node(TSC, "-p", "tsconfig.json")],
  ["types of the explorer", () => node(TSC, "-p", "tsconfig.explorer.json")],
  ["types of tests, examples and build scripts", () => node(TSC, "-p", "tsconfig.test.json")],
  ["format, lint, import directions", () => node(`${BIN}/@biomejs/biome/bin/biome`, "check")],
  ["rules of this repository", async () => violations().join("\n") || undefined],
  ["shape of the package", packageShape],
];

let failed = 0;
for (const [name, check] of CHECKS) {
  const output = await check();
  console.log(`${output === undefined ? "ok  " : "FAIL"} ${name}`);
  if (output === undefined) continue;
  failed += 1;
  console.log(output);
}
process.exitCode = failed === 0 ? 0 : 1;
