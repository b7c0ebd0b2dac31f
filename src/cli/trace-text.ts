// The texts that strace prints: brackets, strings, lists and structs, divided without knowing what they mean.

const OPEN = "([{<";
const CLOSE = ")]}>";

/** Whether the character at a place opens or closes: arrows do neither. */
function depthChange(text: string, at: number): number {
  const character = text[at] ?? "";
  if (OPEN.includes(character)) return 1;
  const isArrow = character === ">" && (text[at - 1] === "-" || text[at - 1] === "=");
  return CLOSE.includes(character) && !isArrow ? -1 : 0;
}

/** Index behind the string that begins at a quote. */
function behindString(text: string, from: number): number {
  for (let at = from + 1; at < text.length; at++) {
    if (text[at] === "\\") at += 1;
    else if (text[at] === '"') return at + 1;
  }
  return text.length;
}

/** The parts of a text between commas that stand in no bracket or string. */
export function split(text: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  let from = 0;
  for (let at = 0; at < text.length; at++) {
    if (text[at] === '"') at = behindString(text, at) - 1;
    else {
      depth += depthChange(text, at);
      if (text[at] !== "," || depth > 0) continue;
      parts.push(text.slice(from, at).trim());
      from = at + 1;
    }
  }
  const last = text.slice(from).trim();
  return last === "" ? parts : [...parts, last];
}

/** What stands inside the brackets around a text. */
export function inside(text: string): string {
  return /^[[({].*[\])}]$/s.test(text) ? text.slice(1, -1) : text;
}

/** The members of a struct by their names. */
export function members(text: string): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const part of split(inside(text))) {
    const at = part.indexOf("=");
    if (at > 0) found.set(part.slice(0, at), part.slice(at + 1));
  }
  return found;
}

/** A descriptor with what strace says that it is. */
export interface TracedFd {
  readonly fd: number;
  readonly target: string | null;
}

/** `5<pipe:[7]>` as a descriptor. */
export function descriptorOf(text: string): TracedFd | undefined {
  const [, number, target] = /^(-?\d+)(?:<(.*)>)?$/s.exec(text) ?? [];
  if (number === undefined) return undefined;
  return {
    fd: Number(number),
    target: target === undefined ? null : target.replace(/<(char|block) [\d:]+>$/, ""),
  };
}
