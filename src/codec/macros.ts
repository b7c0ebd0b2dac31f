// CMSG_ALIGN, CMSG_LEN and CMSG_SPACE of any ABI.

import { OUT_OF_RANGE } from "../../assembly/shared/status.js";
import { resolveAbi } from "./abi.js";
import { integerIn, optionsOf, rangeError } from "./arguments.js";
import { type Core, standardCore } from "./core.js";
import type { AbiOptions } from "./face.js";

/** Lengths are socklen_t values and must stay signed 32-bit numbers, as in CPython. */
const MOST = 0x7fffffff;

/** A macro of any instance of the core. */
export function applyMacro(
  core: Core,
  name: "cmsg_align" | "cmsg_len" | "cmsg_space",
  length: number,
  options: AbiOptions | undefined,
): number {
  const what = `${name.toUpperCase()} argument`;
  const abi = resolveAbi(core, optionsOf(options, "options").abi);
  const result = core.exports[name](abi.index, integerIn(length, 0, MOST, what));
  if (result !== OUT_OF_RANGE) return result;
  throw rangeError(what, `small enough for a result of ${MOST}`, length);
}

/**
 * Rounds a length up to an ABI's header alignment (CMSG_ALIGN).
 *
 * @param length Bytes.
 * @returns Bytes.
 * @throws TypeError `ERR_CMSG_INVALID_ARG_TYPE` unless the length is an integer.
 * @throws RangeError `ERR_CMSG_OUT_OF_RANGE` below 0, or when the result is above 2^31 - 1.
 * @example
 * CMSG_ALIGN(13, { abi: "linux-x86_64-glibc" }) // 16
 * @see The system's sys/socket.h; RFC 3542 section 20.
 */
export function CMSG_ALIGN(length: number, options?: AbiOptions): number {
  return applyMacro(standardCore(), "cmsg_align", length, options);
}

/**
 * The value of cmsg_len for a payload of `length` bytes: header and payload, without the padding behind it (CMSG_LEN).
 *
 * @param length Bytes of payload.
 * @returns Bytes.
 * @throws TypeError `ERR_CMSG_INVALID_ARG_TYPE` unless the length is an integer.
 * @throws RangeError `ERR_CMSG_OUT_OF_RANGE` below 0, or when the result is above 2^31 - 1.
 * @example
 * CMSG_LEN(4, { abi: "linux-x86_64-glibc" }) // 20
 * CMSG_LEN(4, { abi: "darwin-arm64" }) // 16
 * @see POSIX.1-2024 sys/socket.h; cmsg(3).
 */
export function CMSG_LEN(length: number, options?: AbiOptions): number {
  return applyMacro(standardCore(), "cmsg_len", length, options);
}

/**
 * The bytes that a message with a payload of `length` bytes takes in a control buffer, padding included (CMSG_SPACE).
 *
 * @param length Bytes of payload.
 * @returns Bytes.
 * @throws TypeError `ERR_CMSG_INVALID_ARG_TYPE` unless the length is an integer.
 * @throws RangeError `ERR_CMSG_OUT_OF_RANGE` below 0, or when the result is above 2^31 - 1.
 * @example
 * CMSG_SPACE(4, { abi: "linux-x86_64-glibc" }) // 24
 * CMSG_SPACE(4, { abi: "netbsd-aarch64" }) // 32
 * @see POSIX.1-2024 sys/socket.h; cmsg(3).
 */
export function CMSG_SPACE(length: number, options?: AbiOptions): number {
  return applyMacro(standardCore(), "cmsg_space", length, options);
}
