// Where in a file to read or write.

import { integerIn, optionsOf, rangeError } from "../codec/arguments.js";

/** The largest position in a file: an off_t of 64 bits. */
const LARGEST_POSITION = 2n ** 63n - 1n;

/** Where to read or write: at a position of the file, or at its shared offset. */
export interface PositionOptions {
  /** Offset in the file, in bytes, up to 2^63 - 1. The file's own offset is used and moved unless given. */
  readonly position?: number | bigint;
}

/** The `position` option, checked. */
export function positionOf(options: PositionOptions | undefined): number | bigint | undefined {
  const { position } = optionsOf(options, "options");
  if (position === undefined) return undefined;
  if (typeof position !== "bigint") {
    return integerIn(position, 0, Number.MAX_SAFE_INTEGER, "position");
  }
  if (position < 0n || position > LARGEST_POSITION) {
    throw rangeError("position", `from 0 to ${LARGEST_POSITION}`, position);
  }
  return position;
}
