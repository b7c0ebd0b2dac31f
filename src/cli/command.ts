// A subcommand as data: its options are parsed, checked, explained and completed from one table.

import { parseArgs } from "node:util";
import type { AbiName } from "../index.js";
import type { Candidate } from "./candidates.js";
import { usageError } from "./errors.js";
import { COLORS } from "./output.js";

/** What completes a value: one of these words, names of a kind, or files. */
export type Completion =
  | readonly string[]
  | "abi"
  | "rule"
  | "type"
  | "struct"
  | "file"
  | "command"
  | "process"
  | "none";

/** An option of a subcommand. */
export interface Option {
  /** What its value is called in the help; without it the option is a switch. */
  readonly value?: string;
  readonly short?: string;
  /** May be given several times. */
  readonly multiple?: true;
  readonly text: string;
  /** What completes its value; files unless given. */
  readonly complete?: Completion;
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

/** An example of the help: what it does, and the line. */
export type Example = readonly [does: string, line: string];

/** A subcommand. */
export interface Command {
  readonly name: string;
  readonly summary: string;
  readonly usage: readonly string[];
  readonly operands: Readonly<Record<string, string>>;
  readonly options: Readonly<Record<string, Option>>;
  /** The option that takes the rest of the line. */
  readonly restOption?: string;
  /** The first operand and all behind it belong together, options included. */
  readonly restOperands?: true;
  readonly notes: readonly string[];
  readonly examples: readonly Example[];
  /** Exit statuses that are not as everywhere. */
  readonly statuses?: readonly (readonly [string, string])[];
  readonly see: readonly string[];
  /** What completes an operand, by its index; files unless given. */
  complete?(index: number): Completion;
  /** Words for the operand that is being written, by those in front of it; undefined for what \`complete\` says. */
  candidates?(
    before: readonly string[],
    current: string,
    abi: AbiName,
  ): readonly Candidate[] | undefined;
  /** Answers the exit status. */
  run(args: Arguments): number | Promise<number>;
}

/** Options that every subcommand has. */
const COMMON: Readonly<Record<string, Option>> = {
  color: {
    value: "WHEN",
    text: "always, never or auto (on a terminal); NO_COLOR and FORCE_COLOR decide unless given",
    complete: COLORS,
  },
  ascii: { text: "print nothing but ASCII characters" },
  help: { short: "h", text: "show this help" },
};

/** All options of a subcommand. */
export function optionsOf(command: Pick<Command, "options">): Readonly<Record<string, Option>> {
  return { ...command.options, ...COMMON };
}

type ParseOptions = NonNullable<NonNullable<Parameters<typeof parseArgs>[0]>["options"]>;

/** What of a subcommand its command line depends on. */
type Parsed = Pick<Command, "name" | "options" | "restOption" | "restOperands">;

/** Reads the command line of a subcommand. */
export function parse(command: Parsed, line: readonly string[]): Arguments {
  const options = Object.fromEntries(
    Object.entries(optionsOf(command))
      .filter(([name]) => name !== command.restOption)
      .map(([name, { value, short, multiple = false }]) => [
        name,
        {
          type: value === undefined ? ("boolean" as const) : ("string" as const),
          multiple,
          ...(short && { short }),
        },
      ]),
  );
  const { before, rest } = splitRest(command, line, options);
  const { values, positionals } = parsed(command, before, options);
  return {
    operands: command.restOperands === true ? (rest ?? []) : positionals,
    rest,
    has: (option) => values[option] !== undefined,
    value: (option) => values[option] as string | undefined,
    values: (option) => (values[option] as readonly string[] | undefined) ?? [],
  };
}

/** Divides a line where the rest begins that belongs to another command. */
function splitRest(
  { restOption, restOperands }: Parsed,
  line: readonly string[],
  options: ParseOptions,
): { before: readonly string[]; rest: readonly string[] | undefined } {
  if (restOperands === true) {
    const { tokens } = parseArgs({
      args: [...line],
      options,
      strict: false,
      allowPositionals: true,
      tokens: true,
    });
    const first = tokens.find(({ kind }) => kind !== "option");
    if (first === undefined) return { before: line, rest: undefined };
    const from = first.kind === "option-terminator" ? first.index + 1 : first.index;
    return { before: line.slice(0, first.index), rest: line.slice(from) };
  }
  const end = line.indexOf("--");
  const at = restOption === undefined ? -1 : line.indexOf(`--${restOption}`);
  if (at < 0 || (end >= 0 && end < at)) return { before: line, rest: undefined };
  return { before: line.slice(0, at), rest: line.slice(at + 1) };
}

type Values = Readonly<Record<string, unknown>>;

function parsed(
  command: Parsed,
  args: readonly string[],
  options: ParseOptions,
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
