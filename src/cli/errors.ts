// How the command fails: exit statuses, and one line of text for each error.

import { harmless } from "./output.js";

/** Exit statuses of the command. */
export const EXIT = { fine: 0, malformed: 1, usage: 2, system: 3, unsupported: 4 } as const;

/** The first status of two that is a failure. */
export function firstFailure(first: number, second: number): number {
  return first === EXIT.fine ? second : first;
}

/** A failure of the command's own, with its exit status. */
export class CommandError extends Error {
  readonly status: number;

  constructor(status: number, message: string, options?: ErrorOptions) {
    super(message, options);
    this.status = status;
  }
}

/** The command was called wrongly. */
export function usageError(message: string): CommandError {
  return new CommandError(EXIT.usage, message);
}

/** The input is not what it should be. */
export function malformed(message: string): CommandError {
  return new CommandError(EXIT.malformed, message);
}

interface Coded {
  readonly code?: unknown;
  readonly syscall?: unknown;
}

/** The stable code of an error, or an empty string. */
export function codeOf(error: unknown): string {
  const { code } = (error ?? {}) as Coded;
  return typeof code === "string" ? code : "";
}

/** What this system cannot do at all. */
const UNSUPPORTED: ReadonlySet<string> = new Set([
  "ERR_CMSG_KOFFI",
  "ERR_CMSG_NOT_SUPPORTED",
  "ERR_CMSG_UNSUPPORTED_SYSTEM",
]);

/** What the library refuses before any system call because of what was asked. */
const USAGE: ReadonlySet<string> = new Set(["ERR_CMSG_FDS_WITHOUT_DATA", "ERR_CMSG_NOT_UNIX"]);

/** The exit status of an error. */
export function statusOf(error: unknown): number {
  if (error instanceof CommandError) return error.status;
  const code = codeOf(error);
  if (UNSUPPORTED.has(code)) return EXIT.unsupported;
  if (USAGE.has(code)) return EXIT.usage;
  if (code === "ERR_CMSG_NOTATION") return EXIT.malformed;
  const refused = error instanceof TypeError || error instanceof RangeError;
  return refused && code.startsWith("ERR_CMSG_") ? EXIT.usage : EXIT.system;
}

/** An error's message as one line, which may quote what no terminal should obey. */
export function lineOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  const lines = message
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "");
  // Lines that are sentences stay sentences.
  return harmless(lines.join("; ").replaceAll(".; ", ". "));
}
