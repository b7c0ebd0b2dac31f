// What a receive has brought: data, owned descriptors, flags, address; and the error for when the kernel cut it short.

import { Buffer } from "node:buffer";
import { inspect } from "node:util";
import type { Address } from "../codec/address.js";
import { typeError } from "../codec/arguments.js";
import type { ControlMessage } from "../codec/message.js";
import { Lent } from "./buffer-pool.js";
import { noteTruncation } from "./diagnostics.js";
import { closeFds, type Fd } from "./fd.js";
import { importedConstant } from "./host.js";
import { type Landed, Piece, seen } from "./landing.js";

const MSG_CTRUNC = importedConstant("MSG_CTRUNC");
const MSG_TRUNC = importedConstant("MSG_TRUNC");

/** Of a message that brought none. */
export const NO_CONTROL: readonly ControlMessage<unknown, Fd>[] = Object.freeze([]);

/** The parts of a received message. */
export interface Arrived {
  readonly data: Buffer;
  readonly bytes: number;
  readonly fds: readonly Fd[];
  readonly control: readonly ControlMessage<unknown, Fd>[];
  readonly flags: number;
  readonly address: Address | null;
}

/** Properties that are made when they are asked for are printed all the same, in front of the others. */
export function showWith(prototype: object, names: readonly string[]): void {
  const entries = (shown: object): object =>
    Object.assign(Object.fromEntries(names.map((name) => [name, Reflect.get(shown, name)])), shown);
  Object.defineProperties(prototype, {
    [inspect.custom]: {
      value(this: object, _depth: number, options: object): string {
        return `${this.constructor.name} ${inspect(entries(this), options)}`;
      },
    },
    toJSON: {
      value(this: object): object {
        return entries(this);
      },
    },
  });
}

/** Received data with everything that came along. Closes the descriptors that nobody has taken when it is disposed of. */
export class Received implements Arrived {
  readonly #data: Landed;
  /** What recvmsg answered: bytes of data, or the whole length of a datagram with MSG_TRUNC as a flag. */
  readonly bytes: number;
  /** Descriptors in the order of their arrival. */
  readonly fds: readonly Fd[];
  /** Control messages in the order of their arrival. */
  readonly control: readonly ControlMessage<unknown, Fd>[];
  /** MSG_* flags. */
  readonly flags: number;
  /** The sender's address; null where the protocol reports none. */
  readonly address: Address | null;
  /** Descriptors that arrived above the caller's limit and were closed. */
  readonly surplus: number;
  readonly #owned: readonly Fd[];

  /** @internal `owned` are all descriptors that came, also those that stand only in control messages. */
  constructor(
    data: Landed,
    bytes: number,
    fds: readonly Fd[],
    control: readonly ControlMessage<unknown, Fd>[],
    flags: number,
    address: Address | null,
    surplus: number,
    owned: readonly Fd[],
  ) {
    this.#data = data;
    this.bytes = bytes;
    this.fds = fds;
    this.control = control;
    this.flags = flags;
    this.address = address;
    this.surplus = surplus;
    this.#owned = owned;
  }

  /**
   * The data; with `into`, the filled part of the one buffer, or empty when there are several.
   *
   * @throws Error `ERR_CMSG_DATA_RELEASED` when it was lent by a `pool` and the message was disposed of.
   */
  get data(): Buffer {
    return seen(this.#data);
  }

  /** @internal */
  get isLent(): boolean {
    return this.#data instanceof Lent;
  }

  /** @internal The data, for another object that is the message from now on. */
  landed(): Landed {
    return this.#data;
  }

  /** Whether data did not fit and was lost (MSG_TRUNC). */
  get dataTruncated(): boolean {
    return (this.flags & MSG_TRUNC) !== 0;
  }

  /** Whether control data did not fit and was lost (MSG_CTRUNC). */
  get controlTruncated(): boolean {
    return (this.flags & MSG_CTRUNC) !== 0;
  }

  /** Closes the descriptors that nobody has taken, and gives data back to the pool that has lent it. */
  [Symbol.dispose](): void {
    if (this.#data instanceof Piece) this.#data.release();
    closeFds(this.#owned);
  }

  static {
    showWith(this.prototype, ["data"]);
  }
}

/** What to do when the kernel had to cut control data short. */
export type TruncationOption = "report" | "throw";

/** Whether truncation throws. */
export function truncationThrows(option: unknown, otherwise: TruncationOption): boolean {
  const chosen = option ?? otherwise;
  if (chosen === "throw" || chosen === "report") return chosen === "throw";
  throw typeError("truncation", '"throw" or "report"', option);
}

/**
 * The kernel had to cut control data short: descriptors may be missing. Nothing else is lost: the data is here, with what
 * arrived.
 *
 * Descriptors that are neither taken nor closed are closed at the end of the event-loop turn, or by `using`.
 */
export class TruncationError extends Error implements Arrived {
  readonly code = "ERR_CMSG_TRUNCATED";
  readonly data: Buffer;
  readonly bytes: number;
  readonly fds: readonly Fd[];
  readonly control: readonly ControlMessage<unknown, Fd>[];
  readonly flags: number;
  readonly address: Address | null;
  readonly surplus: number;
  readonly #received: Received;

  static {
    this.prototype.name = "TruncationError";
  }

  constructor(received: Received) {
    super(
      `control data was truncated (MSG_CTRUNC): ${received.fds.length} descriptors arrived and some may be missing, because the descriptor table is full (RLIMIT_NOFILE) or controlLimit is too small; truncation: "report" returns such messages`,
    );
    // A pool gets its buffer back with the descriptors, at the end of the turn.
    this.data = received.isLent ? Buffer.from(received.data) : received.data;
    this.bytes = received.bytes;
    this.fds = received.fds;
    this.control = received.control;
    this.flags = received.flags;
    this.address = received.address;
    this.surplus = received.surplus;
    this.#received = received;
    setImmediate(() => this[Symbol.dispose]());
  }

  /** Closes the descriptors that nobody has taken. */
  [Symbol.dispose](): void {
    this.#received[Symbol.dispose]();
  }
}

/** A message on its way to the caller: that it was cut short is told to who subscribes, and thrown where that is wanted. */
export function checkTruncation<T extends Received>(
  socket: unknown,
  message: T,
  throws: boolean,
): T {
  noteTruncation(socket, message);
  if (throws && message.controlTruncated) throw new TruncationError(message);
  return message;
}
