// getsockname and getpeername: the addresses of both ends.

import type { Address } from "../codec/address.js";
import { type SocketLike, socketNumber } from "./descriptor.js";
import { SyscallError } from "./errors.js";
import { readName } from "./query.js";

function nameOf(socket: SocketLike, call: "getsockname" | "getpeername"): Address {
  const fd = socketNumber(socket);
  const name = readName(fd, call);
  if (typeof name === "number") throw new SyscallError(-name, call, { fd });
  return name ?? { family: 0, data: new Uint8Array(0) };
}

/**
 * The address that a socket is bound to.
 *
 * @param socket A socket; borrowed.
 * @throws SyscallError EBADF, ENOTSOCK.
 * @example
 * getsockname(pair[0]) // { unnamed: true }
 * @see getsockname(2).
 */
export function getsockname(socket: SocketLike): Address {
  return nameOf(socket, "getsockname");
}

/**
 * The address of the other end of a connection.
 *
 * @param socket A connected socket; borrowed.
 * @throws SyscallError ENOTCONN, EBADF, ENOTSOCK.
 * @example
 * getpeername(pair[0]) // { unnamed: true }
 * @see getpeername(2).
 */
export function getpeername(socket: SocketLike): Address {
  return nameOf(socket, "getpeername");
}
