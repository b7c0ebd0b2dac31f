// cmsg recv: listens at a socket, takes the descriptors of a sender, and says, copies or passes on what they are.

import { type Arguments, type Command, help } from "./command.js";
import { catConsumer, outConsumer } from "./copy.js";
import { openDoor, type Sender, TYPES } from "./door.js";
import { EXIT, firstFailure, usageError } from "./errors.js";
import { execConsumer } from "./exec.js";
import { note } from "./output.js";
import { jsonConsumer, showConsumer } from "./show.js";
import { choice, counted, duration, onlyOneOf, onlyOperand, permissions } from "./values.js";

/** What is done with all that one sender sends. Answers an exit status. */
export type Consumer = (sender: Sender) => Promise<number>;

export const recv: Command = {
  name: "recv",
  summary: "listen at a socket, take the descriptors of a sender and say what they are",
  usage: ["recv [OPTIONS] PATH", "recv [OPTIONS] PATH --exec CMD [ARG…]"],
  operands: { PATH: "where to listen; @NAME is an abstract name" },
  options: {
    cat: { short: "c", text: "copy the content of each file to standard output" },
    out: {
      value: "DIR",
      short: "o",
      text: "copy the content of each file into a new file in DIR, which is made if it is missing",
    },
    exec: {
      value: "CMD…",
      complete: "command",
      text: "run CMD, with the descriptors as 3, 4, …; all that follows belongs to it",
    },
    json: { short: "j", text: "print each message as one line of JSON" },
    count: {
      value: "N",
      short: "n",
      text: "take N senders one after the other; 1 unless given",
      complete: "none",
    },
    type: {
      value: "TYPE",
      short: "t",
      text: "stream (the default), seqpacket or dgram",
      complete: TYPES,
    },
    mode: {
      value: "MODE",
      short: "m",
      text: "permissions of the socket file in octal; 600 unless given: nobody else can send",
    },
    timeout: {
      value: "TIME",
      text: "give up waiting for senders and messages after so many seconds, or 500ms, 2s, 1m",
    },
    quiet: { short: "q", text: "do not say where it listens" },
  },
  restOption: "exec",
  notes: [
    "Listens at a socket of AF_UNIX, takes descriptors that come by SCM_RIGHTS, and prints for each what the kernel says of it.",
    "A sender is done when it closes its end. The socket file is removed when the last sender has come, and when the command " +
      "is interrupted. Each datagram is a sender of its own.",
    "Names are what the sender says: a line of its text for each descriptor. --out uses the last part of a name, never " +
      "writes over a file (name.1, name.2, … instead), and puts _ for a leading dot. Files are copied from their " +
      "beginning, all else as far as it can be read.",
    "CMD finds the number of its descriptors in CMSG_FDS, and their names, one a line, in CMSG_FD_NAMES. " +
      "Its exit status becomes that of cmsg recv: 128 and the signal's number if a signal ends it.",
    "A line of JSON has sender { pid, uid, gid }, bytes, text (null if it is no UTF-8), hex, truncated, and fds with name, " +
      "kind, number, access and what else the kernel says; with --out also file and copied.",
  ],
  examples: [
    ["Say what the first sender passes", "cmsg recv /tmp/door"],
    ["Read the files that it passes", "cmsg recv /tmp/door --cat | sort"],
    ["Three senders at an abstract name, for a program", "cmsg recv --json --count 3 @door"],
    ["Give the descriptors to a command", "cmsg recv /tmp/door --exec sh -c 'wc -l <&3'"],
  ],
  statuses: [["…", "with --exec: that of CMD"]],
  see: ["cmsg send", "cmsg trace", "unix(7)"],
  run: runRecv,
};

async function runRecv(args: Arguments): Promise<number> {
  const path = onlyOperand(recv, args, "PATH");
  const type = choice(args, "type", TYPES) ?? "stream";
  const timeoutMs = duration(args, "timeout");
  const count = counted(args, "count");
  const mode = permissions(args, "mode");
  if (mode !== undefined && path.startsWith("@")) {
    throw usageError("--mode is of no use: an abstract name has no permissions");
  }
  const consume = await consumerOf(args);
  const door = openDoor({
    path,
    type,
    mode: path.startsWith("@") ? undefined : (mode ?? 0o600),
    deadline: timeoutMs === undefined ? undefined : performance.now() + timeoutMs,
  });
  try {
    if (!args.has("quiet")) note(`listening at ${path}`);
    let status: number = EXIT.fine;
    for await (const sender of door.senders(count)) {
      status = firstFailure(status, await consume(sender));
    }
    return status;
  } finally {
    door.close();
  }
}

async function consumerOf(args: Arguments): Promise<Consumer> {
  const { rest } = args;
  onlyOneOf(args, ["cat", "out"]);
  onlyOneOf(args, ["cat", "json"]);
  if (rest !== undefined) {
    const other = ["cat", "out", "json"].find((option) => args.has(option));
    if (other !== undefined) throw usageError(`--${other} and --exec do not go together`);
    const [command, ...parameters] = rest;
    if (command === undefined) throw usageError(`--exec needs a command${help(recv)}`);
    return execConsumer(command, parameters);
  }
  const out = args.value("out");
  if (out !== undefined) return outConsumer(out, args.has("json"));
  if (args.has("cat")) return catConsumer();
  return args.has("json") ? jsonConsumer() : showConsumer();
}
