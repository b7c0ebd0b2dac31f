// cmsg fds: what the descriptors of this or another process are.

import { existsSync } from "node:fs";
import { hostname } from "node:os";
import type { Arguments, Command } from "./command.js";
import { help } from "./command.js";
import { CommandError, codeOf, EXIT, usageError } from "./errors.js";
import { type FdFacts, factsOf } from "./fds-describe.js";
import { commandOf, numbersOf } from "./fds-proc.js";
import { blockLines, tableLines } from "./fds-show.js";
import { note, paint, print, printJson } from "./output.js";

export const fds: Command = {
  name: "fds",
  summary: "say what the descriptors of a process are",
  usage: ["fds [OPTIONS] [PID | self] [FD…]", "fds [OPTIONS] fd:N…"],
  operands: {
    PID: "the process; self, or left out, is this command with what it was given",
    FD: "numbers of descriptors; all that are open unless given. fd:N is descriptor N of this command",
  },
  options: {
    all: { short: "A", text: "with self: also those that Node has opened for itself" },
    json: { short: "j", text: "print them as a JSON array" },
  },
  notes: [
    "Says for each descriptor its kind, what it refers to, the flags that it was opened with, its inode, and of sockets the addresses, " +
      "the state and the process at the other end. Descriptors that are named are described one by one, else they are listed.",
    "Of another process the kernel gives a duplicate of each descriptor to whoever may trace it (pidfd_getfd); where it refuses, what " +
      "/proc says is shown, and the reason. Who may not see the process at all is told so.",
    "Node makes what a command inherits close-on-exec, which is why that flag says nothing of self.",
  ],
  examples: [
    ["What this shell would give to a command", "cmsg fds"],
    ["The descriptors of the shell itself", "cmsg fds $$"],
    ["One descriptor in full", "cmsg fds self 5 5</etc/hostname"],
  ],
  see: ["cmsg recv", "cmsg trace", "proc(5)", "pidfd_getfd(2)"],
  complete: (index) => (index === 0 ? "process" : "none"),
  run: runFds,
};

/** What is asked for: a process, and the numbers that are named. */
interface Wanted {
  readonly pid: number;
  readonly numbers: readonly number[];
}

function wantedOf({ operands }: Arguments): Wanted {
  const own = operands.map((text) => /^fd:(\d{1,10})$/.exec(text)?.[1]);
  if (own.length > 0 && own.every((number) => number !== undefined)) {
    return { pid: process.pid, numbers: own.map(Number) };
  }
  const [first = "self", ...others] = operands;
  const pid = first === "self" ? process.pid : numberOf(first, "PID");
  return { pid, numbers: others.map((text) => numberOf(text.replace(/^fd:/, ""), "FD")) };
}

function numberOf(text: string, what: string): number {
  const number = /^\d{1,10}$/.test(text) ? Number(text) : -1;
  if (number >= (what === "PID" ? 1 : 0) && number <= 0x7fffffff) return number;
  throw usageError(
    `${what} takes a number${what === "PID" ? " or self" : ""}, not '${text}'${help(fds)}`,
  );
}

function runFds(args: Arguments): number {
  const { pid, numbers } = wantedOf(args);
  if (!existsSync("/proc/self/fd")) {
    const message = `${process.platform} on ${hostname()} has no /proc: only Linux says what descriptors of a process are`;
    throw new CommandError(EXIT.unsupported, message);
  }
  const named = numbers.length > 0;
  if (!existsSync(`/proc/${pid}`)) {
    throw new CommandError(EXIT.system, `ESRCH: there is no process ${pid}`);
  }
  const listed = asked(pid, () => (named ? numbers : numbersOf(pid)));
  const found = asked(pid, () => listed.map((fd) => factsOf(pid, fd)));
  const open = found.filter((one) => one !== undefined);
  const shown = named || pid !== process.pid || args.has("all") ? open : inherited(open);
  show(args, pid, shown, named);
  const missing = named ? numbers.filter((_, i) => found[i] === undefined) : [];
  for (const fd of missing) note(`cmsg: EBADF: descriptor ${fd} of ${nameOf(pid)} is not open`);
  const [refusal] = shown.flatMap(({ refused }) => refused ?? []);
  if (refusal !== undefined) note(`cmsg: only what /proc says is known: ${refusal}`);
  return missing.length === 0 ? EXIT.fine : EXIT.system;
}

function show(args: Arguments, pid: number, facts: readonly FdFacts[], named: boolean): void {
  if (args.has("json")) {
    printJson(facts, 2);
    return;
  }
  if (named) {
    const blocks = facts.map((one) => blockLines(one, nameOf(pid)).join("\n"));
    if (blocks.length > 0) print(blocks.join("\n\n"));
    return;
  }
  print(paint("bold", nameOf(pid)));
  for (const line of tableLines(facts)) print(line);
}

function nameOf(pid: number): string {
  const command = commandOf(pid);
  const who = pid === process.pid ? "this command, process" : "process";
  return `${who} ${pid}${command === null || pid === process.pid ? "" : ` (${command})`}`;
}

/** Asks /proc; when it refuses, says why. */
function asked<T>(pid: number, work: () => T): T {
  try {
    return work();
  } catch (cause) {
    const code = codeOf(cause);
    if (code !== "ENOENT" && code !== "EACCES" && code !== "ESRCH") throw cause;
    const why =
      code === "EACCES"
        ? `EACCES: this user may not see the descriptors of process ${pid}: it would have to be allowed to trace it, see ptrace(2)`
        : `ESRCH: there is no process ${pid}`;
    throw new CommandError(EXIT.system, why, { cause });
  }
}

/** Without what Node opens for itself: its selectors, wake-ups, and pipes whose both ends are here. */
function inherited(open: readonly FdFacts[]): FdFacts[] {
  const pipes = new Map<string, number>();
  for (const { path, kind, fd } of open) {
    if (kind === "pipe" && fd > 2 && path !== null) pipes.set(path, (pipes.get(path) ?? 0) + 1);
  }
  return open.filter(({ fd, kind, path, flags }) => {
    if (fd <= 2) return true;
    if (kind === "epoll" || kind === "io_uring") return false;
    if (kind === "eventfd") return flags?.includes("O_NONBLOCK") !== true;
    if (kind === "pipe") return (pipes.get(path ?? "") ?? 0) < 2;
    return !(path === "/dev/null" && flags?.includes("O_CLOEXEC") === true);
  });
}
