// Lines that fit the terminal: texts broken at spaces, and tables whose cells go on below where there is no room.

import { sign, width } from "./output.js";

/** A text in lines of the terminal's width: the first behind `indent` columns, the others behind `more`. */
export function filled(text: string, indent = 0, more = indent): string[] {
  return wrap(sign(text), " ".repeat(indent), " ".repeat(more));
}

function wrap(text: string, first: string, next: string): string[] {
  const limit = width();
  const lines: string[] = [];
  let line = first;
  let begun = false;
  for (const word of text.split(" ")) {
    if (begun && line.length + 1 + word.length > limit) {
      lines.push(line);
      line = next;
      begun = false;
    }
    line += begun ? ` ${word}` : word;
    begun = true;
  }
  return [...lines, line];
}

/** Columns that a text beside a name must have; below them it stands under the name. */
const ROOM = 24;

/** Names with what they mean, in two columns, or one below the other where the terminal is narrow. */
export function entries(
  rows: readonly (readonly [string, string])[],
  style: (name: string) => string = (name) => name,
): string[] {
  const longest = Math.max(...rows.map(([name]) => name.length));
  const indent = Math.min(longest, NAME_COLUMN) + 4;
  const beside = width() - indent >= ROOM;
  return rows.flatMap(([name, text]) => {
    const named = `  ${style(name)}`;
    if (!beside || name.length > NAME_COLUMN) return [named, ...filled(text, beside ? indent : 6)];
    const [first = "", ...more] = filled(text, indent);
    return [`${named}${" ".repeat(indent - 2 - name.length)}${first.trimStart()}`, ...more];
  });
}

/** The longest name that has its text on the same line. */
const NAME_COLUMN = 26;

/** Rows as lines with aligned columns; `style` paints a padded cell. What does not fit goes on below, further in. */
export function table(
  rows: readonly (readonly string[])[],
  style: (cell: string, column: number, row: number) => string = (cell) => cell,
  limit: number = width(),
): string[] {
  const plain = rows.map((row) => row.map(sign));
  const widths: number[] = [];
  for (const row of plain) {
    row.forEach((cell, column) => {
      widths[column] = Math.max(widths[column] ?? 0, cell.length);
    });
  }
  return plain.flatMap((row, number) =>
    rowLines(row, widths, limit, (cell, column) => style(cell, column, number)),
  );
}

const GAP = "  ";
const CONTINUED = 4;

function rowLines(
  row: readonly string[],
  widths: readonly number[],
  limit: number,
  style: (cell: string, column: number) => string,
): string[] {
  const last = row.findLastIndex((cell) => cell.trim() !== "");
  const lines: string[] = [];
  let line = "";
  let used = 0;
  for (const [column, cell] of row.slice(0, last + 1).entries()) {
    const room = limit - used - GAP.length;
    const isLast = column === last;
    // A single word is nowhere shorter: it goes below only where it fits there.
    const fits = cell.length <= limit - CONTINUED || cell.includes(" ");
    if (used > 0 && cell.length > room && !(isLast && room >= ROOM && cell.includes(" ")) && fits) {
      lines.push(line.trimEnd());
      line = " ".repeat(CONTINUED);
      used = CONTINUED;
    } else if (column > 0) {
      line += GAP;
      used += GAP.length;
    }
    const [first = "", ...more] = cellLines(cell, limit - used);
    const padded = isLast || more.length > 0 ? first : first.padEnd(widths[column] ?? 0);
    line += cell.trim() === "" ? padded : style(padded, column);
    for (const part of more) {
      lines.push(line);
      line = " ".repeat(used) + style(part, column);
    }
    used += padded.length;
  }
  return [...lines, line];
}

/** A cell in lines of at most so many columns. */
function cellLines(cell: string, limit: number): string[] {
  if (cell.length <= limit) return [cell];
  const lines: string[] = [];
  let line = "";
  for (const word of cell.split(" ")) {
    if (line !== "" && line.length + 1 + word.length > limit) {
      lines.push(line);
      line = word;
    } else line = line === "" ? word : `${line} ${word}`;
  }
  return [...lines, line];
}

/** All keys, each behind the one that it follows in its own list. */
export function merged(lists: readonly (readonly string[])[]): string[] {
  const all: string[] = [];
  for (const list of lists) {
    let at = 0;
    for (const key of list) {
      const known = all.indexOf(key);
      if (known < 0) all.splice(at, 0, key);
      at = known < 0 ? at + 1 : known + 1;
    }
  }
  return all;
}
