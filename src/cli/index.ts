#!/usr/bin/env node
// The command `cmsg`: finds the subcommand, runs it, and turns what it throws into one line and an exit status.

import { type Arguments, type Command, parse } from "./command.js";
import { COMMANDS, GROUPS } from "./commands.js";
import { codeOf, EXIT, lineOf, statusOf, usageError } from "./errors.js";
import { generalHelp, helpOf } from "./help.js";
import { COLORS, configure, note, print } from "./output.js";
import { ownVersion } from "./package.js";
import { choice, likest } from "./values.js";

function commandNamed(name: string): Command {
  const command = COMMANDS.find((known) => known.name === name);
  if (command !== undefined) return command;
  const names = COMMANDS.map((known) => known.name);
  const what = name.startsWith("-") ? "option" : "subcommand";
  const [near] = what === "option" ? [] : likest(name, names);
  const there = near === undefined ? `there are ${names.join(", ")}` : `do you mean '${near}'?`;
  throw usageError(`unknown ${what} '${name}': ${there} (see: cmsg --help)`);
}

/** Options that say how to print. */
function obey(args: Arguments): void {
  const color = choice(args, "color", COLORS);
  configure({ ascii: args.has("ascii"), ...(color === undefined ? {} : { color }) });
}

async function main(line: readonly string[]): Promise<number> {
  const [first, ...others] = line;
  if (first === undefined) {
    note(generalHelp(GROUPS));
    return EXIT.usage;
  }
  if (first === "--version" || first === "-V") {
    print(ownVersion());
    return EXIT.fine;
  }
  if (first === "--help" || first === "-h" || first === "help") return showHelp(others);
  const command = commandNamed(first);
  const args = parse(command, others);
  obey(args);
  if (args.has("help")) {
    print(helpOf(command));
    return EXIT.fine;
  }
  return await command.run(args);
}

/** `cmsg help` takes the options of every subcommand. */
const HELP: Pick<Command, "name" | "options"> = { name: "help", options: {} };

function showHelp(line: readonly string[]): number {
  const args = parse(HELP, line);
  const [name] = args.operands;
  const page = name === undefined ? undefined : commandNamed(name);
  obey(args);
  print(page === undefined ? generalHelp(GROUPS) : helpOf(page));
  return EXIT.fine;
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
