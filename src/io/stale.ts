// Socket files whose server is gone: told from those of live servers, and removed without robbing one.

import { Buffer } from "node:buffer";
import { type BigIntStats, linkSync, lstatSync, renameSync, rmSync, unlinkSync } from "node:fs";
import { dirname } from "node:path";
import { errnoNumber } from "../../shim/index.js";
import { connect } from "./connect.js";
import { SyscallError } from "./errors.js";
import { crypto } from "./node-modules.js";
import { socket } from "./socket.js";

const LIVE = "a live server has it";

/** The directory of a path, byte for byte: a path need not be UTF-8. */
export function directoryOf(file: Buffer): Buffer {
  return Buffer.from(dirname(file.toString("latin1")), "latin1");
}

/** A call of node:fs that fails as a system call does here. */
export function fileCall<T>(syscall: string, file: Buffer, call: () => T): T {
  try {
    return call();
  } catch (error) {
    const { errno } = error as NodeJS.ErrnoException;
    if (errno === undefined) throw error;
    throw new SyscallError(-errno, syscall, { path: file.toString() });
  }
}

/**
 * Removes a socket file whose server is gone; does nothing when the file is gone too.
 *
 * @throws SyscallError EADDRINUSE when a server has it, or the file is no socket.
 */
export function removeStale(file: Buffer): void {
  const before = lookAt(file);
  if (before === undefined) return;
  if (!before.isSocket()) throw inUse(file, "it is no socket");
  const owner = ownerOf(file);
  if (owner !== undefined) throw inUse(file, owner);
  const aside = Buffer.concat([
    directoryOf(file),
    Buffer.from(`/.${crypto().randomBytes(8).toString("hex")}`),
  ]);
  if (!unlessGone(() => fileCall("rename", file, () => renameSync(file, aside)))) return;
  // Since the first look a server may have put a file of its own there.
  if (isSame(before, lookAt(aside))) unlinkSync(aside);
  else {
    giveBack(aside, file);
    throw inUse(file, LIVE);
  }
}

/** Whether a call found its file. */
function unlessGone(call: () => void): boolean {
  try {
    call();
    return true;
  } catch (error) {
    if (error instanceof SyscallError && error.code === "ENOENT") return false;
    throw error;
  }
}

function lookAt(file: Buffer): BigIntStats | undefined {
  return fileCall("lstat", file, () => lstatSync(file, { bigint: true, throwIfNoEntry: false }));
}

/** Whether a file is the one that was looked at. An inode number alone can be given to a new file at once. */
function isSame(before: BigIntStats, now: BigIntStats | undefined): boolean {
  return now?.ino === before.ino && now.dev === before.dev && now.mtimeNs === before.mtimeNs;
}

/** Puts a file back unless its name has been taken meanwhile. */
function giveBack(aside: Buffer, file: Buffer): void {
  try {
    linkSync(aside, file);
  } catch (error) {
    // Linux may refuse hard links to another user's files.
    if ((error as NodeJS.ErrnoException).code === "EPERM") renameSync(aside, file);
  }
  rmSync(aside, { force: true });
}

/**
 * Why a socket file is not stale; undefined when it is. A datagram socket asks: a socket that is bound there is of another type,
 * or is connected to without noticing. So servers see no connection that is none, and one that does not listen yet is found too.
 */
function ownerOf(file: Buffer): string | undefined {
  using probe = socket({ type: "dgram" });
  try {
    connect(probe, { path: file });
    return LIVE;
  } catch (error) {
    const { code } = error as SyscallError;
    if (code === "ECONNREFUSED" || code === "ENOENT") return undefined;
    return code === "EACCES" ? "whether its server lives may not be asked" : LIVE;
  }
}

/** The error of a path that is taken. */
export function inUse(file: Buffer, hint: string): SyscallError {
  return new SyscallError(errnoNumber("EADDRINUSE"), "bind", { path: file.toString(), hint });
}
