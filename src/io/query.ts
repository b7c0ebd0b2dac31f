// Questions to the kernel about a descriptor number: options, names, family and type; and the setting of options. Answers are
// numbers, or -errno.

import { Buffer } from "node:buffer";
import { ADDRESS_SIZE, type Address, unpackAddress } from "../codec/address.js";
import { theFrame } from "./frame.js";
import { constant, constantOrZero } from "./host.js";

/** What a descriptor that is a socket was found to be, kept because it never changes. */
export interface SocketKind {
  readonly family: number;
  readonly type: number;
}

/** Largest option value that is read, in bytes. */
export const OPTION_LIMIT = 4096;

/** Reads an option as `length` bytes into the frame's value: the length that the kernel gave, or -errno. */
export function readOption(fd: number, level: number, name: number, length: number): number {
  const frame = theFrame();
  // The length in front, the value behind it.
  const { value } = frame;
  frame.words[value >> 2] = length;
  const at = frame.base + value;
  const result = frame.system.getsockopt(fd, level, name, at + 64, at);
  return result < 0 ? result : (frame.words[value >> 2] as number);
}

/** Reads an int option: the value, or -errno. Options of this package are never negative. */
export function readIntOption(fd: number, level: number, name: number): number {
  const length = readOption(fd, level, name, 4);
  const frame = theFrame();
  return length < 0 ? length : (frame.words[(frame.value + 64) >> 2] as number);
}

/** Sets an option of at most OPTION_LIMIT bytes: 0, or -errno. */
export function writeOption(fd: number, level: number, name: number, option: Uint8Array): number {
  const { bytes, base, value, system } = theFrame();
  bytes.set(option, value);
  return system.setsockopt(fd, level, name, base + value, option.length);
}

/** Bytes of the option that was read last. */
export function optionBytes(length: number): Buffer {
  const { bytes, value } = theFrame();
  return Buffer.from(bytes.slice(value + 64, value + 64 + length));
}

/** Has an address written into the frame: 0, or -errno. */
function askName(fd: number, call: "getsockname" | "getpeername"): number {
  const frame = theFrame();
  frame.words[frame.value >> 2] = ADDRESS_SIZE;
  return frame.system[call](fd, frame.base + frame.name, frame.base + frame.value);
}

/** Whether a socket is connected. */
export function hasPeer(fd: number): boolean {
  return askName(fd, "getpeername") >= 0;
}

/** Reads an address by one of the two calls: the address, or -errno. */
export function readName(fd: number, call: "getsockname" | "getpeername"): Address | null | number {
  const result = askName(fd, call);
  if (result < 0) return result;
  const frame = theFrame();
  const length = Math.min(frame.words[frame.value >> 2] as number, ADDRESS_SIZE);
  const bytes = frame.bytes.slice(frame.name, frame.name + length);
  return unpackAddress(frame.core, frame.abi, bytes);
}

/** Family of a socket, or -errno: an option where there is one, else that of its address. */
export function socketFamily(number: number): number {
  const option = constantOrZero("SO_DOMAIN");
  if (option !== 0) return readIntOption(number, constant("SOL_SOCKET"), option);
  const name = readName(number, "getsockname");
  if (typeof name === "number") return name;
  if (name === null || "family" in name) return name?.family ?? constant("AF_UNIX");
  if ("host" in name) return constant(name.host.includes(":") ? "AF_INET6" : "AF_INET");
  return constant("AF_UNIX");
}

/** Type of a socket, or -errno. */
export function socketType(number: number): number {
  return readIntOption(number, constant("SOL_SOCKET"), constant("SO_TYPE"));
}
