// What /proc says of descriptors of a process: targets, flags, positions, and the tables of sockets.

import { constants as fs, readdirSync, readFileSync, readlinkSync } from "node:fs";
import { codeOf } from "./errors.js";

/** What /proc/PID/fd and fdinfo say of one descriptor. */
export interface ProcEntry {
  readonly fd: number;
  /** The system's own name: a path, `socket:[…]`, `pipe:[…]`. */
  readonly target: string;
  /** Open flags by their names; null where fdinfo is not readable. */
  readonly flags: readonly string[] | null;
  readonly position: number | null;
  /** What fdinfo says beyond that, such as the count of an eventfd. */
  readonly details: Readonly<Record<string, string>>;
}

/** Numbers of the open descriptors of a process, sorted. */
export function numbersOf(pid: number): number[] {
  return readdirSync(`/proc/${pid}/fd`)
    .map(Number)
    .sort((a, b) => a - b);
}

/** One descriptor; undefined when it is not open. */
export function entryOf(pid: number, fd: number): ProcEntry | undefined {
  const target = targetOf(pid, fd);
  if (target === undefined) return undefined;
  const info = attempt(() => readFileSync(`/proc/${pid}/fdinfo/${fd}`, "utf8"));
  return { fd, target, ...(info === undefined ? NOTHING : infoOf(info)) };
}

/** What a descriptor refers to. Throws EACCES where that is not for this user to see. */
function targetOf(pid: number, fd: number): string | undefined {
  try {
    return readlinkSync(`/proc/${pid}/fd/${fd}`);
  } catch (error) {
    if (codeOf(error) === "ENOENT") return undefined;
    throw error;
  }
}

const NOTHING = { flags: null, position: null, details: {} } as const;

function attempt<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch {
    return undefined;
  }
}

/** Lines that every descriptor has, and what only the kernel needs. */
const COMMON = new Set(["pos", "flags", "mnt_id", "ino", "scm_fds"]);

function infoOf(info: string): Omit<ProcEntry, "fd" | "target"> {
  const details: Record<string, string> = {};
  const values = new Map<string, string>();
  for (const line of info.split("\n")) {
    const [, key = "", value = ""] = /^([^:]+):\s*(.*)$/.exec(line) ?? [];
    if (key === "") continue;
    values.set(key, value);
    if (COMMON.has(key)) continue;
    const before = details[key];
    details[key] = before === undefined ? value : `${before}; ${value}`;
  }
  const flags = Number.parseInt(values.get("flags") ?? "", 8);
  const position = Number(values.get("pos"));
  return {
    flags: Number.isNaN(flags) ? null : flagNames(flags),
    position: Number.isNaN(position) ? null : position,
    details,
  };
}

/** Flags of Linux that node:fs does not name. */
const MORE = { O_CLOEXEC: 0o2000000, O_PATH: 0o10000000, O_ASYNC: 0o20000 } as const;

const NAMED = [
  "O_APPEND",
  "O_NONBLOCK",
  "O_DIRECT",
  "O_DIRECTORY",
  "O_NOFOLLOW",
  "O_NOATIME",
] as const;

/** Names of open flags: the access first. */
export function flagNames(flags: number): string[] {
  const access = ["O_RDONLY", "O_WRONLY", "O_RDWR"][flags & 3] ?? "O_ACCMODE";
  const table: readonly (readonly [string, number])[] = [
    ...NAMED.map((name) => [name, (fs as Readonly<Record<string, number>>)[name] ?? 0] as const),
    ...Object.entries(MORE),
  ];
  const sync =
    (flags & fs.O_SYNC) === fs.O_SYNC ? ["O_SYNC"] : (flags & fs.O_DSYNC) !== 0 ? ["O_DSYNC"] : [];
  const set = table.filter(([, bit]) => bit !== 0 && (flags & bit) === bit).map(([name]) => name);
  return [access, ...set, ...sync];
}

/** What a process is called. */
export function commandOf(pid: number): string | null {
  return attempt(() => readFileSync(`/proc/${pid}/comm`, "utf8").trimEnd()) ?? null;
}

/** A socket as the tables of /proc/PID/net have it. */
export interface TableSocket {
  readonly family: "unix" | "inet" | "inet6" | null;
  readonly type: "stream" | "dgram" | "seqpacket" | null;
  readonly protocol: string | null;
  readonly state: "listening" | "connected" | "unconnected" | null;
  readonly address: string | null;
  readonly peer: string | null;
}

const UNIX_TYPES: Readonly<Record<string, TableSocket["type"]>> = {
  "0001": "stream",
  "0002": "dgram",
  "0005": "seqpacket",
};

/** Looks for the inode of a socket in the tables of its process. */
export function socketInTables(pid: number, inode: string): TableSocket | undefined {
  return unixSocket(pid, inode) ?? internetSocket(pid, inode);
}

function rowsOf(pid: number, table: string): string[][] {
  const text = attempt(() => readFileSync(`/proc/${pid}/net/${table}`, "utf8")) ?? "";
  return text
    .split("\n")
    .slice(1)
    .map((line) => line.trim().split(/\s+/));
}

/** Bit of the column Flags: it listens. */
const ACCEPTS = 0x10000;

function unixSocket(pid: number, inode: string): TableSocket | undefined {
  const row = rowsOf(pid, "unix").find((cells) => cells[6] === inode);
  if (row === undefined) return undefined;
  const [, , , flags = "0", type = "", state = "", , ...path] = row;
  const listening = (Number.parseInt(flags, 16) & ACCEPTS) !== 0;
  return {
    family: "unix",
    type: UNIX_TYPES[type] ?? null,
    protocol: null,
    state: listening ? "listening" : state === "03" ? "connected" : "unconnected",
    address: path.length === 0 ? null : path.join(" "),
    peer: null,
  };
}

const INTERNET = ["tcp", "tcp6", "udp", "udp6"] as const;

function internetSocket(pid: number, inode: string): TableSocket | undefined {
  for (const table of INTERNET) {
    const row = rowsOf(pid, table).find((cells) => cells[9] === inode);
    if (row === undefined) continue;
    const [, local = "", remote = "", state] = row;
    const peer = hostAndPort(remote);
    const tcp = table.startsWith("tcp");
    return {
      family: table.endsWith("6") ? "inet6" : "inet",
      type: tcp ? "stream" : "dgram",
      protocol: tcp ? "tcp" : "udp",
      state: state === "0A" && tcp ? "listening" : state === "01" ? "connected" : "unconnected",
      address: hostAndPort(local),
      peer: peer.endsWith(":0") ? null : peer,
    };
  }
  return undefined;
}

/** Words of an address stand there as the machine's numbers. */
function hostAndPort(text: string): string {
  const [host = "", port = ""] = text.split(":");
  const words = host.match(/.{8}/g) ?? [];
  const bytes = words.flatMap((word) => [...Buffer.from(word, "hex")].reverse());
  const number = Number.parseInt(port, 16);
  if (bytes.length === 4) return `${bytes.join(".")}:${number}`;
  const groups = Array.from({ length: 8 }, (_, i) =>
    (((bytes[2 * i] ?? 0) << 8) | (bytes[2 * i + 1] ?? 0)).toString(16),
  );
  const longest = /(^|:)0(:0)+(:|$)/.exec(groups.join(":"));
  const joined = groups.join(":");
  const short = longest === null ? joined : joined.replace(longest[0], "::");
  return `[${short}]:${number}`;
}
