// sendFds: descriptors and a few bytes, with every rule about both in one place.

import { Buffer } from "node:buffer";
import type { Address } from "../codec/address.js";
import { isArrayBuffer, optionsOf, typeError } from "../codec/arguments.js";
import type { DescriptorLike } from "../codec/definition.js";
import type { MessageInput } from "../codec/encode.js";
import { type DataInput, dataParts, totalLength } from "./data.js";
import { borrowSender, descriptorNumber, numberOf, type SenderLike } from "./descriptor.js";
import { Fd } from "./fd.js";
import { type Frame, theFrame } from "./frame.js";
import { kindOfSocket } from "./kind.js";
import { checkCarries, type Outgoing, sendPiece } from "./outgoing.js";
import { sendPlanned } from "./send.js";
import { type Refused, sendError } from "./send-error.js";
import { FD_LIMIT, planSend } from "./send-plan.js";

/** What goes with the descriptors. */
export interface SendFdsOptions {
  /** Bytes, or text as UTF-8. A stream needs at least one byte for every 253 descriptors. */
  readonly data?: DataInput | string;
  /** Further control messages, sent with the first descriptors. */
  readonly control?: Iterable<MessageInput>;
  /** Where to, on a socket that is not connected. */
  readonly to?: Address | null;
  /** MSG_* flags. */
  readonly flags?: number;
  /** Give up with ETIMEDOUT after so many milliseconds; 0 does not wait (EAGAIN). */
  readonly timeoutMs?: number;
}

/** What the kernel has taken. */
export interface Sent {
  /** Bytes of data. */
  readonly bytes: number;
  /** Number of descriptors. */
  readonly fds: number;
}

/**
 * Sends descriptors, and data with them, over an AF_UNIX socket. Sending borrows: the descriptors stay yours.
 *
 * More than 253 descriptors are split over several messages on a stream, the first ones with one byte each; message sockets
 * refuse them. Descriptors in `control` count as well, and go with the first message.
 *
 * @param socket A descriptor number, an `Fd`, or a `UnixSocket` or `net.Socket` that has nothing queued; borrowed.
 * @param fds Numbers, `Fd`s, `UnixSocket`s, `UnixServer`s, `FileHandle`s, sockets or servers of Node; borrowed. None sends plain data.
 * @returns What the kernel took of `data` and `fds`: less than given when a stream is full that is non-blocking or has a timeout.
 * @throws TypeError, RangeError before any system call. RangeError `ERR_CMSG_TOO_MANY_FDS`.
 * @throws Error `ERR_CMSG_WRITES_PENDING` where something is queued, `ERR_CMSG_FRAMED` on a framed socket.
 * @throws Error `ERR_CMSG_FDS_WITHOUT_DATA` on a stream without data: the kernel would report success and send nothing.
 * @throws Error `ERR_CMSG_NOT_UNIX` on other sockets: the kernel would drop the descriptors.
 * @throws SyscallError of sendmsg(2); with `sent` when an earlier part of the call had been taken.
 * @example
 * sendFds(pair[0], [file], { data: "report" }); // { bytes: 6, fds: 1 }
 * @see sendmsg(2), unix(7), SCM_RIGHTS.
 */
export function sendFds(
  socket: SenderLike,
  fds: Iterable<DescriptorLike>,
  options?: SendFdsOptions,
): Sent {
  return send(socket, fds, options, true) as Sent;
}

/**
 * `sendFds` that never waits: null when the kernel has no room now, instead of EAGAIN.
 *
 * @throws As `sendFds`, without EAGAIN and ETIMEDOUT.
 * @example
 * trySendFds(pair[0], [file], { data: "report" })
 * @see sendmsg(2), MSG_DONTWAIT.
 */
export function trySendFds(
  socket: SenderLike,
  fds: Iterable<DescriptorLike>,
  options?: SendFdsOptions,
): Sent | null {
  return send(socket, fds, options, false);
}

function send(
  socket: SenderLike,
  fds: Iterable<DescriptorLike>,
  options: SendFdsOptions | undefined,
  wait: boolean,
): Sent | null {
  const given = optionsOf(options, "options");
  const parts = textOrParts(given.data);
  const plan = planSend(given, wait);
  const numbers = fdNumbers(fds);
  // Behind all of the caller's code, which may close what it was given.
  const borrowed = borrowSender(socket);
  const fd = numberOf(borrowed);
  const total = totalLength(parts);
  const count = numbers.length;
  const all = count + plan.fds;
  if (all > 0) checkCarries(kindOfSocket(borrowed), all, total);
  const frame = theFrame();
  if (all > FD_LIMIT) {
    return sendSplit(frame, fd, { plan, numbers, parts, total, bytes: 0, fds: 0 }, wait);
  }
  const bytes = sendPlanned(frame, fd, plan, numbers, parts, total);
  return bytes >= 0 ? { bytes, fds: count } : refused(-bytes, { fd, plan, total, fds: all }, wait);
}

/** Null for a call that does not wait and would have to; all else is thrown. */
function refused(errno: number, message: Refused, wait: boolean): null {
  if (!wait && errno === theFrame().EAGAIN) return null;
  throw sendError(errno, message);
}

/** Bytes of data that may be text. */
export function textOrParts(data: DataInput | string | undefined): readonly Uint8Array[] {
  return dataParts(typeof data === "string" ? Buffer.from(data) : data, "data");
}

/** Numbers of the descriptors to send; borrowed. */
export function fdNumbers(fds: unknown): readonly number[] {
  const list: readonly unknown[] = Array.isArray(fds) ? fds : fdList(fds);
  const numbers = new Array<number>(list.length);
  for (let i = 0; i < list.length; i++) {
    const value = list[i];
    numbers[i] = value instanceof Fd ? value.number : descriptorNumber(value, `fds[${i}]`);
  }
  return numbers;
}

function fdList(fds: unknown): readonly unknown[] {
  const bytes = typeof fds === "string" || ArrayBuffer.isView(fds) || isArrayBuffer(fds);
  if (bytes || typeof fds !== "object" || fds === null || !(Symbol.iterator in fds)) {
    throw typeError("fds", "an iterable of descriptors", fds);
  }
  return [...(fds as Iterable<unknown>)];
}

/** The pieces of a message that is more than one; what the kernel has taken when a non-blocking stream is full. */
function sendSplit(frame: Frame, fd: number, message: Outgoing, wait: boolean): Sent | null {
  const { timeoutMs } = message.plan;
  const end = timeoutMs === undefined ? 0 : performance.now() + timeoutMs;
  while (message.bytes < message.total) {
    const result = sendPiece(frame, fd, message);
    if (result < 0) {
      const { plan, bytes, fds } = message;
      const full = result === -frame.EAGAIN || result === -frame.ETIMEDOUT;
      if (full && bytes > 0) return { bytes, fds };
      if (result === -frame.EAGAIN && !wait) return null;
      const left = message.numbers.length - fds + plan.fds;
      const error = sendError(-result, { fd, plan, total: message.total - bytes, fds: left });
      if (bytes > 0) error.sent = { bytes, fds };
      throw error;
    }
    if (timeoutMs === undefined) continue;
    // The time is for all of them.
    message.plan = { ...message.plan, timeoutMs: Math.max(0, end - performance.now()) };
  }
  return { bytes: message.bytes, fds: message.fds };
}
