// From a descriptor to the right object of Node, by asking the kernel what it is. Nothing is guessed, and nothing listens that
// did not listen before.

import type { Socket as DgramSocket } from "node:dgram";
import {
  createReadStream,
  createWriteStream,
  type ReadStream as FileReadStream,
  type WriteStream as FileWriteStream,
} from "node:fs";
import type { Server, Socket } from "node:net";
import type { ReadStream, WriteStream } from "node:tty";
import { errnoNumber } from "../../shim/index.js";
import { flagOf, integerIn, optionsOf, typeError } from "../codec/arguments.js";
import {
  type Description,
  type Shape,
  type SocketDescription,
  shapeOf,
  summary,
} from "./describe.js";
import { ownError, SyscallError } from "./errors.js";
import { fileSystem } from "./file-system.js";
import { dgramOn, listenOn, netSocketOn, streamHandle } from "./node-handle.js";
import { net, tty } from "./node-modules.js";

/** What adoption needs of an `Fd`, which stands on this file. */
export interface Adoptable {
  readonly number: number;
  /** What the kernel says that it is. */
  describe(): Description;
  /** A second one for the same open file. */
  dup(): Adoptable & Disposable;
  /** Gives the number away. */
  take(): number;
  /** Closes it. */
  close(): void;
}

/** What AF_UNIX sockets with messages become. Their classes stand on `Fd` too: the files that make them enter themselves here. */
export interface AdoptedMessages {
  /** Where none of them is there. */
  readonly none: never;
}

/** What a descriptor becomes, unless it stays what it is. */
export type AdoptedAs =
  | Server
  | Socket
  | DgramSocket
  | ReadStream
  | WriteStream
  | AdoptedMessages[keyof AdoptedMessages];

type AdoptMessages = (fd: Adoptable, listening: boolean) => AdoptedAs;

let adoptMessages: AdoptMessages | undefined;

/** Says what becomes of AF_UNIX sockets with messages. */
export function adoptMessagesBy(make: AdoptMessages): void {
  adoptMessages = make;
}

/** `Fd.adopt`. */
export function adopt<T extends Adoptable>(fd: T): AdoptedAs | T {
  const about = fd.describe();
  // Nothing can be read or written through it.
  if (about.access === "path") return fd;
  if (about.kind === "pipe") return socketOn(fd, about, false);
  if (about.kind === "tty") return ttyOn(fd, about.access === "write");
  if (about.kind !== "socket") return fd;
  if (about.type === "stream" && isInternetOrUnix(about)) {
    if (about.listening) return serverOn(fd, net().createServer());
    if (!about.connected) throw notConnected();
    return socketOn(fd, about, false);
  }
  if (isUdp(about)) return dgramFor(fd, about);
  if (about.family !== "unix") return fd;
  return adoptMessages?.(fd, about.listening) ?? fd;
}

type SocketShape = Extract<Shape, { kind: "socket" }>;

function isInternet({ family }: SocketShape): boolean {
  return family === "inet" || family === "inet6";
}

function isInternetOrUnix(about: SocketShape): boolean {
  return about.family === "unix" || isInternet(about);
}

/** 0 where the system does not say. */
const UDP_PROTOCOLS = [17, 0];

/** Others with datagrams, such as those for pings, are no UDP. */
function isUdp(about: SocketDescription): boolean {
  return about.type === "dgram" && isInternet(about) && UDP_PROTOCOLS.includes(about.protocol);
}

/** What Node's own objects throw leaves the descriptor with its owner. */
function give<T>(fd: Adoptable, make: (number: number) => T): T {
  const made = make(fd.number);
  fd.take();
  return made;
}

function wrongKind(fd: Adoptable, wanted: string, more = ""): Error {
  const message = `${wanted} was asked for, and this is ${summary(fd.number)}${more}`;
  return ownError("ERR_CMSG_WRONG_KIND", message);
}

/** How to adopt a connection. */
export interface SocketAdoptionOptions {
  /** Whether the direction to the other end stays open when the other end has ended its own; false unless given. */
  readonly allowHalfOpen?: boolean;
}

/** `Fd.asSocket`. */
export function asSocket(fd: Adoptable, options?: SocketAdoptionOptions): Socket {
  const allowHalfOpen = flagOf(optionsOf(options, "options").allowHalfOpen, "allowHalfOpen");
  const about = shapeOf(fd.number);
  if (about.kind === "socket" && isIdleStream(about)) throw notConnected();
  return connectionOn(fd, about, allowHalfOpen, true);
}

/** A net.Socket for what is, or was until a moment ago, a connection. */
export function connectionOn(
  fd: Adoptable,
  about: Shape,
  allowHalfOpen: boolean,
  writable: boolean,
): Socket {
  const listens = about.kind === "socket" && about.listening;
  if (!isStreamLike(about) || about.access === "path" || listens) {
    throw wrongKind(fd, "a connected stream socket or a pipe");
  }
  return socketOn(fd, about, allowHalfOpen, writable);
}

