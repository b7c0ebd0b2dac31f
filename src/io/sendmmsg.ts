// sendmmsg: many messages, each with its own data, control messages and address, in as few system calls as they fit into.

import { OPENED_LENGTH } from "../../assembly/shared/message.js";
import type { Address } from "../codec/address.js";
import { optionsOf, typeError } from "../codec/arguments.js";
import type { MessageInput } from "../codec/encode.js";
import { type BatchFrame, theBatches } from "./batch.js";
import { type BatchedMessage, layOutBatch } from "./batch-send.js";
import { type DataInput, dataParts, partsBetween, release, totalLength } from "./data.js";
import { type Borrowed, borrowSender, numberOf, type SenderLike } from "./descriptor.js";
import type { SyscallError } from "./errors.js";
import { IS_LINUX, importedConstant } from "./host.js";
import { isUnixStream, kindOfSocket } from "./kind.js";
import { plainRights } from "./plain-rights.js";
import { sendError } from "./send-error.js";
import { planSend, type SendPlan, withoutData } from "./send-plan.js";
import { callWithin, POLLOUT } from "./wait.js";

/** One of many messages to send. */
export interface MessageToSend {
  /** Bytes: one view or an iterable of them, gathered into one message. */
  readonly data?: DataInput;
  /** Control messages: calls of definitions, or `{ level, type, payload }`. */
  readonly control?: Iterable<MessageInput>;
  /** Where to, on a socket that is not connected. */
  readonly to?: Address | null;
}

/** How to send many messages. */
export interface SendmmsgOptions {
  /** MSG_* flags, for all of the messages. MSG_NOSIGNAL is always set: a closed peer is EPIPE, never a signal. */
  readonly flags?: number;
  /** Stop after so many milliseconds, as with ETIMEDOUT; 0 does not wait (EAGAIN). */
  readonly timeoutMs?: number;
}

/** What the kernel has taken of many messages. */
export interface SentMessages {
  /** Messages that the kernel has, from the first on. On a stream the last of them may have been taken in part. */
  readonly count: number;
  /** Bytes of data that it took of each of them. */
  readonly bytes: readonly number[];
  /** Why it took no more: the refusal of what comes next; undefined when it took everything. */
  readonly error: SyscallError | undefined;
}

const DONTWAIT = importedConstant("MSG_DONTWAIT");
const SOCK_STREAM = importedConstant("SOCK_STREAM");

/**
 * Sends many messages in as few system calls as they fit into, up to 256 in each. Sending borrows descriptors.
 *
 * The kernel may stop before the end: `count` says how many messages it has, and `error` why. Nothing is sent twice, and nothing
 * behind the message that was refused. On a stream whose buffer is full the last one may have been taken in part: `bytes` tells.
 *
 * @param socket A descriptor number, an `Fd`, or a `UnixSocket`, `UdpSocket` or `net.Socket` that has nothing queued; borrowed.
 * @param messages Each with `data`, `control` and `to`, as of `sendmsg`.
 * @returns How many messages the kernel took, the bytes of each, and the error that stopped it.
 * @throws TypeError, RangeError, EncodeError before any system call, with the place: `messages[3].control[0].value`. RangeError
 * `ERR_CMSG_TOO_MANY_FDS`.
 * @throws Error `ERR_CMSG_WRITES_PENDING` where something is queued, `ERR_CMSG_FRAMED` on a framed socket.
 * @throws Error `ERR_CMSG_FDS_WITHOUT_DATA` for a message on a stream with descriptors and no data.
 * @throws Error `ERR_CMSG_NOT_SUPPORTED` on systems without sendmmsg (Darwin).
 * @throws SyscallError as of `sendmsg`, when the first message was refused: nothing was sent.
 * @example
 * const { count, error } = sendmmsg(pair[0], [{ data: head }, { data: body, control: [rights([file])] }]);
 * console.log(count, error); // 2 undefined
 * @see sendmmsg(2), unix(7), cmsg(3).
 */
export function sendmmsg(
  socket: SenderLike,
  messages: Iterable<MessageToSend>,
  options?: SendmmsgOptions,
): SentMessages {
  return send(socket, messages, options, true) as SentMessages;
}

