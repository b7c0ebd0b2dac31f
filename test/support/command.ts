// Runs the built command as a process of its own, as a shell would.

import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

/** The command as it is published. */
export const CLI: string = resolve("dist/cli.js");

/** How a process is started. */
export interface RunOptions {
  readonly cwd?: string;
  /** Beside the variables of the test, without those that decide on colour. */
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: string | Uint8Array;
  /** Another copy of the command. */
  readonly cli?: string;
  /** A program with arguments in front of the command, such as prlimit. */
  readonly under?: readonly string[];
  /** Descriptors behind the three standard ones. */
  readonly inherit?: readonly number[];
}

/** How a process has ended. */
export interface Ended {
  readonly status: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A running process. */
export interface Running {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
  /** Resolves when its output, of both streams, contains a text; rejects when it ends before. */
  printed(text: string): Promise<void>;
}

function environment(more: Readonly<Record<string, string>> = {}): NodeJS.ProcessEnv {
  const { NO_COLOR, FORCE_COLOR, CMSG_DEBUG, NODE_OPTIONS, ...rest } = process.env;
  return { ...rest, ...more };
}

/** Processes that have not ended. */
const running = new Set<ChildProcess>();

/** Starts the command. */
export function start(args: readonly string[], options: RunOptions = {}): Running {
  const { cwd, env, input, cli = CLI, under = [], inherit = [] } = options;
  const [program = "", ...line] = [...under, process.execPath, cli, ...args];
  const child = spawn(program, line, {
    cwd,
    env: environment(env),
    stdio: [input === undefined ? "ignore" : "pipe", "pipe", "pipe", ...inherit],
  });
  running.add(child);
  const text = { stdout: "", stderr: "" };
  const waiting = new Set<() => void>();
  for (const name of ["stdout", "stderr"] as const) {
    child[name]?.setEncoding("utf8").on("data", (part: string) => {
      text[name] += part;
      for (const look of waiting) look();
    });
  }
  child.stdin?.on("error", () => {});
  child.stdin?.end(input);
  const ended = new Promise<Ended>((done, failed) => {
    child.on("error", failed);
    child.on("close", (status, signal) => {
      running.delete(child);
      done({ status, signal, ...text });
    });
  });
  const printed = (wanted: string): Promise<void> =>
    new Promise((found, failed) => {
      const look = (): void => {
        if (!(text.stdout + text.stderr).includes(wanted)) return;
        waiting.delete(look);
        found();
      };
      waiting.add(look);
      look();
      ended.then(() => failed(new Error(`it ended without '${wanted}': ${JSON.stringify(text)}`)));
    });
  return { child, ended, printed };
}

/** Runs the command to its end. */
export function run(args: readonly string[], options?: RunOptions): Promise<Ended> {
  return start(args, options).ended;
}

/** Starts `cmsg recv` and waits until it listens. */
export async function listening(args: readonly string[], options?: RunOptions): Promise<Running> {
  const receiver = start(["recv", ...args], options);
  await receiver.printed("listening at");
  return receiver;
}

/** Gives an empty directory to a piece of work and removes it. A process that a failed test has left is ended. */
export async function inDirectory<T>(work: (directory: string) => Promise<T>): Promise<T> {
  const directory = mkdtempSync(join(tmpdir(), "cmsg-cli-"));
  try {
    return await work(directory);
  } finally {
    for (const child of running) child.kill("SIGKILL");
    rmSync(directory, { recursive: true, force: true });
  }
}

/** A message of `cmsg recv --json`. */
export interface Message {
  readonly sender: { readonly pid: number; readonly uid: number; readonly gid: number } | null;
  readonly bytes: number;
  readonly text: string | null;
  readonly hex: string;
  readonly truncated: boolean;
  readonly fds: readonly Readonly<Record<string, unknown>>[];
}

/** The messages that a receiver has printed. */
export function messages({ stdout }: Ended): Message[] {
  return stdout
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as Message);
}
