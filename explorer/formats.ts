// The notations that a buffer is exported in.

/** A notation. */
export interface Format {
  readonly id: string;
  readonly title: string;
  readonly hint: string;
  /** Name of a file that holds it. */
  readonly file: string;
}

export const FORMATS: readonly Format[] = [
  {
    id: "c",
    title: "C",
    hint: "A program that fills the buffer with the macros.",
    file: "control.c",
  },
  {
    id: "python",
    title: "Python",
    hint: "Ancillary data for sendmsg() of the socket module.",
    file: "control.py",
  },
  {
    id: "javascript",
    title: "JavaScript",
    hint: "Messages for encodeControl() of this package.",
    file: "control.mjs",
  },
  { id: "hex", title: "Hex", hint: "The bytes as digits.", file: "control.hex" },
  { id: "text", title: "Text", hint: "What cmsg decode prints.", file: "control.txt" },
  { id: "svg", title: "SVG", hint: "A picture for slides and notes.", file: "control.svg" },
];
