// A descriptor of a process as data: by a duplicate of it where the kernel gives one, else by what /proc says.

import { fstatSync, type Stats, statSync } from "node:fs";
import { type Description, type Fd, fdFromProcess, peerCredentials } from "../index.js";
import { codeOf, lineOf } from "./errors.js";
import { entryOf, type ProcEntry, socketInTables } from "./fds-proc.js";
import { addressText } from "./show.js";

/** A socket behind a descriptor. */
export interface SocketFacts {
  readonly family: string | number | null;
  readonly type: string | number | null;
  readonly protocol: string | number | null;
  readonly state: "listening" | "connected" | "unconnected" | null;
  readonly address: string | null;
  readonly peer: string | null;
  /** Who made the connection, or who listens. */
  readonly peerProcess: { readonly pid: number; readonly uid: number; readonly gid: number } | null;
}

/** What is known of a descriptor. */
export interface FdFacts {
  readonly pid: number;
  readonly fd: number;
  readonly kind: string;
  readonly path: string | null;
  readonly flags: readonly string[] | null;
  readonly closeOnExec: boolean | null;
  readonly position: number | null;
  readonly device: string | null;
  readonly inode: string | null;
  readonly size: number | null;
  readonly socket: SocketFacts | null;
  readonly details: Readonly<Record<string, string>>;
  /** Why the kernel gave no duplicate: then less is known. */
  readonly refused: string | null;
}

/** Describes a descriptor; undefined when it is not open. */
export function factsOf(pid: number, fd: number): FdFacts | undefined {
  const entry = entryOf(pid, fd);
  if (entry === undefined) return undefined;
  try {
    using duplicate = fdFromProcess(pid, fd);
    return fromDuplicate(pid, entry, duplicate);
  } catch (error) {
    if (codeOf(error) === "EBADF") return undefined;
    return fromProc(pid, entry, lineOf(error));
  }
}

/** What does not depend on how it was found out. */
function common(
  pid: number,
  { fd, target, flags, position, details }: ProcEntry,
  stats: Stats | undefined,
): Omit<FdFacts, "kind" | "socket" | "refused"> {
  return {
    pid,
    fd,
    path: target,
    flags,
    closeOnExec: flags === null ? null : flags.includes("O_CLOEXEC"),
    position: stats?.isFile() === true ? position : null,
    device: stats === undefined ? null : `${major(stats.dev)}:${minor(stats.dev)}`,
    inode: stats === undefined ? null : String(stats.ino),
    size: stats?.isFile() === true ? stats.size : null,
    details,
  };
}

/** Halves of a device number, as the C library takes them apart. */
const major = (dev: number): number => Math.floor(dev / 256) % 4096;
const minor = (dev: number): number => (dev % 256) + Math.floor(dev / 0x100000) * 256;

function fromDuplicate(pid: number, entry: ProcEntry, duplicate: Fd): FdFacts {
  const about = duplicate.describe();
  const stats = fstatSync(duplicate.number);
  const socket = about.kind === "socket" ? socketFacts(about, duplicate) : null;
  const kind = about.kind === "socket" ? "socket" : kindOf(about.kind, entry.target);
  return { ...common(pid, entry, stats), kind, socket, refused: null };
}

type SocketDescription = Extract<Description, { kind: "socket" }>;

function socketFacts(about: SocketDescription, duplicate: Fd): SocketFacts {
  const { family, type, protocol, listening, connected, address, peer } = about;
  return {
    family,
    type,
    protocol: protocol === 0 ? null : (PROTOCOLS[protocol] ?? protocol),
    state: listening ? "listening" : connected ? "connected" : "unconnected",
    address: address === null ? null : addressText(address),
    peer: peer === null ? null : addressText(peer),
    peerProcess: processBehind(duplicate),
  };
}

/** Protocols of sockets by their numbers. */
const PROTOCOLS: Readonly<Record<number, string>> = {
  1: "icmp",
  6: "tcp",
  17: "udp",
  58: "icmpv6",
  132: "sctp",
  136: "udplite",
};

function processBehind(socket: Fd): SocketFacts["peerProcess"] {
  try {
    const { pid, uid, gid } = peerCredentials(socket);
    return { pid, uid, gid };
  } catch {
    return null;
  }
}

function fromProc(pid: number, entry: ProcEntry, refused: string): FdFacts {
  let stats: Stats | undefined;
  try {
    stats = statSync(`/proc/${pid}/fd/${entry.fd}`);
  } catch {
    // A target that has no file behind it.
  }
  const [, inode] = /^socket:\[(\d+)\]$/.exec(entry.target) ?? [];
  const found = inode === undefined ? undefined : socketInTables(pid, inode);
  const socket = inode === undefined ? null : { ...(found ?? UNKNOWN), peerProcess: null };
  const kind = inode === undefined ? kindOf(kindByStats(stats), entry.target) : "socket";
  return { ...common(pid, entry, stats), kind, socket, refused };
}

const UNKNOWN = {
  family: null,
  type: null,
  protocol: null,
  state: null,
  address: null,
  peer: null,
};

function kindByStats(stats: Stats | undefined): string {
  if (stats === undefined) return "unknown";
  if (stats.isFile()) return "file";
  if (stats.isDirectory()) return "directory";
  if (stats.isFIFO()) return "pipe";
  if (stats.isCharacterDevice()) return "character";
  if (stats.isBlockDevice()) return "block";
  return "anonymous";
}

/** The kind, by the system's own name for what has no file type. */
function kindOf(kind: string, target: string): string {
  const [, anonymous] = /^anon_inode:\[?([\w-]+)\]?$/.exec(target) ?? [];
  if (anonymous !== undefined) return anonymous === "eventpoll" ? "epoll" : anonymous;
  if (target.startsWith("/memfd:")) return "memfd";
  if (/^pidfd:|^\[pidfd\]/.test(target)) return "pidfd";
  if (kind === "character" && /^\/dev\/(pts\/\d+|tty\w*)$/.test(target)) return "tty";
  return kind;
}
