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
