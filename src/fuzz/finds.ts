// What a find is called, and when two are the same.

/** An input that made its target throw. */
export interface Find {
  /** From its kind and its message: finds with the same name have the same cause, as far as can be told. */
  readonly name: string;
  /** The smallest input that was found for it. */
  readonly bytes: Uint8Array;
  /** The input that it was found with. */
  readonly original: Uint8Array;
  readonly error: unknown;
  /** Runs until it was found. */
  readonly run: number;
  /** Whether a target as new throws the same for the same input. */
  readonly reproducible: boolean;
}

/** The function of a module, or the line of a script, at which an error was thrown. */
const FRAMES = /wasm-function\[\d+\]:0x[0-9a-f]+|[\w.-]+\.[cm]?[jt]s:\d+:\d+/g;

/** A short text that is the same for the same error at the same place. */
export function nameOf(error: unknown): string {
  const { name = "", message = String(error), stack = "" } = (error ?? {}) as Partial<Error>;
  const text = `${name} ${message}`
    .replace(/0x[0-9a-f]+|\d+/gi, "")
    .replace(/[^a-z]+/gi, "-")
    .replace(/^-|-$/g, "")
    .toLowerCase()
    .slice(0, 60);
  const cause = (error as { cause?: { stack?: string } } | null)?.cause?.stack;
  // An endless loop is cut off in the function that counts, and at a place of its caller that depends on what was left to burn.
  const [found = "", caller = ""] = (cause ?? stack).match(FRAMES) ?? [];
  const frame = cause === undefined ? found : caller.replace(/:0x.*/, "");
  return `${text || "thrown"}-${hashOf(new TextEncoder().encode(frame)).slice(0, 4)}`;
}

/** A hash of 64 bits as hexadecimal digits: two FNV-1a over the bytes. */
export function hashOf(bytes: Uint8Array): string {
  let low = 0x811c9dc5;
  let high = 0xcbf29ce4 | 0;
  for (const byte of bytes) {
    low = Math.imul(low ^ byte, 0x01000193);
    high = Math.imul(high ^ byte ^ (low >>> 24), 0x01000193);
  }
  const digits = (half: number): string => (half >>> 0).toString(16).padStart(8, "0");
  return digits(high) + digits(low);
}
