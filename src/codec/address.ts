// Socket addresses: what a program writes and reads, and the sockaddr bytes of any ABI.

import { SUN_LEN_WIDTH, SUN_PATH_SIZE } from "../../assembly/shared/column.js";
import { type Abi, constantOf } from "./abi.js";
import {
  familyIn,
  type InternetAddress,
  packInternet,
  unpackInternet,
} from "./address-internet.js";
import { bytesOf, integerIn, rangeError, shown, typeError } from "./arguments.js";
import type { Core } from "./core.js";
import { packStruct } from "./struct.js";

/** An AF_UNIX socket with a file. A path that is not UTF-8 is bytes. */
export interface PathAddress {
  readonly path: string | Uint8Array;
}

/** An AF_UNIX socket with a name that is no file (Linux), without the NUL in front. */
export interface AbstractAddress {
  readonly abstract: string | Uint8Array;
}

/** An AF_UNIX socket without a name. To bind it makes Linux choose an abstract name. */
export interface UnnamedAddress {
  readonly unnamed: true;
}

/** An address of a family that has no form of its own here: sa_family, and the bytes behind it. */
export interface OtherAddress {
  readonly family: number;
  readonly data: Uint8Array;
}

export type { InternetAddress } from "./address-internet.js";

/** A socket address. */
export type Address =
  | PathAddress
  | AbstractAddress
  | UnnamedAddress
  | InternetAddress
  | OtherAddress;

/** The one value for a socket without a name. */
export const UNNAMED: UnnamedAddress = Object.freeze({ unnamed: true });

/** Bytes of any sockaddr: struct sockaddr_storage of every system is no larger. */
export const ADDRESS_SIZE = 256;

function hasAbstractNames(abi: Abi): boolean {
  return abi.name.startsWith("linux-") || abi.name.startsWith("android-");
}

function constant(abi: Abi, name: string): number {
  const value = constantOf(abi, name);
  if (value === undefined) throw rangeError("address", `of a family that ${abi.name} has`, name);
  return value;
}

const FORMS = ["path", "abstract", "unnamed", "host", "family"] as const;

/** The sockaddr bytes of an address. */
export function packAddress(core: Core, abi: Abi, address: Address, what = "address"): Uint8Array {
  const form = formOf(address, what);
  const given: Partial<Record<keyof Address | (typeof FORMS)[number], unknown>> = address;
  if (form === "path") return packPath(core, abi, given.path, what);
  if (form === "abstract") return packAbstract(core, abi, given.abstract, what);
  if (form === "host") return packInternet(core, abi, address as InternetAddress, what);
  if (form === "family") return packOther(core, abi, address as OtherAddress, what);
  if (given.unnamed !== true) throw typeError(`${what}.unnamed`, "true", given.unnamed);
  return packUnix(core, abi, new Uint8Array(0), 0);
}

/** The one form that an address has: a mixture could mean either. */
function formOf(address: unknown, what: string): (typeof FORMS)[number] {
  const given = typeof address === "object" && address !== null ? address : {};
  const [form, another] = FORMS.filter((key) => key in given);
  if (form !== undefined && another === undefined) return form;
  const expected = "an object with path, abstract, unnamed, or host and port";
  if (another === undefined) throw typeError(what, expected, address);
  const message = `${what} must be ${expected}: one of them, not both ${form} and ${another}`;
  throw Object.assign(new TypeError(message), { code: "ERR_CMSG_INVALID_ARG_TYPE" });
}

/** A copy: memory that is shared may change between a look and the next. */
function nameBytes(name: unknown, what: string): Uint8Array {
  if (typeof name === "string") return new TextEncoder().encode(name);
  if (typeof name !== "object" || name === null) throw typeError(what, "a string or bytes", name);
  return new Uint8Array(bytesOf(name, what));
}

/** Bytes that a name may have: one of sun_path is kept for the NUL behind or in front of it. */
function nameLimit(core: Core, abi: Abi): number {
  const size = core.exports.abi_column(abi.index, SUN_PATH_SIZE);
  if (size === 0) throw rangeError("address", `of a family that ${abi.name} describes`, "AF_UNIX");
  return size - 1;
}

