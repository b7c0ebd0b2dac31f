// Modules of Node that most programs do not need of this package: loaded when they are, since each takes milliseconds.

/** node:cluster. */
export const cluster = (): import("node:cluster").Cluster =>
  process.getBuiltinModule("node:cluster") as unknown as import("node:cluster").Cluster;
/** node:dgram. */
export const dgram = (): typeof import("node:dgram") => process.getBuiltinModule("node:dgram");
/** node:net. */
export const net = (): typeof import("node:net") => process.getBuiltinModule("node:net");
/** node:tty. */
export const tty = (): typeof import("node:tty") => process.getBuiltinModule("node:tty");
/** node:crypto. */
export const crypto = (): typeof import("node:crypto") => process.getBuiltinModule("node:crypto");
/** node:dns/promises. */
export const dns = (): typeof import("node:dns/promises") =>
  process.getBuiltinModule("node:dns/promises");
/** node:fs, with everything that it exports. */
export const fs = (): typeof import("node:fs") => process.getBuiltinModule("node:fs");
/** node:util. */
export const util = (): typeof import("node:util") => process.getBuiltinModule("node:util");
/** Under this name objects say how `inspect` of node:util shows them. */
export const INSPECT = Symbol.for("nodejs.util.inspect.custom");
/** node:timers/promises. */
export const timers = (): typeof import("node:timers/promises") =>
  process.getBuiltinModule("node:timers/promises");
