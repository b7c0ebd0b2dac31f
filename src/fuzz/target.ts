// What is fuzzed: something that runs bytes, may throw, and may show what its run has touched.

/** A parser under test. */
export interface Target {
  /** Short, for files and the status line. */
  readonly name: string;
  /** Runs one input. What it throws is a find; what it answers, if a number or text, counts as something that the run has shown. */
  run(bytes: Uint8Array): unknown;
  /** Counters of the last run, zeroed by whoever reads them; none where runs cannot be watched. */
  readonly counters?: Uint8Array;
  /** Names of what a counter counts, for reports. */
  readonly sites?: readonly string[];
  /** Words that the parser knows. */
  readonly dictionary?: readonly Uint8Array[];
  /** Bytes in front of each input that say what is done with the rest. */
  readonly head?: number;
  /** Inputs to begin with. */
  readonly seeds?: readonly Uint8Array[];
  /** Makes the target as new: called behind each find, whose run may have been cut off anywhere. */
  reset?(): void;
}

/** A parser as a function. It may be called with bytes that it must not keep. */
export type Parser = (bytes: Uint8Array) => unknown;

/**
 * A function as target. It runs unwatched: what it answers is all that guides.
 *
 * @example
 * const target = functionTarget((bytes) => bytes.length);
 */
export function functionTarget(parser: Parser, name: string = parser.name || "parser"): Target {
  if (typeof parser !== "function") {
    const error = new TypeError(`parser must be a function, not ${typeof parser}`);
    throw Object.assign(error, { code: "ERR_CMSG_INVALID_ARG_TYPE" });
  }
  return { name, run: parser };
}
