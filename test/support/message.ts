// What tests of messages share: sockets of every type, files that can be told apart, children with limits of their own.

import { mkdtempSync, rmSync, unlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Fd, type SocketPair, SyscallError, setsockopt, socketpair } from "cmsg";
import { type Ended, run } from "./run.js";
import { evaluation, fstat } from "./runtime.js";

/** The types of AF_UNIX sockets. */
export const TYPES = ["stream", "dgram", "seqpacket"] as const;
export const MESSAGE_TYPES = ["dgram", "seqpacket"] as const;

/** Bytes of a text. */
export function text(words: string): Buffer {
  return Buffer.from(words);
}

/** Runs `work` with a pair of connected sockets, which is closed afterwards. */
export function withPair<T>(
  type: (typeof TYPES)[number],
  work: (left: Fd, right: Fd, pair: SocketPair) => T,
): T {
  const pair = socketpair({ type });
  try {
    return work(pair[0], pair[1], pair);
  } finally {
    Fd.closeAll(pair);
  }
}

/** Why the kernel has no such option of SOL_SOCKET for AF_UNIX streams: its own words, or undefined when it has it. */
export function optionProblem(name: string | number): string | undefined {
  return withPair("stream", (left) => {
    try {
      setsockopt(left, "SOL_SOCKET", name, true);
      return undefined;
    } catch (error) {
      if (!(error instanceof SyscallError)) throw error;
      return `${name}: ${error.message}`;
    }
  });
}

/** Runs `work` with `count` open files, each of which holds its own index as text. */
export function withFiles<T>(count: number, work: (files: readonly Fd[]) => T): T {
  const directory = mkdtempSync(join(tmpdir(), "cmsg-files-"));
  const files: Fd[] = [];
  try {
    for (let i = 0; i < count; i++) {
      const path = join(directory, String(i));
      writeFileSync(path, String(i));
      files.push(Fd.open(path, "r+"));
      unlinkSync(path);
    }
    return work(files);
  } finally {
    Fd.closeAll(files);
    rmSync(directory, { recursive: true });
  }
}

/** What the files of `withFiles` hold, by whatever descriptor: their indices. */
export function indices(fds: Iterable<Fd>): number[] {
  return [...fds].map((fd) => Number(fd.read(16, { position: 0 }).toString()));
}

/** 0, 1, 2, … */
export function upTo(count: number): number[] {
  return Array.from({ length: count }, (_, i) => i);
}

/** Device and inode of an open file. */
export function identity(fd: Fd | number): string {
  const { dev, ino } = fstat(typeof fd === "number" ? fd : fd.number);
  return `${dev}:${ino}`;
}

/** Runs the text of a module in a process of its own, which can import `cmsg`; `under` is a program in front of it. */
export async function runModule(source: string, under: readonly string[] = []): Promise<Ended> {
  const node = [process.execPath, ...evaluation(source)];
  const [program = "", ...args] = [...under, ...node];
  return await run(program, args);
}

/** What such a module has printed as JSON. An error in it is thrown here. */
export async function jsonOf(source: string, under?: readonly string[]): Promise<unknown> {
  const { code, stdout, stderr } = await runModule(source, under);
  if (code !== 0) throw new Error(`the child ended with ${code}: ${stderr}`);
  return JSON.parse(stdout);
}

/** In front of a program: at most `count` descriptors, a limit that Node cannot raise again. */
export function fdLimit(count: number): string[] {
  return ["sh", "-c", `ulimit -n ${count} && exec "$@"`, "sh"];
}