function socketOn(fd: Adoptable, about: Shape, allowHalfOpen: boolean, open = true): Socket {
  if (about.kind === "pipe") refuseOn(["bun"], "net.Socket", "a pipe");
  const readable = about.access !== "write";
  const writable = open && about.access !== "read";
  return give(fd, (number) => netSocketOn(number, { readable, writable, allowHalfOpen }));
}

/** Refuses, with the descriptor left to its owner, what would never come to life. */
function refuseOn(runtimes: readonly string[], name: string, what: string): void {
  const runtime = runtimes.find((each) => process.versions[each] !== undefined);
  if (runtime === undefined) return;
  const message = `a ${name} of ${runtime} cannot take over ${what}: keep the Fd`;
  throw ownError("ERR_CMSG_NOT_SUPPORTED", message);
}

function isStreamLike(about: Shape): boolean {
  if (about.kind === "pipe") return true;
  return about.kind === "socket" && about.type === "stream" && isInternetOrUnix(about);
}

function isIdleStream(about: SocketShape): boolean {
  return isStreamLike(about) && !about.listening && !about.connected;
}

function notConnected(): Error {
  const message =
    "this stream socket neither listens nor is connected: Node would make it listen on a random port, on all interfaces";
  return ownError("ERR_CMSG_NOT_CONNECTED", message);
}

/** `Fd.asServer`. */
export function asServer(fd: Adoptable, connected?: (socket: Socket) => void): Server {
  if (connected !== undefined && typeof connected !== "function") {
    throw typeError("connected", "a function", connected);
  }
  const about = fd.describe();
  const listens = about.kind === "socket" && about.listening && about.type === "stream";
  if (!listens || !isInternetOrUnix(about)) throw wrongKind(fd, "a listening stream socket");
  return serverOn(
    fd,
    connected === undefined ? net().createServer() : net().createServer(connected),
  );
}

/** Makes a server accept on a listening socket. */
export function serverOn(fd: Adoptable, server: Server): Server {
  return give(fd, (number) => {
    if (listenOn(server, number)) return server;
    // Thrown here instead, where the descriptor still has its owner.
    server.on("error", () => {});
    const hint = "another object of Node has this number";
    throw new SyscallError(errnoNumber("EEXIST"), "listen", { fd: number, hint });
  });
}

/** `Fd.asDgram`. */
export function asDgram(fd: Adoptable): DgramSocket {
  const about = fd.describe();
  if (about.kind !== "socket" || !isUdp(about)) throw wrongKind(fd, "a UDP socket");
  return dgramFor(fd, about);
}

function dgramFor(fd: Adoptable, { family, connected }: SocketDescription): DgramSocket {
  if (connected) refuseOn(["bun", "deno"], "dgram.Socket", "a connected UDP socket");
  const type = family === "inet6" ? "udp6" : "udp4";
  if (fd.number > 0) return give(fd, (number) => dgramOn(number, type, connected));
  // Node takes the number 0 for none, and binds a port of its own.
  using other = fd.dup();
  const socket = give(other, (number) => dgramOn(number, type, connected));
  fd.close();
  return socket;
}

/** `Fd.asTty`. */
export function asTty(fd: Adoptable): ReadStream | WriteStream {
  const about = fd.describe();
  if (about.kind !== "tty") throw wrongKind(fd, "a terminal");
  return ttyOn(fd, about.access === "write");
}

function ttyOn(fd: Adoptable, writeOnly: boolean): ReadStream | WriteStream {
  const { number } = fd;
  const stream = writeOnly ? new (tty().WriteStream)(number) : new (tty().ReadStream)(number);
  // libuv opens terminals anew, so as to make only its own open file non-blocking, and leaves ours to us.
  if (streamHandle(stream)?.fd === number) fd.take();
  else fd.close();
  return stream;
}

/** Which part of a file a stream goes through. */
export interface FileStreamOptions {
  /** Offset in bytes where it begins; 0 unless given. The offset that is shared with other processes stays as it is. */
  readonly start?: number;
}

function startOf(options: FileStreamOptions | undefined): number {
  const { start = 0 } = optionsOf(options, "options");
  return integerIn(start, 0, Number.MAX_SAFE_INTEGER, "start");
}

/** `Fd.asFile`. */
export function asFile(fd: Adoptable, options?: FileStreamOptions): FileReadStream {
  const start = startOf(options);
  checkFile(fd, "write");
  return give(fd, (number) => createReadStream("", { fd: number, start, fs: fileSystem() }));
}

/** `Fd.asWritableFile`. */
export function asWritableFile(fd: Adoptable, options?: FileStreamOptions): FileWriteStream {
  const start = startOf(options);
  checkFile(fd, "read");
  return give(fd, (number) => createWriteStream("", { fd: number, start, fs: fileSystem() }));
}

function checkFile(fd: Adoptable, notOnly: "read" | "write"): void {
  const about = fd.describe();
  const wanted = `a file open for ${notOnly === "write" ? "reading" : "writing"}`;
  if (about.kind !== "file" || about.access === notOnly || about.access === "path") {
    throw wrongKind(fd, wanted, `, for ${ACCESS[about.access]}`);
  }
}

const ACCESS = { read: "reading", write: "writing", both: "both", path: "its path only" } as const;
