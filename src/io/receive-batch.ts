// ReceiveBatch: room for many received messages that is made once and filled again and again, without an object for any of them.

import {
  OPENED_LENGTH,
  OPENED_NAME_LENGTH,
  OPENED_RECORDS,
  REQUEST_NAME,
} from "../../assembly/shared/message.js";
import { integerIn, optionsOf, rangeError } from "../codec/arguments.js";
import { BATCH_LIMIT, type BatchFrame, CONTROL_SLOT, theBatches } from "./batch.js";
import { Landing } from "./batch-landing.js";
import { carries, Kept, keptBytes, lengthOf } from "./batch-open.js";
import {
  type BatchPlan,
  openEnvelopes,
  receiveBatch,
  sentControl,
  slotsOf,
  withoutEnds,
} from "./batch-receive.js";
import {
  BatchRecord,
  FIELD_BYTES,
  FIELD_CONTROL,
  FIELD_CONTROL_LENGTH,
  FIELD_FDS,
  FIELD_FIRST_FD,
  FIELD_FLAGS,
  FIELD_LENGTH,
  FIELD_NAME,
  FIELD_NAME_LENGTH,
  type Filled,
  RECORD_FIELDS,
} from "./batch-record.js";
import { type Borrowed, borrow, numberOf, type SocketLike } from "./descriptor.js";
import { noteTruncation, truncations } from "./diagnostics.js";
import { closeNumbers, setCloseOnExec } from "./file.js";
import { forgetOwner, NOWHERE, watchOwner } from "./leak.js";
import { absentAddress, recordAt, recordPayload, recordWords, takeFlags } from "./opened.js";
import { type ReceiveOptions, readPlan, useOf } from "./receive.js";
import { receiveError } from "./receive-error.js";
import { checkBusyPoll, checkTimeout } from "./wait.js";

/** What a batch has room for, and how it receives. */
export interface ReceiveBatchOptions
  extends Pick<ReceiveOptions, "dataLimit" | "controlLimit" | "flags" | "closeOnExec"> {
  /** Messages that it has room for, 32 unless given: up to 64, and up to 256 where `controlLimit` is small. */
  readonly limit?: number;
  /** Bytes of data that each message has room for; 65536 unless given. */
  readonly dataLimit?: number;
  /** Bytes of control data that each message has room for; 16384 unless given. */
  readonly controlLimit?: number;
}

/** How long a batch may wait to be filled. */
export interface FillOptions {
  /** Give up with ETIMEDOUT after so many milliseconds; 0 does not wait (EAGAIN). */
  readonly timeoutMs?: number;
  /** Beside `timeoutMs`: try again and again for so many microseconds before sleeping, as of `recvmsg`. */
  readonly busyPollUs?: number;
}

const LIMIT = 32;

/** 0, or the errno of the receive, and on which descriptor it was made. */
interface Outcome {
  readonly errno: number;
  readonly fd: number;
}

/**
 * Room for many messages: made once, filled by one system call whenever `receive` is called, and read where they lie. Nothing is
 * allocated for a message.
 *
 * Descriptors are owned by the batch from the instant they arrive. Those that nobody took are closed when it is filled again, by
 * `clear`, and by `using`.
 *
 * @example
 * using batch = new ReceiveBatch({ limit: 64, dataLimit: 2048, controlLimit: 256 });
 * sendmsg(pair[0], { data });
 * batch.receive(pair[1]);
 * for (const record of batch) console.log(record.bytes, record.fdCount);
 * @see recvmmsg(2), unix(7).
 */
export class ReceiveBatch {
  readonly #plan: BatchPlan;
  readonly #filled: Filled;
  readonly #records: readonly BatchRecord[];
  /** Descriptors to close, kept for the next time. */
  readonly #open: number[] = [];
  /** Stands for what is open, where the collector may come. */
  readonly #owner = { number: -1, place: NOWHERE };
  #kept = new Kept(0);