/**
 * `sendmmsg` that never waits: null when the kernel has no room now for the first message, instead of EAGAIN.
 *
 * @throws As `sendmmsg`, without EAGAIN and ETIMEDOUT.
 * @example
 * if (trySendmmsg(pair[0], [{ data }, { data }]) === null) console.log("the other end is slow");
 * @see sendmmsg(2), MSG_DONTWAIT.
 */
export function trySendmmsg(
  socket: SenderLike,
  messages: Iterable<MessageToSend>,
  options?: SendmmsgOptions,
): SentMessages | null {
  return send(socket, messages, options, false);
}

function send(
  socket: SenderLike,
  messages: Iterable<MessageToSend>,
  options: SendmmsgOptions | undefined,
  wait: boolean,
): SentMessages | null {
  const { flags, timeoutMs } = optionsOf(options, "options");
  const common = planSend({ flags, timeoutMs } as SendmmsgOptions, wait);
  const batch = planMessages(messages);
  // Behind all of the caller's code, which may close what it was given.
  const borrowed = borrowSender(socket);
  const fd = numberOf(borrowed);
  checkData(borrowed, batch);
  const bytes: number[] = [];
  const errno = sendAll({ batches: theBatches(), socket: borrowed, fd, common, batch, bytes });
  const count = bytes.length;
  if (errno === 0) return { count, bytes, error: undefined };
  const refused = refusedOf(batch, bytes);
  if (count === 0 && !wait && errno === theBatches().frame.EAGAIN) return null;
  const { plan, total } = refused;
  const place = { fd, plan: { ...plan, flags: common.flags }, total, fds: fdsOf(refused) };
  const error = sendError(errno, place, "sendmmsg");
  if (count === 0) throw error;
  return { count, bytes, error };
}

/** The message that comes next: the rest of one that was taken in part, or the one behind those that were taken. */
function refusedOf(batch: readonly BatchedMessage[], bytes: readonly number[]): BatchedMessage {
  const last = batch[bytes.length - 1];
  return (last?.rest === true ? last : batch[bytes.length]) as BatchedMessage;
}

/** Reads and checks the messages. All of the caller's code runs in here. */
function planMessages(messages: unknown): BatchedMessage[] {
  const object = typeof messages === "object" && messages !== null;
  if (!object || ArrayBuffer.isView(messages) || !(Symbol.iterator in messages)) {
    throw typeError("messages", "an iterable of messages", messages);
  }
  const planned: BatchedMessage[] = [];
  for (const message of messages as Iterable<MessageToSend>) {
    planned.push(planMessage(message, planned.length));
  }
  return planned;
}

function planMessage(message: MessageToSend, i: number): BatchedMessage {
  const path = `messages[${i}]`;
  if (message === undefined) throw typeError(path, "{ data, control, to }", message);
  const { data, control, to } = optionsOf(message, path);
  if ("flags" in message || "timeoutMs" in message)
    throw notOfOne(message as SendmmsgOptions, path);
  const parts = dataParts(data, `${path}.data`);
  const numbers = plainRights(control);
  const rest = numbers === undefined ? control : undefined;
  const plan = planSend({ control: rest, to } as MessageToSend, true, `${path}.`);
  return { plan, numbers, parts, total: totalLength(parts), rest: false };
}

/** Descriptors of a message. */
function fdsOf({ plan, numbers }: BatchedMessage): number {
  return numbers?.length ?? plan.fds;
}

/** An option of the whole call that a message has: it would be left out of account. */
function notOfOne(message: SendmmsgOptions, path: string): Error {
  const name = "flags" in message ? "flags" : "timeoutMs";
  return typeError(`${path}.${name}`, "left out: it is an option of the whole call", message[name]);
}

function checkData(socket: Borrowed, batch: readonly BatchedMessage[]): void {
  const without = batch.findIndex((message) => message.total === 0 && fdsOf(message) > 0);
  if (without >= 0 && isUnixStream(kindOfSocket(socket))) {
    throw withoutData(`messages[${without}]`);
  }
}

