// Other processes that take part in a test: programs of Node that import the package, and Python for the kernel's own answer.

import { type ChildProcess, execFileSync, type StdioOptions, spawn } from "node:child_process";
import { evaluation, RUNTIME } from "./runtime.js";

/** How a process is started. */
export interface PeerOptions {
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Descriptors behind the three standard ones: number 3 and on. */
  readonly inherit?: readonly number[];
  /** A program with arguments in front of Node, such as strace. */
  readonly under?: readonly string[];
  /** Arguments of Node itself. */
  readonly node?: readonly string[];
  readonly cwd?: string;
}

/** How a process has ended. */
export interface Ended {
  readonly status: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A running process. */
export interface Peer {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
  /** Resolves when its output contains a text; rejects when it ends before. */
  printed(text: string): Promise<void>;
  /** Writes to its standard input. */
  tell(text: string): void;
}

/** Starts a module of Node, given by its source. */
export function startNode(source: string, options: PeerOptions = {}): Peer {
  const { args = [], env, inherit = [], under = [], node = [], cwd } = options;
  const flags = RUNTIME === "deno" ? [] : node;
  const line = [process.execPath, ...flags, ...evaluation(source), "--", ...args];
  const [program = "", ...rest] = [...under, ...line];
  const child = spawn(program, rest, {
    cwd,
    env: { ...process.env, ...env },
    stdio: ["pipe", "pipe", "pipe", ...inherit],
  });
  return follow(child);
}

/** Runs a module of Node to its end. */
export function runNode(source: string, options?: PeerOptions): Promise<Ended> {
  const peer = startNode(source, options);
  peer.child.stdin?.end();
  return peer.ended;
}

function follow(child: ChildProcess): Peer {
  const text = { stdout: "", stderr: "" };
  const waiting = new Set<() => void>();
  for (const name of ["stdout", "stderr"] as const) {
    child[name]?.setEncoding("utf8").on("data", (part: string) => {
      text[name] += part;
      for (const look of waiting) look();
    });
  }
  child.stdin?.on("error", () => {});
  const ended = new Promise<Ended>((done, failed) => {
    child.on("error", failed);
    child.on("close", (status, signal) => done({ status, signal, ...text }));
  });
  const printed = (wanted: string): Promise<void> =>
    new Promise((found, failed) => {
      const look = (): void => {
        if (!text.stdout.includes(wanted)) return;
        waiting.delete(look);
        found();
      };
      waiting.add(look);
      look();
      ended.then(() => failed(new Error(`it ended without '${wanted}': ${JSON.stringify(text)}`)));
    });
  return { child, ended, printed, tell: (line) => void child.stdin?.write(line) };
}

/** Runs a Python program that prints JSON, and answers what it printed. */
export function python(source: string, inherit: readonly number[] = []): unknown {
  const stdio: StdioOptions = ["ignore", "pipe", "inherit", ...inherit];
  return JSON.parse(execFileSync("python3", ["-c", source], { stdio, encoding: "utf8" }));
}
