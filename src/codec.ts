/**
 * Control messages as bytes: layouts, encoding and decoding for every ABI. No native code and no `node:` import, so it runs in
 * browsers and workers too.
 *
 * @module cmsg/codec
 */

import { type AbiOption, resolveAbi } from "./codec/abi.js";
import { type AbiName, abiNames } from "./codec/abi-names.js";
import type { Address } from "./codec/address.js";
import { type CheckOptions, type ControlVerdict, checkWith } from "./codec/check.js";
import type { Constants } from "./codec/constants/types.js";
import { Core, standardCore } from "./codec/core.js";
import type { Decoded } from "./codec/decode.js";
import { describeControl, describeWith } from "./codec/description.js";
import type { MessageInput } from "./codec/encode.js";
import type { Explanation } from "./codec/explain.js";
import {
  type AbiOptions,
  type DecodeOptions,
  decodeAddressWith,
  decodeStructWith,
  decodeWith,
  type EncodeOptions,
  type ExplainOptions,
  encodeAddressWith,
  encodeStructWith,
  encodeWith,
  explainWith,
  type WalkOptions,
  walkWith,
} from "./codec/face.js";
import { type Layout, layoutOf } from "./codec/layout.js";
import { applyMacro, CMSG_ALIGN, CMSG_LEN, CMSG_SPACE } from "./codec/macros.js";
import { type RuleName, ruleNames } from "./codec/rules.js";
import { controlSpace, spaceWith } from "./codec/space.js";
import type { StructName, StructValue } from "./codec/struct.js";
import type { Walk } from "./codec/walk.js";

export * from "./codec/catalogue/all.js";
export { definitions } from "./codec/catalogue/index.js";
export { control } from "./codec/definition.js";
export { DecodeError, EncodeError, type ErrorPlace } from "./codec/errors.js";
export * as field from "./codec/fields.js";
export { type HostAbi, hostAbi } from "./codec/host-abi.js";
export { ControlMessage } from "./codec/message.js";
export type { Problem } from "./codec/problem.js";
export type * from "./codec/types.js";
export { CMSG_ALIGN, CMSG_LEN, CMSG_SPACE, controlSpace, describeControl };

/**
 * Names of all ABIs, sorted: system, machine, C library.
 *
 * @example
 * abis().includes("linux-s390x-musl") // true
 */
export function abis(): readonly AbiName[] {
  return abiNames();
}

/**
 * Names of all next-header rules.
 *
 * @example
 * rules().includes("musl") // true
 */
export function rules(): readonly RuleName[] {
  return ruleNames();
}

/**
 * What the headers of an ABI look like: sizes, offsets, widths and holes of its structs, in bytes. Prints as a drawing.
 *
 * @param abi The host's unless given.
 * @example
 * layout("linux-x86_64-musl").cmsghdr.padding // [[4, 4]]
 */
export function layout(abi?: AbiOption): Layout {
  const core = standardCore();
  return layoutOf(core, resolveAbi(core, abi));
}

/**
 * Constants of an ABI by their C names.
 *
 * @param abi The host's unless given.
 * @example
 * constants("linux-mips-glibc").SOL_SOCKET // 65535
 */
export function constants(abi?: AbiOption): Constants {
  return resolveAbi(standardCore(), abi).constants;
}

/**
 * Encodes control messages as the control buffer of an ABI.
 *
 * @param messages An iterable, consumed once: calls of definitions, or `{ level, type, payload }`.
 * @returns A new buffer.
 * @throws TypeError, RangeError for arguments of the wrong kind or out of range.
 * @throws EncodeError `ERR_CMSG_NO_SPACE` above `controlLimit`; `ERR_CMSG_UNKNOWN_TYPE` when the ABI lacks the type.
 * @example
 * encodeControl([rights([7])], { abi: "linux-x86_64-glibc" }).length // 24
 * @see cmsg(3); RFC 3542 section 20.
 */
export function encodeControl(
  messages: Iterable<MessageInput>,
  options?: EncodeOptions,
): Uint8Array {
  return encodeWith(standardCore(), messages, options);
}

/**
 * Decodes a control buffer. Lengths in it are claims: they are clamped, complained of, and never followed outside the buffer.
 *
 * @param control Any byte view, at most 1 MiB.
 * @returns The messages in order, and what is wrong with them.
 * @throws DecodeError at the first problem when `strict` is set; it carries the messages in front of it.
 * @example
 * const { messages, problems } = decodeControl(encodeControl([rights([7, 8])]));
 * messages[0].value // [7, 8]
 * @see cmsg(3).
 */
export function decodeControl(
  control: ArrayBufferView | ArrayBufferLike,
  options?: DecodeOptions,
): Decoded {
  return decodeWith(standardCore(), control, options);
}

/**
 * Walks a control buffer as a system's own macros do, and records every comparison. The macros do not check that a message
 * fits; the walk stops where an unguarded loop would not.
 *
 * @param control Any byte view, at most 1 MiB.
 * @example
 * walk(new Uint8Array(32), { abi: "freebsd-amd64" }).end // "no-progress"
 * @see The source files named in assembly/nxthdr.ts.
 */
export function walk(control: ArrayBufferView | ArrayBufferLike, options?: WalkOptions): Walk {
  return walkWith(standardCore(), control, options);
}

/**
 * Explains a control buffer: spans that partition its bytes exactly, the walk as a trace, the problems. Prints as a drawing.
 *
 * @param control Any byte view, at most 1 MiB.
 * @throws RangeError `ERR_CMSG_OUT_OF_RANGE` above 1 MiB.
 * @example
 * console.log(String(explain(encodeControl([rights([7])]))));
 */
