// The io and package tests on another runtime, as one test.

import { assert } from "../support/assert.js";
import { run } from "../support/run.js";
import { suite } from "../support/suite.js";
import { hasRuntimes } from "./binaries.js";

/** Parts of the names of files that do not run there, each with the reason. */
export type Without = Readonly<Record<string, string>>;

/** Runs the tests of these files, by parts of their names, on a runtime of ./binaries.js. */
export function testOn(runtime: string, folders: readonly string[], without: Without): void {
  const test = suite(`on ${runtime}`);
  const name = `the tests of ${folders.length} areas pass`;
  if (hasRuntimes()) {
    for (const [part, reason] of Object.entries(without)) {
      console.log(`SKIP on ${runtime}: ${part}: ${reason}`);
    }
    test(name, async () => {
      const left = Object.keys(without).flatMap((part) => ["--without", part]);
      const line = ["test/runner.js", "--runtime", runtime, ...folders, ...left];
      const { code, stdout, stderr } = await run(process.execPath, line);
      for (const skipped of stdout.match(/(?<=^ +)SKIP .*$/gm) ?? []) console.log(skipped);
      assert.is(code, 0, `${stdout}${stderr}`);
    });
  } else if (process.env["CI"] === "true" && process.arch === "x64") {
    test(name, () => assert.unreachable("the runtimes could not be installed"));
  } else {
    test.skip(name, "its binary is not installed: it comes from the network, for Linux on x64");
  }
  test.run();
}

/** Areas that meet Node itself; the others meet the kernel. */
export const WITH_NODE = [
  "test/io/adopt",
  "test/io/fd-stream",
  "test/io/hand-off",
  "test/io/loop/",
  "test/io/node-",
  "test/io/readiness/",
  "test/io/recv-fds",
  "test/io/send-fds",
  "test/io/udp-",
  "test/io/worker",
  "test/package/",
];

/** Files that take long and depend on the kernel or on this package's own code, not on the runtime. */
export const SLOW: Without = {
  "io/address": "slow, and the kernel's",
  "io/long-run": "slow, and about this package's own memory",
  "io/python": "slow, and the kernel's",
  "io/scatter-gather": "slow, and the kernel's",
  "io/signals": "slow, and the kernel's",
  "io/split": "slow, and the kernel's",
};
