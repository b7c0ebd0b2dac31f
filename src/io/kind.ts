// Family and type of a socket: asked once for an `Fd`, every time for a bare number, whose meaning may have changed.

import type { Borrowed } from "./descriptor.js";
import type { Fd } from "./fd.js";
import { importedConstant } from "./host.js";
import type { SocketKind } from "./query.js";
import { socketFamily, socketType } from "./query.js";

let last: SocketKind = { family: -1, type: -1 };

/** What a descriptor number is as a socket; undefined when it is none. */
export function askKind(fd: number): SocketKind | undefined {
  const family = socketFamily(fd);
  if (family < 0) return undefined;
  const type = socketType(fd);
  // Thousands of sockets are of one kind.
  if (family !== last.family || type !== last.type) last = { family, type };
  return last;
}

/** The same for an `Fd`, which remembers. */
export function kindOf(fd: Fd): SocketKind | undefined {
  fd.kind ??= askKind(fd.number);
  return fd.kind;
}

/** The same for either. */
export function kindOfSocket(socket: Borrowed): SocketKind | undefined {
  return typeof socket === "number" ? askKind(socket) : kindOf(socket);
}

const AF_UNIX = importedConstant("AF_UNIX");
const SOCK_STREAM = importedConstant("SOCK_STREAM");

/** Whether descriptors can travel over it. */
export function isUnix(kind: SocketKind | undefined): boolean {
  return kind?.family === AF_UNIX;
}

/** Whether it is a stream over which descriptors can travel: without data none would. */
export function isUnixStream(kind: SocketKind | undefined): boolean {
  return isUnix(kind) && kind?.type === SOCK_STREAM;
}
