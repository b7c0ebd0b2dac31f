// cmsg trace: runs a command under strace, or attaches to processes, and explains the control messages that they send and receive.

import { closeSync, openSync, writeSync } from "node:fs";
import type { Arguments, Command } from "./command.js";
import { help } from "./command.js";
import { CommandError, EXIT, usageError } from "./errors.js";
import { configure, count, jsonLine, note, print, sign } from "./output.js";
import { messagesOf, type TracedMessage } from "./trace-call.js";
import { CallReader } from "./trace-lines.js";
import { isRunnable, type Target, trace, withoutStrace } from "./trace-run.js";
import { messageLines } from "./trace-show.js";

export const traceCommand: Command = {
  name: "trace",
  summary: "explain the control messages that a program sends and receives, as they happen",
  usage: ["trace [OPTIONS] [--] CMD [ARG…]", "trace [OPTIONS] -p PID…"],
  operands: { CMD: "the command to run, with its arguments: all that follows belongs to it" },
  options: {
    pid: {
      value: "PID",
      short: "p",
      multiple: true,
      text: "trace this process and those that it starts, until it ends or you interrupt",
      complete: "process",
    },
    all: { short: "A", text: "also messages without control messages" },
    output: {
      value: "FILE",
      short: "o",
      text: "write the messages to FILE, instead of between what CMD prints",
    },
    json: { short: "j", text: "print each message as one line of JSON" },
    quiet: { short: "q", text: "do not say at the end how many there were" },
  },
  restOperands: true,
  notes: [
    "Runs a command under strace(1), its children and threads with it, and prints each message with control data when the call " +
      "returns: who sends or receives it, over which socket, the control messages with their values, and descriptors with what " +
      "they refer to. What truncation and missing flags mean is said beside them.",
    "Messages of sendmsg, recvmsg, sendmmsg and recvmmsg are seen; those of io_uring are not. Of control messages that strace does not " +
      "know it tells only the header: their payload is marked as not shown.",
    "Signals are passed on to the command. To attach, the system must allow tracing (root, or the same user where ptrace_scope allows).",
  ],
  examples: [
    ["What a library of Python does behind its back", "cmsg trace python3 share.py"],
    ["A service that runs, as JSON, until you interrupt", "cmsg trace --json -p 1234"],
    [
      "Messages into a file",
      "cmsg trace -o messages.txt sh -c 'cmsg send /tmp/door /etc/hostname'",
    ],
  ],
  statuses: [
    ["…", "that of CMD: 128 and the signal's number if a signal ended it"],
    [String(EXIT.unsupported), "strace is not installed"],
  ],
  see: ["cmsg fds", "cmsg decode", "strace(1)"],
  complete: () => "command",
  run: runTrace,
};

async function runTrace(args: Arguments): Promise<number> {
  const target = targetOf(args);
  if (process.platform !== "linux") {
    const message = `strace traces Linux, and this is ${process.platform}`;
    throw new CommandError(EXIT.unsupported, message);
  }
  if (!isRunnable("strace")) throw withoutStrace();
  const sink = sinkOf(args.value("output"));
  const totals = { sent: 0, received: 0, out: 0, in: 0 };
  const calls = new CallReader();
  try {
    const status = await trace(target, {
      line: (text) => {
        const call = calls.read(text);
        for (const message of call === undefined ? [] : messagesOf(call)) {
          if (!args.has("all") && !isTold(message)) continue;
          tally(totals, message);
          sink.write(args.has("json") ? jsonLine(message) : messageLines(message).join("\n"));
        }
      },
      attached: () => {
        if (!args.has("quiet"))
          note(`tracing process ${args.values("pid").join(", ")}: Ctrl-C ends it`);
      },
    });
    sink.end();
    if (!args.has("quiet")) note(summary(totals));
    return status;
  } finally {
    sink.end();
  }
}

/** Messages that carry control messages, or should have. */
function isTold({ control, controlLength, flags }: TracedMessage): boolean {
  return control.length > 0 || controlLength > 0 || flags.includes("MSG_CTRUNC");
}

interface Totals {
  sent: number;
  received: number;
  out: number;
  in: number;
}

function tally(totals: Totals, { direction, control, error }: TracedMessage): void {
  if (error !== null) return;
  const fds = control.reduce((sum, each) => sum + each.fds.length, 0);
  if (direction === "send") {
    totals.sent += 1;
    totals.out += fds;
  } else {
    totals.received += 1;
    totals.in += fds;
  }
}

function summary({ sent, received, out, in: arrived }: Totals): string {
  const part = (messages: number, fds: number, verb: string): string =>
    `${count(messages, "message")} ${verb} with ${count(fds, "descriptor")}`;
  return `cmsg trace: ${part(sent, out, "sent")}, ${part(received, arrived, "received")}`;
}

function targetOf(args: Arguments): Target {
  const pids = args
    .values("pid")
    .flatMap((text) => text.split(","))
    .map(pidOf);
  const [command, ...parameters] = args.operands;
  if (pids.length > 0) {
    if (command === undefined) return { pids };
    throw usageError(`--pid and a command do not go together: '${command}'${help(traceCommand)}`);
  }
  if (command === undefined)
    throw usageError(`CMD is missing: name a command, or give --pid${help(traceCommand)}`);
  checkRunnable(command);
  return { command, parameters };
}

function pidOf(text: string): number {
  if (/^[1-9]\d{0,9}$/.test(text)) return Number(text);
  throw usageError(`--pid takes the number of a process, not '${text}'${help(traceCommand)}`);
}

/** Refuses a command that is not there before strace does, whose words would be those of the command. */
function checkRunnable(command: string): void {
  if (!isRunnable(command)) {
    throw new CommandError(EXIT.system, `ENOENT: '${command}' could not be run`);
  }
}

/** Where messages are written to. */
interface Sink {
  write(text: string): void;
  end(): void;
}

function sinkOf(file: string | undefined): Sink {
  if (file === undefined) return { write: print, end: () => {} };
  const number = openSync(file, "w");
  configure({ color: "never" });
  let closed = false;
  return {
    write: (text) => void writeSync(number, `${sign(text)}\n`),
    end: () => {
      if (!closed) closeSync(number);
      closed = true;
    },
  };
}
