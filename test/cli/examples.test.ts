// The examples of every help page, run as they stand there: by a shell, in a directory that has what they speak of.

import { execFileSync, spawn } from "node:child_process";
import { chmodSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { credentials, encodeControl, rights } from "cmsg/codec";
import { assert } from "../support/assert.js";
import { CLI, inDirectory, run } from "../support/command.js";
import { hasProgram, suite } from "../support/suite.js";

const test = suite("cmsg examples");

const offered = execFileSync(process.execPath, [CLI, "completion", "--line", "cmsg "], {
  encoding: "utf8",
});
const COMMANDS = offered
  .split("\n")
  .map((line) => line.split("\t")[0] ?? "")
  .filter((name) => /^[a-z]+$/.test(name) && name !== "help");

/** Which statuses are as they should be, where it is not 0 alone. */
const STATUSES: readonly (readonly [line: RegExp, status: number])[] = [
  [/^echo 00000000 .*cmsg walk/, 1],
];

/** What must go on beside an example, by its line. */
interface Beside {
  readonly line: RegExp;
  /** Text that shows when the rest may begin. */
  readonly after: string;
  readonly next: readonly string[];
}

const BESIDE: readonly Beside[] = [
  {
    line: /^cmsg recv --json --count 3/,
    after: "listening",
    next: ["cmsg send DOOR notes.txt; cmsg send DOOR report.txt; cmsg send DOOR notes.txt"],
  },
  { line: /^cmsg recv/, after: "listening", next: ["cmsg send DOOR notes.txt"] },
  { line: /^cmsg explore|\| cmsg explore/, after: "Ctrl-C", next: ["kill -INT $(cat pid)"] },
  { line: /^cmsg trace --json -p/, after: "Ctrl-C", next: ["kill -INT $(cat pid)"] },
];

/** Examples that send need somebody who receives. */
const RECEIVER = /^cmsg send|\| cmsg send|'cmsg send/;

function fill(cwd: string): void {
  const bytes = encodeControl([rights([5]), credentials({ pid: 1, uid: 2, gid: 3 })], {
    abi: "linux-s390x-glibc",
  });
  const digits = Buffer.from(bytes).toString("hex");
  const own = encodeControl([rights([5])]);
  writeFileSync(join(cwd, "control.bin"), own);
  writeFileSync(join(cwd, "dump.txt"), digits);
  for (const name of ["report.txt", "notes.txt", "journal.db"])
    writeFileSync(join(cwd, name), `${name}\n`);
  writeFileSync(
    join(cwd, "share.py"),
    "import socket\na, b = socket.socketpair()\nsocket.send_fds(a, [b'x'], [0])\nb.recvmsg(9, 99)\n",
  );
  writeFileSync(join(cwd, "input.bin"), bytes);
  writeFileSync(join(cwd, "parser.mjs"), "export default (bytes) => bytes[0];\n");
  // Says which process it is, so that others can signal it.
  writeFileSync(
    join(cwd, "cmsg"),
    `#!/bin/sh\ncase "$1" in recv|explore|trace) echo $$ > pid ;; esac\nexec '${process.execPath}' '${CLI}' "$@"\n`,
  );
  chmodSync(join(cwd, "cmsg"), 0o755);
}

interface Shell {
  readonly ended: Promise<{ status: number | null; text: string }>;
  until(text: string): Promise<void>;
}

function shell(line: string, cwd: string): Shell {
  const child = spawn("bash", ["-c", line], {
    cwd,
    env: { ...process.env, PATH: `${cwd}:${process.env.PATH}` },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let text = "";
  let look = (): void => {};
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (part) => {
      text += part;
      look();
    });
  }
  const ended = new Promise<{ status: number | null; text: string }>((done) =>
    child.on("close", (status) => done({ status, text })),
  );
  const until = (wanted: string): Promise<void> =>
    new Promise((found) => {
      look = () => {
        if (text.includes(wanted)) found();
      };
      look();
      ended.then(() => found());
    });
  return { ended, until };
}

async function tryOut(example: string): Promise<void> {
  await inDirectory(async (cwd) => {
    fill(cwd);
    const door = example.includes("@door") ? `@door-${process.pid}` : "door";
    const sleeper = spawn("sleep", ["60"], { stdio: "ignore" });
    try {
      const line = example
        .replace("@door", door)
        .replace("/tmp/door", door)
        .replace(" 1234", ` ${sleeper.pid}`);
      const receiver = RECEIVER.test(line) ? shell(`cmsg recv ${door}`, cwd) : undefined;
      if (!/--wait/.test(line)) await receiver?.until("listening");
      // A command of its own: then a shell has nobody to wait for but it.
      const running = shell(line, cwd);
      const beside = BESIDE.find((each) => each.line.test(line));
      if (beside !== undefined) {
        await running.until(beside.after);
        for (const each of beside.next) {
          const { status, text } = await shell(each.replaceAll("DOOR", door), cwd).ended;
          assert.is(status, 0, `${each}: ${text}`);
        }
      }
      const { status, text } = await running.ended;
      const expected = STATUSES.find(([pattern]) => pattern.test(line))?.[1] ?? 0;
      const missing = /is not built/.test(text);
      if (!missing) assert.is(status, expected, `${line}: ${text}`);
      await receiver?.ended;
    } finally {
      sleeper.kill("SIGKILL");
    }
  });
}

for (const name of ["", ...COMMANDS]) {
  const title = name === "" ? "cmsg" : `cmsg ${name}`;
  const needs =
    name === "trace" && !hasProgram("strace", "strace") ? "strace is not there" : undefined;
  test.unless(needs, `${title}: its examples run`, async () => {
    const { stdout } = await run(name === "" ? ["--help"] : [name, "--help"]);
    const examples = [...stdout.matchAll(/^ {4}\$ (.+)$/gm)].map(([, line = ""]) => line);
    assert.ok(examples.length > 0, title);
    for (const example of examples) await tryOut(example);
  });
}

test.run();
