/**
 * Control buffers in other people's notations: read from hex, dumps, C, Python, JavaScript, Base64 and lines of strace; written as
 * C, Python, JavaScript, hex, text and SVG. No native code and no `node:` import.
 *
 * @module cmsg/notation
 */

import { NOTATIONS, type NotationName } from "./notation/error.js";

export type { ByteRange } from "./codec/byte-range.js";
export { NotationError, type NotationName } from "./notation/error.js";
export { type ParsedNotation, type ParseOptions, parseNotation } from "./notation/parse.js";
export type { NotationNote } from "./notation/strace.js";
export { type Format, formats, type WriteOptions, write } from "./notation/write.js";
export { writeSvg } from "./notation/write-svg.js";

/**
 * Names of the notations that `parseNotation` reads.
 *
 * @example
 * notations().includes("strace") // true
 */
export function notations(): readonly NotationName[] {
  return NOTATIONS;
}
