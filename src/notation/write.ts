// write: a control buffer in the notation that somebody else wants.

import { type AbiOption, resolveAbi } from "../codec/abi.js";
import { bytesOf, optionsOf, unknownName } from "../codec/arguments.js";
import { type ByteRange, rangesOf } from "../codec/byte-range.js";
import { standardCore } from "../codec/core.js";
import type { AnyDefinition } from "../codec/definition.js";
import { definitionList } from "../codec/face.js";
import { hostAbi } from "../codec/host-abi.js";
import { type Explanation, explain } from "../codec.js";
import { checkedLength } from "./bytes.js";
import { writeC } from "./write-c.js";
import { writeJavaScript } from "./write-javascript.js";
import { writeBase64, writeDump, writeHex } from "./write-plain.js";
import { writePython } from "./write-python.js";
import { writeSvg } from "./write-svg.js";
import type { Writing } from "./writing.js";

/** What a control buffer can be written as. */
export type Format = "c" | "python" | "javascript" | "hex" | "dump" | "base64" | "text" | "svg";

/** How a control buffer is written. */
export interface WriteOptions {
  /** What it is written as. */
  readonly as: Format;
  /** The ABI that the bytes are of: the host's unless given. */
  readonly abi?: AbiOption;
  /** For C: the ABI of the machine that compiles it, the host's unless given. Where it is another one, an array is written. */
  readonly host?: AbiOption;
  /** Bytes that are not known: `??` in hex, named in a comment elsewhere. */
  readonly unknown?: readonly ByteRange[];
  /** Definitions to know beside the built-in ones, and before them. */
  readonly definitions?: readonly AnyDefinition[];
}

const WRITERS: Readonly<Record<Format, (writing: Writing) => string>> = {
  c: writeC,
  python: writePython,
  javascript: writeJavaScript,
  hex: ({ bytes, unknown }) => writeHex(bytes, unknown),
  dump: ({ bytes }) => writeDump(bytes),
  base64: ({ bytes }) => writeBase64(bytes),
  text: (writing) => `${explanationOf(writing)}\n`,
  svg: (writing) => writeSvg(explanationOf(writing), writing.bytes),
};

function explanationOf({ bytes, option, own, unknown }: Writing): Explanation {
  return explain(bytes, { abi: option, definitions: own, unknown });
}

const FORMATS: readonly Format[] = Object.freeze(Object.keys(WRITERS) as Format[]);

/**
 * Names of what `write` writes.
 *
 * @example
 * formats().includes("python") // true
 */
export function formats(): readonly Format[] {
  return FORMATS;
}

/**
 * Writes a control buffer: as a part of a C program with the macros, as the ancillary data of Python, as a call of
 * `encodeControl`, as hex, dump or Base64, as text or as a figure. What is run or compiled gives the same bytes.
 *
 * @param control Any byte view, at most 1 MiB.
 * @returns Text that ends with a line feed; the same for the same bytes.
 * @example
 * write(encodeControl([rights([7])], { abi: "linux-x86_64-glibc" }), { as: "base64" }) // "FAAAAAAAAAABAAAAAQAAAAcAAAAAAAAA\n"
 */
export function write(control: ArrayBufferView | ArrayBufferLike, options: WriteOptions): string {
  const { as, abi, host, unknown, definitions } = optionsOf(options, "options");
  if (typeof as !== "string" || !Object.hasOwn(WRITERS, as)) throw unknownName("as", as, FORMATS);
  const bytes = new Uint8Array(bytesOf(control, "control buffer"));
  checkedLength(bytes.length);
  const core = standardCore();
  const option = abi ?? hostAbi().name;
  return WRITERS[as]({
    bytes,
    unknown: rangesOf(unknown, bytes.length, "unknown"),
    option,
    abi: resolveAbi(core, option),
    host: resolveAbi(core, host),
    own: definitionList(definitions),
  });
}
