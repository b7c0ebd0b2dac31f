// cmsg send: opens files and passes the open descriptors to whoever listens at a socket.

import { fstatSync, lstatSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import {
  type AbstractAddress,
  connect,
  Fd,
  type PathAddress,
  type Sent,
  SyscallError,
  sendFds,
  socket,
} from "../index.js";
import { type Arguments, type Command, help } from "./command.js";
import { CommandError, codeOf, EXIT, usageError } from "./errors.js";
import { namesAsData } from "./names.js";
import { count, print, printJson } from "./output.js";
import { choice, duration, socketAddress } from "./values.js";

const TYPES = ["stream", "seqpacket", "dgram"] as const;
const FLAGS = ["r", "r+", "w", "a"] as const;

export const send: Command = {
  name: "send",
  summary: "open files and pass the open descriptors to a listening socket",
  usage: ["send [OPTIONS] PATH FILE…"],
  operands: {
    PATH: "the socket to connect to; @NAME is an abstract name",
    FILE: "a file to open; - is standard input; fd:N is descriptor N of this command",
  },
  options: {
    flags: {
      value: "FLAGS",
      short: "f",
      text: "open files with r (the default), r+, w or a",
      complete: FLAGS,
    },
    data: {
      value: "TEXT",
      short: "d",
      text: "send this text with them; the files' names, one a line, unless given",
      complete: "none",
    },
    type: {
      value: "TYPE",
      short: "t",
      text: "stream (the default), seqpacket or dgram",
      complete: TYPES,
    },
    wait: { short: "w", text: "wait until somebody listens" },
    timeout: {
      value: "TIME",
      text: "give up after so many seconds, or 500ms, 2s, 1m",
      complete: "none",
    },
    json: { short: "j", text: "print what was sent as JSON" },
    quiet: { short: "q", text: "print nothing" },
  },
  notes: [
    "Opens files, connects to a listening socket of AF_UNIX and passes the open descriptors over it by SCM_RIGHTS.",
    "The receiver gets the open files themselves: it needs no permission to open them, and what it reads, writes or seeks " +
      "happens on the same open file. A stream takes any number of descriptors, 253 in each message; the other types take 253.",
  ],
  examples: [
    [
      "Two open files to whoever runs cmsg recv /tmp/door",
      "cmsg send /tmp/door report.txt notes.txt",
    ],
    ["The pipe itself, once somebody listens", "date | cmsg send --wait /tmp/door -"],
    [
      "A descriptor that the shell has opened, to an abstract name",
      "cmsg send @door fd:5 5<> journal.db",
    ],
  ],
  see: ["cmsg recv", "cmsg trace", "unix(7)"],
  run: runSend,
};

/** A descriptor to send. `opened` is ours to close. */
interface Item {
  readonly name: string;
  readonly number: number;
  readonly opened: Fd | undefined;
}

async function runSend(args: Arguments): Promise<number> {
  const [path, ...files] = args.operands;
  if (path === undefined || path === "") throw usageError(`PATH is missing${help(send)}`);
  if (files.length === 0 && !args.has("data")) {
    throw usageError(`FILE is missing: name a file, or give --data${help(send)}`);
  }
  const type = choice(args, "type", TYPES) ?? "stream";
  if (type === "stream" && files.length > 0 && args.value("data") === "") {
    throw usageError("--data is empty: on a stream, descriptors need a byte to travel with");
  }
  const flags = choice(args, "flags", FLAGS) ?? "r";
  const timeoutMs = duration(args, "timeout");
  const deadline = timeoutMs === undefined ? undefined : performance.now() + timeoutMs;
  const items: Item[] = [];
  try {
    for (const file of files) items.push(itemOf(file, flags));
    using connection = socket({ type });
    await connectWhenThere(connection, path, args.has("wait"), deadline);
    const sent = sendItems(connection, items, args.value("data"), type === "stream", deadline);
    report(args, sent);
    return EXIT.fine;
  } finally {
    for (const { opened } of items) opened?.close();
  }
}

function itemOf(file: string, flags: string): Item {
  const borrowed = file === "-" ? "0" : /^fd:(\d+)$/.exec(file)?.[1];
  if (borrowed === undefined) {
    const opened = Fd.open(file, flags);
    return { name: file, number: opened.number, opened };
  }
  const number = Number(borrowed);
  try {
    fstatSync(number);
  } catch (cause) {
    const message = `${file}: descriptor ${number} is not open (${codeOf(cause)})`;
    throw new CommandError(EXIT.system, message, { cause });
  }
  return { name: file === "-" ? "stdin" : file, number, opened: undefined };
}

/** What is left of the time, as the option of a call: never 0, which would mean not to wait. */
function left(deadline: number | undefined): { timeoutMs?: number } {
  return deadline === undefined ? {} : { timeoutMs: Math.max(deadline - performance.now(), 1) };
}

/** How often --wait looks for the listener. */
const LOOK_MS = 50;

async function connectWhenThere(
  connection: Fd,
  path: string,
  wait: boolean,
  deadline: number | undefined,
): Promise<void> {
  const address = socketAddress(path);
  for (;;) {
    try {
      connect(connection, address, left(deadline));
      return;
    } catch (error) {
      if (!isAbsent(error) || isOtherFile(address)) throw explained(error, address);
      if (!wait) throw explained(error, address, `start 'cmsg recv ${path}' first, or use --wait`);
      if (deadline !== undefined && performance.now() >= deadline) {
        throw explained(error, address, "--timeout is over");
      }
      await sleep(Math.min(left(deadline).timeoutMs ?? LOOK_MS, LOOK_MS));
    }
  }
}

function isAbsent(error: unknown): boolean {
  const code = codeOf(error);
  return error instanceof SyscallError && (code === "ENOENT" || code === "ECONNREFUSED");
}

/** Whether the path is taken by something that is no socket. */
function isOtherFile(address: PathAddress | AbstractAddress): boolean {
  if (!("path" in address)) return false;
  const stats = lstatSync(address.path as string, { throwIfNoEntry: false });
  return stats !== undefined && !stats.isSocket() && !stats.isSymbolicLink();
}

function explained(cause: unknown, address: PathAddress | AbstractAddress, advice = ""): unknown {
  if (!isAbsent(cause)) return cause;
  const [code, name] = [codeOf(cause), "path" in address ? address.path : `@${address.abstract}`];
  const message = isOtherFile(address)
    ? `${code}: ${name} is not a socket`
    : `${code}: nobody listens at ${name}: ${advice}`;
  return new CommandError(EXIT.system, message, { cause });
}

/** Descriptors that one message takes, and bytes of names that stay in one piece on a stream. */
const FD_LIMIT = 253;
const NAMES_LIMIT = 32_768;

function sendItems(
  connection: Fd,
  items: readonly Item[],
  data: string | undefined,
  stream: boolean,
  deadline: number | undefined,
): Sent {
  if (!stream && items.length > FD_LIMIT) {
    throw usageError(`${items.length} descriptors: one message takes ${FD_LIMIT}, use a stream`);
  }
  const whole = data !== undefined || !stream;
  const total = { bytes: 0, fds: 0 };
  for (const batch of whole ? [items] : batches(items)) {
    const sent = sendBatch(connection, batch, data, deadline);
    total.bytes += sent.bytes;
    total.fds += sent.fds;
    if (sent.fds < batch.length) throw unfinished(total.fds, items.length);
  }
  return total;
}

function sendBatch(
  connection: Fd,
  batch: readonly Item[],
  data: string | undefined,
  deadline: number | undefined,
): Sent {
  const numbers = batch.map(({ number }) => number);
  const bytes = Buffer.from(data ?? namesAsData(batch.map(({ name }) => name)));
  const sent = { ...sendFds(connection, numbers, { data: bytes, ...left(deadline) }) };
  // With a limit on its time a call may take a part only; descriptors go with the first byte.
  while (sent.fds === batch.length && sent.bytes < bytes.length) {
    const rest = bytes.subarray(sent.bytes);
    sent.bytes += sendFds(connection, [], { data: rest, ...left(deadline) }).bytes;
  }
  return sent;
}

function unfinished(sent: number, wanted: number): CommandError {
  const message = `ETIMEDOUT: ${sent} of ${count(wanted, "descriptor")} were sent when --timeout was over`;
  return new CommandError(EXIT.system, message);
}

/** Items in loads of one message each, so that names arrive with what they name. */
function batches(items: readonly Item[]): Item[][] {
  const found: Item[][] = [[]];
  let bytes = 0;
  for (const item of items) {
    const batch = found.at(-1) as Item[];
    const length = Buffer.byteLength(item.name) + 1;
    bytes += length;
    if (batch.length > 0 && (batch.length === FD_LIMIT || bytes > NAMES_LIMIT)) {
      found.push([item]);
      bytes = length;
    } else batch.push(item);
  }
  return found;
}

function report(args: Arguments, { bytes, fds }: Sent): void {
  if (args.has("json")) printJson({ bytes, fds });
  else if (!args.has("quiet")) {
    print(`sent ${count(fds, "descriptor")} with ${count(bytes, "byte")}`);
  }
}
