// The codec as a package for JSR: `deno publish` finds nothing to complain about, types included, and Deno runs what it would publish.

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { commandOf, hasRuntimes } from "../runtimes/binaries.js";
import { assert } from "../support/assert.js";
import { run } from "../support/run.js";
import { suite } from "../support/suite.js";

const test = suite("JSR");
const folder = mkdtempSync(join(tmpdir(), "cmsg-jsr-"));
const deno = resolve(commandOf("deno")[0] ?? "");
const unable = hasRuntimes() ? undefined : "Deno is not installed";
const options = { cwd: folder, env: { ...process.env, NO_COLOR: "1", DENO_NO_UPDATE_CHECK: "1" } };

test.unless(unable, "deno publish --dry-run is clean", async () => {
  const staged = await run(process.execPath, ["build/jsr.js", folder]);
  assert.is(staged.code, 0, staged.stderr);
  const { code, stdout, stderr } = await run(
    deno,
    ["publish", "--dry-run", "--allow-dirty"],
    options,
  );
  assert.is(code, 0, stderr);
  assert.match(`${stdout}${stderr}`, /Dry run complete/);
  assert.not.match(`${stdout}${stderr}`, /warning|error\[/i);
});

test.unless(unable, "a program of Deno is type-checked against it, and runs", async () => {
  const program = `import { CMSG_SPACE } from "./codec.js";
    const space: number = CMSG_SPACE(4, { abi: "linux-x86_64-glibc" });
    // @ts-expect-error: a length is a number
    const wrong: string = space;
    console.log(space, typeof wrong);`;
  writeFileSync(join(folder, "program.ts"), program);
  const { code, stdout, stderr } = await run(deno, ["run", "--check", "program.ts"], options);
  assert.is(code, 0, stderr);
  assert.is(stdout, "24 number\n");
});

test("clean", () => rmSync(folder, { recursive: true }));

test.run();
