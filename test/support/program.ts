// A program in a process of its own, for what could abort a process or hang it.

import { writeFileSync } from "node:fs";
import { temporaryDirectory } from "./directory.js";
import { type Ended, run } from "./run.js";

/** What every program begins with. */
const HEAD = `
import * as cmsg from ${JSON.stringify(import.meta.resolve("cmsg"))};
import { setImmediate as turn, setTimeout as sleep } from "node:timers/promises";
const { Fd, UnixServer, UnixSocket, socketpair } = cmsg;
const say = (...words) => console.log(...words);
`;

/** Time after which a program hangs. */
const LIMIT_MS = 30_000;

/** Runs the text of a module to its end on this runtime. A program that hangs is killed: its code is null. */
export async function runProgram(source: string, ...args: readonly string[]): Promise<Ended> {
  using directory = temporaryDirectory();
  const path = directory.file("program.mjs");
  writeFileSync(path, HEAD + source);
  const options = { timeout: LIMIT_MS, killSignal: "SIGKILL" } as const;
  return await run(process.execPath, [path, ...args], options);
}

/** The lines that a program has printed. An error is thrown when it does not end with `code`. */
export async function linesOf(source: string, code = 0): Promise<string[]> {
  const ended = await runProgram(source);
  if (ended.code !== code) {
    throw new Error(`the program ended with ${ended.code}: ${ended.stdout}${ended.stderr}`);
  }
  return ended.stdout.trimEnd().split("\n");
}
