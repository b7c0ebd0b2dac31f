// The command as a whole: help, wrong command lines, exit statuses, colour, a reader that goes away.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync, statSync } from "node:fs";
import { stripVTControlCharacters } from "node:util";
import { assert } from "../support/assert.js";
import { CLI, inDirectory, run } from "../support/command.js";
import { hasProgram, suite } from "../support/suite.js";

const test = suite("cmsg");

const SUBCOMMANDS = [
  ...["send", "recv", "fds", "trace", "encode", "decode", "walk", "compare", "explore"],
  ...["layout", "structs", "types", "doctor", "completion"],
] as const;
const ESCAPE = "\u001b[";

test("the built file is a program", () => {
  assert.match(readFileSync(CLI, "utf8"), /^#!\/usr\/bin\/env node\n/);
  assert.ok((statSync(CLI).mode & 0o111) !== 0, "executable");
  const { bin } = JSON.parse(readFileSync("package.json", "utf8")) as { bin: { cmsg: string } };
  assert.is(bin.cmsg, "dist/cli.js");
});

test("--version is that of the package", async () => {
  const { version } = JSON.parse(readFileSync("package.json", "utf8")) as { version: string };
  for (const option of ["--version", "-V"]) {
    assert.equal(await run([option]), ended(0, `${version}\n`));
  }
});

function ended(status: number, stdout: string, stderr = ""): object {
  return { status, signal: null, stdout, stderr };
}

test("help names every subcommand and every exit status", async () => {
  const help = await run(["--help"]);
  assert.is(help.status, 0);
  for (const name of SUBCOMMANDS) assert.match(help.stdout, new RegExp(`^ {2}${name} +\\w`, "m"));
  for (const status of [0, 1, 2, 3, 4]) {
    assert.match(help.stdout, new RegExp(`^ {2}${status} {2}\\w`, "m"));
  }
  for (const line of [["-h"], ["help"]]) assert.equal(await run(line), help);
});

test("without arguments help goes to standard error", async () => {
  const { stdout } = await run(["--help"]);
  assert.equal(await run([]), ended(2, "", stdout));
});

for (const name of SUBCOMMANDS) {
  test(`help of ${name} fits a terminal and ends well`, async () => {
    const help = await run([name, "--help"]);
    assert.is(help.status, 0);
    assert.is(help.stderr, "");
    assert.match(help.stdout, new RegExp(`^NAME\n  cmsg ${name} — .+`));
    const titles = help.stdout.match(/^[A-Z][A-Z ]+$/gm) ?? [];
    const all = [
      "NAME",
      "SYNOPSIS",
      "DESCRIPTION",
      "OPTIONS",
      "EXIT STATUS",
      "EXAMPLES",
      "SEE ALSO",
    ];
    assert.equal(
      titles.filter((title) => title !== "OPERANDS"),
      all,
    );
    assert.match(help.stdout, new RegExp(`\nSYNOPSIS\n  cmsg ${name} `));
    assert.match(help.stdout, /^ {2}-h, --help +show this help$/m);
    for (const line of help.stdout.split("\n")) {
      if (!line.startsWith("    $ ")) assert.ok(line.length <= 80, line);
    }
    assert.equal(await run([name, "-h"]), help);
    assert.equal(await run(["help", name]), help);
  });

  test(`${name} refuses an option that it does not know`, async () => {
    const { status, stdout, stderr } = await run([name, "--bogus"]);
    assert.equal([status, stdout], [2, ""]);
    assert.is(stderr, `cmsg: unknown option '--bogus' (see: cmsg ${name} --help)\n`);
  });
}

/** Wrong command lines, and what the one line on standard error has to say. */
const WRONG: readonly (readonly [line: readonly string[], says: RegExp])[] = [
  [["bogus"], /unknown subcommand 'bogus': there are send, .*cmsg --help/],
  [["--bogus"], /unknown option '--bogus'/],
  [["help", "bogus"], /unknown subcommand 'bogus'/],
  [["send"], /PATH is missing .*cmsg send --help/],
  [["send", ""], /PATH is missing/],
  [["send", "door"], /FILE is missing.*--data/],
  [["send", "door", "f", "--type", "raw"], /--type is one of stream, seqpacket, dgram, not 'raw'/],
  [["send", "door", "f", "--flags", "x"], /--flags is one of r, r\+, w, a, not 'x'/],
  [["send", "door", "f", "--timeout"], /option '--timeout <value>' argument missing .*--help/],
  [["send", "door", "f", "--data", ""], /--data is empty: .*a byte/],
  [["send", "x".repeat(200), "LICENSE"], /address\.path must be at most 107 bytes, not 200/],
  [["recv"], /PATH is missing/],
  [["recv", "a", "b"], /one PATH is enough: 'b' is too much/],
  [["recv", "x".repeat(108)], /address\.path must be at most 107 bytes, not 108/],
  [["recv", `@${"x".repeat(108)}`], /address\.abstract.*10[78]/],
  [["recv", "a", "--exec"], /--exec needs a command/],
  [["recv", "a", "--cat", "--out", "d"], /--cat and --out do not go together/],
  [["recv", "a", "--cat", "--json"], /--cat and --json do not go together/],
  [["recv", "a", "--out", "d", "--exec", "c"], /--out and --exec do not go together/],
  [["recv", "a", "--json=1"], /option '-j, --json' does not take an argument/],
  [["recv", "@a", "--mode", "600"], /--mode is of no use: an abstract name/],
  [["decode", "a", "b"], /one FILE is enough: 'b'/],
  [["decode", "--hex", "--raw"], /--hex and --raw do not go together/],
  [["decode", "--rule", "x"], /--rule is one of glibc, .*not 'x'/],
  [["decode", "--abi", "host,darwin-arm64"], /--abi takes one ABI here, not 2/],
  [["decode", "--abi", "linux-z80"], /--abi knows no 'linux-z80'.*cmsg layout --list/],
  [["decode", "14000000"], /no file '14000000': to decode digits/],
  [["layout", "x"], /'x' is too much: name ABIs with --abi/],
  [["layout", "--abi", "linux-arm64-glibc"], /close to it: linux-aarch64-glibc/],
  [["layout", "--abi", ""], /--abi knows no ''/],
  [["doctor", "x"], /'x' is too much/],
  ...["0", "-1", "1.5", "x", ""].map(
    (text) => [["recv", "a", `--count=${text}`], /--count takes a whole number above 0/] as const,
  ),
  ...["", "x", "1h", "-1", "1e3", ".", "99999999m"].map(
    (text) => [["recv", "a", `--timeout=${text}`], /--timeout takes seconds, or a time/] as const,
  ),
  ...["", "6", "66666", "999", "rw", "1777"].map(
    (text) => [["recv", "a", `--mode=${text}`], /--mode takes permissions in octal/] as const,
  ),
];

test("a wrong command line is one line on standard error and status 2", async () => {
  await inDirectory(async (cwd) => {
    for (const [line, says] of WRONG) {
      const { status, stdout, stderr } = await run(line, line[2] === "LICENSE" ? {} : { cwd });
      assert.equal([status, stdout], [2, ""], line.join(" "));
      assert.match(stderr, /^cmsg: [^\n]+\n$/, line.join(" "));
      assert.match(stderr, says, line.join(" "));
    }
  });
});

test("stack traces are printed on request only", async () => {
  const line = ["decode", "no-such-file.bin"];
  const plain = await run(line);
  const debug = await run(line, { env: { CMSG_DEBUG: "1" } });
  assert.equal([plain.status, debug.status], [3, 3]);
  assert.is(plain.stderr.trimEnd().split("\n").length, 1);
  assert.ok(debug.stderr.startsWith(plain.stderr));
  assert.match(debug.stderr.slice(plain.stderr.length), /^Error: ENOENT.*/);
});

test("--color and --ascii are obeyed by every subcommand, and --color goes before the environment", async () => {
  const always = await run(["layout", "--color=always"], { env: { NO_COLOR: "1" } });
  assert.match(always.stdout, ESCAPE);
  const never = await run(["layout", "--color", "never"], { env: { FORCE_COLOR: "1" } });
  assert.not.match(never.stdout, ESCAPE);
  const auto = await run(["layout", "--color=auto"], { env: { FORCE_COLOR: "1" } });
  assert.match(auto.stdout, ESCAPE);
  const wrong = await run(["layout", "--color=maybe"]);
  assert.equal([wrong.status, wrong.stdout], [2, ""]);
  assert.match(wrong.stderr, /--color is one of auto, always, never, not 'maybe'/);
  const json = await run(["types", "--ascii", "--json"]);
  assert.match(json.stdout, /^[\n -~]*$/);
  assert.equal(JSON.parse(json.stdout), JSON.parse((await run(["types", "--json"])).stdout));
});

test("lines are as wide as COLUMNS says, 80 columns unless it says something sensible", async () => {
  const width = async (columns: string): Promise<number> => {
    const { stdout } = await run(["help", "layout"], { env: { COLUMNS: columns } });
    const lines = stdout.split("\n").filter((line) => !line.startsWith("    $"));
    return Math.max(...lines.map((line) => line.length));
  };
  for (const columns of [40, 60, 120]) {
    const most = await width(String(columns));
    assert.ok(most <= columns && most > columns - 15, `${most} of ${columns}`);
  }
  const usual = await width("80");
  for (const wrong of ["", "0", "-5", "wide"]) assert.is(await width(wrong), usual, wrong);
});

const COLOURFUL = [
  ["--help"],
  ["layout"],
  ["types"],
  ["doctor"],
  ["decode"],
  ["recv", "--help"],
] as const;

test("nothing is coloured in a pipe unless FORCE_COLOR asks for it", async () => {
  for (const line of COLOURFUL) {
    const input = "14000000 00000000 01000000 01000000 05000000 00000000";
    const plain = await run(line, { input });
    assert.not.match(plain.stdout, ESCAPE);
    const coloured = await run(line, { input, env: { FORCE_COLOR: "1" } });
    assert.match(coloured.stdout, ESCAPE, line.join(" "));
    const stripped = stripVTControlCharacters(coloured.stdout);
    if (line[0] !== "doctor") assert.is(stripped, plain.stdout);
    const never = await run(line, { input, env: { FORCE_COLOR: "0" } });
    assert.not.match(never.stdout, ESCAPE);
  }
});

/** Runs the command on a terminal of its own. */
async function onTerminal(args: string, env: Readonly<Record<string, string>>): Promise<string> {
  // Node takes a terminal in continuous integration for one without colours.
  const { NO_COLOR, FORCE_COLOR, CI, ...rest } = process.env;
  const child = spawn("script", ["-qec", `${process.execPath} ${CLI} ${args}`, "/dev/null"], {
    env: { ...rest, TERM: "xterm", ...env },
    stdio: ["ignore", "pipe", "inherit"],
  });
  let text = "";
  child.stdout.on("data", (part) => {
    text += part;
  });
  await once(child, "close");
  return text;
}

const title = "a terminal gets colour, except with NO_COLOR or TERM=dumb";
if (hasProgram("script", "bsdutils")) {
  test(title, async () => {
    assert.match(await onTerminal("layout", {}), ESCAPE);
    assert.not.match(await onTerminal("layout", { NO_COLOR: "1" }), ESCAPE);
    assert.not.match(await onTerminal("layout", { TERM: "dumb" }), ESCAPE);
  });
} else test.skip(title, "the program script, which makes terminals, is not there");

test("a reader that has seen enough is no error", async () => {
  for (const line of [
    ["layout", "--abi", "linux-*"],
    ["layout", "--list"],
    ["--help"],
    ["types"],
    ["types", "--json"],
    ["structs", "--abi", "*"],
  ]) {
    const child = spawn(process.execPath, [CLI, ...line], { stdio: ["ignore", "pipe", "pipe"] });
    child.stdout.destroy();
    let complaints = "";
    child.stderr.on("data", (part) => {
      complaints += part;
    });
    const [status, signal] = await once(child, "close");
    assert.equal([status, signal, complaints], [0, null, ""], line.join(" "));
  }
});

test.run();
