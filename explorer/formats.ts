// The notations that a buffer is exported in.

import type { Format } from "../src/notation.js";

/** A notation as the page offers it. */
export interface Offer {
  readonly id: Format;
  readonly title: string;
  readonly hint: string;
}

export const OFFERS: readonly Offer[] = [
  { id: "c", title: "C", hint: "Fills the buffer with the macros, on a machine of this ABI." },
  { id: "python", title: "Python", hint: "The ancillary data of sendmsg() in the socket module." },
  { id: "javascript", title: "JavaScript", hint: "A call of encodeControl() of this package." },
  { id: "hex", title: "Hex", hint: "The bytes as digits, ?? where they are not known." },
  { id: "dump", title: "Dump", hint: "With offsets, as xxd and hexdump -C print." },
  { id: "base64", title: "Base64", hint: "The bytes in letters." },
  { id: "text", title: "Text", hint: "What cmsg decode prints: bytes, walk and problems." },
  { id: "svg", title: "SVG", hint: "A figure for slides and notes." },
];
