// sendmsg: a message of data and control messages, to the kernel in one system call.

import {
  REQUEST_MESSAGE_COUNT,
  REQUEST_NAME,
  REQUEST_NAME_LENGTH,
  REQUEST_PART_COUNT,
} from "../../assembly/shared/message.js";
import { NO_SPACE } from "../../assembly/shared/status.js";
import { optionsOf } from "../codec/arguments.js";
import { ARENA_PAYLOAD } from "../codec/core.js";
import { type PreparedMessage, stagePayload } from "../codec/encode.js";
import { EncodeError } from "../codec/errors.js";
import { copyParts, dataParts, pointAt, release, sendableParts, totalLength } from "./data.js";
import { borrowSender, numberOf, type SenderLike } from "./descriptor.js";
import { CONTROL_CAPACITY, COPY_LIMIT, type Frame, theFrame } from "./frame.js";
import { importedConstant } from "./host.js";
import { isUnixStream, kindOfSocket } from "./kind.js";
import { sendError } from "./send-error.js";
import { planSend, type SendOptions, type SendPlan, withoutData } from "./send-plan.js";
import { callWithin, POLLOUT } from "./wait.js";

const DONTWAIT = importedConstant("MSG_DONTWAIT");
const SOL_SOCKET = importedConstant("SOL_SOCKET");
const SCM_RIGHTS = importedConstant("SCM_RIGHTS");

const NO_NUMBERS: readonly number[] = [];

/**
 * Sends one message: data gathered from one or more buffers, and control messages. Sending borrows descriptors.
 *
 * @param socket A descriptor number, an `Fd`, or a `UnixSocket` or `net.Socket` that has nothing queued; borrowed.
 * @returns Bytes of data that the kernel took; on a stream fewer than given when it is non-blocking and its buffer is full.
 * @throws TypeError, RangeError, EncodeError before any system call. RangeError `ERR_CMSG_TOO_MANY_FDS`.
 * @throws Error `ERR_CMSG_WRITES_PENDING` where something is queued, `ERR_CMSG_FRAMED` on a framed socket.
 * @throws Error `ERR_CMSG_FDS_WITHOUT_DATA` on a stream without data: the kernel would report success and send nothing.
 * @throws SyscallError EAGAIN, ETIMEDOUT, EPIPE, EMSGSIZE, ECONNREFUSED, EBADF, EINVAL, EPERM, ENOBUFS, ETOOMANYREFS.
 * @example
 * sendmsg(pair[0], { data: [head, body], control: [rights([file]), credentials({ pid, uid, gid })] });
 * @see sendmsg(2), unix(7), cmsg(3).
 */
export function sendmsg(socket: SenderLike, options?: SendOptions): number {
  return send(socket, options, true) as number;
}

/**
 * `sendmsg` that never waits: null when the kernel has no room now, instead of EAGAIN.
 *
 * @throws As `sendmsg`, without EAGAIN and ETIMEDOUT.
 * @example
 * if (trySendmsg(pair[0], { data }) === null) console.log("the other end is slow");
 * @see sendmsg(2), MSG_DONTWAIT.
 */
export function trySendmsg(socket: SenderLike, options?: SendOptions): number | null {
  return send(socket, options, false);
}

function send(socket: SenderLike, options: SendOptions | undefined, wait: boolean): number | null {
  const given = optionsOf(options, "options");
  const parts = dataParts(given.data, "data");
  const plan = planSend(given, wait);
  // Behind all of the caller's code, which may close what it was given.
  const borrowed = borrowSender(socket);
  const fd = numberOf(borrowed);
  const total = totalLength(parts);
  if (plan.fds > 0 && total === 0 && isUnixStream(kindOfSocket(borrowed))) throw withoutData();
  const frame = theFrame();
  const result = sendPlanned(frame, fd, plan, NO_NUMBERS, parts, total);
  if (result >= 0) return result;
  if (!wait && result === -frame.EAGAIN) return null;
  throw sendError(-result, { fd, plan, total, fds: plan.fds });
}

