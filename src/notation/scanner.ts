// A place in a text that moves forward only: reading is linear in the length of the text, whatever stands there.

import { NotationError, type NotationName } from "./error.js";

/** Reads a text from its start to its end by sticky patterns. */
export class Scanner {
  readonly text: string;
  readonly notation: NotationName;
  at: number;

  constructor(notation: NotationName, text: string, at = 0) {
    this.notation = notation;
    this.text = text;
    this.at = at;
  }

  get done(): boolean {
    return this.at >= this.text.length;
  }

  /** The character here; "" at the end. */
  get here(): string {
    return this.text[this.at] ?? "";
  }

  /** What a sticky pattern matches here, and moves behind it. */
  take(pattern: RegExp): RegExpExecArray | undefined {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.text);
    if (found === null) return undefined;
    this.at += found[0].length;
    return found;
  }

  /** Moves behind a fixed text if it stands here. */
  skip(fixed: string): boolean {
    if (!this.text.startsWith(fixed, this.at)) return false;
    this.at += fixed.length;
    return true;
  }

  /** Moves behind a fixed text, which must stand here. */
  need(fixed: string): void {
    if (!this.skip(fixed)) throw this.error(`'${fixed}'`);
  }

  error(expected: string, at = this.at): NotationError {
    return new NotationError(this.notation, this.text, at, expected);
  }
}

const BLANK = /\s+/y;
const LINE_COMMENT = /\/\/[^\n]*/y;
const HASH_COMMENT = /#[^\n]*/y;

/** Moves behind white space and comments: of C and JavaScript, and where `hash` is set those of Python and shells. */
export function skipBlank(scanner: Scanner, hash: boolean): void {
  for (;;) {
    const { at } = scanner;
    scanner.take(BLANK);
    scanner.take(LINE_COMMENT);
    if (hash) scanner.take(HASH_COMMENT);
    if (scanner.skip("/*")) closeComment(scanner, at);
    if (scanner.at === at) return;
  }
}

function closeComment(scanner: Scanner, from: number): void {
  const end = scanner.text.indexOf("*/", scanner.at);
  if (end === -1) throw scanner.error("a comment that ends with */", from);
  scanner.at = end + 2;
}
