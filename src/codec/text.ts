// Lines of text: broken at spaces, beside each other, in ASCII alone.

/** A text in lines of at most `width` columns, broken at spaces: the first begins with `first`, the others with `next`. */
export function wrapped(text: string, first: string, next: string, width: number): string[] {
  // Most texts fit, and a large buffer has hundreds of thousands of them.
  if (first.length + text.length <= width) return [first + text];
  const lines: string[] = [];
  let line = first;
  let begun = false;
  const room = Math.max(width - next.length, 1);
  for (const word of text.split(" ").flatMap((long) => pieces(long, room))) {
    if (begun && line.length + 1 + word.length > width) {
      lines.push(line);
      line = next;
      begun = false;
    } else if (
      !begun &&
      line === first &&
      first.length + word.length > width &&
      first.length > next.length
    ) {
      lines.push(line);
      line = next;
    }
    line += begun ? ` ${word}` : word;
    begun = true;
  }
  return [...lines, line];
}

/** A word that is longer than a line, in pieces. */
function pieces(word: string, size: number): string[] {
  if (word.length <= size) return [word];
  return Array.from({ length: Math.ceil(word.length / size) }, (_, i) =>
    word.slice(i * size, (i + 1) * size),
  );
}

/** As many lines as the longer of two columns has. */
export function besides(left: number, right: number, line: (index: number) => string): string[] {
  return Array.from({ length: Math.max(left, right) }, (_, i) => line(i));
}

const SIGNS: Readonly<Record<string, string>> = {
  "→": "->",
  "←": "<-",
  "≠": "!=",
  "≤": "<=",
  "≥": ">=",
  "×": "x",
  "–": "-",
  "—": "-",
  "…": "...",
  "·": "-",
};

/** Text in ASCII: what has no likeness there is written as its code. */
export function plainText(text: string): string {
  return text.replace(
    /[^\n\x20-\x7e]/gu,
    (character) => SIGNS[character] ?? `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`,
  );
}
