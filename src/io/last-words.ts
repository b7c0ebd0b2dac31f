// What an end sent before it went: often it says why. It is read before a write to that end fails.

/** Errors of a write to an end that has gone. */
const GONE: ReadonlySet<string | undefined> = new Set(["EPIPE", "ECONNRESET"]);

/** Turns of the event loop in which more may be read: an end that only reads no more can go on for ever. */
const TURNS = 64;

/** Fails with a write's error, when nothing more comes. `came` answers how much has come, or undefined when nobody reads. */
export function failAfterLastWords(
  error: Error & { readonly code?: string },
  came: () => number | undefined,
  fail: (error: Error) => void,
  turns: number = TURNS,
): void {
  const before = came();
  if (before === undefined || turns === 0 || !GONE.has(error.code)) {
    fail(error);
    return;
  }
  const look = (): void => {
    if (came() === before) fail(error);
    else failAfterLastWords(error, came, fail, turns - 1);
  };
  // The second turn comes after the event loop has looked for what is readable.
  setImmediate(() => setImmediate(look));
}
