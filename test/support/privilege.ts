// What this process may do, and tests that give some of it up for a moment.

import { readFileSync } from "node:fs";

/** Bits of capabilities(7). */
export const CAP_SETGID = 6;
export const CAP_SETUID = 7;
export const CAP_NET_ADMIN = 12;
export const CAP_NET_RAW = 13;
export const CAP_SYS_ADMIN = 21;

/** Whether the kernel lets this process use a capability. */
export function hasCapability(bit: number): boolean {
  const line = /^CapEff:\s*([0-9a-f]+)$/m.exec(readFileSync("/proc/self/status", "utf8"));
  return ((BigInt(`0x${line?.[1] ?? "0"}`) >> BigInt(bit)) & 1n) === 1n;
}

/** Process, user and group of this process. */
export function ownIds(): { pid: number; uid: number; gid: number } {
  return { pid: process.pid, uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 };
}

/** Runs `work` without the capabilities of root: as whoever runs the tests, or as nobody. */
export function withoutPrivilege<T>(work: () => T): T {
  if (process.geteuid?.() !== 0) return work();
  process.seteuid?.(65534);
  try {
    return work();
  } finally {
    process.seteuid?.(0);
  }
}
