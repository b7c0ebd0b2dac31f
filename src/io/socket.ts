// Making sockets: socket and socketpair, and what an accepted one shares with them.

import { flagOf, int32, optionsOf, rangeError, typeError } from "../codec/arguments.js";
import { SyscallError } from "./errors.js";
import { closeFds, type Fd, ownFresh } from "./fd.js";
import { setCloseOnExec, setNonBlocking } from "./file.js";
import { theFrame } from "./frame.js";
import { constant, constantOrZero } from "./host.js";
import type { SocketKind } from "./query.js";

/** Type of a socket by name, or a number for the kernel. */
export type SocketType = "stream" | "dgram" | "seqpacket" | "raw" | number;

/** Family of a socket by name, or a number for the kernel. */
export type SocketFamily = "unix" | "inet" | "inet6" | number;

/** How to make a socket. */
export interface SocketOptions {
  /** "unix" unless given. */
  readonly family?: SocketFamily;
  /** "stream" unless given. */
  readonly type?: SocketType;
  /** 0 unless given. */
  readonly protocol?: number;
  /** Whether calls on it answer EAGAIN instead of waiting; false unless given. */
  readonly nonBlocking?: boolean;
  /** Whether programs that this process executes lose it; true unless given. */
  readonly closeOnExec?: boolean;
}

const FAMILIES: Readonly<Record<string, string>> = {
  unix: "AF_UNIX",
  inet: "AF_INET",
  inet6: "AF_INET6",
};

const TYPES: Readonly<Record<string, string>> = {
  stream: "SOCK_STREAM",
  dgram: "SOCK_DGRAM",
  seqpacket: "SOCK_SEQPACKET",
  raw: "SOCK_RAW",
};

const CLOEXEC = constantOrZero("SOCK_CLOEXEC");
const NONBLOCK = constantOrZero("SOCK_NONBLOCK");

function named(value: unknown, names: Readonly<Record<string, string>>, what: string): number {
  if (typeof value === "number") return int32(value, what);
  const known = typeof value === "string" && Object.hasOwn(names, value) ? names[value] : undefined;
  if (known !== undefined) return constant(known);
  const list = Object.keys(names).join(", ");
  if (typeof value === "string") throw rangeError(what, `one of ${list}, or a number`, value);
  throw typeError(what, `one of ${list}, or a number`, value);
}

/** Options of a new socket, checked. */
export interface SocketPlan {
  readonly family: number;
  readonly type: number;
  readonly protocol: number;
  readonly nonBlocking: boolean;
  readonly closeOnExec: boolean;
  /** What the socket is, where that is known without asking: a number may mean another type, or have flags in it. */
  readonly kind: SocketKind | undefined;
  /** SOCK_CLOEXEC and SOCK_NONBLOCK, as far as wanted and as far as this system has them. */
  readonly typeFlags: number;
}

/** Reads and checks the options of a new socket. */
export function planSocket(options: SocketOptions | undefined): SocketPlan {
  const {
    family = "unix",
    type = "stream",
    protocol = 0,
    ...flags
  } = optionsOf(options, "options");
  const nonBlocking = flagOf(flags.nonBlocking, "nonBlocking");
  const closeOnExec = flagOf(flags.closeOnExec, "closeOnExec", true);
  const numbers = {
    family: named(family, FAMILIES, "family"),
    type: named(type, TYPES, "type"),
  };
  const known = typeof family === "string" && typeof type === "string" && type !== "raw";
  return {
    ...numbers,
    kind: known ? numbers : undefined,
    protocol: int32(protocol, "protocol"),
    nonBlocking,
    closeOnExec,
    typeFlags: (nonBlocking ? NONBLOCK : 0) | (closeOnExec ? CLOEXEC : 0),
  };
}

/** Owns new sockets, and sets what the system could not set while making them. */
function ownSockets(numbers: readonly number[], kind: SocketKind | undefined, plan: SocketPlan) {
  const fds = numbers.map((number) => ownFresh(number, kind));
  try {
    for (const number of numbers) {
      if (plan.closeOnExec && CLOEXEC === 0) setCloseOnExec(number);
      if (plan.nonBlocking && NONBLOCK === 0) setNonBlocking(number, true);
    }
  } catch (error) {
    closeFds(fds);
    throw error;
  }
  return fds;
}

/** Owns an accepted connection. */
export function ownAccepted(number: number, plan: SocketPlan): Fd {
  return ownSockets([number], undefined, plan)[0] as Fd;
}

/**
 * Makes a socket. It is close-on-exec unless asked otherwise.
 *
 * @returns The socket, owned by the caller.
 * @throws TypeError, RangeError before any system call; SyscallError EAFNOSUPPORT, EPROTONOSUPPORT, EINVAL, EMFILE, EACCES.
 * @example
 * using server = socket({ family: "unix", type: "seqpacket" });
 * @see socket(2), unix(7).
 */
export function socket(options?: SocketOptions): Fd {
  const plan = planSocket(options);
  const { system } = theFrame();
  const number = system.socket(plan.family, plan.type | plan.typeFlags, plan.protocol);
  if (number < 0) throw new SyscallError(-number, "socket");
  return ownSockets([number], plan.kind, plan)[0] as Fd;
}

/** Two connected sockets. Closes both when it is disposed of. */
export interface SocketPair extends Iterable<Fd> {
  readonly 0: Fd;
  readonly 1: Fd;
  readonly length: 2;
  /** Closes both ends, for `using`. */
  [Symbol.dispose](): void;
}

/**
 * Makes two sockets that are connected to each other: AF_UNIX streams unless asked otherwise, close-on-exec.
 *
 * @returns Both ends, owned by the caller.
 * @throws TypeError, RangeError before any system call; SyscallError EAFNOSUPPORT, EOPNOTSUPP, EPROTONOSUPPORT, EINVAL, EMFILE.
 * @example
 * using pair = socketpair({ type: "stream" });
 * sendFds(pair[0], [file], { data: "report" });
 * @see socketpair(2), unix(7).
 */
export function socketpair(options?: SocketOptions): SocketPair {
  const plan = planSocket(options);
  const frame = theFrame();
  const type = plan.type | plan.typeFlags;
  const at = frame.base + frame.value;
  const result = frame.system.socketpair(plan.family, type, plan.protocol, at);
  if (result < 0) throw new SyscallError(-result, "socketpair");
  const word = frame.value >> 2;
  const [first, second] = [frame.words[word] as number, frame.words[word + 1] as number];
  const ends = ownSockets([first, second], plan.kind, plan);
  const pair = [...ends] as unknown as SocketPair;
  Object.defineProperty(pair, Symbol.dispose, { value: () => closeFds(ends) });
  return pair;
}