/** sockaddr_un with `name` in sun_path; `length` bytes of sun_path count. */
function packUnix(core: Core, abi: Abi, name: Uint8Array, length: number): Uint8Array {
  const start = sunPathOffset();
  const hasLength = core.exports.abi_column(abi.index, SUN_LEN_WIDTH) === 1;
  const bytes = packStruct(core, abi, "sockaddr_un", {
    ...(hasLength ? { sun_len: start + name.length } : undefined),
    sun_family: constant(abi, "AF_UNIX"),
    sun_path: name,
  });
  return bytes.subarray(0, start + length);
}

/** offsetof(struct sockaddr_un, sun_path): two bytes of family, or one of length and one of family, everywhere. */
function sunPathOffset(): number {
  return 2;
}

function packPath(core: Core, abi: Abi, path: unknown, what: string): Uint8Array {
  const name = nameBytes(path, `${what}.path`);
  if (name.length === 0) throw typeError(`${what}.path`, "the name of a socket file", path);
  if (name.includes(0)) {
    throw Object.assign(
      new TypeError(
        `${what}.path must not contain NUL (an abstract name is given as { abstract: name }), not ${shown(path)}`,
      ),
      { code: "ERR_CMSG_PATH_NUL" },
    );
  }
  const limit = nameLimit(core, abi);
  if (name.length > limit) throw tooLong(`${what}.path`, "path", name.length, limit);
  return packUnix(core, abi, name, name.length + 1);
}

function packAbstract(core: Core, abi: Abi, abstract: unknown, what: string): Uint8Array {
  const name = nameBytes(abstract, `${what}.abstract`);
  if (!hasAbstractNames(abi)) {
    throw typeError(what, `a path: ${abi.name} has no abstract names`, abstract);
  }
  const limit = nameLimit(core, abi);
  if (name.length > limit) throw tooLong(`${what}.abstract`, "name", name.length, limit);
  return packUnix(core, abi, Uint8Array.of(0, ...name), name.length + 1);
}

function tooLong(what: string, noun: string, length: number, limit: number): RangeError {
  const hint =
    noun === "path"
      ? "; a shorter way to it is a relative path, a symbolic link to its directory, or /proc/self/fd/N/name"
      : "";
  return Object.assign(
    new RangeError(`${what} must be at most ${limit} bytes, not ${length}${hint}`),
    { code: "ERR_CMSG_PATH_TOO_LONG" },
  );
}

function packOther(core: Core, abi: Abi, address: OtherAddress, what: string): Uint8Array {
  const hasLength = core.exports.abi_column(abi.index, SUN_LEN_WIDTH) === 1;
  const family = integerIn(address.family, 0, hasLength ? 0xff : 0xffff, `${what}.family`);
  const data = new Uint8Array(bytesOf(address.data, `${what}.data`));
  // A length byte counts itself and the family too.
  const limit = (hasLength ? ADDRESS_SIZE - 1 : ADDRESS_SIZE) - 2;
  if (data.length > limit) throw tooLong(`${what}.data`, "name", data.length, limit);
  const length = hasLength ? { sin_len: 2 + data.length } : undefined;
  const struct = packStruct(core, abi, "sockaddr_in", { ...length, sin_family: family });
  const head = struct.subarray(0, 2);
  return Uint8Array.of(...head, ...data);
}

/** The address in the sockaddr bytes that a system call has written; null when it has written none. */
export function unpackAddress(core: Core, abi: Abi, bytes: Uint8Array): Address | null {
  if (bytes.length < 2) return null;
  const family = familyIn(core, abi, bytes);
  if (family === constantOf(abi, "AF_UNIX"))
    return unpackUnix(abi, bytes.subarray(sunPathOffset()));
  const internet = unpackInternet(core, abi, family, bytes);
  return internet ?? { family, data: new Uint8Array(bytes.subarray(2)) };
}

function unpackUnix(abi: Abi, name: Uint8Array): Address {
  if (name.length === 0) return UNNAMED;
  if (name[0] === 0) {
    return hasAbstractNames(abi) ? { abstract: textOrBytes(name.subarray(1)) } : UNNAMED;
  }
  const end = name.indexOf(0);
  return { path: textOrBytes(end < 0 ? name : name.subarray(0, end)) };
}

function textOrBytes(bytes: Uint8Array): string | Uint8Array {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return new Uint8Array(bytes);
  }
}
