// Help as manual pages have it: name, synopsis, description, options, exit status, environment, examples.

import type { Command, Option } from "./command.js";
import { optionsOf } from "./command.js";
import { EXIT } from "./errors.js";
import { entries, filled } from "./lines.js";
import { paint } from "./output.js";

/** What exit statuses mean. */
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
  ["COLUMNS", "the width of output that is not a terminal; 80 without it"],
  ["CMSG_DEBUG=1", "print a stack trace with each error"],
];

/** A section of a page: its title, and lines that stand further in. */
function section(title: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : [[paint("bold", title), ...lines].join("\n")];
}

const INDENT = 2;

function paragraphs(texts: readonly string[]): string[] {
  return texts.flatMap((text, i) => [...(i === 0 ? [] : [""]), ...filled(text, INDENT)]);
}

/** The page of a subcommand. */
export function helpOf(command: Command): string {
  const { name, summary, usage, operands, notes, examples, statuses = [], see } = command;
  const options = Object.entries(optionsOf(command));
  const own = new Map([...STATUSES, ...statuses]);
  return [
    ...section("NAME", filled(`cmsg ${name} — ${summary}`, INDENT, INDENT + 4)),
    ...section(
      "SYNOPSIS",
      usage.flatMap((line) => filled(`cmsg ${line}`, INDENT, INDENT + 4)),
    ),
    ...section("DESCRIPTION", paragraphs(notes)),
    ...section("OPERANDS", entriesOf(Object.entries(operands))),
    ...section("OPTIONS", entriesOf(options.map(([option, about]) => optionRow(option, about)))),
    ...section("EXIT STATUS", entriesOf([...own])),
    ...section(
      "EXAMPLES",
      examples.flatMap(([does, line], i) => [
        ...(i === 0 ? [] : [""]),
        ...filled(`${does}:`, INDENT),
        paint("green", `    $ ${line}`),
      ]),
    ),
    ...section("SEE ALSO", filled([...see, "cmsg --help"].join(", "), INDENT)),
  ].join("\n\n");
}

function entriesOf(rows: readonly (readonly [string, string])[]): string[] {
  return rows.length === 0 ? [] : entries(rows, (name) => paint("cyan", name));
}

function optionRow(name: string, { short, value, text }: Option): [string, string] {
  const letter = short === undefined ? "" : `-${short}, `;
  return [`${letter}--${name}${value === undefined ? "" : ` ${value}`}`, text];
}

/** The page of the command as a whole. */
export function generalHelp(
  groups: readonly (readonly [title: string, commands: readonly Command[]])[],
): string {
  const listed = groups.map(([title, commands]) =>
    section(title, entriesOf(commands.map(({ name, summary }) => [name, summary]))),
  );
  return [
    ...section(
      "NAME",
      filled(
        "cmsg — pass open descriptors between processes, and look into control messages",
        INDENT,
        INDENT + 4,
      ),
    ),
    ...section("SYNOPSIS", [
      "  cmsg SUBCOMMAND [OPTIONS]",
      "  cmsg SUBCOMMAND --help",
      "  cmsg --version",
    ]),
    ...listed.flat(),
    ...section("EXIT STATUS", entriesOf(STATUSES)),
    ...section("ENVIRONMENT", entriesOf(ENVIRONMENT)),
    ...section("EXAMPLES", [
      ...filled("Two shells, one open file:", INDENT),
      ...["cmsg recv /tmp/door", "cmsg send /tmp/door /etc/hostname"].map((line) =>
        paint("green", `    $ ${line}`),
      ),
      "",
      ...filled("What two descriptors look like on the wire:", INDENT),
      paint("green", "    $ cmsg encode rights fd=3,4 | cmsg decode"),
    ]),
    ...section("SEE ALSO", filled("cmsg(3), unix(7), sendmsg(2), recvmsg(2)", INDENT)),
  ].join("\n\n");
}
