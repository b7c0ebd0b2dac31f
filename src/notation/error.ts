// What reading a notation throws: where in the text, what was expected there, and what stands there.

/** A notation that control buffers are written in. */
export type NotationName = "hex" | "dump" | "c" | "python" | "javascript" | "base64" | "strace";

/** Names of the notations that are read, in the order in which they are looked for. */
export const NOTATIONS: readonly NotationName[] = Object.freeze([
  "strace",
  "dump",
  "python",
  "javascript",
  "c",
  "hex",
  "base64",
]);

/** How much of the text is shown as found. */
const SHOWN = 24;

/** Text that is not what its notation wants. Code `ERR_CMSG_NOTATION`. */
export class NotationError extends Error {
  readonly code: string;
  /** The notation that the text was read as; null where none was recognized. */
  readonly notation: NotationName | null;
  /** Where: UTF-16 units from the start of the text, and line and column from 1. */
  readonly offset: number;
  readonly line: number;
  readonly column: number;
  /** What should stand there. */
  readonly expected: string;
  /** What stands there. */
  readonly found: string;

  static {
    this.prototype.name = "NotationError";
  }

  constructor(notation: NotationName | null, text: string, offset: number, expected: string) {
    const before = text.slice(0, offset);
    const start = before.lastIndexOf("\n") + 1;
    const line = before.split("\n").length;
    const column = offset - start + 1;
    const found = foundAt(text, offset);
    const what = notation === null ? "control buffer" : notation;
    super(`${what} at line ${line}, column ${column}: expected ${expected}, found ${found}`);
    this.code = "ERR_CMSG_NOTATION";
    this.notation = notation;
    this.offset = offset;
    this.line = line;
    this.column = column;
    this.expected = expected;
    this.found = found;
  }
}

function foundAt(text: string, offset: number): string {
  if (offset >= text.length) return "the end of the text";
  if (text[offset] === "\n") return "the end of the line";
  const part = text.slice(offset, offset + SHOWN + 1);
  const [line = ""] = part.split(/\r?\n/, 1);
  return line.length > SHOWN ? `'${line.slice(0, SHOWN)}…'` : `'${line}'`;
}
