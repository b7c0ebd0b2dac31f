// MessageRecord: one message at a time in memory that is used again, so that a receive allocates nothing.

import { Buffer } from "node:buffer";
import { OPENED_NAME_LENGTH } from "../../assembly/shared/message.js";
import { ADDRESS_SIZE, type Address, unpackAddress } from "../codec/address.js";
import { type Bytes, bytesOf, optionsOf, typeError } from "../codec/arguments.js";
import type { ControlMessage } from "../codec/message.js";
import type { Problem } from "../codec/problem.js";
import { bytesWritten } from "./arrived-data.js";
import { borrow, numberOf, type SocketLike } from "./descriptor.js";
import { noteTruncation } from "./diagnostics.js";
import { ownError } from "./errors.js";
import type { Fd } from "./fd.js";
import { setCloseOnExec } from "./file.js";
import { CONTROL_CAPACITY, type Frame, theFrame } from "./frame.js";
import { HeldFds } from "./held-fds.js";
import { importedConstant } from "./host.js";
import { type DecodedControl, decodeHeld, NOTHING } from "./kept-control.js";
import { viewOf } from "./landing.js";
import { watchHolder } from "./leak.js";
import {
  absentAddress,
  bringsDescriptors,
  controlLength,
  recordAt,
  recordPayload,
  recordWords,
  takeFlags,
} from "./opened.js";
import {
  openFrame,
  type ReceiveOptions,
  type ReceivePlan,
  readPlan,
  receiveFrame,
  useOf,
} from "./receive.js";
import { receiveError } from "./receive-error.js";
import { showWith } from "./received.js";
import { isEnd } from "./recvmsg.js";

/** What a record receives. */
export interface MessageRecordOptions extends Omit<ReceiveOptions, "into"> {
  /** Receive into this memory of yours instead of the record's own. */
  readonly into?: Bytes;
}

const DONTWAIT = importedConstant("MSG_DONTWAIT");
const MSG_CTRUNC = importedConstant("MSG_CTRUNC");
const MSG_TRUNC = importedConstant("MSG_TRUNC");

/**
 * A received message whose memory the next one takes over: for loops in which a new object for every message would cost too much.
 *
 * `receive()` fills the record and answers it, `tryReceive()` does not wait. What it says of a message, its `data` above all,
 * holds until the next fill: copy what you keep. Descriptors are owned by the record, as numbers: `take(i)` gives one away, and
 * those that nobody has taken are closed by the next fill, by `close()` or by `using`. Control messages, `Fd`s and the address
 * are made when they are asked for.
 *
 * @example
 * using record = new MessageRecord(pair[1], { dataLimit: 4096 });
 * sendFds(pair[0], [file], { data: "report" });
 * record.receive().bytes // 6
 * record.fdCount // 1
 * const number = record.take(0); // a number, yours to close
 * new Fd(number).close();
 * record.tryReceive() // null
 * @see recvmsg(2), unix(7).
 */
export class MessageRecord {
  readonly #socket: SocketLike;
  readonly #plan: ReceivePlan;
  readonly #try: ReceivePlan;
  readonly #memory: Buffer;
  readonly #room: number;
  readonly #held = new HeldFds();
  readonly #name = new Uint8Array(ADDRESS_SIZE);
  #nameLength = 0;
  /** Its bytes, a word at a time: the frame is aligned, and has room behind them. */
  #control = new Int32Array(16);
  #controlLength = 0;
  #bytes = 0;
  #flags = 0;
  #data: Buffer;
  #decoded: DecodedControl | undefined;
  #closed = false;

