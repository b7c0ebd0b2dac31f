// errno: where the C library keeps it, and what its numbers are called.

import { constants } from "node:os";
import { koffi, type NativeFunction } from "./koffi.js";

// Numbers that Node's own table lacks. Linux: asm-generic/errno.h; Darwin and FreeBSD: sys/errno.h.
const LINUX = {
  ESHUTDOWN: 108,
  ETOOMANYREFS: 109,
  ESOCKTNOSUPPORT: 94,
  EPFNOSUPPORT: 96,
  EREMOTEIO: 121,
};
const BSD = { ESHUTDOWN: 58, ETOOMANYREFS: 59, ESOCKTNOSUPPORT: 44, EPFNOSUPPORT: 46 };

// In Node's table these stand before the name that people know.
const ALIASES: Readonly<Record<string, string>> = { EWOULDBLOCK: "EAGAIN", ENOTSUP: "EOPNOTSUPP" };

const NUMBERS: Readonly<Record<string, number>> = {
  ...(process.platform === "linux" || process.platform === "android" ? LINUX : BSD),
  ...constants.errno,
};

const NAMES = new Map<number, string>();
for (const [name, number] of Object.entries(NUMBERS)) {
  const known = ALIASES[name];
  const aliased = known !== undefined && NUMBERS[known] === number;
  if (!aliased) NAMES.set(number, name);
}

/** The number of an errno name on this system. */
export function errnoNumber(name: string): number {
  const number = NUMBERS[name];
  if (number === undefined) throw new Error(`this system has no ${name}`);
  return number;
}

/** The name of an errno number on this system. */
export function errnoName(number: number): string {
  return NAMES.get(number) ?? `E${number}`;
}

let strerror: NativeFunction | undefined;

/**
 * A sentence for an errno number: that of Node, and of the C library where Node has none. koffi ends the whole process when a worker
 * thread is ended while it makes this call, so the call is the exception.
 */
export function errnoText(number: number): string {
  const known = process.getBuiltinModule("node:util").getSystemErrorMap().get(-number)?.[1];
  if (known !== undefined) return known;
  strerror ??= koffi().load(null).func("const char *strerror(int number)");
  return String(strerror(number)).toLowerCase();
}

const LOCATIONS: Readonly<Record<string, string>> = {
  linux: "__errno_location",
  android: "__errno",
  darwin: "__error",
  freebsd: "__error",
};

/**
 * This thread's errno as one word: reading it costs half a nanosecond, allocates nothing, and happens in the statement behind
 * the call, before anything else can change it. Each worker thread builds its own.
 */
export function errnoWord(func: (prototype: string) => NativeFunction): Int32Array {
  const name = LOCATIONS[process.platform] ?? "__errno_location";
  const address = func(`uintptr_t ${name}()`)();
  return new Int32Array(koffi().view(address, 4));
}
