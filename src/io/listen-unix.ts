// A listening AF_UNIX socket at a path: a stale socket file is replaced, a live server never, and permissions hold from the
// first moment.

import { Buffer } from "node:buffer";
import { chmodSync, fchmodSync, rmSync } from "node:fs";
import type { AbstractAddress, Address, PathAddress } from "../codec/address.js";
import { bytesOf, integerIn, optionsOf, rangeError, typeError } from "../codec/arguments.js";
import { readAddress } from "./address.js";
import { ownError, SyscallError } from "./errors.js";
import type { Fd } from "./fd.js";
import { bind, checkBacklog, listen } from "./listen.js";
import { type SocketOptions, socket } from "./socket.js";
import { directoryOf, fileCall, inUse, removeStale } from "./stale.js";
import { takeTurn } from "./turn.js";

/** How to listen at a path or abstract name. */
export type ListenUnixOptions = (PathAddress | AbstractAddress) & {
  /** "stream" unless given. */
  readonly type?: "stream" | "seqpacket";
  /** Permissions of the socket file, such as 0o600: connecting needs write permission. 0o777 minus the umask unless given. */
  readonly mode?: number;
  /** Connections that may wait to be accepted; 511 unless given. */
  readonly backlog?: number;
  readonly nonBlocking?: boolean;
  readonly closeOnExec?: boolean;
};

/** How long other starting servers may hold the directory's lock. They hold it for microseconds. */
const LOCK_LIMIT_MS = 2000;

/** How often a name may be taken and given up by others between two looks. */
const ATTEMPTS = 100;

/**
 * Makes an AF_UNIX socket that listens at a path or abstract name.
 *
 * A socket file whose server is gone is replaced. A live server, and a file that is no socket, are refused. Servers that start
 * at the same time take turns by a lock on the directory. With `mode`, nobody else can connect at any moment.
 *
 * @returns The listening socket, owned by the caller. Its file stays when it is closed.
 * @throws SyscallError EADDRINUSE for a live server or another file, EACCES, ENOENT, with `path`.
 * @throws Error `ERR_CMSG_LOCKED` when somebody else has the directory locked for two seconds.
 * @throws RangeError `ERR_CMSG_PATH_TOO_LONG`; TypeError, before any system call.
 * @example
 * using server = listenUnix({ path: "/run/app.sock", mode: 0o600 });
 * @see bind(2), listen(2), flock(2), unix(7).
 */
export function listenUnix(options: ListenUnixOptions): Fd {
  return listenPrepared(options, () => {}).fd;
}

/** The same; `prepare` gets the socket before anybody can connect. Answers its path, too, if it has one. */
export function listenPrepared(
  options: ListenUnixOptions,
  prepare: (server: Fd) => void,
): { fd: Fd; path: string | Uint8Array | undefined } {
  const plan = planListening(options);
  const server = socket(plan.socket);
  try {
    prepare(server);
    if ("path" in plan.address) {
      const { path } = plan.address;
      listenAtPath(server, path, plan);
      return { fd: server, path };
    }
    bind(server, plan.address);
    listen(server, plan);
    return { fd: server, path: undefined };
  } catch (error) {
    server.close();
    throw error;
  }
}

interface ListenPlan {
  readonly address: PathAddress | AbstractAddress;
  readonly mode: number | undefined;
  readonly backlog: number;
  readonly socket: SocketOptions;
}

/** Reads and checks the options. All of the caller's code runs in here, and nothing has been created yet. */
function planListening(options: ListenUnixOptions): ListenPlan {
  const given = optionsOf(options, "options") as Partial<PathAddress & AbstractAddress> &
    Omit<ListenUnixOptions, "path" | "abstract">;
  const { path, abstract, mode, backlog, type = "stream", nonBlocking, closeOnExec } = given;
  const address = addressOf(path, abstract);
  readAddress(address);
  if (mode !== undefined) integerIn(mode, 0, 0o777, "mode");
  if (mode !== undefined && abstract !== undefined) {
    throw typeError("mode", "left out: an abstract name has no permissions", mode);
  }
  if (type !== "stream" && type !== "seqpacket") {
    const refuse = typeof type === "string" ? rangeError : typeError;
    throw refuse("type", '"stream" or "seqpacket"', type);
  }
  return {
    address: copyOf(address),
    mode,
    backlog: checkBacklog(backlog),
    socket: { type, nonBlocking, closeOnExec } as SocketOptions,
  };
}

function addressOf(path: unknown, abstract: unknown): PathAddress | AbstractAddress {
  if ((path === undefined) === (abstract === undefined)) {
    throw typeError("options", "given either a path or an abstract name", { path, abstract });
  }
  return (path === undefined ? { abstract } : { path }) as PathAddress | AbstractAddress;
}

/** What the caller does to its bytes later is no concern of the server's. */
function copyOf(address: PathAddress | AbstractAddress): PathAddress | AbstractAddress {
  return "path" in address
    ? { path: copyOfName(address.path) }
    : { abstract: copyOfName(address.abstract) };
}

function copyOfName(name: string | Uint8Array): Buffer {
  return Buffer.from(typeof name === "string" ? name : bytesOf(name, "name"));
}

function listenAtPath(server: Fd, path: string | Uint8Array, plan: ListenPlan): void {
  const file = Buffer.from(path);
  const unlock = lockDirectory(directoryOf(file));
  try {
    const { mode } = plan;
    // Linux gives a new socket file the mode of the socket, minus the umask: never more than was asked for.
    if (mode !== undefined) restrictFirst(server, mode);
    bindOrReplace(server, file);
    try {
      if (mode !== undefined) fileCall("chmod", file, () => chmodSync(file, mode));
      listen(server, plan);
    } catch (error) {
      rmSync(file, { force: true });
      throw error;
    }
  } finally {
    unlock();
  }
}

function restrictFirst(server: Fd, mode: number): void {
  try {
    fchmodSync(server.number, mode);
  } catch {
    // Other systems refuse this on sockets; there chmod behind bind has to do.
  }
}

function bindOrReplace(server: Fd, file: Buffer): void {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    if (bindFree(server, { path: file })) return;
    removeStale(file);
  }
  throw inUse(file, "others take it again and again");
}

/** Whether the path was free and the socket is bound to it. */
function bindFree(server: Fd, address: Address): boolean {
  try {
    bind(server, address);
    return true;
  } catch (error) {
    if (error instanceof SyscallError && error.code === "EADDRINUSE") return false;
    throw error;
  }
}

/** Takes turns with other servers that start in the directory; answers what ends the turn. */
export function lockDirectory(directory: Buffer): () => void {
  const turn = takeTurn(directory, LOCK_LIMIT_MS);
  // A directory that may be searched but not read cannot be locked; the second look at a moved file remains.
  if (turn === "unreadable") return () => {};
  if (turn !== "late") return turn;
  const message = `somebody else has had ${directory} locked for ${LOCK_LIMIT_MS} ms: no server starts there meanwhile`;
  throw ownError("ERR_CMSG_LOCKED", message);
}
