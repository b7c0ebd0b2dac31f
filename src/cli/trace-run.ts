// strace as a child: a command under it, or processes that run already; its lines as they come.

import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import {
  accessSync,
  closeSync,
  createReadStream,
  constants as fs,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
} from "node:fs";
import { constants, tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { atEnd, intercepting } from "./ending.js";
import { CommandError, codeOf, EXIT } from "./errors.js";

/** What is traced. */
export type Target =
  | { readonly command: string; readonly parameters: readonly string[] }
  | { readonly pids: readonly number[] };

/** Calls that carry control messages, whole: names of files and addresses, and data up to a length. */
const WATCHED = [
  ...["-f", "-yy", "-v", "-ttt", "-s", "4096"],
  ...["-e", "signal=none", "-e", "trace=sendmsg,recvmsg,sendmmsg,recvmmsg"],
];

/** Everything but that a process is attached to. */
const QUIET = "quiet=path-resolution,personality,exit,thread-execve";

/** What is told of a trace. */
export interface Listener {
  line(text: string): void;
  /** All processes are attached to: what they do from now on is seen. */
  attached(): void;
}

/** Traces, gives each line away, and answers the exit status. */
export async function trace(target: Target, listener: Listener): Promise<number> {
  const directory = mkdtempSync(join(tmpdir(), "cmsg-trace-"));
  const remove = atEnd(() => rmSync(directory, { recursive: true, force: true }));
  const pipe = join(directory, "lines");
  try {
    execFileSync("mkfifo", ["-m", "600", pipe], { stdio: "ignore" });
    const reading = readLines(pipe, (text) => listener.line(text));
    const child = start(target, pipe);
    const handler = "pids" in target ? detacher(child) : forwarder(child);
    const status = await intercepting(handler, ended(child, target, listener));
    release(pipe);
    await reading;
    return status;
  } finally {
    release(pipe);
    remove();
  }
}

function start(target: Target, pipe: string): ChildProcess {
  const options = [...WATCHED, "-o", pipe];
  if ("pids" in target) {
    const attach = target.pids.flatMap((pid) => ["-p", String(pid)]);
    return spawn("strace", ["-e", QUIET, ...options, ...attach], {
      stdio: ["ignore", "ignore", "pipe"],
    });
  }
  // As a grandchild strace leaves the command to be our child: its status and signals are its own.
  const under = ["-qq", "-DD", "--", target.command, ...target.parameters];
  return spawn("strace", [...options, ...under], { stdio: "inherit" });
}

/** Reads to the end, which comes when strace has closed the pipe. */
async function readLines(pipe: string, line: (text: string) => void): Promise<void> {
  const lines = createInterface({
    input: createReadStream(pipe),
    crlfDelay: Number.POSITIVE_INFINITY,
  });
  for await (const text of lines) line(text);
}

/** Ends the wait of a reader to whom strace never came. */
function release(pipe: string): void {
  try {
    closeSync(openSync(pipe, fs.O_WRONLY | fs.O_NONBLOCK));
  } catch {
    // Nobody reads any more.
  }
}

/** A terminal's own signals reach the command by themselves. */
function forwarder(child: ChildProcess): (signal: NodeJS.Signals) => void {
  return (signal) => {
    if (signal !== "SIGINT" || !inForeground()) child.kill(signal);
  };
}

function detacher(child: ChildProcess): (signal: NodeJS.Signals) => void {
  return () => child.kill("SIGINT");
}

/** Whether this process belongs to those that its terminal signals. */
function inForeground(): boolean {
  const stat = readFileSync("/proc/self/stat", "utf8")
    .replace(/^.*\) /s, "")
    .split(" ");
  const [, , group, , , foreground] = stat;
  return group === foreground;
}

function ended(child: ChildProcess, target: Target, listener: Listener): Promise<number> {
  const complaints: string[] = [];
  if (child.stderr !== null) hear(child.stderr, target, complaints, listener);
  return new Promise((resolve, reject) => {
    child.on("error", (cause) => reject(unable(cause)));
    child.on("close", (code, signal) => {
      if ("command" in target) {
        resolve(signal === null ? (code ?? 0) : 128 + constants.signals[signal]);
      } else if (code === 0 || code === null || code >= 128) resolve(EXIT.fine);
      else reject(new CommandError(EXIT.system, complaints[0] ?? `strace ended with ${code}`));
    });
  });
}

/** What strace says beside its output: whom it has attached to, and what is wrong. */
function hear(stderr: Readable, target: Target, complaints: string[], listener: Listener): void {
  let left = "pids" in target ? target.pids.length : 0;
  createInterface({ input: stderr }).on("line", (text) => {
    if (/Process \d+ attached/.test(text)) {
      left -= 1;
      if (left === 0) listener.attached();
    } else if (!/Process \d+ detached/.test(text)) complaints.push(text);
  });
}

function unable(cause: Error): CommandError {
  if (codeOf(cause) === "ENOENT") return withoutStrace();
  return new CommandError(EXIT.system, cause.message, { cause });
}

/** What is said where strace is missing. */
export function withoutStrace(): CommandError {
  const message =
    "strace is not installed, and cmsg trace needs it (Debian, Ubuntu: apt install strace)";
  return new CommandError(EXIT.unsupported, message);
}

/** Whether a program can be run: by its path, or as the variable PATH says. */
export function isRunnable(command: string): boolean {
  const folders = command.includes("/") ? [""] : (process.env["PATH"] ?? "").split(delimiter);
  return folders.some((folder) => {
    const file = folder === "" ? command : join(folder, command);
    try {
      accessSync(file, fs.X_OK);
      return statSync(file).isFile();
    } catch {
      return false;
    }
  });
}
