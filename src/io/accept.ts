// accept, with a limit on the time that it may take.

import { optionsOf } from "../codec/arguments.js";
import { borrow, numberOf, type SocketLike } from "./descriptor.js";
import { SyscallError } from "./errors.js";
import type { Fd } from "./fd.js";
import { O_NONBLOCK, setNonBlocking, statusFlags } from "./file.js";
import { type Frame, theFrame } from "./frame.js";
import { constant } from "./host.js";
import { kindOf } from "./kind.js";
import { optionBytes, readIntOption, readOption } from "./query.js";
import { ownAccepted, planSocket, type SocketOptions } from "./socket.js";
import { takeTurn } from "./turn.js";
import { callWithin, checkTimeout, POLLIN, waitFor } from "./wait.js";

/** How to accept. */
export interface AcceptOptions {
  /**
   * Give up with ETIMEDOUT after so many milliseconds; 0 does not wait (EAGAIN). While such a call takes a connection, for
   * microseconds, the listening socket is non-blocking for every process that holds it.
   */
  readonly timeoutMs?: number;
  /** Whether calls on the connection answer EAGAIN instead of waiting; false unless given. */
  readonly nonBlocking?: boolean;
  /** True unless given. */
  readonly closeOnExec?: boolean;
}

/**
 * Accepts a connection. The other end's address is what `getpeername` answers.
 *
 * @param socket A listening socket, or a `UnixServer` on which no call waits to accept; borrowed.
 * @returns The connection, owned by the caller; blocking and close-on-exec unless asked otherwise.
 * @throws TypeError, RangeError; Error `ERR_CMSG_RECEIVES_PENDING`, all before any system call.
 * @throws SyscallError EAGAIN, ETIMEDOUT, EINVAL when it does not listen, EOPNOTSUPP, EMFILE, EBADF, ENOTSOCK.
 * @example
 * using connection = accept(server, { timeoutMs: 1000 });
 * @see accept(2).
 */
export function accept(socket: SocketLike, options?: AcceptOptions): Fd {
  const borrowed = borrow(socket, "receive");
  const fd = numberOf(borrowed);
  const { timeoutMs, nonBlocking, closeOnExec } = optionsOf(options, "options");
  const limit = checkTimeout(timeoutMs);
  const plan = planSocket({ nonBlocking, closeOnExec } as SocketOptions);
  const frame = theFrame();
  const once = (): number => frame.system.accept(fd, 0, 0, plan.typeFlags);
  const number =
    limit === undefined
      ? acceptNumber(frame, fd, once)
      : callWithin(frame, fd, POLLIN, limit, () => acceptNow(frame, fd, once));
  if (number < 0) throw acceptError(-number, fd);
  const connection = ownAccepted(number, plan);
  connection.kind = typeof borrowed === "number" ? undefined : kindOf(borrowed);
  return connection;
}

/** accept as the mode of the socket says. */
function acceptNumber(frame: Frame, fd: number, once: () => number): number {
  for (;;) {
    const number = once();
    if (number === -frame.EINTR) continue;
    if (number !== -frame.EAGAIN || refusesToWait(fd)) return number;
  }
}

function acceptError(errno: number, fd: number): SyscallError {
  const listens = readIntOption(fd, constant("SOL_SOCKET"), constant("SO_ACCEPTCONN"));
  const hint = listens === 0 ? "this socket does not listen" : undefined;
  return new SyscallError(errno, "accept", { fd, hint });
}

/** Whether EAGAIN is the socket's own answer, and not that of a moment in which `acceptNow` had changed its mode. */
function refusesToWait(fd: number): boolean {
  const nonBlocking = inTurn(() => isNonBlocking(fd));
  return nonBlocking || hasReceiveTimeout(fd);
}

function isNonBlocking(fd: number): boolean {
  return (statusFlags(fd) & O_NONBLOCK) !== 0;
}

function hasReceiveTimeout(fd: number): boolean {
  const length = readOption(fd, constant("SOL_SOCKET"), constant("SO_RCVTIMEO"), 16);
  return length > 0 && optionBytes(length).some((byte) => byte !== 0);
}

/**
 * accept that never waits. It has no flag for that, and a connection that poll has announced may be taken by somebody else
 * before the call: the socket itself has to be non-blocking for as long as the call takes.
 */
function acceptNow(frame: Frame, fd: number, once: () => number): number {
  const listens = readIntOption(fd, constant("SOL_SOCKET"), constant("SO_ACCEPTCONN")) > 0;
  // Refused at once, whatever the mode.
  if (!listens) return once();
  const waiting = waitFor(frame, fd, POLLIN, 0);
  if (waiting <= 0) return waiting === 0 ? -frame.EAGAIN : waiting;
  return inTurn(() => {
    if (isNonBlocking(fd)) return once();
    setNonBlocking(fd, true);
    try {
      return once();
    } finally {
      setNonBlocking(fd, false);
    }
  });
}

/** A file that all who share a socket can open: that of their network namespace. */
const TURNS = "/proc/self/ns/net";

/** Turns last for microseconds: whoever holds one for longer is stopped, or means harm. */
const TURN_LIMIT_MS = 20;

/** Does something while no other call of this package has a listening socket's mode changed, in any thread or process. */
function inTurn<T>(work: () => T): T {
  const turn = takeTurn(TURNS, TURN_LIMIT_MS);
  try {
    return work();
  } finally {
    if (typeof turn === "function") turn();
  }
}
