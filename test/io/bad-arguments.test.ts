// Wrong arguments of every public call: each is refused by class and code, and none of them reaches a system call.

import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { assert } from "../support/assert.js";
import { inDirectory } from "../support/directory.js";
import { run } from "../support/run.js";
import { hasProgram, suite } from "../support/suite.js";

const test = suite("wrong arguments");

const CHILD = resolve("test/io/children/bad-arguments.js");

interface Said {
  readonly tried: number;
  readonly wrong: readonly unknown[];
  readonly first: string;
  readonly second: unknown;
}

function check(stdout: string): void {
  const { tried, wrong, first, second } = JSON.parse(stdout) as Said;
  assert.equal(wrong, []);
  assert.ok(tried > 1000, `${tried} calls`);
  // What was sent before is the only thing that was sent, and nothing has been received.
  assert.equal([first, second], ["first", null]);
}

test("all are refused by class and code, and the sockets are as before", async () => {
  const { stdout, stderr } = await run(process.execPath, [CHILD]);
  assert.is(stderr, "");
  check(stdout);
});

function canTrace(): boolean {
  if (!hasProgram("strace", "strace")) return false;
  try {
    execFileSync("strace", ["-o", "/dev/null", "true"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

const NAME = "none of them makes a system call on a socket or descriptor";
const CALLS = "trace=%network,poll,fcntl,flock,open,openat,bind,close_range,unlink,rename";

if (canTrace()) {
  test(NAME, async () => {
    await inDirectory(async (directory) => {
      const log = join(directory, "log");
      const line = ["-o", log, "-e", CALLS, process.execPath, CHILD];
      const { stdout } = await run("strace", line);
      check(stdout);
      const lines = readFileSync(log, "utf8").split("\n");
      const marks = lines.flatMap((text, i) =>
        text.startsWith("shutdown(2147483647,") ? [i] : [],
      );
      assert.is(marks.length, 2);
      const between = lines.slice((marks[0] ?? 0) + 1, marks[1]);
      // A thread that V8 collects garbage in may look at files of its own.
      assert.equal(
        between.filter((text) => /^\w+\(/.test(text) && !/\/(proc|sys)\//.test(text)),
        [],
      );
    });
  });
} else test.skip(NAME, "strace is missing or may not trace");

test.run();
