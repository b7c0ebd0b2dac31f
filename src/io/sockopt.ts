// Socket options: numbers, structs and times.

import { Buffer } from "node:buffer";
import { addressOf } from "../../shim/index.js";
import { bytesOf, int32, integerIn, isArrayBuffer, shown, typeError } from "../codec/arguments.js";
import { type SocketLike, socketNumber } from "./descriptor.js";
import { SyscallError } from "./errors.js";
import { theFrame } from "./frame.js";
import { constant } from "./host.js";
import { OPTION_LIMIT, optionBytes, readOption } from "./query.js";

/** The C name of a constant of this system, or its number. */
export type ConstantLike = number | string;

function numberOf(value: ConstantLike, what: string): number {
  return typeof value === "string" ? constant(value) : int32(value, what);
}

/**
 * Reads a socket option that is an int.
 *
 * @param socket A socket; borrowed.
 * @param level A number, or the name of a constant such as "SOL_SOCKET".
 * @param name A number, or the name of a constant such as "SO_RCVBUF". What `SO_PEERPIDFD` answers is a new descriptor: yours to
 * close, as in `new Fd(number)`.
 * @throws TypeError `ERR_CMSG_INVALID_ARG_TYPE` when the kernel has more than an int, of which the beginning would mean little.
 * @throws SyscallError ENOPROTOOPT, ENOTSOCK, EBADF.
 * @example
 * getsockopt(pair[0], "SOL_SOCKET", "SO_TYPE") // 1
 * @see getsockopt(2), socket(7), unix(7).
 */
export function getsockopt(socket: SocketLike, level: ConstantLike, name: ConstantLike): number;

/**
 * Reads a socket option as bytes: a struct, a string.
 *
 * @param length Bytes that the caller has room for, at most 4096.
 * @returns The bytes that the kernel gave.
 */
export function getsockopt(
  socket: SocketLike,
  level: ConstantLike,
  name: ConstantLike,
  length: number,
): Buffer;

/** Reads a socket option that is a struct timeval. */
export function getsockopt(
  socket: SocketLike,
  level: ConstantLike,
  name: ConstantLike,
  shape: "timeval",
): TimeValue;

export function getsockopt(
  socket: SocketLike,
  level: ConstantLike,
  name: ConstantLike,
  length?: number | "timeval",
): number | Buffer | TimeValue {
  const fd = socketNumber(socket);
  const [levelNumber, nameNumber] = [numberOf(level, "level"), numberOf(name, "name")];
  if (length === undefined) return readInt(fd, levelNumber, nameNumber, name);
  const room = roomFor(length);
  const given = readOption(fd, levelNumber, nameNumber, room);
  if (given < 0) throw new SyscallError(-given, "getsockopt", { fd });
  // A few options answer something else than a length in bytes.
  const bytes = optionBytes(Math.min(given, room));
  return length === "timeval" ? readTime(bytes) : bytes;
}

function roomFor(length: number | "timeval"): number {
  return length === "timeval" ? 16 : integerIn(length, 0, OPTION_LIMIT, "length");
}

/** Bytes of an int. */
const INT = 4;

/** An int option. Asked with more room, the kernel says which options are structs; a few take no other length than that of an int. */
function readInt(fd: number, level: number, number: number, name: ConstantLike): number {
  let given = readOption(fd, level, number, 4 * INT);
  if (given < 0) given = readOption(fd, level, number, INT);
  if (given < 0) throw new SyscallError(-given, "getsockopt", { fd });
  if (given > INT && given <= 4 * INT) {
    const found = `${shown(name)}, of which the kernel has ${given} bytes or more`;
    const message = `name must be an option that is an int when no length is given, not ${found}: pass a length, or "timeval"`;
    throw Object.assign(new TypeError(message), { code: "ERR_CMSG_INVALID_ARG_TYPE" });
  }
  const bytes = optionBytes(Math.min(given, INT));
  return bytes.length >= INT ? bytes.readInt32LE() : (bytes[0] ?? 0);
}

/** struct timeval as the kernel gave it: 16 bytes with 64-bit seconds, 8 with 32-bit ones. */
function readTime(bytes: Buffer): TimeValue {
  if (bytes.length < 16) {
    return { seconds: bytes.readInt32LE(0), microseconds: bytes.readInt32LE(4) };
  }
  return { seconds: Number(bytes.readBigInt64LE(0)), microseconds: bytes.readInt32LE(8) };
}

/**
 * Sets a socket option: a number or boolean as an int, bytes as they are, `{ seconds, microseconds }` as a struct timeval.
 *
 * @param socket A socket; borrowed.
 * @throws SyscallError ENOPROTOOPT, EINVAL, EDOM, ENOTSOCK, EBADF, EPERM.
 * @example
 * setsockopt(pair[1], "SOL_SOCKET", "SO_PASSCRED", true);
 * setsockopt(pair[1], "SOL_SOCKET", "SO_RCVTIMEO", { seconds: 1, microseconds: 500_000 });
 * @see setsockopt(2), socket(7), unix(7).
 */
export function setsockopt(
  socket: SocketLike,
  level: ConstantLike,
  name: ConstantLike,
  value: number | boolean | TimeValue | ArrayBufferView | ArrayBufferLike,
): void {
  const fd = socketNumber(socket);
  const [levelNumber, nameNumber] = [numberOf(level, "level"), numberOf(name, "name")];
  const bytes = valueBytes(value);
  const frame = theFrame();
  let address = frame.base + frame.value;
  if (bytes.length <= OPTION_LIMIT) frame.bytes.set(bytes, frame.value);
  else address = addressOf(bytes);
  const result = frame.system.setsockopt(fd, levelNumber, nameNumber, address, bytes.length);
  if (result < 0) throw new SyscallError(-result, "setsockopt", { fd });
}

/** A struct timeval. */
export interface TimeValue {
  readonly seconds: number;
  readonly microseconds: number;
}

function valueBytes(value: unknown): Uint8Array {
  if (typeof value === "boolean") return Buffer.from(Int32Array.of(value ? 1 : 0).buffer);
  // Some options are unsigned, such as SO_MARK: both readings of 32 bits are taken.
  if (typeof value === "number") {
    return Buffer.from(Int32Array.of(integerIn(value, -0x80000000, 0xffffffff, "value")).buffer);
  }
  if (typeof value === "object" && value !== null && "seconds" in value) {
    return timeValue(value as TimeValue);
  }
  if (ArrayBuffer.isView(value) || isArrayBuffer(value)) return bytesOf(value, "value");
  throw typeError("value", "a number, boolean, byte view or { seconds, microseconds }", value);
}

/** struct timeval of this host: two longs, except that suseconds_t is an int on Darwin. */
function timeValue({ seconds, microseconds }: TimeValue): Uint8Array {
  const most = Number.MAX_SAFE_INTEGER;
  const s = integerIn(seconds, -most, most, "value.seconds");
  const us = int32(microseconds, "value.microseconds");
  const { abi, core } = theFrame();
  const wide = core.exports.abi_column(abi.index, 0) === 8;
  if (!wide) return Buffer.from(Int32Array.of(s, us).buffer);
  return Buffer.from(BigInt64Array.of(BigInt(s), BigInt(us)).buffer);
}
