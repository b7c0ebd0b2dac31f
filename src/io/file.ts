// System calls on single descriptors: open, close, duplicate, read and write.

import { Buffer } from "node:buffer";
import { constants as fsConstants } from "node:fs";
import { constants } from "node:os";
import { addressOf, errnoName, systemCalls } from "../../shim/index.js";
import { integerIn, rangeError, typeError } from "../codec/arguments.js";
import { SyscallError } from "./errors.js";
import { theFrame, VALUE_SIZE } from "./frame.js";

/** What Linux reads or writes at once at most, in bytes. */
export const LARGEST_TRANSFER = 0x7ffff000;

/** The largest descriptor number: an int of C. */
export const LARGEST_FD = 0x7fffffff;

/** A number that can be a descriptor: an integer that is not negative. Whether it is open the kernel says. */
export function checkNumber(number: unknown, what: string): number {
  return integerIn(number, 0, LARGEST_FD, what);
}

/** How to open a file. */
export interface OpenOptions {
  /** Permissions of a file that is created; 0o666 minus the umask unless given. */
  readonly mode?: number;
}

// fcntl(2): the same numbers on Linux, Darwin and FreeBSD, except the last.
const F_GETFD = 1;
const F_SETFD = 2;
const F_GETFL = 3;
const F_SETFL = 4;
const FD_CLOEXEC = 1;
const F_DUPFD_CLOEXEC: Readonly<Record<string, number>> = { darwin: 67, freebsd: 17 };
const O_CLOEXEC: Readonly<Record<string, number>> = { darwin: 0x1000000, freebsd: 0x100000 };

/** O_CLOEXEC of Linux: octal 02000000 on every machine that Node runs on. */
const LINUX_O_CLOEXEC = 0x80000;

/** O_NONBLOCK of this system. */
export const O_NONBLOCK: number = fsConstants.O_NONBLOCK;

function checked(result: number, syscall: string, fd?: number, path?: string): number {
  if (result < 0) throw new SyscallError(-result, syscall, { fd, path });
  return result;
}

/** Throws EBADF unless a number is open. */
export function isOpen(fd: number): void {
  checked(systemCalls().fcntl(fd, F_GETFD, 0), "fcntl", fd);
}

/** A duplicate of a descriptor, close-on-exec. */
export function duplicate(fd: number): number {
  const command = F_DUPFD_CLOEXEC[process.platform] ?? 1030;
  return checked(systemCalls().fcntl(fd, command, 0), "fcntl", fd);
}

/** Whether a descriptor is close-on-exec. */
export function isCloseOnExec(fd: number): boolean {
  return (checked(systemCalls().fcntl(fd, F_GETFD, 0), "fcntl", fd) & FD_CLOEXEC) !== 0;
}

/** Sets close-on-exec. */
export function setCloseOnExec(fd: number): void {
  checked(systemCalls().fcntl(fd, F_SETFD, FD_CLOEXEC), "fcntl", fd);
}

/** Status flags of the open file: access mode, O_NONBLOCK and others. */
export function statusFlags(fd: number): number {
  return checked(systemCalls().fcntl(fd, F_GETFL, 0), "fcntl", fd);
}

/** Sets or clears O_NONBLOCK, which every holder of the open file sees. */
export function setNonBlocking(fd: number, on: boolean): void {
  const flags = statusFlags(fd);
  const wanted = on ? flags | O_NONBLOCK : flags & ~O_NONBLOCK;
  if (wanted !== flags) checked(systemCalls().fcntl(fd, F_SETFL, wanted), "fcntl", fd);
}

/** Closes a number. After an interruption it is closed all the same: trying again could close another's. */
export function closeNumber(fd: number): void {
  const result = systemCalls().close(fd);
  if (result < 0 && errnoName(-result) !== "EINTR")
    throw new SyscallError(-result, "close", { fd });
}

/**
 * Closes numbers that are all ours, runs of consecutive ones in one call where the kernel can. All are closed; the first
 * refusal is thrown afterwards.
 */
export function closeNumbers(fds: readonly number[]): void {
  let failure: unknown;
  const sorted = isAscending(fds) ? fds : [...fds].sort((a, b) => a - b);
  for (let first = 0; first < sorted.length; ) {
    let last = first;
    while (last + 1 < sorted.length && sorted[last + 1] === (sorted[last] as number) + 1) last++;
    try {
      closeRun(sorted[first] as number, sorted[last] as number);
    } catch (error) {
      failure ??= error;
    }
    first = last + 1;
  }
  if (failure !== undefined) throw failure;
}

