// What the io half throws beside TypeError and RangeError: what the kernel refused, and what it cut short.

import { errnoName, errnoText } from "../../shim/index.js";

/** What a refused system call was about. */
export interface SyscallPlace {
  readonly fd?: number | undefined;
  readonly path?: string | undefined;
  /** An address that is no path, as text. */
  readonly target?: string | undefined;
  /** What to do about it, for the well-known traps. */
  readonly hint?: string | undefined;
}

/** The kernel said no. Shaped like Node's own system errors. */
export class SyscallError extends Error {
  /** Negative errno. */
  readonly errno: number;
  /** Name of errno, such as "EAGAIN". */
  readonly code: string;
  readonly syscall: string;
  declare readonly path?: string;
  declare readonly fd?: number;
  /** What had been sent when a later part of the same call was refused. */
  declare sent?: { readonly bytes: number; readonly fds: number };

  static {
    // On the prototype, so that stack traces begin with it.
    this.prototype.name = "SyscallError";
  }

  constructor(errno: number, syscall: string, place: SyscallPlace = {}) {
    const code = errnoName(errno);
    const { fd, path, target, hint } = place;
    const object = path === undefined ? target : `'${path}'`;
    const about = object === undefined ? syscall : `${syscall} ${object}`;
    super(`${code}: ${errnoText(errno)}, ${about}${hint === undefined ? "" : ` (${hint})`}`);
    this.errno = -errno;
    this.code = code;
    this.syscall = syscall;
    if (path !== undefined) this.path = path;
    if (fd !== undefined) this.fd = fd;
  }
}

/** An error of this library's own that is neither a wrong argument nor the kernel's word. */
export function ownError(code: string, message: string): Error & { readonly code: string } {
  return Object.assign(new Error(message), { code });
}
