// The corpus is what its script makes of today's encoder, and the native harness runs all of it.

import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { assert } from "../support/assert.js";
import { run } from "../support/run.js";
import { hasProgram, suite } from "../support/suite.js";

const test = suite("corpus");

const contents = (folder: string): Map<string, string> =>
  new Map(
    readdirSync(folder).map((name) => [name, readFileSync(join(folder, name)).toString("hex")]),
  );

test("the files are those that the script makes", async () => {
  const folder = mkdtempSync(join(tmpdir(), "cmsg-corpus-"));
  try {
    for (const name of ["dist", "node_modules", "package.json", "build"])
      symlinkSync(resolve(name), join(folder, name));
    mkdirSync(join(folder, "fuzz"));
    symlinkSync(resolve("fuzz/finds"), join(folder, "fuzz/finds"));
    const { code, stderr } = await run(process.execPath, [resolve("build/corpus.js")], {
      cwd: folder,
    });
    assert.is(code, 0, stderr);
    assert.equal(
      [...contents(join(folder, "fuzz/corpus"))].sort(),
      [...contents("fuzz/corpus")].sort(),
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
});

const missing = (
  [
    ["wasm2c", "wabt"],
    ["gcc", "gcc libc6-dev"],
  ] as const
).filter(([program, debian]) => !hasProgram(program, debian));
const why =
  missing.length === 0 ? undefined : `not installed: ${missing.map(([name]) => name).join(", ")}`;

test.unless(
  why,
  "the core translated to C runs the corpus as every ABI, and traps for none",
  async () => {
    execFileSync("fuzz/native/build.sh", ["run"], { stdio: "pipe" });
    const files = readdirSync("fuzz/corpus").map((name) => `fuzz/corpus/${name}`);
    const { code, stdout, stderr } = await run("dist/native/run", ["--all", ...files]);
    assert.is(code, 0, stderr);
    const operations = 128;
    assert.is(stdout, `${files.length * 47 * operations} runs\n`);
  },
);

test.run();
