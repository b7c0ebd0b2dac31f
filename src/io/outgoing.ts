// A message with descriptors on its way out: what of it the kernel has, and the next piece. Nothing is sent twice, whatever
// interrupts.

import { partsBetween, totalLength } from "./data.js";
import { ownError } from "./errors.js";
import type { Frame } from "./frame.js";
import { importedConstant } from "./host.js";
import { isUnix, isUnixStream } from "./kind.js";
import type { SocketKind } from "./query.js";
import { sendPlanned } from "./send.js";
import { FD_LIMIT, type SendPlan, tooManyFds, withoutData } from "./send-plan.js";

/** A message on its way. */
export interface Outgoing {
  /** What goes with the next piece. */
  plan: SendPlan;
  /** Descriptors beside those in control messages. */
  readonly numbers: readonly number[];
  parts: readonly Uint8Array[];
  readonly total: number;
  /** Bytes that the kernel has. */
  bytes: number;
  /** Descriptors of `numbers` that the kernel has. */
  fds: number;
}

const AF_UNIX = importedConstant("AF_UNIX");
const SOCK_STREAM = importedConstant("SOCK_STREAM");

/** Refuses what the kernel would accept and drop, and more descriptors than the messages can carry. */
export function checkCarries(kind: SocketKind | undefined, count: number, total: number): void {
  // The usual message, or no socket at all: sendmsg itself will say so.
  if (kind === undefined || count === 0) return;
  if (kind.family === AF_UNIX && total > 0 && count <= FD_LIMIT) return;
  refuseUncarried(kind, count, total);
}

function refuseUncarried(kind: SocketKind, count: number, total: number): void {
  if (!isUnix(kind)) throw notUnix();
  const stream = isUnixStream(kind);
  if (stream && total === 0) throw withoutData();
  const messages = stream ? total : 1;
  if (count <= FD_LIMIT * messages) return;
  if (!stream) throw tooManyFds(count, "only a stream can have them in several");
  const least = Math.ceil(count / FD_LIMIT);
  throw tooManyFds(count, `these take ${least} with a byte of data each, and data has ${total}`);
}

/** The same for a stream that is still to be connected. */
export function checkStreamCarries(count: number, total: number): void {
  checkCarries({ family: AF_UNIX, type: SOCK_STREAM }, count, total);
}

function notUnix(): Error {
  const message =
    "descriptors travel over AF_UNIX sockets only: the kernel would send the data and drop them";
  return ownError("ERR_CMSG_NOT_UNIX", message);
}

/**
 * Sends the next piece: a load of descriptors with a byte, or all other data with the last load. Answers bytes, or -errno.
 */
export function sendPiece(frame: Frame, fd: number, message: Outgoing): number {
  const { plan, numbers, fds, parts, bytes, total } = message;
  const most = FD_LIMIT - plan.fds;
  const load = fds === 0 && numbers.length <= most ? numbers : numbers.slice(fds, fds + most);
  const last = fds + load.length === numbers.length;
  const piece = partsBetween(parts, bytes, last ? total : bytes + 1);
  const sent = sendPlanned(frame, fd, plan, load, piece, totalLength(piece));
  if (sent < 0) return sent;
  message.bytes += sent;
  message.fds += load.length;
  // Further control messages, and the descriptors in them, went with the first piece.
  if (plan.control.length > 0) message.plan = { ...plan, control: [], fds: 0 };
  return sent;
}
