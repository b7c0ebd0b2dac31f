// recvmmsg: many messages in one system call, every descriptor in any of them owned before anything is decoded.

import { type Bytes, bytesOf, integerIn, optionsOf, typeError } from "../codec/arguments.js";
import type { AnyDefinition } from "../codec/definition.js";
import { definitionList } from "../codec/face.js";
import { CONTROL_SLOT, theBatches } from "./batch.js";
import { takeBatch } from "./batch-open.js";
import {
  type BatchPlan,
  LANDING,
  openEnvelopes,
  receiveBatch,
  withoutEnds,
} from "./batch-receive.js";
import { type Borrowed, borrow, numberOf, type SocketLike } from "./descriptor.js";
import { noteTruncation, truncations } from "./diagnostics.js";
import type { SyscallError } from "./errors.js";
import { closeFds, type Fd } from "./fd.js";
import { type ReceiveOptions, readPlan, useOf } from "./receive.js";
import { receiveError } from "./receive-error.js";
import type { Received } from "./received.js";
import type { ReceivedMessage } from "./recvmsg.js";

/** How to receive many messages. */
export interface RecvmmsgOptions extends Omit<ReceiveOptions, "into"> {
  /** Messages to take at most; 64, or as many as `into` has buffers, unless given. */
  readonly limit?: number;
  /** Bytes of data to take of each message at most; 65536, or as many as its buffer has, unless given. */
  readonly dataLimit?: number;
  /** Receive into these buffers, one for each message, instead of new ones. */
  readonly into?: Iterable<Bytes>;
  /** Bytes of control data to take of each message at most; 16384 unless given. */
  readonly controlLimit?: number;
  /** Wait until there are `limit` messages; false unless given: the first one is waited for, and what has arrived behind it taken. */
  readonly waitForAll?: boolean;
  /** Definitions to know beside the built-in ones, and before them. */
  readonly definitions?: readonly AnyDefinition[];
}

/** Messages that are received at once unless told otherwise. */
const LIMIT = 64;

/** Received messages, in the order of their arrival: an array that can be disposed of. */
export class ReceivedMessages<M extends Received = ReceivedMessage> extends Array<M> {
  /** What the socket reported behind these messages; undefined when there were no more, or enough. */
  declare readonly error: SyscallError | undefined;

  /** Arrays that are made of it by `map` and its like are plain ones. */
  static override get [Symbol.species](): ArrayConstructor {
    return Array;
  }

  static {
    // Not a member of each: most have none.
    Object.defineProperty(this.prototype, "error", { value: undefined });
  }

  /** Closes the descriptors of all messages that nobody has taken. */
  [Symbol.dispose](): void {
    const all: Fd[] = [];
    for (let i = 0; i < this.length; i++) {
      const { fds } = this[i] as M;
      for (let n = 0; n < fds.length; n++) all.push(fds[n] as Fd);
    }
    closeFds(all);
  }
}

/**
 * Receives many messages: waits for the first, and takes what has arrived behind it, up to 64 messages in each system call (256
 * where `controlLimit` is small). Each one is what `recvmsg` returns.
 *
 * Descriptors in them are owned by the messages: `take()` those that you keep, and let `using` close the rest. Control data that
 * was cut short shows in `controlTruncated` of its message.
 *
 * At the end of a stream there is one message without data, and only as the first. Connections with message boundaries (seqpacket)
 * end so too; empty records right in front of the end are not told from it, unless SO_PASSCRED is on.
 *
 * @param socket A descriptor number or an `Fd`; borrowed.
 * @returns At least one message.
 * @throws TypeError, RangeError before any system call. Error `ERR_CMSG_NOT_SUPPORTED` on systems without recvmmsg (Darwin).
 * @throws SyscallError EAGAIN, ETIMEDOUT, ECONNRESET, ENOTCONN, EBADF, ENOTSOCK, when there is no message.
 * @example
 * using messages = recvmmsg(pair[1], { limit: 32, dataLimit: 2048 });
 * for (const message of messages) console.log(message.data.length, message.fds.length);
 * @see recvmmsg(2), unix(7), cmsg(3).
 */
export function recvmmsg(socket: SocketLike, options?: RecvmmsgOptions): ReceivedMessages {
  return receive(socket, options, true) as ReceivedMessages;
}

