// This process: its ABI, its constants, and whether the io half can work here.

import { hasSystemCalls, type System, systemCalls } from "../../shim/index.js";
import { type Abi, resolveAbi } from "../codec/abi.js";
import { nearNames, shown } from "../codec/arguments.js";
import { constantsOf } from "../codec/constants/index.js";
import { type Core, standardCore } from "../codec/core.js";
import { hostAbi, hostSystem } from "../codec/host-abi.js";
import { ownError } from "./errors.js";

/** What every system call needs. */
export interface Host {
  readonly core: Core;
  readonly abi: Abi;
  readonly system: System;
}

/** Constants that no C library changes: known without asking which one this is. */
const CONSTANTS = constantsOf(hostSystem());

/** A constant of this system that a call cannot do without. */
export function constant(name: string): number {
  if (Object.hasOwn(CONSTANTS, name)) return CONSTANTS[name] as number;
  // Where nothing is supported, that is the reason, and not this name.
  currentHost();
  const near = nearNames(name, Object.keys(CONSTANTS)).join(", ");
  throw ownError("ERR_CMSG_NOT_SUPPORTED", `this system has no ${shown(name)} (but ${near})`);
}

/**
 * The same for modules that look it up when they are imported: importing works on every system, and where there are no system
 * calls the first one throws before the 0 is used.
 */
export function importedConstant(name: string): number {
  return hasSystemCalls() ? constant(name) : 0;
}

/** A constant of this system, or 0 where it has none: flags that can be left out. */
export function constantOrZero(name: string): number {
  return CONSTANTS[name] ?? 0;
}

/** Whether this is a Linux kernel. */
export const IS_LINUX: boolean = process.platform === "linux" || process.platform === "android";

let host: Host | undefined;

/** The host, found out at the first system call. */
export function currentHost(): Host {
  if (host !== undefined) return host;
  if (new Uint8Array(Uint16Array.of(1).buffer)[0] !== 1) {
    const message = "system calls need a little-endian machine; the codec (cmsg/codec) works here";
    throw ownError("ERR_CMSG_UNSUPPORTED_SYSTEM", message);
  }
  const system = systemCalls();
  const core = standardCore();
  host = { core, abi: resolveAbi(core, hostAbi().name), system };
  return host;
}
