// Runs a program to its end and answers what it printed.

import { type SpawnOptions, spawn } from "node:child_process";

/** What a program has printed, and how it ended. */
export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program; `input` is its standard input. */
export function run(
  command: string,
  args: readonly string[],
  options: SpawnOptions & { readonly input?: string | Uint8Array } = {},
): Promise<Ended> {
  const { input, ...rest } = options;
  const child = spawn(command, args, { ...rest, stdio: ["pipe", "pipe", "pipe"] });
  const printed = { stdout: "", stderr: "" };
  child.stdout.on("data", (data) => {
    printed.stdout += data;
  });
  child.stderr.on("data", (data) => {
    printed.stderr += data;
  });
  // A program that does not read its input closes it.
  child.stdin.on("error", () => {});
  child.stdin.end(input ?? "");
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => resolve({ code, ...printed }));
  });
}
