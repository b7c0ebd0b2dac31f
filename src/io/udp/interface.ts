// Interfaces: the index by which the kernel knows one, by its name.

import { Buffer } from "node:buffer";
import { integerIn, rangeError, typeError } from "../../codec/arguments.js";
import { SyscallError } from "../errors.js";
import { socket } from "../socket.js";
import { getsockopt, setsockopt } from "../sockopt.js";

/** Index of an interface, or its name, such as "eth0": Linux 5.7 tells the index of a name to everybody. */
export type InterfaceLike = number | string;

/** IFNAMSIZ, without the NUL at the end. */
const NAME_LIMIT = 15;

/** The index of an interface; 0 lets the kernel choose. */
export function checkInterface(given: unknown, what = "interface"): number {
  if (typeof given === "number") return integerIn(given, 0, 0x7fffffff, what);
  if (typeof given !== "string") throw typeError(what, "the index or name of an interface", given);
  const bytes = Buffer.from(given);
  if (bytes.length === 0 || bytes.length > NAME_LIMIT || /[/\s\0]/.test(given)) {
    throw rangeError(what, `a name of 1 to ${NAME_LIMIT} bytes without slash and space`, given);
  }
  return indexOf(bytes, given);
}

/** A socket that is bound to the interface by its name knows the index. */
function indexOf(bytes: Buffer, name: string): number {
  using probe = socket({ family: "inet", type: "dgram" });
  try {
    setsockopt(probe, "SOL_SOCKET", "SO_BINDTODEVICE", bytes);
  } catch (error) {
    if (!(error instanceof SyscallError) || error.code !== "ENODEV") throw error;
    const hint = `no interface is called ${JSON.stringify(name)}`;
    throw new SyscallError(-error.errno, "setsockopt", { hint });
  }
  return getsockopt(probe, "SOL_SOCKET", "SO_BINDTOIFINDEX");
}