export function explain(
  control: ArrayBufferView | ArrayBufferLike,
  options?: ExplainOptions,
): Explanation {
  return explainWith(standardCore(), control, options);
}

/**
 * What Linux would answer to control data given to a system call, without making it: framing first, then what each message of
 * SOL_SOCKET may hold. Whether a descriptor is open and who may be claimed to be, the process knows: `isOpen` and `refuses` ask it.
 *
 * @param control Any byte view, at most 1 MiB.
 * @throws RangeError `ERR_CMSG_OUT_OF_RANGE` for another call or family, or an ABI that is not one of Linux.
 * @example
 * checkControl(new Uint8Array(32), { for: "sendmsg", abi: "linux-x86_64-glibc" }).errno // "EINVAL"
 * @see net/core/scm.c and net/compat.c of Linux; unix(7).
 */
export function checkControl(
  control: ArrayBufferView | ArrayBufferLike,
  options: CheckOptions,
): ControlVerdict {
  return checkWith(standardCore(), control, options);
}

/**
 * Bytes of a struct of an ABI; members that are not given are zero, and so is padding.
 *
 * @example
 * encodeStruct("iovec", { iov_base: 4096n, iov_len: 5n }, { abi: "linux-x86_64-glibc" }).length // 16
 */
export function encodeStruct(
  name: StructName,
  value: StructValue,
  options?: AbiOptions,
): Uint8Array {
  return encodeStructWith(standardCore(), name, value, options);
}

/**
 * Members of a struct of an ABI, from its bytes.
 *
 * @throws RangeError `ERR_CMSG_OUT_OF_RANGE` when there are too few bytes.
 * @example
 * decodeStruct("iovec", new Uint8Array(16), { abi: "linux-x86_64-glibc" }).iov_len // 0n
 */
export function decodeStruct(
  name: StructName,
  struct: ArrayBufferView | ArrayBufferLike,
  options?: AbiOptions,
): StructValue {
  return decodeStructWith(standardCore(), name, struct, options);
}

/**
 * The sockaddr bytes of an address.
 *
 * @throws RangeError `ERR_CMSG_PATH_TOO_LONG` above the system's sun_path.
 * @throws TypeError `ERR_CMSG_PATH_NUL` for a path with a NUL in it.
 * @example
 * encodeAddress({ path: "/run/x.sock" }, { abi: "linux-x86_64-glibc" }).length // 14
 * @see unix(7), ip(7), ipv6(7).
 */
export function encodeAddress(address: Address, options?: AbiOptions): Uint8Array {
  return encodeAddressWith(standardCore(), address, options);
}

/**
 * The address in sockaddr bytes; null when there are none.
 *
 * @example
 * decodeAddress(encodeAddress({ host: "::1", port: 53 })).host // "::1"
 * @see unix(7), ip(7), ipv6(7).
 */
export function decodeAddress(
  sockaddr: ArrayBufferView | ArrayBufferLike,
  options?: AbiOptions,
): Address | null {
  return decodeAddressWith(standardCore(), sockaddr, options);
}

/** The codec's calls on an instance of the core of their own. */
export interface Codec {
  readonly encodeControl: typeof encodeControl;
  readonly decodeControl: typeof decodeControl;
  readonly walk: typeof walk;
  readonly explain: typeof explain;
  readonly checkControl: typeof checkControl;
  readonly layout: typeof layout;
  readonly constants: typeof constants;
  readonly CMSG_ALIGN: typeof CMSG_ALIGN;
  readonly CMSG_LEN: typeof CMSG_LEN;
  readonly CMSG_SPACE: typeof CMSG_SPACE;
  readonly controlSpace: typeof controlSpace;
  readonly describeControl: typeof describeControl;
  readonly encodeStruct: typeof encodeStruct;
  readonly decodeStruct: typeof decodeStruct;
  readonly encodeAddress: typeof encodeAddress;
  readonly decodeAddress: typeof decodeAddress;
}

/**
 * The codec on a compiled core (a WebAssembly.Module), for hosts that forbid compiling at run time: import `cmsg/core.wasm` as a module there.
 *
 * @throws TypeError `ERR_CMSG_INVALID_ARG_TYPE` unless the module is that of the core.
 * @example
 * const codec = createCodec(new WebAssembly.Module(bytesOfCore));
 * codec.encodeControl([rights([7])]).length > 0 // true
 */
export function createCodec(module: object): Codec {
  const core = new Core(module);
  return {
    encodeControl: (messages, options) => encodeWith(core, messages, options),
    decodeControl: (bytes, options) => decodeWith(core, bytes, options),
    walk: (bytes, options) => walkWith(core, bytes, options),
    explain: (bytes, options) => explainWith(core, bytes, options),
    checkControl: (bytes, options) => checkWith(core, bytes, options),
    layout: (abi) => layoutOf(core, resolveAbi(core, abi)),
    constants: (abi) => resolveAbi(core, abi).constants,
    CMSG_ALIGN: (length, options) => applyMacro(core, "cmsg_align", length, options),
    CMSG_LEN: (length, options) => applyMacro(core, "cmsg_len", length, options),
    CMSG_SPACE: (length, options) => applyMacro(core, "cmsg_space", length, options),
    controlSpace: (items, options) => spaceWith(core, items, options),
    describeControl: (definition, options) => describeWith(core, definition, options),
    encodeStruct: (name, value, options) => encodeStructWith(core, name, value, options),
    decodeStruct: (name, bytes, options) => decodeStructWith(core, name, bytes, options),
    encodeAddress: (address, options) => encodeAddressWith(core, address, options),
    decodeAddress: (bytes, options) => decodeAddressWith(core, bytes, options),
  };
}
