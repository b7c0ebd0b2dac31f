// Acts on a control buffer: its messages, with one more, one less, in another order, in another ABI.

import {
  type AbiName,
  type AbiOption,
  type ControlMessage,
  constants,
  decodeControl,
  encodeControl,
  layout,
  type MessageInput,
} from "../src/codec.js";
import type { ByteRange } from "../src/notation.js";
import type { AbiChoice, Doc } from "./state.js";

/** A message as numbers and bytes. */
export interface Plain {
  readonly level: number;
  readonly type: number;
  readonly payload: Uint8Array;
}

/** What the codec takes for an ABI. */
export function optionOf(abi: AbiChoice): AbiOption {
  return typeof abi === "string" ? abi : { ...abi.row, constants: constants(abi.base) };
}

/** The name of an ABI, or of the one whose constants it has. */
export function baseOf(abi: AbiChoice): AbiName {
  return typeof abi === "string" ? abi : abi.base;
}

/** The messages that the ABI's own macros visit, as the spans number them. */
export function messagesOf({ abi, bytes }: Pick<Doc, "abi" | "bytes">): readonly ControlMessage[] {
  const option = optionOf(abi);
  return decodeControl(bytes, { abi: option, rule: layout(option).cmsg.rule }).messages;
}

/** The buffer with other messages. */
export function withMessages(doc: Doc, messages: readonly Plain[]): Partial<Doc> {
  return { bytes: encodeControl(messages, { abi: optionOf(doc.abi) }), unknown: [] };
}

/** Whether the bytes are what the encoder makes of the messages, with or without padding behind the last. */
export function isRegular(doc: Doc): boolean {
  const messages = messagesOf(doc);
  const abi = optionOf(doc.abi);
  return [false, true].some((trimLast) =>
    sameBytes(encodeControl(messages, { abi, trimLast }), doc.bytes),
  );
}

export function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}

/** The messages as values by their definitions, where that gives the same bytes, or as numbers and bytes. */
export function inputsOf(doc: Doc): readonly MessageInput[] {
  const abi = optionOf(doc.abi);
  return messagesOf(doc).map(({ definition, value, level, type, payload }) => {
    const plain = { level, type, payload };
    if (definition === undefined || value === undefined) return plain;
    const input = { definition, value };
    try {
      const isSame = sameBytes(encodeControl([input], { abi }), encodeControl([plain], { abi }));
      return isSame ? input : plain;
    } catch {
      // What the kernel alone sends may have values that nobody can give.
      return plain;
    }
  });
}

/** The same messages in another ABI. What it does not have keeps its numbers and bytes. */
export function translate(doc: Doc, abi: AbiChoice): Uint8Array {
  const to = optionOf(abi);
  const found = messagesOf(doc);
  const messages = inputsOf(doc).map((input, i): MessageInput => {
    try {
      encodeControl([input], { abi: to });
      return input;
    } catch {
      const { level, type, payload } = found[i] as ControlMessage;
      return { level, type, payload };
    }
  });
  const full = encodeControl(found, { abi: optionOf(doc.abi) });
  return encodeControl(messages, { abi: to, trimLast: full.length > doc.bytes.length });
}

/** The buffer for another ABI: the same messages where it is regular, the same bytes where it is not or that is wanted. */
export function inAbi(doc: Doc, abi: AbiChoice, keep: boolean): Partial<Doc> {
  if (keep || doc.unknown.length > 0 || !isRegular(doc)) return { abi };
  return { abi, bytes: translate(doc, abi) };
}

/** The buffer with bytes written over those at `at`; what is written is known. */
export function overwrite(doc: Doc, at: number, bytes: Uint8Array): Partial<Doc> {
  const copy = doc.bytes.slice();
  copy.set(bytes.subarray(0, copy.length - at), at);
  return { bytes: copy, unknown: without(doc.unknown, at, at + bytes.length) };
}

/** The buffer with another length: cut, or with zeros behind it. */
export function resized(doc: Doc, length: number): Partial<Doc> {
  const bytes = new Uint8Array(length);
  bytes.set(doc.bytes.subarray(0, length));
  return { bytes, unknown: without(doc.unknown, length, Number.POSITIVE_INFINITY) };
}

/** The ranges without what lies in `from` to `to`. */
function without(ranges: readonly ByteRange[], from: number, to: number): readonly ByteRange[] {
  return ranges.flatMap((range) =>
    [
      { from: range.from, to: Math.min(range.to, from) },
      { from: Math.max(range.from, to), to: range.to },
    ].filter((part) => part.from < part.to),
  );
}

/** Whether a byte is unknown. */
export function isUnknown(doc: Doc, at: number): boolean {
  return doc.unknown.some(({ from, to }) => at >= from && at < to);
}
