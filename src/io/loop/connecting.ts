// Making AF_UNIX sockets for the event loop: connected without waiting in a system call, or bound to a name.

import { connectPooled, errnoName } from "../../../shim/index.js";
import type { AbstractAddress, Address, PathAddress, UnnamedAddress } from "../../codec/address.js";
import { rangeError, typeError } from "../../codec/arguments.js";
import { readAddress } from "../address.js";
import { connect } from "../connect.js";
import { ownError, SyscallError } from "../errors.js";
import type { Fd } from "../fd.js";
import { isUnix } from "../kind.js";
import { bind, setNonBlocking } from "../listen.js";
import type { SocketKind } from "../query.js";
import { type SocketPair, type SocketType, socket, socketpair } from "../socket.js";
import { setsockopt } from "../sockopt.js";
import {
  type Patience,
  patienceOf,
  throwIfAborted,
  type WaitOptions,
  watchPatience,
} from "./giving-up.js";
import { applySettings, type SocketSettings, type UnixSocketOptions } from "./socket-options.js";

/** Where an AF_UNIX socket is. */
export type UnixAddress = PathAddress | AbstractAddress;

/** How to connect. */
export type ConnectUnixOptions = UnixAddress &
  UnixSocketOptions &
  WaitOptions & {
    /** "stream" unless given. */
    readonly type?: "stream" | "dgram" | "seqpacket";
    /** A name for this end, so that the other can answer to it. */
    readonly bind?: UnixAddress | UnnamedAddress;
  };

/** How to bind a message socket. */
export type BindUnixOptions = (UnixAddress | UnnamedAddress) &
  UnixSocketOptions & {
    /** "dgram" unless given. */
    readonly type?: "dgram";
  };

/** The address among the options of a call. */
export function addressAmong(options: object): UnixAddress {
  const { path, abstract } = options as Partial<PathAddress & AbstractAddress>;
  if (path !== undefined && abstract !== undefined) {
    throw typeError("options", "given either a path or an abstract name", options);
  }
  if (path !== undefined) return { path };
  if (abstract !== undefined) return { abstract };
  throw typeError("options", "given a path or an abstract name", options);
}

/** A new socket that the kernel was told what to pass with messages. */
function newSocket(type: SocketType, settings: SocketSettings): Fd {
  const fd = socket({ type, nonBlocking: true });
  try {
    applySettings(fd.number, settings);
    return fd;
  } catch (error) {
    fd.close();
    throw error;
  }
}

/** Refuses what is no AF_UNIX socket. */
export function checkUnix(kind: SocketKind | undefined): SocketKind {
  if (kind !== undefined && isUnix(kind)) return kind;
  throw ownError("ERR_CMSG_NOT_UNIX", "this is no AF_UNIX socket");
}

/** The type of a socket that is made here. */
function checkType(type: SocketType): SocketType {
  if (type === "stream" || type === "dgram" || type === "seqpacket") return type;
  const refuse = typeof type === "string" ? rangeError : typeError;
  throw refuse("type", '"stream", "dgram" or "seqpacket"', type);
}

/** Two connected sockets. */
export function pairUnix(type: SocketType, settings: SocketSettings): SocketPair {
  const ends = socketpair({ type: checkType(type), nonBlocking: true });
  try {
    for (const end of ends) applySettings(end.number, settings);
    return ends;
  } catch (error) {
    ends[Symbol.dispose]();
    throw error;
  }
}

/** A bound socket. */
export function bindUnix(options: BindUnixOptions, settings: SocketSettings): Fd {
  const { type = "dgram" } = options;
  if (type !== "dgram") throw typeError("type", '"dgram"', type);
  const address: Address = "unnamed" in options ? { unnamed: true } : addressAmong(options);
  const fd = newSocket(type, settings);
  try {
    bind(fd, address);
    return fd;
  } catch (error) {
    fd.close();
    throw error;
  }
}

/** A connected socket. */
export async function connectUnix(
  options: ConnectUnixOptions,
  settings: SocketSettings,
): Promise<Fd> {
  const patience = patienceOf(options);
  const address = addressAmong(options);
  throwIfAborted(patience);
  const fd = newSocket(checkType(options.type ?? "stream"), settings);
  let connected: boolean;
  try {
    if (options.bind !== undefined) bind(fd, options.bind);
    connected = connectNow(fd, address);
  } catch (error) {
    fd.close();
    throw error;
  }
  return connected ? fd : connectWaiting(fd, address, patience);
}

/** Whether the connection is made; false while the server's queue is full. */
function connectNow(fd: Fd, address: UnixAddress): boolean {
  try {
    connect(fd, address);
    return true;
  } catch (error) {
    if (error instanceof SyscallError && error.code === "EAGAIN") return false;
    throw error;
  }
}

/** How long one call on a pool thread may wait. Exiting the process waits for it. */
const SLICE_MS = 100;

/** Waits for room in the server's queue. No event tells of it: the kernel has to be asked to wait. */
function connectWaiting(fd: Fd, address: UnixAddress, patience: Patience): Promise<Fd> {
  return new Promise((resolve, reject) => {
    let over = false;
    const stop = watchPatience(patience, "connect", (error) => {
      over = true;
      reject(error);
    });
    connectInSlices(fd, address, () => over)
      .then(() => (over ? fd.close() : resolve(fd)))
      .catch((error) => {
        // Only now: no pool thread works on the number any more.
        fd.close();
        reject(error);
      })
      .finally(stop);
  });
}

async function connectInSlices(fd: Fd, address: UnixAddress, over: () => boolean): Promise<void> {
  const { bytes, path } = readAddress(address);
  setNonBlocking(fd, false);
  const slice = { seconds: 0, microseconds: SLICE_MS * 1000 };
  setsockopt(fd, "SOL_SOCKET", "SO_SNDTIMEO", slice);
  let result = 0;
  do result = await inTurn(() => (over() ? Promise.resolve(0) : connectPooled(fd.number, bytes)));
  while (result < 0 && !over() && isUnfinished(errnoName(-result)));
  if (result < 0 && !over()) {
    throw new SyscallError(-result, "connect", { fd: fd.number, path });
  }
  setsockopt(fd, "SOL_SOCKET", "SO_SNDTIMEO", { seconds: 0, microseconds: 0 });
  setNonBlocking(fd, true);
}

function isUnfinished(code: string): boolean {
  return code === "EAGAIN" || code === "EINTR";
}

/** Pool threads that connecting sockets may occupy at once: files are read on them too. */
const THREADS = 2;

let busy = 0;
const queue: (() => void)[] = [];

/** Makes a call when a thread is free for it; calls come in order. */
async function inTurn<T>(call: () => Promise<T>): Promise<T> {
  if (busy < THREADS) busy++;
  else await new Promise<void>((resolve) => queue.push(resolve));
  try {
    return await call();
  } finally {
    const next = queue.shift();
    if (next === undefined) busy--;
    else next();
  }
}
