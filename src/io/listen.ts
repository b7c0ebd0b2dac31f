// Names and states of sockets: bind, listen, their mode, shutdown.

import { errnoName } from "../../shim/index.js";
import type { Address } from "../codec/address.js";
import { int32, optionsOf, rangeError, typeError } from "../codec/arguments.js";
import { putAddress, readAddress } from "./address.js";
import { addressError } from "./address-error.js";
import { borrow, numberOf, type SocketLike, socketNumber } from "./descriptor.js";
import { SyscallError } from "./errors.js";
import { setNonBlocking as setFileNonBlocking } from "./file.js";
import { theFrame } from "./frame.js";

const BIND_HINTS: Readonly<Record<string, string>> = {
  EADDRINUSE:
    "something has this name: if it is the socket file of a server that is gone, remove it first",
};

/**
 * Binds a socket to an address. A path makes a socket file, which stays when the socket is closed. `{ unnamed: true }` makes
 * Linux choose an abstract name.
 *
 * @param socket A socket; borrowed.
 * @throws RangeError `ERR_CMSG_PATH_TOO_LONG`; TypeError `ERR_CMSG_PATH_NUL` and others, before any system call.
 * @throws SyscallError EADDRINUSE, ENOENT, EACCES, EINVAL, EAFNOSUPPORT, with `path`.
 * @example
 * bind(server, { path: "/run/app.sock" }); // or { abstract: "app" }, { host: "::1", port: 0 }
 * @see bind(2), unix(7).
 */
export function bind(socket: SocketLike, address: Address): void {
  const fd = socketNumber(socket);
  const packed = readAddress(address);
  const frame = theFrame();
  const result = frame.system.bind(fd, frame.base + frame.name, putAddress(frame, packed));
  if (result >= 0) return;
  const { bytes, path } = packed;
  const hint = path === undefined ? undefined : BIND_HINTS[errnoName(-result)];
  throw addressError({ errno: -result, syscall: "bind", fd, bytes, hint });
}

/** How to listen. */
export interface ListenOptions {
  /** Connections that may wait to be accepted; 511 unless given. The kernel has a limit of its own. */
  readonly backlog?: number;
}

/** A `backlog` option: what the kernel makes of a negative one is its own business. */
export function checkBacklog(backlog: unknown = 511): number {
  return int32(backlog, "backlog");
}

/**
 * Makes a bound socket accept connections.
 *
 * @param socket A socket; borrowed.
 * @throws SyscallError EINVAL when it is not bound or connected, EOPNOTSUPP on datagram sockets, EADDRINUSE.
 * @example
 * listen(server, { backlog: 16 });
 * @see listen(2).
 */
export function listen(socket: SocketLike, options?: ListenOptions): void {
  const fd = socketNumber(socket);
  const backlog = checkBacklog(optionsOf(options, "options").backlog);
  const result = theFrame().system.listen(fd, backlog);
  if (result >= 0) return;
  const invalid = errnoName(-result) === "EINVAL";
  const hint = invalid ? "a socket that listens is bound, and not connected" : undefined;
  throw new SyscallError(-result, "listen", { fd, hint });
}

/**
 * Makes calls on a socket answer EAGAIN instead of waiting, or wait again. The mode belongs to the open file: every process that
 * holds the socket has it.
 *
 * @param socket A socket or any descriptor; borrowed.
 * @throws TypeError before any system call; SyscallError EBADF.
 * @example
 * setNonBlocking(pair[0], true);
 * @see fcntl(2), O_NONBLOCK.
 */
export function setNonBlocking(socket: SocketLike, on: boolean): void {
  const fd = numberOf(borrow(socket, on === false ? "block" : "ask"));
  if (typeof on !== "boolean") throw typeError("on", "a boolean", on);
  setFileNonBlocking(fd, on);
}

/** What to shut down: reading, writing, or both; or the SHUT_* number. */
export type ShutdownHow = "read" | "write" | "both" | number;

const HOWS: Readonly<Record<string, number>> = { read: 0, write: 1, both: 2 };

/**
 * Ends one or both directions of a connection, for every process that holds it. Closing is not shutting down: use `close()` to
 * give up a descriptor whose socket others still hold.
 *
 * @param socket A connected socket; borrowed.
 * @throws TypeError, RangeError before any system call; SyscallError ENOTCONN, EBADF, ENOTSOCK.
 * @example
 * shutdown(pair[0], "write");
 * @see shutdown(2).
 */
export function shutdown(socket: SocketLike, how: ShutdownHow): void {
  const fd = socketNumber(socket);
  const direction = typeof how === "string" && Object.hasOwn(HOWS, how) ? HOWS[how] : how;
  if (typeof direction !== "number" || !Number.isInteger(direction)) {
    throw typeError("how", '"read", "write" or "both"', how);
  }
  if (direction < 0 || direction > 2) throw rangeError("how", "0, 1 or 2", how);
  const result = theFrame().system.shutdown(fd, direction);
  if (result < 0) throw new SyscallError(-result, "shutdown", { fd });
}
