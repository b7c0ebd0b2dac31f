// The ordinary bytes of a message: what callers pass as data or as buffers to receive into.

import { Buffer } from "node:buffer";
import { REQUEST_PART_COUNT } from "../../assembly/shared/message.js";
import { addressOf } from "../../shim/index.js";
import { type Bytes, bytesOf, isArrayBuffer, typeError } from "../codec/arguments.js";
import { type Envelope, type Frame, highWord, PART_LIMIT } from "./frame.js";

/** Data to send, or buffers to receive into: one byte view, or an iterable of them. */
export type DataInput = Bytes | Iterable<Bytes>;

/** Keeps the memory alive that the kernel is working on: an address alone does not. */
const held: { parts: readonly Uint8Array[] } = { parts: [] };

const NONE: readonly Uint8Array[] = [];

/** The byte views of an argument, each element checked, an iterable consumed once. */
export function dataParts(data: unknown, what: string): readonly Uint8Array[] {
  // By far the most common, and nothing about it to check.
  if (data instanceof Uint8Array && data.length > 0) return [data];
  return data === undefined ? NONE : otherParts(data, what);
}

function otherParts(data: unknown, what: string): readonly Uint8Array[] {
  if (ArrayBuffer.isView(data) || isArrayBuffer(data)) return [bytesOf(data, what)];
  if (typeof data !== "object" || data === null || !(Symbol.iterator in data)) {
    throw typeError(what, "a byte view or an iterable of byte views", data);
  }
  return Array.from(data as Iterable<unknown>, (part, i) => bytesOf(part, `${what}[${i}]`));
}

/** Bytes in all parts. */
export function totalLength(parts: readonly Uint8Array[]): number {
  let total = 0;
  for (let i = 0; i < parts.length; i++) total += (parts[i] as Uint8Array).length;
  return total;
}

/** The first `limit` bytes of the parts. */
export function clippedParts(parts: readonly Uint8Array[], limit: number): readonly Uint8Array[] {
  let left = limit;
  return parts.map((part) => {
    const clipped = part.subarray(0, left);
    left -= clipped.length;
    return clipped;
  });
}

/** The data between two positions, as views of the parts. */
export function partsBetween(
  parts: readonly Uint8Array[],
  from: number,
  to: number,
): readonly Uint8Array[] {
  const [only] = parts;
  if (from === 0 && only !== undefined && parts.length === 1 && to === only.length) return parts;
  const views: Uint8Array[] = [];
  let start = 0;
  for (const part of parts) {
    const [first, end] = [Math.max(from - start, 0), Math.min(to - start, part.length)];
    if (first < end) views.push(part.subarray(first, end));
    start += part.length;
  }
  return views;
}

/** The parts that are not empty. */
export function filledParts(parts: readonly Uint8Array[]): readonly Uint8Array[] {
  return parts.filter((part) => part.length > 0);
}

/** The parts that are not empty; as one, where they are more than a message can have. */
export function sendableParts(parts: readonly Uint8Array[]): readonly Uint8Array[] {
  const filled = filledParts(parts);
  return filled.length > PART_LIMIT ? [Buffer.concat(filled)] : filled;
}

/** Copies the parts into the frame, one behind the other. */
export function copyParts({ bytes }: Frame, parts: readonly Uint8Array[], to: number): void {
  let at = to;
  for (let n = 0; n < parts.length; n++) {
    const part = parts[n] as Uint8Array;
    const { length } = part;
    if (length > 32) bytes.set(part, at);
    else for (let i = 0; i < length; i++) bytes[at + i] = part[i] as number;
    at += length;
  }
}

/** Points the message at caller's memory, which is held until `release`. */
export function pointAt(envelope: Envelope, parts: readonly Uint8Array[]): void {
  hold(parts);
  setParts(envelope, parts);
}

/** Keeps memory alive until `release`, as its address alone does not. */
export function hold(parts: readonly Uint8Array[]): void {
  held.parts = parts;
}

/** Where views begin that were pointed at before. Memory never moves, and of memory that was given away a view is empty. */
const known = new WeakMap<Uint8Array, number>();

/** Native address of a view. */
export function addressOfView(view: Uint8Array): number {
  const found = known.get(view);
  if (found !== undefined) return found;
  const address = addressOf(view);
  known.set(view, address);
  return address;
}

/** Points the message at memory that somebody else holds. */
export function setParts(envelope: Envelope, parts: readonly Uint8Array[]): void {
  for (let i = 0; i < parts.length; i++) {
    const part = parts[i] as Uint8Array;
    const address = addressOfView(part);
    envelope.setPart(i, address, highWord(address), part.length);
  }
  envelope.set(REQUEST_PART_COUNT, parts.length);
}

/** The system call is over. */
export function release(): void {
  held.parts = NONE;
}
