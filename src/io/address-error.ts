// The error of a call that the kernel refused because of an address: which address, and what the well-known traps mean.

import { Buffer } from "node:buffer";
import { errnoName } from "../../shim/index.js";
import { type Address, unpackAddress } from "../codec/address.js";
import { SyscallError } from "./errors.js";
import { theFrame } from "./frame.js";
import { constant } from "./host.js";
import { socketFamily } from "./query.js";

/** What was refused. */
export interface RefusedAddress {
  readonly errno: number;
  readonly syscall: string;
  readonly fd: number;
  /** The sockaddr that was given; none where the call was made without one. */
  readonly bytes: Uint8Array | undefined;
  /** What the call itself knows about errors, unless the address is of the wrong family. */
  readonly hint?: string | undefined;
}

/** The error: with `path` where the address is one, and the address in its message in any case. */
export function addressError(refused: RefusedAddress): SyscallError {
  const { errno, syscall, fd, bytes } = refused;
  const { core, abi } = theFrame();
  const address = bytes === undefined ? null : unpackAddress(core, abi, bytes);
  const code = errnoName(errno);
  const family = code === "EINVAL" || code === "EAFNOSUPPORT";
  const hint = (family ? familyHint(fd, address) : undefined) ?? refused.hint;
  return new SyscallError(errno, syscall, {
    fd,
    path: address === null ? undefined : pathText(address),
    target: address === null ? undefined : addressText(address),
    hint,
  });
}

function nameText(name: string | Uint8Array): string {
  return typeof name === "string" ? name : Buffer.from(name).toString();
}

function pathText(address: Address): string | undefined {
  return "path" in address ? nameText(address.path) : undefined;
}

/** An address that is no path, as a reader knows it. */
function addressText(address: Address): string | undefined {
  // NULs in a name are shown, not printed.
  if ("abstract" in address) return `abstract ${JSON.stringify(nameText(address.abstract))}`;
  if (!("host" in address)) return undefined;
  const { host, port } = address;
  return host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
}

const FAMILIES = ["AF_UNIX", "AF_INET", "AF_INET6"] as const;

function familyOf(address: Address): (typeof FAMILIES)[number] | undefined {
  if ("host" in address) return address.host.includes(":") ? "AF_INET6" : "AF_INET";
  return "family" in address ? undefined : "AF_UNIX";
}

/** The trap behind a bare EINVAL: an address of one family for a socket of another. */
function familyHint(fd: number, address: Address | null): string | undefined {
  const given = address === null ? undefined : familyOf(address);
  const number = socketFamily(fd);
  const own = FAMILIES.find((name) => constant(name) === number);
  if (given === undefined || own === undefined || given === own) return undefined;
  return `the address is of ${given}, the socket of ${own}`;
}
