// What this kernel has: its own words where it lacks something, for tests that are skipped then.

import { getsockname, type SocketOptions, SyscallError, sendmsg, setsockopt, socket } from "cmsg";
import { hasCapability } from "../../support/privilege.js";
import { bound } from "./sockets.js";

export const CAP_NET_ADMIN = 12;
export const CAP_NET_RAW = 13;

/** What the kernel says against some work; undefined when it does it. */
export function problemOf(what: string, work: () => unknown): string | undefined {
  try {
    work();
    return undefined;
  } catch (error) {
    if (error instanceof SyscallError) return `${what}: ${error.message}`;
    throw error;
  }
}

/** Why there is no such socket here. */
export function socketProblem(options: SocketOptions, what: string): string | undefined {
  return problemOf(what, () => socket(options).close());
}

/** Why a socket has no such option here: level and number as Linux has them. */
export function optionProblem(
  options: SocketOptions,
  level: number,
  option: number,
  value: number | Uint8Array = 1,
): string | undefined {
  return problemOf(`option ${option} of level ${level}`, () => {
    using made = socket(options);
    setsockopt(made, level, option, value);
  });
}

/** Why this process may not do something. */
export function capabilityProblem(bit: number, name: string): string | undefined {
  return hasCapability(bit) ? undefined : `it takes ${name}`;
}

/** The first reason of several. */
export function firstOf(...reasons: readonly (string | undefined)[]): string | undefined {
  return reasons.find((reason) => reason !== undefined);
}

/**
 * Why this kernel does not take a message of a level and type on a UDP socket with options: by numbers and bytes, so that a
 * definition with a fault is not mistaken for a kernel that lacks it.
 */
export function messageProblem(
  level: number,
  type: number,
  payload: Uint8Array | Uint16Array | Int32Array,
  ...options: readonly (readonly [level: number, option: number, value: number])[]
): string | undefined {
  return problemOf(`type ${type} of level ${level}`, () => {
    using sender = bound("127.0.0.1");
    for (const option of options) setsockopt(sender, ...option);
    const to = getsockname(sender);
    sendmsg(sender, { data: Buffer.from("x"), to, control: [{ level, type, payload }] });
  });
}
