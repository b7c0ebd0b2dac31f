// A subcommand as data: its options are parsed, checked and explained from one table.

import { parseArgs } from "node:util";
import { usageError } from "./errors.js";
import { paint } from "./output.js";

/** An option of a subcommand. */
export interface Option {
  /** What its value is called in the help; without it the option is a switch. */
  readonly value?: string;
  readonly short?: string;
  /** May be given several times. */
  readonly multiple?: true;
  readonly text: string;
}

/** What stood on the command line. */
export interface Arguments {
  readonly operands: readonly string[];
  /** What stands behind the option that takes the rest of the line; undefined when it is not there. */
  readonly rest: readonly string[] | undefined;
  has(option: string): boolean;
  /** The value of an option; undefined when it is not there. */
  value(option: string): string | undefined;
  values(option: string): readonly string[];
}

/** A subcommand. */
export interface Command {
  readonly name: string;
  readonly summary: string;
  readonly usage: readonly string[];
  readonly operands: Readonly<Record<string, string>>;
  readonly options: Readonly<Record<string, Option>>;
  /** The option that takes the rest of the line. */
  readonly restOption?: string;
  readonly notes: readonly string[];
  readonly examples: readonly string[];
  /** Answers the exit status. */
  run(args: Arguments): number | Promise<number>;
}

/** Options that every subcommand has. */
const COMMON: Readonly<Record<string, Option>> = {
  help: { short: "h", text: "show this help" },
};

/** Reads the command line of a subcommand. */
export function parse(command: Command, line: readonly string[]): Arguments {
  const { before, rest } = splitRest(command, line);
  const options = Object.entries({ ...command.options, ...COMMON })
    .filter(([name]) => name !== command.restOption)
    .map(([name, { value, short, multiple = false }]) => [
      name,
      { type: value === undefined ? "boolean" : "string", multiple, ...(short && { short }) },
    ]);
  const { values, positionals } = parsed(command, before, Object.fromEntries(options));
  return {
    operands: positionals,
    rest,
    has: (option) => values[option] !== undefined,
    value: (option) => values[option] as string | undefined,
    values: (option) => (values[option] as readonly string[] | undefined) ?? [],
  };
}

function splitRest(
  { restOption }: Command,
  line: readonly string[],
): { before: readonly string[]; rest: readonly string[] | undefined } {
  const end = line.indexOf("--");
  const at = restOption === undefined ? -1 : line.indexOf(`--${restOption}`);
  if (at < 0 || (end >= 0 && end < at)) return { before: line, rest: undefined };
  return { before: line.slice(0, at), rest: line.slice(at + 1) };
}

type Values = Readonly<Record<string, unknown>>;

function parsed(
  command: Command,
  args: readonly string[],
  options: NonNullable<Parameters<typeof parseArgs>[0]>["options"] & object,
): { values: Values; positionals: readonly string[] } {
  try {
    const { values, positionals } = parseArgs({ args: [...args], options, allowPositionals: true });
    return { values, positionals };
  } catch (error) {
    const [sentence = ""] = (error as Error).message.split(/[.\n]\s?(?=[A-Z]|$)/);
    throw usageError(`${sentence.charAt(0).toLowerCase()}${sentence.slice(1)}${help(command)}`);
  }
}

/** Where help is to be found, for the end of a message. */
export function help({ name }: { readonly name: string }): string {
  return ` (see: cmsg ${name} --help)`;
}

/** The help text of a subcommand. */
export function helpOf(command: Command): string {
  const { name, summary, usage, operands, notes, examples } = command;
  const title = (text: string): string => paint("bold", text);
  const named = Object.entries({ ...command.options, ...COMMON });
  const sections = [
    [`${title(`cmsg ${name}`)}: ${summary}`],
    usage.map((line, i) => `${i === 0 ? "usage:" : "      "} cmsg ${line}`),
    entries(Object.entries(operands)),
    [title("options"), ...entries(named.map(([option, about]) => optionRow(option, about)))],
    ...notes.map((text) => wrapped(text, 0)),
    examples.length === 0 ? [] : [title("examples"), ...examples.map((line) => `  ${line}`)],
  ];
  return sections
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join("\n"))
    .join("\n\n");
}

function optionRow(name: string, { short, value, text }: Option): [string, string] {
  const letter = short === undefined ? "    " : `-${short}, `;
  return [`${letter}--${name}${value === undefined ? "" : ` ${value}`}`, text];
}

const WIDTH = 80;

/** Names with what they mean, in two columns. */
export function entries(rows: readonly (readonly [string, string])[]): string[] {
  const indent = Math.max(...rows.map(([name]) => name.length)) + 4;
  return rows.flatMap(([name, text]) => {
    const [first = "", ...more] = wrapped(text, indent);
    return [`  ${name.padEnd(indent - 2)}${first.trimStart()}`, ...more];
  });
}

function wrapped(text: string, indent: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    if (line !== "" && indent + line.length + 1 + word.length > WIDTH) {
      lines.push(line);
      line = "";
    }
    line = line === "" ? word : `${line} ${word}`;
  }
  return [...lines, line].map((part) => `${" ".repeat(indent)}${part}`);
}
