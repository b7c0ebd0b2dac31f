// connect, with a limit on the time it may take.

import type { Buffer } from "node:buffer";
import { errnoName } from "../../shim/index.js";
import type { Address } from "../codec/address.js";
import { optionsOf } from "../codec/arguments.js";
import { type PackedAddress, putAddress, readAddress } from "./address.js";
import { addressError } from "./address-error.js";
import { type SocketLike, socketNumber } from "./descriptor.js";
import { SyscallError } from "./errors.js";
import { O_NONBLOCK, setNonBlocking, statusFlags } from "./file.js";
import { type Frame, theFrame } from "./frame.js";
import { constant } from "./host.js";
import { optionBytes, readIntOption, readOption, socketFamily, socketType } from "./query.js";
import { setsockopt } from "./sockopt.js";
import { checkTimeout, POLLOUT, waitFor } from "./wait.js";

/** How to connect. */
export interface ConnectOptions {
  /** Give up with ETIMEDOUT after so many milliseconds; 0 does not wait (EAGAIN, EINPROGRESS). */
  readonly timeoutMs?: number;
}

const HINTS: Readonly<Record<string, string>> = {
  ECONNREFUSED: "nothing listens there: the file may be left over from a server that is gone",
  EPROTOTYPE: "the socket there is of another type: stream, dgram and seqpacket do not mix",
};

/**
 * Connects a socket to an address. On a datagram socket it only sets where messages go.
 *
 * @param socket A socket; borrowed.
 * @throws RangeError `ERR_CMSG_PATH_TOO_LONG`; TypeError, before any system call.
 * @throws SyscallError ENOENT, ECONNREFUSED, EACCES, EPROTOTYPE, EISCONN, EAGAIN, ETIMEDOUT, with `path`.
 * @example
 * connect(client, { path: "/run/app.sock" });
 * @see connect(2), unix(7).
 */
export function connect(socket: SocketLike, address: Address, options?: ConnectOptions): void {
  const fd = socketNumber(socket);
  const timeoutMs = checkTimeout(optionsOf(options, "options").timeoutMs);
  const target = readAddress(address);
  const result = connectFor(theFrame(), fd, target, timeoutMs);
  if (result >= 0) return;
  const { bytes, path } = target;
  const hint = path === undefined ? undefined : HINTS[errnoName(-result)];
  throw addressError({ errno: -result, syscall: "connect", fd, bytes, hint });
}

function connectFor(
  frame: Frame,
  fd: number,
  target: PackedAddress,
  timeoutMs: number | undefined,
): number {
  if (timeoutMs === 0) return inMode(fd, true, () => connectOnce(frame, fd, target));
  const isUnix = socketFamily(fd) === constant("AF_UNIX");
  if (timeoutMs === undefined) return connectAsLong(frame, fd, target, isUnix);
  const deadline = performance.now() + timeoutMs;
  if (isUnix) return connectUnixWithin(frame, fd, target, deadline);
  const result = inMode(fd, true, () => connectOnce(frame, fd, target));
  return goesOn(result) ? finishConnecting(frame, fd, deadline) : result;
}

function connectOnce(frame: Frame, fd: number, target: PackedAddress): number {
  const length = putAddress(frame, target);
  return frame.system.connect(fd, frame.base + frame.name, length);
}

/** Whether a connection is being made in the background. To connect again would not help it. */
function goesOn(result: number): boolean {
  return result < 0 && ["EINPROGRESS", "EALREADY", "EINTR"].includes(errnoName(-result));
}

/** connect as the mode of the socket says. */
function connectAsLong(frame: Frame, fd: number, target: PackedAddress, isUnix: boolean): number {
  for (;;) {
    const result = connectOnce(frame, fd, target);
    if (result !== -frame.EINTR) return result;
    // An interrupted connect of AF_UNIX has not begun; one of TCP goes on in the background.
    if (!isUnix) return finishConnecting(frame, fd, Number.POSITIVE_INFINITY);
  }
}

/** Waits until the connection is made or refused. */
function finishConnecting(frame: Frame, fd: number, deadline: number): number {
  for (;;) {
    const left = Math.max(0, deadline - performance.now());
    const ready = waitFor(frame, fd, POLLOUT, Math.min(left, 0x7fffffff));
    if (ready < 0) return ready;
    if (ready > 0) break;
    if (left === 0) return -frame.ETIMEDOUT;
  }
  const error = readIntOption(fd, constant("SOL_SOCKET"), constant("SO_ERROR"));
  return error > 0 ? -error : error;
}

/**
 * AF_UNIX waits for room in the server's queue, and poll does not know of that room: only connect itself can wait, as long as
 * SO_SNDTIMEO lets it. An interrupted one begins again with what is left of the time.
 */
function connectUnixWithin(
  frame: Frame,
  fd: number,
  target: PackedAddress,
  deadline: number,
): number {
  const before = sendTimeout(fd);
  try {
    return inMode(fd, false, () => {
      for (;;) {
        setSendTimeout(fd, Math.max(deadline - performance.now(), 0.001));
        const result = connectOnce(frame, fd, target);
        if (result !== -frame.EINTR && result !== -frame.EAGAIN) return result;
        if (performance.now() >= deadline) return -frame.ETIMEDOUT;
      }
    });
  } finally {
    setsockopt(fd, constant("SOL_SOCKET"), constant("SO_SNDTIMEO"), before);
  }
}

function sendTimeout(fd: number): Buffer {
  const length = readOption(fd, constant("SOL_SOCKET"), constant("SO_SNDTIMEO"), 16);
  if (length < 0) throw new SyscallError(-length, "getsockopt", { fd });
  return optionBytes(length);
}

function setSendTimeout(fd: number, milliseconds: number): void {
  const microseconds = Math.ceil(milliseconds * 1000);
  setsockopt(fd, constant("SOL_SOCKET"), constant("SO_SNDTIMEO"), {
    seconds: Math.floor(microseconds / 1e6),
    microseconds: microseconds % 1e6,
  });
}

/** Does something while the socket is in a mode. What is no socket at all is left to the call itself. */
function inMode(fd: number, nonBlocking: boolean, work: () => number): number {
  const isSocket = socketType(fd) >= 0;
  if (!isSocket || ((statusFlags(fd) & O_NONBLOCK) !== 0) === nonBlocking) return work();
  setNonBlocking(fd, nonBlocking);
  try {
    return work();
  } finally {
    setNonBlocking(fd, !nonBlocking);
  }
}
