// Names that travel with descriptors: one a line, in the data of the message that carries them.

/** Data that names descriptors. Line breaks and other control characters would look like further names. */
export function namesAsData(names: readonly string[]): string {
  return names.map((name) => `${name.replace(/\p{Cc}/gu, "?")}\n`).join("");
}

/** The names of as many descriptors; undefined when the data is something else. */
export function namesFromData(data: Uint8Array, fds: number): readonly string[] | undefined {
  const text = textOf(data);
  if (text === undefined || fds === 0 || !text.endsWith("\n")) return undefined;
  const lines = text.slice(0, -1).split("\n");
  const named = lines.length === fds && lines.every((line) => line !== "" && !/\p{Cc}/u.test(line));
  return named ? lines : undefined;
}

/** Bytes as text; undefined when they are no UTF-8. */
export function textOf(data: Uint8Array): string | undefined {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(data);
  } catch {
    return undefined;
  }
}

/** Bytes of a file name that leave room for a number behind it: file systems allow 255. */
const LONGEST_NAME = 200;

/**
 * A file name made from what a sender calls a file: its last part, visible, and nothing that means a directory. `number` counts
 * the sender's descriptors from 1 and stands in where there is no name.
 */
export function safeName(name: string | undefined, number: number): string {
  const last = (name ?? "").split("/").findLast((part) => part !== "") ?? "";
  const plain = last.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, "_");
  if (plain === "" || plain === "." || plain === "..") return `fd-${number}`;
  return shortened(plain.replace(/^[.-]/, "_"));
}

function shortened(name: string): string {
  let short = name;
  while (Buffer.byteLength(short) > LONGEST_NAME) short = [...short].slice(0, -1).join("");
  return short;
}
