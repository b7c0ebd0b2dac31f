// Code blocks of a Markdown page: found with their lines, and run as the programs that they are.

import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { transform } from "esbuild";
import { assert } from "./assert.js";
import { type Ended, run } from "./run.js";

/** A fenced block. */
export interface Block {
  readonly language: string;
  readonly text: string;
  readonly line: number;
}

/** The fenced blocks of a page. */
export function blocksOf(file: string): Block[] {
  const page = readFileSync(file, "utf8");
  const fences = page.matchAll(/^```(\w*)\n([\s\S]*?)^```$/gm);
  return [...fences].map(({ 1: language = "", 2: text = "", index }) => ({
    language,
    text,
    line: page.slice(0, index).split("\n").length,
  }));
}

/** An empty folder of a page's programs, inside this package so that they can import it by name. */
export async function folderOf(name: string): Promise<string> {
  const folder = `dist/${name}`;
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  // esbuild keeps a process of its own, with its descriptors: not part of what a test leaves open.
  await transform("");
  return folder;
}

async function runScript({ text, line }: Block, folder: string): Promise<Ended> {
  const file = `${folder}/line${line}.mts`;
  writeFileSync(file, text);
  const { code } = await transform(text, { loader: "ts", target: "node20.19", format: "esm" });
  const script = file.replace(".mts", ".mjs");
  writeFileSync(script, code);
  return run(process.execPath, [script]);
}

function runShell({ text }: Block): Promise<Ended> {
  const script = `set -e\ncmsg() { "${process.execPath}" dist/cli.js "$@"; }\n${text}`;
  return run("bash", ["-c", script], { env: { ...process.env, NO_COLOR: "1" } });
}

function runC({ text, line }: Block, folder: string): Promise<Ended> {
  const source = `${folder}/line${line}.c`;
  const program = source.replace(/c$/, "out");
  writeFileSync(source, text);
  execFileSync("gcc", ["-std=gnu11", "-Wall", "-Wextra", "-Werror", "-o", program, source]);
  return run(`./${program}`, []);
}

/** Runs a block by its language. */
export function runBlock(block: Block, folder: string): Promise<Ended> {
  switch (block.language) {
    case "ts":
      return runScript(block, folder);
    case "c":
      return runC(block, folder);
    case "python":
      return run("python3", ["-c", block.text]);
    default:
      assert.is(block.language, "sh", `line ${block.line}: a language that nothing runs`);
      return runShell(block);
  }
}

/** What the TypeScript compiler says of a folder's programs; nothing when all of them are strict programs. */
export async function compile(folder: string): Promise<string> {
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
  writeFileSync(`${folder}/tsconfig.json`, JSON.stringify(project));
  const tsc = "node_modules/typescript/bin/tsc";
  const { stdout } = await run(process.execPath, [tsc, "-p", folder]);
  return stdout;
}
