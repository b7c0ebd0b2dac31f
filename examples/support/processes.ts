// Starts the processes of an example, labels what they print, and waits for them. Not part of what the examples show.

import { type ChildProcess, type SpawnOptions, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

/** A running process of an example. */
export interface Role {
  readonly process: ChildProcess;
  /** Its lines so far. */
  readonly lines: readonly string[];
  /** Resolves when it has printed a line that contains `text`. */
  printed(text: string): Promise<string>;
  /** Resolves when it has ended well; rejects otherwise. */
  ended(): Promise<void>;
}

/** Starts a program; every line that it prints is printed with a label. */
export function start(
  label: string,
  command: string,
  args: readonly string[],
  options: SpawnOptions = {},
): Role {
  const child = spawn(command, args, { stdio: ["ignore", "pipe", "inherit"], ...options });
  const lines: string[] = [];
  const waiting = new Set<() => void>();
  const finished = new Promise<number | null>((resolve) => child.on("close", resolve));
  const wake = (): void => {
    for (const look of waiting) look();
  };
  if (child.stdout !== null) {
    createInterface({ input: child.stdout }).on("line", (line) => {
      console.log(`${label.padEnd(8)} ${line}`.trimEnd());
      lines.push(line);
      wake();
    });
  }
  return {
    process: child,
    lines,
    printed: (text) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          const line = lines.find((printed) => printed.includes(text));
          if (line === undefined) return;
          waiting.delete(look);
          resolve(line);
        };
        waiting.add(look);
        finished.then((code) => reject(new Error(`${label} ended (${code}) without "${text}"`)));
        look();
      }),
    async ended() {
      const code = await finished;
      if (code !== 0) throw new Error(`${label} ended with ${child.signalCode ?? code}`);
    },
  };
}

/** Starts a file beside the calling one with this Node. */
export function startNode(
  label: string,
  base: string,
  file: string,
  args: readonly string[],
  options?: SpawnOptions,
): Role {
  return start(label, process.execPath, [fileURLToPath(new URL(file, base)), ...args], options);
}

/** Runs `body` with a new directory that is removed afterwards. */
export async function inTemporaryDirectory(
  body: (directory: string) => Promise<void>,
): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), "cmsg-"));
  try {
    await body(directory);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

/** Ends the process with a message unless `condition` holds. */
export function check(condition: boolean, message: string): void {
  if (condition) return;
  console.error(`not as it should be: ${message}`);
  process.exit(1);
}
