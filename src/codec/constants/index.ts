// Which table of constants goes with the name of an ABI.

import { DARWIN } from "./darwin.js";
import { DRAGONFLY } from "./dragonfly.js";
import { FREEBSD } from "./freebsd.js";
import { HAIKU } from "./haiku.js";
import { HURD } from "./hurd.js";
import { ILLUMOS } from "./illumos.js";
import { GENERIC } from "./linux.js";
import { ALPHA, BIONIC, MIPS, PARISC, POWERPC, SPARC, TIME64 } from "./linux-machines.js";
import { NETBSD } from "./netbsd.js";
import { OPENBSD } from "./openbsd.js";
import type { Constants } from "./types.js";
import { WINDOWS } from "./windows.js";

// Tables are functions: a process makes those of one system, and importing the package makes none.

const SYSTEMS: Readonly<Record<string, () => Constants>> = {
  darwin: DARWIN,
  dragonfly: DRAGONFLY,
  freebsd: FREEBSD,
  haiku: HAIKU,
  hurd: HURD,
  illumos: ILLUMOS,
  netbsd: NETBSD,
  openbsd: OPENBSD,
  windows: WINDOWS,
};

const LINUX_MACHINES: readonly (readonly [prefix: string, () => Constants])[] = [
  ["powerpc", POWERPC],
  ["ppc64", POWERPC],
  ["mips", MIPS],
  ["alpha", ALPHA],
  ["sparc", SPARC],
  ["hppa", PARISC],
];

// 32-bit musl moved to 64-bit time in 1.2.0; x32 always had it.
const TIME64_MUSL = ["i386", "armhf", "mipsel", "mips", "mipsn32", "powerpc", "m68k"];

const made = new Map<() => Constants, Constants>();

/** A whole table, made once. */
function tableOf(make: () => Constants): Constants {
  const known = made.get(make) ?? Object.freeze(make());
  made.set(make, known);
  return known;
}

/** Constants of the ABI called `name`, frozen: all callers share them. */
export function constantsOf(name: string): Constants {
  const [system = "", machine = "", libc = "", variant = ""] = name.split("-");
  const fixed = Object.hasOwn(SYSTEMS, system) ? SYSTEMS[system] : undefined;
  if (fixed !== undefined) return tableOf(fixed);
  const changed = LINUX_MACHINES.find(([prefix]) => machine.startsWith(prefix))?.[1];
  const time64 = variant === "time64" || (libc === "musl" && TIME64_MUSL.includes(machine));
  const bionic = libc === "bionic";
  if (changed === undefined && !time64 && !bionic) return tableOf(GENERIC);
  const numbers = {
    ...tableOf(GENERIC),
    ...changed?.(),
    ...(time64 ? TIME64() : undefined),
    ...(bionic ? BIONIC() : undefined),
  };
  const known = Object.entries(numbers).filter(([, number]) => number !== undefined);
  return Object.freeze(Object.fromEntries(known));
}
