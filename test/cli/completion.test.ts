// Completion as shells do it: bash and zsh on a terminal of their own, fish by what it would list.

import { execFileSync, spawn } from "node:child_process";
import { chmodSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { abis, definitions, rules } from "cmsg/codec";
import { assert } from "../support/assert.js";
import { CLI, inDirectory, run } from "../support/command.js";
import { hasProgram, suite } from "../support/suite.js";

const test = suite("cmsg completion");

async function offered(line: string): Promise<string[]> {
  const { status, stdout, stderr } = await run(["completion", "--line", line]);
  assert.equal([status, stderr], [0, ""], line);
  return stdout
    .split("\n")
    .slice(0, -1)
    .map((text) => text.split("\t")[0] ?? "");
}

test("subcommands, options, ABIs, rules and control messages are offered, each with a word about it", async () => {
  const { stdout } = await run(["completion", "--line", "cmsg "]);
  for (const line of stdout.trimEnd().split("\n")) assert.match(line, /^[a-z]+\t\S.+$/);
  const general = (await run(["--help"])).stdout;
  for (const name of await offered("cmsg ")) assert.match(general, name);
  assert.equal(await offered("cmsg la"), ["layout"]);
  assert.equal(await offered("cmsg layout --abi "), ["host", ...abis()]);
  assert.equal(
    await offered("cmsg decode --rule="),
    rules().map((name) => `--rule=${name}`),
  );
  assert.equal(await offered("cmsg layout --abi host,linux-x86_64-m"), ["host,linux-x86_64-musl"]);
  assert.equal(await offered("cmsg decode --rul"), ["--rule"]);
  assert.equal(await offered("cmsg help wa"), ["walk"]);
  assert.is((await offered("cmsg types ")).length, (await offered("cmsg structs ")).length - 5);
  assert.ok((await offered("cmsg types ")).length <= definitions().length);
  assert.ok((await offered("cmsg fds ")).includes(String(process.pid)));
  assert.equal(await offered("cmsg decode "), [":files"]);
  assert.equal(await offered("cmsg trace -f"), []);
  assert.equal(await offered("cmsg trace pyth"), [":commands"]);
  assert.equal(await offered("cmsg trace python3 x"), [":files"]);
  assert.equal(await offered("cmsg recv door --exec "), [":commands"]);
  assert.equal(await offered("cmsg bogus "), []);
  assert.equal(await offered("cmsg layout 'quoted word' --li"), ["--list"]);
});

test("a shell that there is no script for is refused", async () => {
  for (const line of [["completion"], ["completion", "csh"], ["completion", "bash", "zsh"]]) {
    const { status, stdout } = await run(line);
    assert.equal([status, stdout], [2, ""]);
  }
});

/** What a person types up to the tabulator, and the arguments that the command then has. */
const TYPED: readonly (readonly [typed: string, becomes: string])[] = [
  ["la", "<layout>"],
  ["decode --rule mu", "<decode><--rule><musl>"],
  ["layout --abi=linux-s390x-m", "<layout><--abi=linux-s390x-musl>"],
  ["layout --abi host,darwin-a", "<layout><--abi><host,darwin-arm64>"],
  ["encode credentials ui", "<encode><credentials><uid=>"],
  ["types packetInfo6", "<types><packetInfo6>"],
  ["decode some-fi", "<decode><some-file.txt>"],
  ["trace some-progra", "<trace><some-program>"],
];

/** Shells that are asked on a terminal, and what they read first. */
const SHELLS: readonly (readonly [name: string, start: string, setup: string])[] = [
  ["bash", "bash --norc --noprofile -i", "source <(command cmsg completion bash)"],
  [
    "zsh",
    "zsh -f -i",
    "autoload -U compinit && compinit -u -D; source <(command cmsg completion zsh)",
  ],
];

/** Types lines into a shell, and answers all that is then seen of it: what the command is called with, too. */
async function typed(start: string, setup: string, cwd: string): Promise<string> {
  // The command itself stands in the path; the function shows what a line has become.
  const show = "cmsg() { printf '<%s>' \"$@\"; echo; echo 'it was'\" called\"; }";
  const child = spawn("script", ["-qec", start, "/dev/null"], {
    cwd,
    env: { ...process.env, PATH: `${cwd}:${process.env.PATH}`, TERM: "dumb", HOME: cwd },
    stdio: ["pipe", "pipe", "inherit"],
  });
  child.stdin.on("error", () => {});
  let [text, next] = ["", 0];
  await new Promise<void>((done) => {
    child.on("close", () => done());
    child.stdout.on("data", (part) => {
      text += part;
      if (text.split("it was called").length - 1 + (text.includes("it is ready") ? 1 : 0) <= next)
        return;
      const line = TYPED[next]?.[0];
      next += 1;
      if (line === undefined) child.stdin.end("exit\n");
      else child.stdin.write(`cmsg ${line}\t\n`);
    });
    child.stdin.write(`PS1='$ '; ${setup}; ${show}; echo 'it is'" ready"\n`);
  });
  return text;
}

function fill(cwd: string): void {
  writeFileSync(join(cwd, "cmsg"), `#!/bin/sh\nexec '${process.execPath}' '${CLI}' "$@"\n`);
  writeFileSync(join(cwd, "some-program"), "#!/bin/sh\n");
  writeFileSync(join(cwd, "some-file.txt"), "");
  for (const name of ["cmsg", "some-program"]) chmodSync(join(cwd, name), 0o755);
}

for (const [name, start, setup] of SHELLS) {
  const isThere = hasProgram(name, name) && hasProgram("script", "bsdutils");
  test.unless(
    isThere ? undefined : `${name} or script is not there`,
    `${name} completes what is typed`,
    async () => {
      await inDirectory(async (cwd) => {
        fill(cwd);
        for (const [line, becomes] of TYPED) {
          const text = await typed(start, setup, cwd);
          assert.ok(text.includes(becomes), `${line} becomes ${becomes}: ${JSON.stringify(text)}`);
        }
      });
    },
  );
}

test.unless(
  hasProgram("fish", "fish") ? undefined : "fish is not there",
  "fish lists what is offered, with a word about it",
  async () => {
    await inDirectory(async (cwd) => {
      fill(cwd);
      const env = { ...process.env, PATH: `${cwd}:${process.env.PATH}`, HOME: cwd };
      const asked = (line: string): string =>
        execFileSync("fish", ["-c", `cmsg completion fish | source; complete -C '${line}'`], {
          cwd,
          env,
          encoding: "utf8",
        });
      assert.match(asked("cmsg la"), /^layout\t\S.+\n$/);
      assert.match(asked("cmsg decode --rule mu"), /^musl\t/);
      assert.match(asked("cmsg layout --abi=linux-s390x-m"), /^--abi=linux-s390x-musl\t/);
      assert.match(asked("cmsg encode credentials pi"), /^pid=\t/);
      assert.match(asked("cmsg decode some-fi"), /^some-file\.txt\n$/);
      assert.match(asked("cmsg trace some-progra"), /^some-program\b/);
    });
  },
);

test.run();