/**
 * `recvmmsg` that never waits: null when nothing has arrived, instead of EAGAIN.
 *
 * @throws As `recvmmsg`, without EAGAIN and ETIMEDOUT.
 * @example
 * const messages = tryRecvmmsg(pair[1]); // null
 * @see recvmmsg(2), MSG_DONTWAIT.
 */
export function tryRecvmmsg(
  socket: SocketLike,
  options?: RecvmmsgOptions,
): ReceivedMessages | null {
  return receive(socket, options, false);
}

function receive(
  socket: SocketLike,
  options: RecvmmsgOptions | undefined,
  wait: boolean,
): ReceivedMessages | null {
  const plan = planBatch(optionsOf(options, "options"), wait);
  // Behind all of the caller's code, which may close what it was given.
  const borrowed = borrow(socket, useOf(plan.each));
  const fd = numberOf(borrowed);
  const messages = new ReceivedMessages();
  let errno: number;
  try {
    errno = receiveAll(borrowed, fd, plan, messages);
  } catch (error) {
    messages[Symbol.dispose]();
    throw error;
  }
  if (truncations.hasSubscribers) for (const message of messages) noteTruncation(socket, message);
  if (errno === 0) return messages;
  const { EAGAIN, ETIMEDOUT } = theBatches().frame;
  if (messages.length === 0) {
    if (!wait && errno === EAGAIN) return null;
    throw receiveError(errno, fd, plan.each, "recvmmsg");
  }
  if (errno === EAGAIN || errno === ETIMEDOUT) return messages;
  const error = receiveError(errno, fd, plan.each, "recvmmsg");
  return Object.defineProperty(messages, "error", { value: error, enumerable: true });
}

/** Reads and checks the options. All of the caller's code runs in here, except that of definitions. */
function planBatch(given: RecvmmsgOptions, wait: boolean): BatchPlan {
  const { limit, waitForAll = false } = given;
  if (typeof waitForAll !== "boolean") throw typeError("waitForAll", "true or false", waitForAll);
  const into = given.into === undefined ? undefined : buffersOf(given.into);
  const most = limit === undefined ? undefined : integerIn(limit, 1, 0x7fffffff, "limit");
  return {
    each: readPlan(given, wait, CONTROL_SLOT),
    clips: given.dataLimit !== undefined,
    into,
    limit: Math.min(most ?? into?.length ?? LIMIT, into?.length ?? 0x7fffffff),
    waitsForAll: wait && waitForAll,
    own: definitionList(given.definitions),
    landing: LANDING,
  };
}

function buffersOf(into: unknown): readonly Uint8Array[] {
  const list = typeof into === "object" && into !== null && Symbol.iterator in into;
  if (!list || ArrayBuffer.isView(into)) {
    throw typeError("into", "an iterable of byte views, one for each message", into);
  }
  const buffers = Array.from(into as Iterable<unknown>, (one, i) => bytesOf(one, `into[${i}]`));
  if (buffers.length === 0) throw typeError("into", "at least one byte view", into);
  return buffers;
}

/** Receives until there are enough messages, or no more: 0, or the errno behind those that have come. */
function receiveAll(
  socket: Borrowed,
  fd: number,
  plan: BatchPlan,
  messages: ReceivedMessages,
): number {
  const batches = theBatches();
  const { timeoutMs = 0 } = plan.each;
  const end = timeoutMs === 0 ? 0 : performance.now() + timeoutMs;
  while (messages.length < plan.limit) {
    const received = receiveBatch(batches, fd, plan, messages.length, end);
    if (received.count < 0) return -received.count;
    const { count, full } = received;
    openEnvelopes(batches, count);
    const got = messages.length;
    const kept = full ? withoutEnds(batches, socket, plan, got, count) : count;
    const ended = kept < count;
    // Of a connection that has ended the first call says so, once.
    const taken = ended && got === 0 ? Math.max(kept, 1) : kept;
    const fresh = takeBatch(batches, socket, plan, got, taken);
    for (let i = 0; i < fresh.length; i++) messages.push(fresh[i] as ReceivedMessage);
    if (ended || !(full || plan.waitsForAll)) return 0;
  }
  return 0;
}
