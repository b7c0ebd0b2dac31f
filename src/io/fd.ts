// Fd: an open descriptor that somebody owns. Closed once, by its owner, and never by the garbage collector.

import { Buffer } from "node:buffer";
import type { Socket as DgramSocket } from "node:dgram";
import type { ReadStream as FileReadStream, WriteStream as FileWriteStream } from "node:fs";
import type { Server, Socket } from "node:net";
import type { ReadStream, WriteStream } from "node:tty";
import { bytesOf, integerIn, optionsOf, typeError } from "../codec/arguments.js";
import type { AdoptedAs, FileStreamOptions, SocketAdoptionOptions } from "./adopt.js";
import * as adoption from "./adopt.js";
import { type Description, describe, summary } from "./describe.js";
import { ownError } from "./errors.js";
import {
  checkNumber,
  closeNumber,
  closeNumbers,
  duplicate,
  isOpen,
  LARGEST_TRANSFER,
  type OpenOptions,
  openFile,
  transfer,
} from "./file.js";
import { forgetOwner, NOWHERE, watchOwner } from "./leak.js";
import { INSPECT } from "./node-modules.js";
import { type PositionOptions, positionOf } from "./position.js";
import type { SocketKind } from "./query.js";

/** Says that a number is known to be open and ours: made by the kernel for us just now. */
const FRESH = Symbol("fresh");

/**
 * An open file descriptor with an owner.
 *
 * Whoever holds an `Fd` closes it: by `close()`, by `using`, or by giving it away with `take()`. Closing twice is harmless;
 * `number`, `dup()` and `take()` after the end throw. An `Fd` that is collected while open is warned of, not closed: the
 * number may long be in other use.
 *
 * @example
 * const file = Fd.open("/etc/hostname");
 * try {
 *   console.log(file.read(64).toString());
 * } finally {
 *   file.close();
 * }
 * @see open(2), close(2), fcntl(2).
 */
export class Fd {
  #number: number;
  /** @internal */
  kind: SocketKind | undefined;
  /** @internal */
  place: number;

  /**
   * Takes ownership of an open descriptor.
   *
   * @param number A descriptor; owned from here on.
   * @throws TypeError unless it is an integer; RangeError below 0 or above 2^31 - 1; SyscallError EBADF when it is not open.
   */
  constructor(number: number);
  /** @internal */
  constructor(number: number, fresh: symbol);
  constructor(number: number, fresh?: symbol) {
    if (fresh !== FRESH) isOpen(checkNumber(number, "descriptor"));
    this.#number = number;
    this.kind = undefined;
    this.place = NOWHERE;
    watchOwner(this);
  }

  /**
   * Opens a file. The descriptor is close-on-exec.
   *
   * @param path A string or bytes without NUL.
   * @param flags "r", "r+", "w", "w+", "wx", "wx+", "a", "a+", "ax", "ax+" as in node:fs, or numbers of open(2).
   * @throws TypeError, RangeError before any system call; SyscallError of open(2), with `path`.
   * @example
   * using file = Fd.open("/etc/hostname");
   */
  static open(path: string | Uint8Array, flags: string | number = "r", options?: OpenOptions): Fd {
    const { mode = 0o666 } = optionsOf(options, "options");
    return ownFresh(openFile(path, flags, integerIn(mode, 0, 0o7777, "mode")), undefined);
  }

  /**
   * Closes many at once, runs of consecutive numbers in one system call. Those that are closed already are passed over.
   *
   * @throws TypeError unless all are `Fd`s; then none is closed.
   * @throws SyscallError of close(2), the first one, when all are closed. Within a run the kernel reports none.
   * @example
   * Fd.closeAll([Fd.open("/etc/hostname"), Fd.open("/etc/hosts")]);
   * @see close_range(2).
   */
  static closeAll(fds: Iterable<Fd>): void {
    closeFds(fdList(fds));
  }