function isAscending(fds: readonly number[]): boolean {
  for (let i = 1; i < fds.length; i++) {
    if ((fds[i] as number) <= (fds[i - 1] as number)) return false;
  }
  return true;
}

function closeRun(first: number, last: number): void {
  if (last > first && systemCalls().closeRange(first, last) >= 0) return;
  for (let fd = first; fd <= last; fd++) closeNumber(fd);
}

const OPEN_FLAGS: Readonly<Record<string, number>> = {
  r: fsConstants.O_RDONLY,
  "r+": fsConstants.O_RDWR,
  w: fsConstants.O_WRONLY | fsConstants.O_CREAT | fsConstants.O_TRUNC,
  "w+": fsConstants.O_RDWR | fsConstants.O_CREAT | fsConstants.O_TRUNC,
  wx: fsConstants.O_WRONLY | fsConstants.O_CREAT | fsConstants.O_EXCL,
  "wx+": fsConstants.O_RDWR | fsConstants.O_CREAT | fsConstants.O_EXCL,
  a: fsConstants.O_WRONLY | fsConstants.O_CREAT | fsConstants.O_APPEND,
  "a+": fsConstants.O_RDWR | fsConstants.O_CREAT | fsConstants.O_APPEND,
  ax: fsConstants.O_WRONLY | fsConstants.O_CREAT | fsConstants.O_APPEND | fsConstants.O_EXCL,
  "ax+": fsConstants.O_RDWR | fsConstants.O_CREAT | fsConstants.O_APPEND | fsConstants.O_EXCL,
};

function openFlags(flags: unknown): number {
  if (typeof flags === "number") return integerIn(flags, 0, 0x7fffffff, "flags");
  const expected = `one of ${Object.keys(OPEN_FLAGS).join(", ")}, or a number`;
  if (typeof flags !== "string") throw typeError("flags", expected, flags);
  if (!Object.hasOwn(OPEN_FLAGS, flags)) throw rangeError("flags", expected, flags);
  return OPEN_FLAGS[flags] as number;
}

/** The bytes of a path, checked: a NUL would make the kernel open another one. */
export function pathBytes(path: unknown, what: string): Uint8Array {
  const bytes = typeof path === "string" ? Buffer.from(path) : path;
  if (!(bytes instanceof Uint8Array)) throw typeError(what, "a string or bytes", path);
  if (bytes.length === 0) throw typeError(what, "the name of a file", path);
  if (bytes.includes(0)) throw typeError(what, "a name without NUL", path);
  if (bytes.length >= VALUE_SIZE)
    throw rangeError(what, `shorter than ${VALUE_SIZE} bytes`, bytes.length);
  return bytes;
}

/** Opens a file close-on-exec. */
export function openFile(path: unknown, flags: unknown, mode: number): number {
  const wanted = openFlags(flags) | (O_CLOEXEC[process.platform] ?? LINUX_O_CLOEXEC);
  const bytes = pathBytes(path, "path");
  const frame = theFrame();
  for (;;) {
    frame.bytes.set(bytes, frame.value);
    frame.bytes[frame.value + bytes.length] = 0;
    const fd = frame.system.open(frame.base + frame.value, wanted, mode);
    if (fd === -constants.errno.EINTR) continue;
    return checked(fd, "open", undefined, Buffer.from(bytes).toString());
  }
}

/** Memory that the kernel is working on: an address alone would not keep it alive. */
const held: { memory: Uint8Array | undefined } = { memory: undefined };

/** One read or write of a caller's bytes, at a position or at the file's own offset. */
export function transfer(
  fd: number,
  direction: "read" | "write",
  memory: Uint8Array,
  position: number | bigint | undefined,
): number {
  const { system, EINTR } = theFrame();
  const address = memory.length === 0 ? 0 : addressOf(memory);
  held.memory = memory;
  for (;;) {
    const result =
      position === undefined
        ? system[direction](fd, address, memory.length)
        : system[`p${direction}`](fd, address, memory.length, position);
    if (result !== -EINTR) {
      held.memory = undefined;
      return checked(result, position === undefined ? direction : `p${direction}`, fd);
    }
  }
}
