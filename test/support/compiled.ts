// Small C programs of the tests, compiled with this host's own headers: each answers one line for each line that it reads.

import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { assert } from "./assert.js";
import { run } from "./run.js";
import { hasProgram } from "./suite.js";

/** Compiled without optimisation and with sums that wrap: to a compiler, a length that overflows a pointer is undefined. */
const FLAGS = ["-std=gnu11", "-O0", "-fwrapv", "-w"];

/** Why a source cannot be compiled here; undefined when it can. In CI that is a failure. */
export function cannotCompile(source: string): string | undefined {
  if (process.platform !== "linux") return `the headers of ${process.platform} are others`;
  if (!hasProgram("gcc", "gcc libc6-dev")) return "gcc is not installed";
  try {
    execFileSync("gcc", [...FLAGS, "-fsyntax-only", source], { stdio: "pipe" });
    return undefined;
  } catch (error) {
    if (process.env.CI === "true") throw error;
    return "gcc finds no headers of a C library: libc6-dev is not installed";
  }
}

/** The lines that a C program answers to lines. */
export async function ask(source: string, lines: readonly string[]): Promise<string[]> {
  const folder = mkdtempSync(join(tmpdir(), "cmsg-compiled-"));
  try {
    const program = join(folder, "program");
    execFileSync("gcc", [...FLAGS, "-o", program, source]);
    const { code, stdout, stderr } = await run(program, [], { input: `${lines.join("\n")}\n` });
    assert.is(code, 0, stderr);
    const answers = stdout.trimEnd().split("\n");
    assert.is(answers.length, lines.length);
    return answers;
  } finally {
    rmSync(folder, { recursive: true });
  }
}
