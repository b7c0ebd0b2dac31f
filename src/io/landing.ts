// Where the data of a receive arrives, and how a message keeps its own: a few bytes are copied, a large message takes the memory
// away. What a message has once got is never written to again.

import { Buffer } from "node:buffer";
import { markAsUntransferable } from "node:worker_threads";
import { addressOf } from "../../shim/index.js";

/** Data that has arrived. */
export type Landed = Buffer | Piece;

/** Data that is seen as a `Buffer` when somebody asks for it: beside descriptors it is often a byte that nobody reads. */
export class Piece {
  readonly #memory: Uint8Array;
  readonly #at: number;
  readonly #length: number;
  #view: Buffer | undefined;

  constructor(memory: Uint8Array, at: number, length: number) {
    this.#memory = memory;
    this.#at = at;
    this.#length = length;
    this.#view = undefined;
  }

  /** The same `Buffer` each time. */
  view(): Buffer {
    this.#view ??= viewOf(this.#memory, this.#at, this.#length);
    return this.#view;
  }

  /** Nobody looks at it any more. */
  release(): void {}
}

/** Data as its owner sees it. */
export function seen(data: Landed): Buffer {
  return data instanceof Piece ? data.view() : data;
}

const NO_DATA = Buffer.alloc(0);

/** Some bytes of memory; none of memory that its owner has given away. */
export function viewOf(memory: Uint8Array, at: number, length: number): Buffer {
  if (length === memory.length && memory instanceof Buffer) return memory;
  if (length === 0 || memory.length < at + length) return NO_DATA;
  return Buffer.from(memory.buffer, memory.byteOffset + at, length);
}

/** Bytes of the smallest landing. */
const LEAST = 65536;

let landing = Buffer.alloc(0);
let landingAddress = 0;

/** Whether there is memory where data can arrive: a large message takes it away. */
export function hasLanding(): boolean {
  return landing.length > 0;
}

/** Native address at which `limit` bytes can arrive. */
export function landingAt(limit: number): number {
  if (landing.length < limit || !hasLanding()) {
    landing = Buffer.allocUnsafeSlow(Math.max(limit, LEAST));
    landingAddress = addressOf(landing);
  }
  return landingAddress;
}

/** The `length` bytes that have arrived. */
export function takeLanded(length: number): Landed {
  if (length <= SMALL) return keptSmall(length);
  return length * 2 < landing.length ? copyOf(landing, 0, length) : takeLanding(length);
}

/** The landing itself, for a message that fills most of it: the next receive makes another. */
function takeLanding(length: number): Buffer {
  const whole = landing;
  landing = Buffer.alloc(0);
  landingAddress = 0;
  return whole.subarray(0, length);
}

/** A copy of the bytes from `at` on. */
export function copyOf(whole: Buffer, at: number, length: number): Buffer {
  const copy = Buffer.allocUnsafe(length);
  // A loop beats the making of a view for a few bytes.
  if (length > 32) whole.copy(copy, 0, at, at + length);
  else for (let i = 0; i < length; i++) copy[i] = whole[at + i] as number;
  return copy;
}

/** Data up to this size is kept in a pool, as Node does: the size of the pool is what one such message keeps alive at most. */
const SMALL = 256;
const POOL_SIZE = 8192;

let pool: Buffer<ArrayBuffer> = Buffer.alloc(0);
let used = 0;

function keptSmall(length: number): Piece {
  // Somebody may have transferred it to a thread all the same.
  if (pool.length < used + length) renewPool();
  const at = used;
  used += (length + 7) & -8;
  if (length > 32) landing.copy(pool, at, 0, length);
  else for (let i = 0; i < length; i++) pool[at + i] = landing[i] as number;
  return new Piece(pool, at, length);
}

function renewPool(): void {
  pool = Buffer.allocUnsafeSlow(POOL_SIZE);
  used = 0;
  // Messages share it. Other runtimes than Node refuse the question.
  const { bun, deno } = process.versions;
  if (bun === undefined && deno === undefined) markAsUntransferable(pool.buffer);
}
