// Every code block of the README is run, and prints what its comments say. TypeScript blocks are type-checked as a user would.

import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { transform } from "esbuild";
import { assert } from "../support/assert.js";
import { run } from "../support/run.js";
import { suite } from "../support/suite.js";

interface Block {
  readonly language: string;
  readonly text: string;
  readonly line: number;
}

const FOLDER = "dist/readme";

/** The fenced blocks of a page. */
function blocksOf(page: string): Block[] {
  const fences = page.matchAll(/^```(\w*)\n([\s\S]*?)^```$/gm);
  return [...fences].map(({ 1: language = "", 2: text = "", index }) => ({
    language,
    text,
    line: page.slice(0, index).split("\n").length,
  }));
}

/** What the comments behind console.log say that it prints; a line of nothing but a comment goes on. */
function promised(block: string): string[] {
  const lines: string[] = [];
  let printing = false;
  for (const line of block.split("\n")) {
    const comment = /(?:^|[^:"])\/\/ (.*)$/.exec(line)?.[1];
    const only = /^\s*\/\//.test(line);
    printing = only ? printing : line.includes("console.log(");
    if (printing && comment !== undefined) lines.push(comment);
  }
  return lines;
}

const blocks = blocksOf(readFileSync("README.md", "utf8"));
const test = suite("README");

// esbuild keeps a process of its own, with its descriptors: not part of what a test leaves open.
await transform("");

rmSync(FOLDER, { recursive: true, force: true });
mkdirSync(FOLDER, { recursive: true });

blocks.forEach(({ language, text, line }, i) => {
  if (language === "text") return;
  test(`the ${language} block at line ${line}`, async () => {
    const drawn = blocks[i + 1]?.language === "text" ? blocks[i + 1]?.text : undefined;
    const { code, stdout, stderr } =
      language === "ts" ? await runScript(text, line) : await runShell(text);
    assert.is(code, 0, stderr);
    assert.is(stderr, "");
    if (drawn !== undefined) assert.is(stdout, drawn);
    else if (language === "ts") assert.equal(stdout.trimEnd().split("\n"), promised(text));
    else assert.ok(stdout.length > 0);
  });
});

async function runScript(text: string, line: number) {
  const file = `${FOLDER}/line${line}.mts`;
  writeFileSync(file, text);
  const { code } = await transform(text, { loader: "ts", target: "node20.19", format: "esm" });
  const script = file.replace(".mts", ".mjs");
  writeFileSync(script, code);
  return run(process.execPath, [script]);
}

function runShell(text: string) {
  const script = `set -e\ncmsg() { "${process.execPath}" dist/cli.js "$@"; }\n${text}`;
  return run("bash", ["-c", script], { env: { ...process.env, NO_COLOR: "1" } });
}

test("its TypeScript blocks are what a strict program compiles", async () => {
  const options = {
    strict: true,
    module: "nodenext",
    target: "es2022",
    lib: ["es2023", "esnext.disposable"],
    types: ["node"],
    noEmit: true,
    skipLibCheck: true,
  };
  const project = { compilerOptions: options, include: ["*.mts"] };
  writeFileSync(`${FOLDER}/tsconfig.json`, JSON.stringify(project));
  const tsc = "node_modules/typescript/bin/tsc";
  const { stdout } = await run(process.execPath, [tsc, "-p", FOLDER]);
  assert.is(stdout, "");
});

test("has blocks of all three kinds", () => {
  const languages = new Set(blocks.map(({ language }) => language));
  assert.equal([...languages].sort(), ["sh", "text", "ts"]);
});

test.run();
