// BufferPool: memory that received data is lent in, and that comes back when the message is disposed of.

import { Buffer } from "node:buffer";
import { integerIn, optionsOf } from "../codec/arguments.js";
import { ownError } from "./errors.js";
import { Piece } from "./landing.js";

/** What a pool lends. */
export interface BufferPoolOptions {
  /** Bytes of each buffer, and so of data in one message; 65536 unless given. */
  readonly size?: number;
  /** Buffers that are kept for the next messages at most; 16 unless given. More are left to the garbage collector. */
  readonly keep?: number;
}

/**
 * Buffers for the data of received messages, used again and again: a new one for each large message costs more than its receipt.
 *
 * `recvmsg` and `recvFds` with `pool` lend one to each message. It comes back when the message is disposed of, by `using` at best;
 * `data` throws from then on, and what was kept of it is written over by later messages. A message that is never disposed of keeps
 * its buffer for good.
 *
 * @example
 * const pool = new BufferPool({ size: 4096 });
 * sendFds(pair[0], [], { data: "report" });
 * {
 *   using message = recvmsg(pair[1], { pool });
 *   console.log(message.data.toString()); // report
 * }
 * pool.free // 1
 */
export class BufferPool {
  /** Bytes of each buffer. */
  readonly size: number;
  readonly #keep: number;
  readonly #free: Buffer[] = [];

  /** @throws TypeError, RangeError. */
  constructor(options?: BufferPoolOptions) {
    const { size = 65536, keep = 16 } = optionsOf(options, "options");
    this.size = integerIn(size, 1, 0x7fffffff, "size");
    this.#keep = integerIn(keep, 0, 0x7fffffff, "keep");
  }

  /** Buffers that are here now, and not lent. */
  get free(): number {
    return this.#free.length;
  }

  /** @internal The buffer that the next message gets. */
  next(): Buffer {
    const free = this.#free;
    // Somebody may have transferred one after its message was disposed of.
    while (free.length > 0 && free[free.length - 1]?.length !== this.size) free.pop();
    if (free.length === 0) free.push(Buffer.allocUnsafeSlow(this.size));
    return free[free.length - 1] as Buffer;
  }

  /** @internal Lends it: the message has arrived. */
  lend(length: number): Lent {
    return new Lent(this, this.#free.pop() as Buffer, length);
  }

  /** @internal Takes one back. */
  giveBack(buffer: Buffer): void {
    if (this.#free.length < this.#keep && buffer.length === this.size) this.#free.push(buffer);
  }
}

/** Data in a buffer of a pool. */
export class Lent extends Piece {
  readonly #pool: BufferPool;
  #buffer: Buffer | undefined;

  constructor(pool: BufferPool, buffer: Buffer, length: number) {
    super(buffer, 0, length);
    this.#pool = pool;
    this.#buffer = buffer;
  }

  override view(): Buffer {
    if (this.#buffer === undefined) throw released();
    return super.view();
  }

  override release(): void {
    const buffer = this.#buffer;
    this.#buffer = undefined;
    if (buffer !== undefined) this.#pool.giveBack(buffer);
  }
}

function released(): Error {
  return ownError(
    "ERR_CMSG_DATA_RELEASED",
    "the message was disposed of, and its data is back in the pool: copy what is to outlive it",
  );
}