  /** @throws TypeError, RangeError; Error `ERR_CMSG_NOT_SUPPORTED` on systems without recvmmsg (Darwin). */
  constructor(options?: ReceiveBatchOptions) {
    const given = optionsOf(options, "options");
    const limit = integerIn(given.limit ?? LIMIT, 1, BATCH_LIMIT, "limit");
    const { dataLimit, controlLimit, flags, closeOnExec } = given;
    const each = readPlan(
      { dataLimit, controlLimit, flags, closeOnExec } as ReceiveOptions,
      true,
      CONTROL_SLOT,
    );
    const most = Math.min(slotsOf(each.controlLimit), Landing.room(each.dataLimit));
    if (limit > most) {
      throw rangeError("limit", `at most ${most} with this controlLimit and dataLimit`, limit);
    }
    const landing = new Landing();
    this.#plan = {
      each,
      clips: false,
      into: undefined,
      limit,
      waitsForAll: false,
      own: [],
      landing,
    };
    this.#filled = {
      count: 0,
      fields: new Int32Array(limit * RECORD_FIELDS),
      kept: new Uint8Array(0),
      fds: new Int32Array(limit),
      absent: null,
      landing,
      dataLimit: each.dataLimit,
    };
    this.#records = Array.from({ length: limit }, (_, i) => new BatchRecord(this.#filled, i));
    theBatches();
  }

  /** Messages that it holds. */
  get length(): number {
    return this.#filled.count;
  }

  /** Message `i`, undefined behind the last. */
  at(i: number): BatchRecord | undefined {
    return i < this.#filled.count ? this.#records[i] : undefined;
  }

  /** The messages in the order of their arrival. */
  *[Symbol.iterator](): IterableIterator<BatchRecord> {
    for (let i = 0; i < this.#filled.count; i++) yield this.#records[i] as BatchRecord;
  }

  /**
   * Fills it: waits for the first message, and takes what has arrived behind it. Descriptors of the last fill that nobody took are
   * closed.
   *
   * @param socket A descriptor number, an `Fd`, or a socket of this package on which no call waits; borrowed.
   * @returns How many messages it holds: one at least. At the end of a connection that is one without data, as of `recvmmsg`.
   * @throws TypeError, RangeError before any system call.
   * @throws SyscallError as of `recvmmsg`; the batch is empty then.
   * @see recvmmsg(2).
   */
  receive(socket: SocketLike, options?: FillOptions): number {
    const given = optionsOf(options, "options");
    const timeoutMs = checkTimeout(given.timeoutMs);
    const result = this.#fill(socket, timeoutMs, checkBusyPoll(given.busyPollUs, timeoutMs));
    if (result.errno === 0) return this.#filled.count;
    throw receiveError(result.errno, result.fd, this.#plan.each, "recvmmsg");
  }

  /** `receive` that never waits: 0 when nothing has arrived, instead of EAGAIN. */
  tryReceive(socket: SocketLike): number {
    const { errno, fd } = this.#fill(socket, 0);
    if (errno === 0) return this.#filled.count;
    if (errno === theBatches().frame.EAGAIN) return 0;
    throw receiveError(errno, fd, this.#plan.each, "recvmmsg");
  }

  #fill(socket: SocketLike, timeoutMs: number | undefined, busyPollUs = 0): Outcome {
    const { each: usual } = this.#plan;
    const each = timeoutMs === undefined ? usual : { ...usual, timeoutMs, busyPollUs };
    const plan = timeoutMs === undefined ? this.#plan : { ...this.#plan, each };
    // Behind all of the caller's code, which may close what it was given.
    const borrowed = borrow(socket, useOf(each));
    const fd = numberOf(borrowed);
    this.clear();
    const end = timeoutMs === undefined || timeoutMs === 0 ? 0 : performance.now() + timeoutMs;
    const batches = theBatches();
    const { count, full } = receiveBatch(batches, fd, plan, 0, end);
    if (count < 0) return { errno: -count, fd };
    openEnvelopes(batches, count);
    // Of a connection that has ended there is one message, which says so.
    const kept = full ? Math.max(withoutEnds(batches, borrowed, plan, 0, count), 1) : count;
    this.#take(batches, borrowed, plan, kept);
    if (truncations.hasSubscribers) this.#tell(socket);
    return { errno: 0, fd };
  }

  /** Owns all descriptors, then copies what the frame has. */
  #take(batches: BatchFrame, socket: Borrowed, plan: BatchPlan, count: number): void {
    const filled = this.#filled;
    const { fields } = filled;
    let size = 0;
    let fds = 0;
    for (let i = 0; i < count; i++) {
      const at = i * RECORD_FIELDS;
      const control = sentControl(batches, socket, plan, 0, i);
      fields[at + FIELD_CONTROL_LENGTH] = control;
      fields[at + FIELD_FIRST_FD] = fds;
      if (control !== 0) fds = this.#own(batches, i, fds);
      fields[at + FIELD_FDS] = fds - (fields[at + FIELD_FIRST_FD] as number);
      size += keptBytes(control, batches.incoming.envelope(i).get(OPENED_NAME_LENGTH));
      filled.count = i + 1;
    }
    if (fds > 0) this.#watch();
    if (filled.kept.length < size) {
      this.#kept = new Kept(size * 2);
      filled.kept = this.#kept.bytes;
    } else this.#kept.clear();
    let unnamed = false;
    for (let i = 0; i < count; i++) unnamed = this.#copy(batches, socket, plan, i) || unnamed;
    filled.absent = unnamed ? absentAddress(socket) : null;
  }

  /** Owns the descriptors of message `i`, behind `before` others. Answers how many there are then. */
  #own({ frame, incoming }: BatchFrame, i: number, before: number): number {
    const from = incoming.envelope(i);
    const records = from.get(OPENED_RECORDS);
    const { setsCloseOnExec } = this.#plan.each;
    let end = before;
    for (let n = 0; n < records; n++) {
      const record = recordAt(frame, n, from);
      if (!carries(frame, record)) continue;
      const word = recordPayload(frame, record, from);
      const count = recordWords(frame, record);
      this.#makeRoom(end + count);
      for (let j = 0; j < count; j++) {
        const number = frame.words[word + j] as number;
        // Kernels before 6.16 put a negative errno where the sender's process is gone.
        if (number < 0) continue;
        this.#filled.fds[end++] = number;
        if (setsCloseOnExec) setCloseOnExec(number);
      }
    }
    return end;
  }

  #makeRoom(count: number): void {
    const { fds } = this.#filled;
    if (fds.length >= count) return;
    this.#filled.fds = new Int32Array(count * 2);
    this.#filled.fds.set(fds);
  }

  /** Copies the rest of message `i`. Answers whether it has no address. */
  #copy(batches: BatchFrame, socket: Borrowed, plan: BatchPlan, i: number): boolean {
    const { frame, incoming } = batches;
    const from = incoming.envelope(i);
    const { fields } = this.#filled;
    const at = i * RECORD_FIELDS;
    const control = fields[at + FIELD_CONTROL_LENGTH] as number;
    const name = from.get(OPENED_NAME_LENGTH);
    fields[at + FIELD_BYTES] = from.get(OPENED_LENGTH);
    fields[at + FIELD_FLAGS] = takeFlags(frame, from);
    fields[at + FIELD_LENGTH] = lengthOf(batches, socket, plan, 0, i);
    fields[at + FIELD_CONTROL] = control === 0 ? 0 : this.#kept.keep(frame, from.control, control);
    fields[at + FIELD_NAME] = name === 0 ? 0 : this.#kept.keep(frame, from.get(REQUEST_NAME), name);
    fields[at + FIELD_NAME_LENGTH] = name;
    return name === 0;
  }

  #watch(): void {
    this.#owner.number = this.#filled.fds[0] as number;
    watchOwner(this.#owner);
  }

  #tell(socket: SocketLike): void {
    for (const record of this) {
      const { data, bytes, flags, fdCount, controlTruncated } = record;
      const fds = Array.from({ length: fdCount }, (_, i) => ({ number: record.fd(i) }));
      noteTruncation(socket, { data, bytes, flags, fds, controlTruncated });
    }
  }

  /** Empties it: descriptors that nobody took are closed. */
  clear(): void {
    const { fds, fields, count } = this.#filled;
    if (count === 0) return;
    const last = (count - 1) * RECORD_FIELDS;
    const end = (fields[last + FIELD_FIRST_FD] as number) + (fields[last + FIELD_FDS] as number);
    this.#filled.count = 0;
    if (end === 0) return;
    forgetOwner(this.#owner);
    const open = this.#open;
    open.length = 0;
    for (let i = 0; i < end; i++) if ((fds[i] as number) >= 0) open.push(fds[i] as number);
    closeNumbers(open);
  }

  /** The same, for `using`. It can be filled again. */
  [Symbol.dispose](): void {
    this.clear();
  }
}
