// recvFds: data, and the descriptors that came with it as owned objects.

import { integerIn } from "../codec/arguments.js";
import { rights } from "../codec/catalogue/socket.js";
import { takeData } from "./arrived-data.js";
import { type Borrowed, borrow, numberOf, type SocketLike } from "./descriptor.js";
import { closeFds, type Fd } from "./fd.js";
import { closeNumbers } from "./file.js";
import { type Frame, theFrame } from "./frame.js";
import { importedConstant } from "./host.js";
import {
  recordAt,
  recordIs,
  recordPayload,
  recordWords,
  takeAddress,
  takeFlags,
} from "./opened.js";
import {
  openFrame,
  ownArrived,
  type PoolOption,
  planReceive,
  type ReceiveOptions,
  type ReceivePlan,
  receiveFrame,
  useOf,
} from "./receive.js";
import { receiveError } from "./receive-error.js";
import {
  checkTruncation,
  NO_CONTROL,
  Received,
  type TruncationOption,
  truncationThrows,
} from "./received.js";
import { openMessage } from "./recvmsg.js";

/** How to receive descriptors. */
export interface RecvFdsOptions extends ReceiveOptions, PoolOption {
  /** Descriptors to take at most, 253 unless given. More are closed and counted. */
  readonly fdLimit?: number;
  /** What to do when the kernel had to cut control data short: "throw" (unless given) a TruncationError, or "report" a flag. */
  readonly truncation?: TruncationOption;
}

const SOL_SOCKET = importedConstant("SOL_SOCKET");
const SCM_RIGHTS = importedConstant("SCM_RIGHTS");

const NO_FDS: readonly Fd[] = Object.freeze([]);

/** What one message of Linux can carry. */
const FD_LIMIT = 253;

/**
 * Receives data and the descriptors that came with it.
 *
 * On a stream the descriptors belong to the last piece of the data: a read may begin with earlier bytes, and never goes beyond
 * the end of a piece that carried descriptors.
 *
 * @param socket A descriptor number, an `Fd`, or a `UnixSocket` on which no call waits to receive; borrowed.
 * @returns Data and owned descriptors; at the end of a stream none of both.
 * @throws TypeError, RangeError; Error `ERR_CMSG_RECEIVES_PENDING`, `ERR_CMSG_FRAMED`, all before any system call.
 * @throws TruncationError when descriptors are missing; it carries what arrived.
 * @throws SyscallError EAGAIN, ETIMEDOUT, ECONNRESET, ENOTCONN, EBADF, ENOTSOCK.
 * @example
 * using got = recvFds(pair[1], { dataLimit: 1024, fdLimit: 4 });
 * console.log(got.data.toString(), got.fds.length);
 * @see recvmsg(2), unix(7), SCM_RIGHTS.
 */
export function recvFds(socket: SocketLike, options?: RecvFdsOptions): Received {
  return receive(socket, options, true) as Received;
}

/**
 * `recvFds` that never waits: null when nothing has arrived, instead of EAGAIN.
 *
 * @throws As `recvFds`, without EAGAIN and ETIMEDOUT.
 * @example
 * const got = tryRecvFds(pair[1]); // null
 * @see recvmsg(2), MSG_DONTWAIT.
 */
export function tryRecvFds(socket: SocketLike, options?: RecvFdsOptions): Received | null {
  return receive(socket, options, false);
}

function receive(
  socket: SocketLike,
  options: RecvFdsOptions | undefined,
  wait: boolean,
): Received | null {
  const plan = planReceive(options, wait);
  const limit = options === undefined ? FD_LIMIT : limitOf(options);
  const throws = options === undefined || truncationThrows(options.truncation, "throw");
  // Behind all of the caller's code, which may close what it was given.
  const borrowed = borrow(socket, useOf(plan));
  const fd = numberOf(borrowed);
  const frame = theFrame();
  const got = receivePlanned(frame, borrowed, fd, plan, limit);
  if (typeof got === "number") {
    if (!wait && got === -frame.EAGAIN) return null;
    throw receiveError(-got, fd, plan);
  }
  return checkTruncation(socket, got, throws);
}

/** One receive whose arguments were checked before: what arrived, or -errno. */
export function receivePlanned(
  frame: Frame,
  socket: Borrowed,
  fd: number,
  plan: ReceivePlan,
  fdLimit: number,
): Received | number {
  const result = receiveFrame(frame, fd, plan);
  if (result < 0) return result;
  const count = openFrame(frame);
  const arrived = countRights(frame, count);
  if (arrived < 0) return openMixed(frame, socket, plan, result, count, fdLimit);
  const fds = arrived === 0 ? NO_FDS : ownRights(frame, count, Math.min(arrived, fdLimit), plan);
  const surplus = arrived - fds.length;
  try {
    if (surplus > 0) closeNumbers(numbersFrom(frame, count, fds.length));
    const data = takeData(plan, socket, result);
    const address = takeAddress(frame, socket);
    return new Received(data, result, fds, NO_CONTROL, takeFlags(frame), address, surplus, fds);
  } catch (error) {
    closeFds(fds);
    throw error;
  }
}

/** The `fdLimit` option. */
export function limitOf({ fdLimit = FD_LIMIT }: RecvFdsOptions): number {
  return integerIn(fdLimit, 0, 0x7fffffff, "fdLimit");
}

/** Number of descriptors that arrived; -1 when other control messages came as well. */
function countRights(frame: Frame, count: number): number {
  let arrived = 0;
  for (let i = 0; i < count; i++) {
    const record = recordAt(frame, i);
    if (!recordIs(frame, record, SOL_SOCKET, SCM_RIGHTS)) return -1;
    arrived += recordWords(frame, record);
  }
  return arrived;
}

/** Owns the first `kept` descriptors of a message that brought nothing else. */
function ownRights(frame: Frame, count: number, kept: number, plan: ReceivePlan): readonly Fd[] {
  const { words } = frame;
  const fds = new Array<Fd>(kept);
  let n = 0;
  for (let i = 0; i < count; i++) {
    const record = recordAt(frame, i);
    const first = recordPayload(frame, record);
    const end = Math.min(first + recordWords(frame, record), first + kept - n);
    for (let word = first; word < end; word++) {
      fds[n++] = ownArrived(words[word] as number, plan);
    }
  }
  return fds;
}

/** Numbers of the descriptors behind the first `kept`. */
function numbersFrom(frame: Frame, count: number, kept: number): number[] {
  const numbers: number[] = [];
  for (let i = 0; i < count; i++) {
    const record = recordAt(frame, i);
    const word = recordPayload(frame, record);
    for (let j = 0; j < recordWords(frame, record); j++) {
      numbers.push(frame.words[word + j] as number);
    }
  }
  return numbers.slice(kept);
}

/** A message with other control messages too: decoded as recvmsg does. */
function openMixed(
  frame: Frame,
  socket: Borrowed,
  plan: ReceivePlan,
  bytes: number,
  count: number,
  fdLimit: number,
): Received {
  const message = openMessage(frame, socket, plan, bytes, count, []);
  const all = message.control.flatMap((m) => (m.is(rights) ? m.value : []));
  const surplus = all.slice(fdLimit);
  closeFds(surplus);
  const fds = all.slice(0, fdLimit);
  const control = message.control.filter((m) => !m.is(rights));
  const { flags, address } = message;
  const owned = message.fds;
  return new Received(message.landed(), bytes, fds, control, flags, address, surplus.length, owned);
}