  /** The descriptor's number; borrowed: it stays owned here. */
  get number(): number {
    if (this.#number < 0) throw closedError();
    return this.#number;
  }

  /** Whether it was closed or taken. Never throws. */
  get closed(): boolean {
    return this.#number < 0;
  }

  /**
   * A second descriptor for the same open file, close-on-exec, owned by the caller.
   *
   * @throws Error `ERR_CMSG_FD_CLOSED`; SyscallError EMFILE.
   * @see fcntl(2), F_DUPFD_CLOEXEC.
   */
  dup(): Fd {
    return ownFresh(duplicate(this.number), this.kind);
  }

  /**
   * Gives the descriptor away: it stays open, and the caller owns the number.
   *
   * @throws Error `ERR_CMSG_FD_CLOSED`.
   */
  take(): number {
    const { number } = this;
    this.#forget();
    return number;
  }

  /**
   * Closes the descriptor; does nothing the second time.
   *
   * @throws SyscallError EBADF when somebody else has closed the number, EIO, ENOSPC or EDQUOT when written data was lost.
   * @see close(2).
   */
  close(): void {
    const number = this.#number;
    if (number < 0) return;
    this.#forget();
    closeNumber(number);
  }

  /** Closes the descriptor, for `using`. */
  [Symbol.dispose](): void {
    this.close();
  }

  /**
   * Reads up to `length` bytes into a new buffer; at the end of the file it is empty.
   *
   * @throws TypeError, RangeError; SyscallError of read(2) or pread(2).
   * @see read(2), pread(2).
   */
  read(length: number, options?: PositionOptions): Buffer;

  /**
   * Reads into the caller's buffer. Answers the number of bytes.
   *
   * @throws TypeError, RangeError; SyscallError of read(2) or pread(2).
   */
  read(into: ArrayBufferView | ArrayBufferLike, options?: PositionOptions): number;

  read(
    target: number | ArrayBufferView | ArrayBufferLike,
    options?: PositionOptions,
  ): Buffer | number {
    const position = positionOf(options);
    if (typeof target !== "number") {
      const bytes = bytesOf(target, "into");
      return transfer(this.number, "read", bytes, position);
    }
    const length = integerIn(target, 0, LARGEST_TRANSFER, "length");
    const { number } = this;
    const into = Buffer.allocUnsafe(length);
    const bytes = into.subarray(0, transfer(number, "read", into, position));
    // A few bytes must not keep the memory of many alive.
    return bytes.length * 2 < length ? Buffer.from(bytes) : bytes;
  }

  /**
   * Writes bytes, or text as UTF-8. Answers the number of bytes written, which may be fewer.
   *
   * @throws TypeError, RangeError; SyscallError of write(2) or pwrite(2).
   * @see write(2), pwrite(2).
   */
  write(data: string | ArrayBufferView | ArrayBufferLike, options?: PositionOptions): number {
    const position = positionOf(options);
    const bytes = typeof data === "string" ? Buffer.from(data) : bytesOf(data, "data");
    return transfer(this.number, "write", bytes, position);
  }

  /**
   * What the kernel says that this descriptor is, as data.
   *
   * @example
   * using file = Fd.open("/etc/hostname");
   * file.describe().kind // "file"
   */
  describe(): Description {
    return describe(this.number);
  }

  /**
   * The object of Node, or of ours, that fits what the descriptor is; ownership moves to it. A listening stream socket becomes a
   * `net.Server`, a connected one or a pipe a `net.Socket`, UDP a `dgram.Socket`, a terminal a stream of `node:tty`, AF_UNIX
   * sockets with messages a `UnixSocket` or `UnixServer`; everything else stays an `Fd`. Node makes what it adopts non-blocking,
   * for every process that holds it.
   *
   * @throws Error `ERR_CMSG_NOT_CONNECTED` for a stream socket that neither listens nor is connected: Node would make it listen
   * on a random port; `ERR_CMSG_FD_CLOSED`; EEXIST when another object of Node has this number. The `Fd` still owns it then.
   */
  adopt(): AdoptedAs | Fd {
    return adoption.adopt(this);
  }

  /** A connected stream socket or a pipe as a `net.Socket`, which owns it. Throws `ERR_CMSG_WRONG_KIND` for anything else. */
  asSocket(options?: SocketAdoptionOptions): Socket {
    return adoption.asSocket(this, options);
  }

  /** A listening stream socket as a `net.Server`, which owns it, but no socket file. Throws `ERR_CMSG_WRONG_KIND` for anything else. */
  asServer(connected?: (socket: Socket) => void): Server {
    return adoption.asServer(this, connected);
  }

  /** A UDP socket as a `dgram.Socket` of its family, which owns it. Throws `ERR_CMSG_WRONG_KIND` for anything else. */
  asDgram(): DgramSocket {
    return adoption.asDgram(this);
  }

  /** A file as a stream to read from, which owns it. Throws `ERR_CMSG_WRONG_KIND` for anything else. */
  asFile(options?: FileStreamOptions): FileReadStream {
    return adoption.asFile(this, options);
  }

  /** A file as a stream to write to, which owns it. Throws `ERR_CMSG_WRONG_KIND` for anything else. */
  asWritableFile(options?: FileStreamOptions): FileWriteStream {
    return adoption.asWritableFile(this, options);
  }

  /** A terminal as a stream of `node:tty`, which owns it. Throws `ERR_CMSG_WRONG_KIND` for anything else. */
  asTty(): ReadStream | WriteStream {
    return adoption.asTty(this);
  }

  static {
    function text(this: Fd): string {
      // A proxy or an heir of an `Fd` has no number of its own.
      if (!(#number in this)) return "Fd";
      return this.#number < 0 ? "Fd (closed)" : `Fd ${this.#number} (${summary(this.#number)})`;
    }
    // In JSON too, which would show what is kept beside the number.
    Object.defineProperties(this.prototype, {
      [INSPECT]: { value: text },
      toJSON: { value: text },
    });
  }

  #forget(): void {
    this.#number = -1;
    forgetOwner(this);
  }
}

function closedError(): Error {
  return ownError("ERR_CMSG_FD_CLOSED", "this Fd was closed or its number was taken");
}

/** An `Fd` for a number that the kernel has just made for us. */
export function ownFresh(number: number, kind: SocketKind | undefined): Fd {
  const fd = new Fd(number, FRESH);
  fd.kind = kind;
  return fd;
}

/** The elements of a list of `Fd`s, all of them checked. */
function fdList(fds: unknown): readonly Fd[] {
  if (typeof fds !== "object" || fds === null || !(Symbol.iterator in fds)) {
    throw typeError("fds", "an iterable of Fds", fds);
  }
  return Array.from(fds as Iterable<unknown>, (fd, i) => {
    if (fd instanceof Fd) return fd;
    throw typeError(`fds[${i}]`, "an Fd", fd);
  });
}

/** Closes those that are open. Every one is closed; the first refusal is thrown afterwards. */
export function closeFds(fds: readonly Fd[]): void {
  if (fds.length === 1) {
    fds[0]?.close();
    return;
  }
  const numbers: number[] = [];
  for (const fd of fds) if (!fd.closed) numbers.push(fd.take());
  closeNumbers(numbers);
}
