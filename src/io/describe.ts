// What a descriptor is, by asking the kernel: facts as data, and one line of text.

import { constants as fs, fstatSync, readlinkSync, type Stats, statSync } from "node:fs";
import type { Address } from "../codec/address.js";
import { SyscallError } from "./errors.js";
import { isCloseOnExec, O_NONBLOCK, statusFlags } from "./file.js";
import { constant, constantOrZero, IS_LINUX } from "./host.js";
import { tty } from "./node-modules.js";
import { hasPeer, readIntOption, readName, socketFamily, socketType } from "./query.js";

/** What may be done with an open file: nothing through an O_PATH descriptor. */
export type Access = "read" | "write" | "both" | "path";

/** Facts about any descriptor. */
interface Common {
  readonly number: number;
  readonly access: Access;
  readonly closeOnExec: boolean;
  readonly nonBlocking: boolean;
  /** What the system calls it, where it says so: a path, `socket:[…]`, `memfd:…`. For people, not for decisions. */
  readonly label: string | undefined;
}

/** A socket. */
export interface SocketDescription extends Common {
  readonly kind: "socket";
  readonly family: "unix" | "inet" | "inet6" | number;
  readonly type: "stream" | "dgram" | "seqpacket" | "raw" | number;
  /** 0 where the system does not say. */
  readonly protocol: number;
  readonly listening: boolean;
  readonly connected: boolean;
  readonly address: Address | null;
  /** Null unless connected. */
  readonly peer: Address | null;
}

/**
 * Anything that is not a socket. `anonymous` is what has no file type: eventfd, epoll and the like; `socket-file` the name of a
 * socket, opened by its path (O_PATH).
 */
export interface FileDescription extends Common {
  readonly kind:
    | "file"
    | "directory"
    | "pipe"
    | "tty"
    | "character"
    | "block"
    | "symlink"
    | "socket-file"
    | "anonymous";
  /** Bytes; of files only. */
  readonly size: number;
}

/** What a descriptor is. */
export type Description = SocketDescription | FileDescription;

/** Describes an open descriptor. */
export function describe(number: number): Description {
  const flags = statusFlags(number);
  const common: Common = {
    number,
    access: accessOf(flags),
    closeOnExec: isCloseOnExec(number),
    nonBlocking: (flags & O_NONBLOCK) !== 0,
    label: labelOf(number),
  };
  const stats = statsOf(number);
  if (stats.isSocket() && common.access !== "path") return describeSocket(number, common);
  return { kind: fileKind(number, stats), ...common, size: stats.size };
}

/** What decides about the object that a descriptor becomes, without its names: those cost the most. */
export type Shape =
  | Pick<SocketDescription, "kind" | "access" | "family" | "type" | "listening" | "connected">
  | Pick<FileDescription, "kind" | "access">;

/** The shape of an open descriptor. */
export function shapeOf(number: number): Shape {
  // Refused for the name of a socket (O_PATH) as for a file.
  const family = socketFamily(number);
  if (family < 0) {
    const access = accessOf(statusFlags(number));
    return { kind: fileKind(number, statsOf(number)), access };
  }
  const connected = hasPeer(number);
  return {
    kind: "socket",
    access: "both",
    family: nameOf(family, FAMILIES),
    type: nameOf(socketType(number), TYPES),
    listening: !connected && isListening(number),
    connected,
  };
}

function isListening(number: number): boolean {
  return readIntOption(number, constant("SOL_SOCKET"), constant("SO_ACCEPTCONN")) > 0;
}

/** fstat(2). Deno's knows only the descriptors that it has opened itself. */
function statsOf(number: number): Stats {
  return process.versions["deno"] === undefined
    ? fstatSync(number)
    : statSync(`/proc/self/fd/${number}`);
}

/** The file's kind by its type bits. */
function fileKind(number: number, stats: Stats): FileDescription["kind"] {
  if (stats.isFile()) return "file";
  if (stats.isDirectory()) return "directory";
  if (stats.isFIFO()) return "pipe";
  if (stats.isCharacterDevice()) return tty().isatty(number) ? "tty" : "character";
  if (stats.isBlockDevice()) return "block";
  if (stats.isSocket()) return "socket-file";
  return stats.isSymbolicLink() ? "symlink" : "anonymous";
}

/** O_PATH of Linux; other systems have nothing at that bit. */
const O_PATH = IS_LINUX ? 0o10000000 : 0;

function accessOf(flags: number): Access {
  if ((flags & O_PATH) !== 0) return "path";
  const mode = flags & (fs.O_RDONLY | fs.O_WRONLY | fs.O_RDWR);
  if (mode === fs.O_RDWR) return "both";
  return mode === fs.O_WRONLY ? "write" : "read";
}

function labelOf(number: number): string | undefined {
  try {
    return readlinkSync(`/proc/self/fd/${number}`);
  } catch {
    return undefined;
  }
}

const FAMILIES = [
  ["AF_UNIX", "unix"],
  ["AF_INET", "inet"],
  ["AF_INET6", "inet6"],
] as const;

const TYPES = [
  ["SOCK_STREAM", "stream"],
  ["SOCK_DGRAM", "dgram"],
  ["SOCK_SEQPACKET", "seqpacket"],
  ["SOCK_RAW", "raw"],
] as const;

function nameOf<N extends string>(
  value: number,
  table: readonly (readonly [constantName: string, name: N])[],
): N | number {
  return table.find(([name]) => constantOrZero(name) === value)?.[1] ?? value;
}

function describeSocket(number: number, common: Common): SocketDescription {
  const level = constant("SOL_SOCKET");
  const family = socketFamily(number);
  const type = socketType(number);
  if (family < 0) throw new SyscallError(-family, "getsockopt", { fd: number });
  const address = readName(number, "getsockname");
  const peer = readName(number, "getpeername");
  const protocolOption = constantOrZero("SO_PROTOCOL");
  const protocol = protocolOption === 0 ? 0 : readIntOption(number, level, protocolOption);
  return {
    kind: "socket",
    ...common,
    family: nameOf(family, FAMILIES),
    type: nameOf(type, TYPES),
    protocol: Math.max(protocol, 0),
    listening: isListening(number),
    connected: typeof peer !== "number",
    address: typeof address === "number" ? null : address,
    peer: typeof peer === "number" ? null : peer,
  };
}

/** One line about a descriptor, for printing. Never throws. */
export function summary(number: number): string {
  try {
    const about = describe(number);
    const parts =
      about.kind === "socket"
        ? [`${about.family} ${about.type}`, stateOf(about)]
        : [
            about.kind,
            about.kind === "file" || about.kind === "directory" ? about.label : undefined,
          ];
    return [...parts, about.closeOnExec ? "cloexec" : undefined]
      .filter((part) => part !== undefined)
      .join(", ");
  } catch {
    return "not open";
  }
}

function stateOf({ listening, connected }: SocketDescription): string | undefined {
  if (listening) return "listening";
  return connected ? "connected" : undefined;
}
