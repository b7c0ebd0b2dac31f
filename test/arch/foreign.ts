// What the package is tested for on a machine of another kind: every vector, and system calls where koffi has them.

import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { assert } from "../support/assert.js";
import { type Ended, run } from "../support/run.js";
import { type Suite, suite } from "../support/suite.js";
import { MACHINES, type Machine, missing, prepare } from "./machines.js";

type Runner = (script: string, ...args: string[]) => Promise<Ended>;

/** Waits until a server has made its socket file. */
async function served(path: string): Promise<void> {
  while (!existsSync(path)) await new Promise((resolve) => setTimeout(resolve, 20));
}

/** A process of one machine passes files to one of another and gets an answer. */
async function between(server: Runner, client: Runner): Promise<string> {
  const directory = mkdtempSync(join(tmpdir(), "cmsg-arch-"));
  try {
    const path = join(directory, "door.sock");
    const files = ["first", "second"].map((name) => join(directory, name));
    for (const file of files) writeFileSync(file, `${file.split("/").at(-1)} file\n`);
    const serving = server("test/arch/smoke.js", "serve", path);
    await served(path);
    const sent = await client("test/arch/smoke.js", "send", path, ...files);
    const ended = await serving;
    assert.is(ended.code, 0, ended.stderr);
    assert.is(sent.code, 0, sent.stderr);
    return sent.stdout.trim();
  } finally {
    rmSync(directory, { recursive: true });
  }
}

const native: Runner = (script, ...args) => run(process.execPath, [script, ...args]);

/** The tests of one machine. */
export async function testMachine(wanted: string): Promise<void> {
  const machine = MACHINES.find(({ name }) => name === wanted);
  if (machine === undefined) throw new Error(`no machine ${wanted}`);
  const test = suite(wanted);
  const why = missing(machine);
  if (why === undefined) addTests(test, machine, await prepare(machine));
  else test.skip("Node of this machine, by qemu", why);
  test.run();
}

function addTests(test: Suite, machine: Machine, there: Runner): void {
  const { name, abi } = machine;
  test("every vector holds", async () => {
    const { code, stdout, stderr } = await there("build/vectors.js");
    assert.is(code, 0, `${stdout}${stderr}`);
    assert.match(stdout, /^\d{4,} passed, 0 failed$/m);
  });

  if (machine.koffi === undefined) {
    test("system calls are refused in words", async () => {
      const { code, stderr } = await there("test/arch/smoke.js");
      assert.is(code, 1);
      assert.match(stderr, /little-endian.*cmsg\/codec.*\n[\s\S]*ERR_CMSG_UNSUPPORTED_SYSTEM/);
    });
    return;
  }

  test("passes descriptors, credentials and large data to itself", async () => {
    const { code, stdout, stderr } = await there("test/arch/smoke.js");
    assert.is(code, 0, `${stdout}${stderr}`);
    assert.is(stdout.trim(), `${name} ${abi}`);
  });

  test("passes files to a process of this machine, and the other way", async () => {
    const answer = `files first file,second file ${process.getuid?.()}; file`;
    assert.is(await between(native, there), answer);
    assert.is(await between(there, native), answer);
  });
}
