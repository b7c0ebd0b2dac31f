// BatchRecord: one message of a ReceiveBatch, read where it lies.

import type { Buffer } from "node:buffer";
import { inspect } from "node:util";
import { type Address, unpackAddress } from "../codec/address.js";
import { integerIn } from "../codec/arguments.js";
import { ARENA_CONTROL } from "../codec/core.js";
import { type Decoded, decodeFound, findSafely } from "../codec/decode.js";
import type { ControlMessage } from "../codec/message.js";
import type { Problem } from "../codec/problem.js";
import type { Landing } from "./batch-landing.js";
import { ownError } from "./errors.js";
import { type Fd, ownFresh } from "./fd.js";
import { currentHost, importedConstant } from "./host.js";
import { clearPadding } from "./recvmsg.js";

const MSG_CTRUNC = importedConstant("MSG_CTRUNC");
const MSG_TRUNC = importedConstant("MSG_TRUNC");

// What is known of each message, as words one behind the other.

/** What recvmsg answered, its flags, and bytes of data. */
export const FIELD_BYTES = 0;
export const FIELD_FLAGS = 1;
export const FIELD_LENGTH = 2;
/** Where control data and address begin, and their bytes. */
export const FIELD_CONTROL = 3;
export const FIELD_CONTROL_LENGTH = 4;
export const FIELD_NAME = 5;
export const FIELD_NAME_LENGTH = 6;
/** Index of its first descriptor, and how many it has. */
export const FIELD_FIRST_FD = 7;
export const FIELD_FDS = 8;
export const RECORD_FIELDS = 9;

/** What a batch was filled with. */
export interface Filled {
  count: number;
  readonly fields: Int32Array;
  /** Control data and addresses. */
  kept: Uint8Array;
  /** Descriptors of all messages; -1 in place of those that were taken. */
  fds: Int32Array;
  absent: Address | null;
  readonly landing: Landing;
  readonly dataLimit: number;
}

/**
 * One message of a `ReceiveBatch`. The same record stands for another message when the batch is filled again: what is to live
 * longer has to be copied, and descriptors to be taken.
 */
export class BatchRecord {
  readonly #filled: Filled;
  readonly #index: number;
  #data: Buffer | undefined;

  /** @internal */
  constructor(filled: Filled, index: number) {
    this.#filled = filled;
    this.#index = index;
    this.#data = undefined;
  }

  #field(name: number): number {
    const { count, fields } = this.#filled;
    return this.#index < count ? (fields[this.#index * RECORD_FIELDS + name] as number) : 0;
  }

  /** What recvmsg answered: bytes of data, or the whole length of a datagram with MSG_TRUNC as a flag. */
  get bytes(): number {
    return this.#field(FIELD_BYTES);
  }

  /** MSG_* flags. */
  get flags(): number {
    return this.#field(FIELD_FLAGS);
  }

  /** The data, in memory of the batch: the next fill writes over it. */
  get data(): Buffer {
    const length = this.#field(FIELD_LENGTH);
    if (this.#data?.length !== length || length === 0) {
      const { landing, dataLimit } = this.#filled;
      this.#data = landing.view(dataLimit, this.#index, length);
    }
    return this.#data;
  }

  /** How many descriptors it has brought. */
  get fdCount(): number {
    return this.#field(FIELD_FDS);
  }

  /**
   * The number of a descriptor, the first unless told otherwise; borrowed: the batch closes it when it is filled again.
   *
   * @throws RangeError where there is none; Error `ERR_CMSG_FD_CLOSED` when it was taken.
   */
  fd(i = 0): number {
    const number = this.#filled.fds[this.#place(i)] as number;
    if (number < 0) throw ownError("ERR_CMSG_FD_CLOSED", "this descriptor was taken");
    return number;
  }

  /** Takes a descriptor out of the batch, the first unless told otherwise: the caller owns it. Throws as `fd`. */
  take(i = 0): Fd {
    const number = this.fd(i);
    this.#filled.fds[this.#place(i)] = -1;
    return ownFresh(number, undefined);
  }

  #place(i: number): number {
    return this.#field(FIELD_FIRST_FD) + integerIn(i, 0, this.fdCount - 1, "descriptor");
  }

  /** The sender's address; null where the protocol reports none. */
  get address(): Address | null {
    const { kept, absent } = this.#filled;
    const length = this.#field(FIELD_NAME_LENGTH);
    if (length === 0) return absent;
    const { core, abi } = currentHost();
    const name = this.#field(FIELD_NAME);
    return unpackAddress(core, abi, kept.slice(name, name + length));
  }

  /** Control messages, decoded now. Descriptors in their values are numbers, which `fd` and `take` know as well. */
  get control(): readonly ControlMessage[] {
    return this.#decode(this.controlBytes).messages;
  }

  /** What is wrong with the control data. */
  get problems(): readonly Problem[] {
    return this.#decode(this.controlBytes).problems;
  }

  /** The control buffer as the kernel wrote it, zeros in its padding: a copy. */
  get controlBytes(): Uint8Array {
    const control = this.#field(FIELD_CONTROL);
    const bytes = this.#filled.kept.slice(control, control + this.#field(FIELD_CONTROL_LENGTH));
    this.#decode(bytes);
    return bytes;
  }

  #decode(bytes: Uint8Array): Decoded {
    const { core, abi } = currentHost();
    const at = core.arena + ARENA_CONTROL;
    core.bytes.set(bytes, at);
    const { found, problems } = findSafely(core, abi, bytes.length);
    clearPadding(bytes, found);
    const context = { abi, descriptor: (number: number) => (number < 0 ? null : number) };
    const decoded = decodeFound<number>(core, found, at, context, []);
    return { messages: decoded.messages, problems: [...problems, ...decoded.problems] };
  }

  /** Whether data did not fit and was lost (MSG_TRUNC). */
  get dataTruncated(): boolean {
    return (this.flags & MSG_TRUNC) !== 0;
  }

  /** Whether control data did not fit and was lost (MSG_CTRUNC). */
  get controlTruncated(): boolean {
    return (this.flags & MSG_CTRUNC) !== 0;
  }

  static {
    Object.defineProperty(this.prototype, inspect.custom, {
      value(this: BatchRecord, _depth: number, options: object): string {
        const { data, fdCount, control, flags, address } = this;
        return `BatchRecord ${inspect({ data, fdCount, control, flags, address }, options)}`;
      },
    });
  }
}