/** Sends one message: descriptors as one SCM_RIGHTS, the plan's control messages, data. Answers bytes, or -errno. */
export function sendPlanned(
  frame: Frame,
  fd: number,
  plan: SendPlan,
  numbers: readonly number[],
  parts: readonly Uint8Array[],
  total: number,
): number {
  const { words, rights, system, outgoing, EINTR } = frame;
  const count = numbers.length;
  // Descriptors and small data are written where the message has them.
  for (let i = 0; i < count; i++) words[rights + i] = numbers[i] as number;
  if (total <= COPY_LIMIT) copyParts(frame, parts, frame.data);
  if (plan !== laidOut.plan || count !== laidOut.count || total !== laidOut.total) {
    layOut(frame, plan, count, parts, total);
  }
  const { address } = outgoing;
  const { flags, timeoutMs } = plan;
  let result: number;
  if (timeoutMs === undefined) {
    do result = system.sendmsg(fd, address, flags);
    while (result === -EINTR);
  } else result = sendWithin(frame, fd, address, flags, timeoutMs);
  if (total > COPY_LIMIT) release();
  return result;
}

/** What the outgoing envelope was laid out for, where another message of that kind needs nothing but its bytes written. */
const laidOut: { plan: SendPlan | undefined; count: number; total: number } = {
  plan: undefined,
  count: 0,
  total: 0,
};

/** Lays the request out. A value that does not fit is refused here. */
function layOut(
  frame: Frame,
  plan: SendPlan,
  count: number,
  parts: readonly Uint8Array[],
  total: number,
): void {
  const { exports, row, outgoing } = frame;
  const { control, to } = plan;
  laidOut.plan = undefined;
  setRights(frame, count);
  outgoing.set(REQUEST_NAME, 0);
  if (to !== undefined) setDestination(frame, to);
  if (total > COPY_LIMIT) pointAt(outgoing, sendableParts(parts));
  else {
    outgoing.setPart(0, frame.dataLow, frame.dataHigh, total);
    outgoing.set(REQUEST_PART_COUNT, total === 0 ? 0 : 1);
  }
  let msghdr = exports.message_compose(row, outgoing.request);
  try {
    if (control.length > 0) msghdr = appendControl(frame, control);
  } catch (error) {
    release();
    throw error;
  }
  if (msghdr < 0) throw new Error(`core status ${msghdr} from message_compose`);
  // Addresses share their memory with received ones, control messages with descriptors.
  if (total > COPY_LIMIT || to !== undefined || control.length > 0) return;
  Object.assign(laidOut, { plan, count, total });
}

/** Puts the SCM_RIGHTS of `count` descriptors into the request: their numbers lie in their place already. */
function setRights({ words, rights, messages, outgoing }: Frame, count: number): void {
  const entry = messages >> 2;
  words[entry] = SOL_SOCKET;
  words[entry + 1] = SCM_RIGHTS;
  words[entry + 2] = rights << 2;
  words[entry + 3] = count * 4;
  outgoing.set(REQUEST_MESSAGE_COUNT, count === 0 ? 0 : 1);
}

function sendWithin(
  frame: Frame,
  fd: number,
  address: number,
  flags: number,
  timeoutMs: number,
): number {
  const { system } = frame;
  const once = flags | DONTWAIT;
  return callWithin(frame, fd, POLLOUT, timeoutMs, () => system.sendmsg(fd, address, once));
}

/** Puts the address of the destination into the request. */
function setDestination(frame: Frame, to: Uint8Array): void {
  frame.bytes.set(to, frame.name);
  frame.outgoing.set(REQUEST_NAME, frame.name);
  frame.outgoing.set(REQUEST_NAME_LENGTH, to.length);
}

/** Appends control messages to those that the request has; answers the offset of msghdr. */
function appendControl(frame: Frame, messages: readonly PreparedMessage[]): number {
  const { core, abi, row, exports } = frame;
  const { request } = frame.outgoing;
  for (const message of messages) {
    const length = stagePayload(core, abi, message);
    const { level, type } = message;
    const payload = core.arena + ARENA_PAYLOAD;
    const used = exports.message_append(row, request, level, type, payload, length);
    if (used === NO_SPACE) throw noControlSpace(message);
  }
  return exports.message_seal(row, request);
}

/** The error of a control message for which the others leave no room. */
export function noControlSpace({ level, type, path }: PreparedMessage): EncodeError {
  const text = `${path}: does not fit in the ${CONTROL_CAPACITY} bytes of control data that one message may have`;
  return new EncodeError("ERR_CMSG_NO_SPACE", text, { path, level, type });
}
