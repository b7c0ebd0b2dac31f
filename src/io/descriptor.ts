// From what callers have to descriptor numbers: ours, plain numbers, and the objects of Node.

import { shown, typeError } from "../codec/arguments.js";
import type { DescriptorLike } from "../codec/definition.js";
import { ownError } from "./errors.js";
import { Fd } from "./fd.js";
import { checkNumber } from "./file.js";
import type { LoopSocket } from "./loop/loop-socket.js";
import { dgramState } from "./node-handle.js";

/** A socket to work on: its number, or its owner: an `Fd`, a `UnixSocket`, a `UnixServer`, a `UdpSocket`. */
export type SocketLike = number | Fd | LoopSocket;

/** A socket to send on: also a socket of Node that has nothing queued. */
export type SenderLike = SocketLike | NodeSocket;

/** What this file knows of a socket or server of Node. */
export interface NodeSocket {
  /** Keeps the process running. */
  ref(): unknown;
  /** Lets the process end. */
  unref(): unknown;
}

/** What a call makes of the socket that it was given: the number, or the `Fd` that has it and remembers what it is. */
export type Borrowed = number | Fd;

/**
 * What is to be done with a socket: change nothing that its own calls could notice, take what arrives, send, make calls on it
 * wait, or take it away.
 */
export type Use = "ask" | "receive" | "send" | "block" | "take";

/** Under which a socket on the event loop has the method that lends its `Fd` for a use, or refuses. */
export const BORROW: unique symbol = Symbol("borrow");

/** A socket on the event loop, known by what it can do: its class stands on this file. */
interface Lender {
  [BORROW](use: Use): Fd;
}

function isLender(value: unknown): value is Lender {
  return typeof value === "object" && value !== null && BORROW in value;
}

/** A libuv handle as JavaScript sees it: its descriptor, -1 where there is none. */
interface Handle {
  readonly fd?: unknown;
}

interface NodeObject {
  readonly fd?: unknown;
  readonly address?: unknown;
  readonly writableLength?: number;
  readonly destroyed?: boolean;
  readonly encrypted?: boolean;
}

const OWN = "a descriptor number, Fd, UnixSocket, UnixServer or UdpSocket";
const SENDERS = "a descriptor number, Fd, UnixSocket, UnixServer, UdpSocket or net.Socket";
const SENDABLE =
  "a descriptor number, Fd, UnixSocket, UnixServer, UdpSocket, FileHandle, or a socket or server of Node";

/** The number of a borrowed socket, while it is open. */
export function numberOf(socket: Borrowed): number {
  return typeof socket === "number" ? socket : socket.number;
}

/** A socket for a use that is none of Node's sockets': those are read by libuv, which would lose descriptors. */
export function borrow(socket: unknown, use: Use): Borrowed {
  return socket instanceof Fd ? socket : lent(socket, use);
}

function lent(socket: unknown, use: Use): Borrowed {
  if (typeof socket === "number") return checkNumber(socket, "socket");
  if (isLender(socket)) return socket[BORROW](use);
  const expected = isNodeObject(socket)
    ? `${OWN} (a socket of Node is read by libuv, which loses descriptors)`
    : OWN;
  throw typeError("socket", expected, socket);
}

/** Number of a socket whose messages are left alone. */
export function socketNumber(socket: unknown): number {
  return numberOf(borrow(socket, "ask"));
}

/** A socket to send on. */
export function borrowSender(socket: unknown): Borrowed {
  return socket instanceof Fd ? socket : lentSender(socket);
}

function lentSender(socket: unknown): Borrowed {
  if (isLender(socket)) return socket[BORROW]("send");
  if (isNodeObject(socket) && (socket.writableLength ?? 0) > 0) {
    throw ownError(
      "ERR_CMSG_WRITES_PENDING",
      `this socket has ${socket.writableLength} bytes queued, which would arrive behind the message: send when its writes are done`,
    );
  }
  return anySocketNumber(socket);
}

/** Number of a socket to ask about, which changes nothing: one of Node may have writes queued. */
export function anySocketNumber(socket: unknown): number {
  if (socket instanceof Fd) return socket.number;
  if (typeof socket === "number") return checkNumber(socket, "socket");
  if (isLender(socket)) return socket[BORROW]("ask").number;
  if (isNodeObject(socket)) return handleNumber(socket, "socket", SENDERS);
  throw typeError("socket", SENDERS, socket);
}

function isNodeObject(value: unknown): value is NodeObject {
  return (
    typeof value === "object" &&
    value !== null &&
    "ref" in value &&
    "unref" in value &&
    typeof value.ref === "function"
  );
}

/** Number of a descriptor to send: of a number, an `Fd`, a socket of ours, a `FileHandle`, or an object of Node; borrowed. */
export function descriptorNumber(value: DescriptorLike | unknown, what: string): number {
  if (typeof value === "number") return checkNumber(value, what);
  if (value instanceof Fd) return value.number;
  if (typeof value !== "object" || value === null) throw typeError(what, SENDABLE, value);
  if (isLender(value)) return value[BORROW]("ask").number;
  const object = value as NodeObject;
  // A destroyed stream keeps its number for a while, in which another file may get it.
  if (object.destroyed === true) throw notOpen(object, what);
  const { fd } = object;
  if (typeof fd === "number") return openNumber(fd, object, what);
  // A stream of node:fs that is not open yet, or not any more.
  if (fd === null) throw notOpen(object, what);
  if (typeof fd === "function") return openNumber(fd.call(object), object, what);
  return handleNumber(object, what, SENDABLE);
}

function openNumber(number: unknown, owner: object, what: string): number {
  if (number === -1) throw notOpen(owner, what);
  return checkNumber(number, what);
}

function notOpen(owner: object, what: string): Error {
  return ownError("ERR_CMSG_FD_CLOSED", `${what}: ${shown(owner)} is not open`);
}

const WITHOUT_DESCRIPTOR =
  process.versions?.["deno"] === undefined
    ? "has no descriptor in this process: it is not bound or connected yet, or it is a server of a cluster worker, which listens in the primary unless cluster.schedulingPolicy is SCHED_NONE"
    : "has no descriptor that can be asked for: Deno does not tell those of its sockets and servers";

/** Number of the handle behind an object of Node. */
function handleNumber(object: NodeObject, what: string, expected: string): number {
  if (object.encrypted === true) {
    throw ownError(
      "ERR_CMSG_TLS_SOCKET",
      `${what}: the state of a TLS connection lives in this process; its descriptor alone is of no use`,
    );
  }
  const handle = handleOf(object);
  if (handle === undefined) throw typeError(what, expected, object);
  if (handle === null) throw notOpen(object, what);
  if (typeof handle.fd !== "number" || handle.fd < 0) {
    throw ownError("ERR_CMSG_NO_DESCRIPTOR", `${what}: ${shown(object)} ${WITHOUT_DESCRIPTOR}`);
  }
  return handle.fd;
}

/** The handle of a socket or server of Node: null when it is not open, undefined for objects that are none. */
function handleOf(object: NodeObject): Handle | null | undefined {
  // A dgram.Socket has its handle behind a symbol: to read its `_handle` prints a deprecation warning.
  const state = dgramState(object);
  if (state !== undefined) return (state.handle as Handle | null | undefined) ?? null;
  // Child processes and compressors have handles as well, but no address.
  if (typeof object.address !== "function" || !("_handle" in object)) return undefined;
  return (object._handle as Handle | null | undefined) ?? null;
}
