// cmsg doctor, on this host, on one without koffi, and on one with too few descriptors; and what works without native code.

import { cpSync, readdirSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { hostAbi } from "cmsg";
import { assert } from "../support/assert.js";
import { inDirectory, type RunOptions, run } from "../support/command.js";
import { suite } from "../support/suite.js";

const test = suite("cmsg doctor");

interface Report {
  readonly status: number;
  readonly checks: readonly {
    readonly name: string;
    readonly essential: boolean;
    readonly result: "ok" | "no" | "absent";
    readonly detail: string;
  }[];
}

async function report(options?: RunOptions): Promise<Report> {
  const { status, stdout, stderr } = await run(["doctor", "--json"], options);
  const parsed = JSON.parse(stdout) as Report;
  assert.equal([status, stderr], [parsed.status, ""]);
  return parsed;
}

const MARKS = { ok: "ok", no: "no", absent: "—" } as const;

test("this host has what the package needs", async () => {
  const { status, checks } = await report();
  assert.is(status, 0);
  for (const { name, essential, result, detail } of checks) {
    assert.ok(detail.length > 0, name);
    assert.is.not(result, "no", `${name}: ${detail}`);
    if (essential) assert.is(result, "ok", name);
  }
  const detail = (name: string): string => checks.find((one) => one.name === name)?.detail ?? "";
  assert.is(detail("Node"), `${process.version} on ${process.platform} ${process.arch}`);
  assert.ok(detail("ABI").startsWith(hostAbi().name));
  const { dependencies } = JSON.parse(readFileSync("package.json", "utf8"));
  assert.is(detail("native calls"), `koffi ${dependencies.koffi}`);
  assert.match(detail("peer credentials"), `user ${process.getuid?.()}`);
  const [, soft] = /^Max open files\s+(\d+)/m.exec(readFileSync("/proc/self/limits", "utf8")) ?? [];
  assert.match(detail("open files"), `${soft} descriptors`);
});

test("the text has a line for each finding of the JSON", async () => {
  const { checks } = await report();
  const { status, stdout } = await run(["doctor"], { env: { COLUMNS: "300" } });
  const lines = stdout.trimEnd().split("\n");
  assert.is(status, 0);
  assert.is(lines.length, checks.length + 2);
  const widest = Math.max(...checks.map(({ name }) => name.length));
  checks.forEach(({ name, result }, i) => {
    const head = `${MARKS[result].padEnd(2)}  ${name.padEnd(widest)}  `;
    assert.ok(lines[i]?.startsWith(head), `${lines[i]} begins with ${head}`);
  });
  assert.is(lines.at(-1), "cmsg works here");
});

test("nothing is left behind", async () => {
  const own = (): string[] => readdirSync(tmpdir()).filter((name) => /^cmsg-doctor/.test(name));
  const before = own();
  await run(["doctor"]);
  assert.equal(own(), before);
});

/** A copy of the built package where koffi cannot be found. */
async function withoutKoffi(work: (cli: string, cwd: string) => Promise<void>): Promise<void> {
  await inDirectory(async (cwd) => {
    cpSync("package.json", join(cwd, "package.json"));
    const files = readdirSync("dist").filter((name) => name.endsWith(".js"));
    for (const name of files) cpSync(join("dist", name), join(cwd, "dist", name));
    await work(join(cwd, "dist/cli.js"), cwd);
  });
}

test("without koffi it says so, tries nothing that needs it, and ends with 4", async () => {
  await withoutKoffi(async (cli) => {
    const { status, checks } = await report({ cli });
    assert.is(status, 4);
    const calls = checks.find(({ name }) => name === "native calls");
    assert.is(calls?.result, "absent");
    assert.match(
      calls?.detail ?? "",
      /native half of koffi .*could not be loaded.*--include=optional/,
    );
    const bare = ["Node", "ABI", "open files"];
    for (const { name, result, detail } of checks) {
      if (bare.includes(name)) assert.is(result, "ok");
      else if (name !== "native calls") {
        assert.equal([result, detail], ["absent", "not tried: it needs native calls"]);
      }
    }
    const { stdout } = await run(["doctor"], { cli });
    assert.match(stdout, /\ncmsg cannot pass descriptors here; .*\n$/);
  });
});

test("without koffi, send and recv end with 4 and one line; decode, layout and help work", async () => {
  await withoutKoffi(async (cli, cwd) => {
    for (const line of [
      ["send", "door", "package.json"],
      ["recv", "door"],
      ["recv", "door", "-t", "dgram"],
    ]) {
      const { status, stdout, stderr } = await run(line, { cli, cwd });
      assert.equal([status, stdout], [4, ""]);
      assert.match(stderr, /^cmsg: the native half of koffi [^\n]* could not be loaded: [^\n]+\n$/);
    }
    for (const line of [["decode"], ["layout"], ["--help"], ["recv", "--help"], ["--version"]]) {
      const there = await run(line, { cli, input: "00" });
      assert.equal(there, await run(line, { input: "00" }));
      assert.is(there.status, 0);
    }
  });
});

/** Fills the table but for some places, behind loading the modules of the command, which needs more places than it does. */
function filling(free: number): string {
  const faces = ["cmsg", "cmsg/notation", "cmsg/model", "cmsg/fuzz"];
  const program = `
    ${faces.map((face) => `import "${import.meta.resolve(face)}";`).join("\n")}
    import { closeSync, openSync } from "node:fs";
    const open = [];
    try { for (;;) open.push(openSync("/dev/null")); } catch {}
    open.splice(-${free}).forEach(closeSync);
  `;
  return `--import=data:text/javascript;base64,${Buffer.from(program).toString("base64")}`;
}

test("a full descriptor table is a failed system call: status 3", async () => {
  let found: Report | undefined;
  // How many places Node itself needs depends on its version: the first number that lets it go on will do.
  for (let free = 1; found === undefined && free < 20; free += 1) {
    const { status, stdout } = await run(["doctor", "--json"], {
      under: ["prlimit", "--nofile=60"],
      env: { NODE_OPTIONS: filling(free) },
    });
    if (status === 3 && stdout !== "") found = JSON.parse(stdout) as Report;
  }
  assert.ok(found !== undefined, "there is a number at which Node runs and sockets are refused");
  assert.is(found.status, 3);
  assert.ok(found.checks.some(({ result, detail }) => result === "no" && /^EMFILE: /.test(detail)));
});

test("a low limit of descriptors is no defect", async () => {
  const { status, checks } = await report({ under: ["prlimit", "--nofile=100"] });
  assert.is(status, 0);
  const many = checks.find(({ name }) => name === "253 descriptors");
  assert.is(many?.result, "absent");
  assert.match(many?.detail ?? "", /^\d+ of 253 arrived: the limit of open files is too low$/);
  const files = checks.find(({ name }) => name === "open files");
  assert.is(files?.detail, "100 descriptors in a process (at most 100)");
});

test.run();
