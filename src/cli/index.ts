#!/usr/bin/env node
// The command `cmsg`: finds the subcommand, runs it, and turns what it throws into one line and an exit status.

import { type Command, entries, helpOf, parse } from "./command.js";
import { decode } from "./decode.js";
import { doctor } from "./doctor.js";
import { codeOf, EXIT, lineOf, statusOf, usageError } from "./errors.js";
import { fuzzCommand } from "./fuzz.js";
import { layoutCommand } from "./layout.js";
import { note, paint, print } from "./output.js";
import { ownVersion } from "./package.js";
import { recv } from "./recv.js";
import { send } from "./send.js";
import { types } from "./types.js";

const COMMANDS: readonly Command[] = [
  send,
  recv,
  decode,
  layoutCommand,
  types,
  fuzzCommand,
  doctor,
];

const STATUSES: readonly (readonly [string, string])[] = [
  [String(EXIT.fine), "done"],
  [String(EXIT.malformed), "the input is malformed; what could be read of it is printed"],
  [String(EXIT.usage), "the command line is wrong"],
  [String(EXIT.system), "a system call failed"],
  [String(EXIT.unsupported), "not supported on this system"],
];

const ENVIRONMENT: readonly (readonly [string, string])[] = [
  ["NO_COLOR", "print without colour, also on a terminal"],
  ["FORCE_COLOR", "print with colour, also into a pipe"],
  ["CMSG_DEBUG=1", "print a stack trace with each error"],
];

function generalHelp(): string {
  const title = (text: string): string => paint("bold", text);
  return [
    `${title("cmsg")}: pass open descriptors between processes, and look into control messages`,
    "",
    "usage: cmsg SUBCOMMAND [OPTIONS]",
    "       cmsg SUBCOMMAND --help",
    "       cmsg --version",
    "",
    title("subcommands"),
    ...entries(COMMANDS.map(({ name, summary }) => [name, summary])),
    "",
    title("exit status"),
    ...entries(STATUSES),
    "",
    title("environment"),
    ...entries(ENVIRONMENT),
    "",
    "Two shells, one open file:",
    "",
    "  $ cmsg recv /tmp/door",
    "  $ cmsg send /tmp/door /etc/hostname",
  ].join("\n");
}

function commandNamed(name: string): Command {
  const command = COMMANDS.find((known) => known.name === name);
  if (command !== undefined) return command;
  const names = COMMANDS.map((known) => known.name).join(", ");
  const what = name.startsWith("-") ? "option" : "subcommand";
  throw usageError(`unknown ${what} '${name}': there are ${names} (see: cmsg --help)`);
}

async function main(line: readonly string[]): Promise<number> {
  const [first, ...others] = line;
  if (first === undefined) {
    note(generalHelp());
    return EXIT.usage;
  }
  if (first === "--version" || first === "-V") {
    print(ownVersion());
    return EXIT.fine;
  }
  const wanted = first === "help" ? others[0] : undefined;
  if (first === "--help" || first === "-h" || (first === "help" && wanted === undefined)) {
    print(generalHelp());
    return EXIT.fine;
  }
  const command = commandNamed(wanted ?? first);
  const args = parse(command, wanted === undefined ? others : ["--help"]);
  if (args.has("help")) {
    print(helpOf(command));
    return EXIT.fine;
  }
  return await command.run(args);
}

// A reader such as `head` that has seen enough is no error.
for (const stream of [process.stdout, process.stderr]) {
  stream.on("error", (error) => {
    process.exit(codeOf(error) === "EPIPE" ? EXIT.fine : EXIT.system);
  });
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  note(`cmsg: ${lineOf(error)}`);
  if (process.env["CMSG_DEBUG"] === "1") note(String((error as Error).stack));
  process.exitCode = statusOf(error);
}