  /**
   * @param socket A descriptor number, an `Fd` or a socket on the event loop; borrowed: closing the record does not close it.
   * @throws TypeError, RangeError.
   */
  constructor(socket: SocketLike, options?: MessageRecordOptions) {
    const given = optionsOf(options, "options");
    const { into } = given;
    const parts = into === undefined ? undefined : [bytesOf(into, "into")];
    const plan = readPlan(given, true, CONTROL_CAPACITY, parts);
    borrow(socket, "ask");
    const own = plan.into?.[0] ?? Buffer.allocUnsafeSlow(plan.dataLimit);
    this.#memory = Buffer.from(own.buffer, own.byteOffset, own.length);
    this.#socket = socket;
    this.#plan = { ...plan, into: [this.#memory], stays: true };
    this.#try = { ...this.#plan, flags: plan.flags | DONTWAIT, timeoutMs: undefined };
    this.#data = this.#memory;
    this.#room = own.length;
    watchHolder(this, this.#held);
  }

  /**
   * Receives the next message, and closes what nobody has taken of the one before.
   *
   * @returns The record itself; at the end of a stream without data.
   * @throws SyscallError EAGAIN, ETIMEDOUT, ECONNRESET, ENOTCONN, EBADF, ENOTSOCK: the record is empty then.
   * @throws Error `ERR_CMSG_FD_CLOSED` when the record or the socket was closed; `ERR_CMSG_RECEIVES_PENDING`, `ERR_CMSG_FRAMED`.
   * @see recvmsg(2).
   */
  receive(): this {
    const errno = this.#fill(this.#plan);
    if (errno === 0) return this;
    throw receiveError(errno, numberOf(borrow(this.#socket, "ask")), this.#plan);
  }

  /**
   * The same without waiting: null when nothing has arrived. What nobody has taken of the message before is closed even then.
   *
   * @throws As `receive`, without EAGAIN and ETIMEDOUT.
   * @see recvmsg(2), MSG_DONTWAIT.
   */
  tryReceive(): this | null {
    const errno = this.#fill(this.#try);
    if (errno === 0) return this;
    if (errno === theFrame().EAGAIN) return null;
    throw receiveError(errno, numberOf(borrow(this.#socket, "ask")), this.#try);
  }

  /** 0, or the errno for which there is no message. */
  #fill(plan: ReceivePlan): number {
    if (this.#closed) throw ownError("ERR_CMSG_FD_CLOSED", "this record was closed");
    this.#clear();
    if (this.#memory.length !== this.#room) throw memoryGone(this.#memory);
    const socket = borrow(this.#socket, useOf(plan));
    const frame = theFrame();
    const result = receiveFrame(frame, numberOf(socket), plan);
    if (result < 0) return -result;
    const count = openFrame(frame);
    this.#bytes = result;
    this.#flags = takeFlags(frame);
    this.#nameLength = frame.incoming.get(OPENED_NAME_LENGTH);
    const { bytes, name } = frame;
    for (let i = 0; i < this.#nameLength; i++) this.#name[i] = bytes[name + i] as number;
    const length = controlLength(frame);
    if (length > 0 && (result > 0 || !isEnd(socket, plan, 0))) {
      this.#keepControl(frame, count, length);
    }
    if (this.controlTruncated) noteTruncation(this.#socket, this);
    return 0;
  }

  /** Owns the descriptors before anything else, and takes the control data out of the frame. */
  #keepControl(frame: Frame, count: number, length: number): void {
    for (let i = 0; i < count; i++) {
      const record = recordAt(frame, i);
      if (bringsDescriptors(frame, record)) this.#own(frame, recordPayload(frame, record), record);
    }
    const { words, incoming } = frame;
    const used = (length + 3) >> 2;
    if (used > this.#control.length) this.#control = new Int32Array(used * 2);
    const first = incoming.control >> 2;
    for (let i = 0; i < used; i++) this.#control[i] = words[first + i] as number;
    this.#controlLength = length;
  }

  #own({ words }: Frame, first: number, record: number): void {
    const { setsCloseOnExec } = this.#plan;
    for (let n = recordWords(theFrame(), record), i = 0; i < n; i++) {
      const number = words[first + i] as number;
      // Kernels before 6.16 put a negative errno where the sender's process is gone.
      if (number < 0) continue;
      this.#held.add(number);
      if (setsCloseOnExec) setCloseOnExec(number);
    }
  }

  #clear(): void {
    this.#bytes = 0;
    this.#flags = 0;
    this.#nameLength = 0;
    this.#controlLength = 0;
    this.#decoded = undefined;
    if (this.#held.count > 0) this.#held.release();
  }

  /** What recvmsg answered: bytes of data, or the whole length of a datagram with MSG_TRUNC as a flag. */
  get bytes(): number {
    return this.#bytes;
  }

  /** The data, in the record's memory: the next fill writes over it. */
  get data(): Buffer {
    const written = bytesWritten(this.#plan, borrow(this.#socket, "ask"), this.#bytes);
    const length = Math.min(written, this.#memory.length);
    if (this.#data.length !== length) this.#data = viewOf(this.#memory, 0, length);
    return this.#data;
  }

  /** MSG_* flags. */
  get flags(): number {
    return this.#flags;
  }

  /** Whether data did not fit and was lost (MSG_TRUNC). */
  get dataTruncated(): boolean {
    return (this.#flags & MSG_TRUNC) !== 0;
  }

  /** Whether control data did not fit and was lost (MSG_CTRUNC). */
  get controlTruncated(): boolean {
    return (this.#flags & MSG_CTRUNC) !== 0;
  }

  /** How many descriptors have come, those that were taken among them. */
  get fdCount(): number {
    return this.#held.count;
  }

  /**
   * The number of a descriptor; borrowed: the record still owns it.
   *
   * @throws RangeError; Error `ERR_CMSG_FD_CLOSED` when it was taken.
   */
  fd(index: number): number {
    return this.#held.number(index);
  }

  /**
   * Gives a descriptor away: its number is the caller's to close.
   *
   * @throws RangeError; Error `ERR_CMSG_FD_CLOSED` when it was taken before.
   */
  take(index: number): number {
    return this.#held.take(index);
  }

  /** The descriptors as `Fd`s, in the order of their arrival, which the record still closes; those that were taken are closed. */
  get fds(): readonly Fd[] {
    return this.#held.fds;
  }

  /** Control messages in the order of their arrival, decoded when they are first asked for; descriptors in them are those of `fds`. */
  get control(): readonly ControlMessage<unknown, Fd>[] {
    return this.#decode().control;
  }

  /** What is wrong with the control data. */
  get problems(): readonly Problem[] {
    return this.#decode().problems;
  }

  /** A copy of the control buffer, zeros in its padding. */
  get controlBytes(): Uint8Array {
    return this.#decode().controlBytes;
  }

  #decode(): DecodedControl {
    if (this.#controlLength === 0) return NOTHING;
    this.#decoded ??= decodeHeld(
      new Uint8Array(this.#control.buffer).slice(0, this.#controlLength),
      this.#held,
    );
    return this.#decoded;
  }

  /** The sender's address; null where the protocol reports none. */
  get address(): Address | null {
    if (this.#nameLength === 0) return absentAddress(borrow(this.#socket, "ask"));
    const { core, abi } = theFrame();
    return unpackAddress(core, abi, this.#name.slice(0, this.#nameLength));
  }

  static {
    showWith(this.prototype, ["data", "bytes", "fdCount", "flags"]);
  }

  /** Closes the descriptors that nobody has taken; the record receives no more. */
  close(): void {
    this.#closed = true;
    this.#clear();
  }

  /** As `close`. */
  [Symbol.dispose](): void {
    this.close();
  }
}

/** The kernel must not write where memory has another owner. */
function memoryGone(memory: Buffer): Error {
  return typeError("the record's memory", "still there, and not transferred to another", memory);
}