/** A batch on its way. */
interface Flight {
  readonly batches: BatchFrame;
  readonly socket: Borrowed;
  readonly fd: number;
  /** What all messages have in common: flags, and the time for all of them. */
  readonly common: SendPlan;
  readonly batch: readonly BatchedMessage[];
  /** Bytes that the kernel has of each message, so far as it has any. */
  readonly bytes: number[];
}

/** Sends until everything is sent: 0, or the errno of what comes next. */
function sendAll(flight: Flight): number {
  const { batches, batch, common } = flight;
  const { timeoutMs = 0 } = common;
  const end = timeoutMs === 0 ? 0 : performance.now() + timeoutMs;
  let count = layOutFirst(batches, batch);
  try {
    for (let next = 0; next < batch.length; ) {
      if (next > 0) count = layOutBatch(batches, batch, next);
      const result = sendLaidOut(flight, next, count, end);
      if (result < 0) return -result;
      next += result;
    }
  } finally {
    release();
  }
  return 0;
}

/** Lays out the first messages; those behind them too, once, so that bad values are refused before anything is sent. */
function layOutFirst(batches: BatchFrame, batch: readonly BatchedMessage[]): number {
  const count = layOutBatch(batches, batch, 0);
  if (count === batch.length) return count;
  for (let next = count; next < batch.length; ) next += layOutBatch(batches, batch, next);
  return layOutBatch(batches, batch, 0);
}

/** Sends the messages that are laid out: how many of them the kernel has now as a whole, or -errno. */
function sendLaidOut(flight: Flight, from: number, count: number, end: number): number {
  const { batches, batch, bytes } = flight;
  const { outgoing } = batches;
  const most = goesOnBehindParts(flight) ? 1 : count;
  let done = 0;
  while (done < count) {
    const sent = sendSome(flight, done, Math.min(count - done, most), end);
    if (sent < 0) return sent;
    outgoing.call("sent", done + sent);
    for (const last = done + sent; done < last; done++) {
      const message = batch[from + done] as BatchedMessage;
      const length = outgoing.envelope(done).get(OPENED_LENGTH);
      bytes[from + done] = (bytes[from + done] ?? 0) + length;
      message.rest = length < message.total && isStream(flight.socket);
      if (message.rest) shorten(message, length);
      // What is left of it goes before all others.
      if (message.rest) return done;
    }
  }
  return count;
}

/** The message without what the kernel has of it: some of its data, and its control messages. */
function shorten(message: BatchedMessage, length: number): void {
  const { parts, total, plan } = message;
  message.parts = partsBetween(parts, length, total);
  message.total = total - length;
  message.plan = { ...plan, control: [], fds: 0 };
  message.numbers = undefined;
}

function isStream(socket: Borrowed): boolean {
  return kindOfSocket(socket)?.type === SOCK_STREAM;
}

/**
 * Whether the C library makes a loop of it that does not stop at a message of which only a part was taken: the next one would cut
 * into it.
 */
function goesOnBehindParts({ batches, socket }: Flight): boolean {
  const { name } = batches.frame.abi;
  return !(IS_LINUX && !name.includes("musl")) && isStream(socket);
}

/** One call, waiting as long as there is time: how many messages the kernel has taken of it, or -errno. */
function sendSome(flight: Flight, first: number, count: number, end: number): number {
  const { batches, fd, common } = flight;
  const { frame, outgoing } = batches;
  const { system, EINTR, EAGAIN, ETIMEDOUT } = frame;
  const { flags, timeoutMs } = common;
  const address = outgoing.address(first);
  let result: number;
  if (timeoutMs === undefined) {
    do result = system.sendmmsg(fd, address, count, flags);
    while (result === -EINTR);
    return result;
  }
  const once = flags | DONTWAIT;
  const left = timeoutMs === 0 ? 0 : Math.max(0, end - performance.now());
  result = callWithin(frame, fd, POLLOUT, left, () => system.sendmmsg(fd, address, count, once));
  return result === -EAGAIN && timeoutMs > 0 ? -ETIMEDOUT : result;
}
