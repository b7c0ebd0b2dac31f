// What every socket on the event loop is: an owned descriptor that is observed, given away or closed once.

import type { Address } from "../../codec/address.js";
import { optionsOf } from "../../codec/arguments.js";
import { BORROW, type Use } from "../descriptor.js";
import { ownError } from "../errors.js";
import { Fd, ownFresh } from "../fd.js";
import { forgetOwner } from "../leak.js";
import { getsockname } from "../names.js";
import { INSPECT, util } from "../node-modules.js";
import { type Patience, patienceOf, throwIfAborted, type WaitOptions } from "./giving-up.js";
import { Lifeline } from "./readiness.js";

/** A socket on the event loop: what `UnixSocket`, `UnixServer` and `UdpSocket` have in common. Every call of this package takes it as a socket. */
export abstract class LoopSocket {
  /** @internal */
  protected readonly life: Lifeline = new Lifeline();
  readonly #fd: Fd;
  /** As `inspect` shows it: a bundler may have given the class another name. */
  readonly #name: string;

  /** @internal */
  protected constructor(fd: Fd, name: string) {
    this.#fd = fd;
    this.#name = name;
  }

  /**
   * Begins to be told of events. The last step of making one: whoever made it owns the descriptor until then. What is observed is
   * not collected, so its descriptor need not be watched for that.
   *
   * @internal
   */
  protected begin(): void {
    this.life.begin(this.#fd.number, this);
    forgetOwner(this.#fd);
  }

  /** Is told of events. @internal */
  abstract ready(events: number): boolean;

  /** Refuses calls that wait. @internal */
  protected abstract leave(why: () => Error): void;

  /** The descriptor while it is open. @internal */
  protected open(): Fd {
    if (this.#fd.closed) throw closedError();
    return this.#fd;
  }

  /** Refuses a use that this socket's own calls must not get mixed up with. @internal */
  protected abstract guard(use: Use): void;

  /**
   * The descriptor's number; borrowed: it stays owned here. A call on the number does not know what waits in this socket: give
   * it the socket itself. Throws `ERR_CMSG_SOCKET_CLOSED` after the end.
   */
  get fd(): number {
    return this.open().number;
  }

  /** Whether it was closed or taken. Never throws. */
  get closed(): boolean {
    return this.#fd.closed;
  }

  /** The address that it is bound to. */
  get localAddress(): Address {
    return getsockname(this.open());
  }

  /**
   * Closes it at once: calls that wait are refused with `ERR_CMSG_SOCKET_CLOSED`, whose `sent` says how much of a message the
   * kernel had. Does nothing the second time. Nothing is shut down: what others hold lives on.
   */
  close(): void {
    if (this.closed) return;
    this.#letGo();
    this.#fd.close();
  }

  /**
   * Gives the descriptor away; calls that wait are refused as by `close`.
   *
   * @returns The socket's `Fd`, owned by the caller.
   * @throws Error `ERR_CMSG_SOCKET_CLOSED`; `ERR_CMSG_WRITES_PENDING` when the kernel has a part of a stream message,
   * `ERR_CMSG_FRAME_PENDING` when a part of a frame was read: the rest would be lost. The socket goes on as before then.
   */
  take(): Fd {
    const fd = this.open();
    this.guard("take");
    this.#letGo();
    return ownFresh(fd.take(), fd.kind);
  }

  #letGo(): void {
    this.life.end();
    this.leave(closedError);
  }

  /** Closes it when what waits to be sent is sent. @internal */
  protected async endBehind(
    sender: { drained(patience: Patience, why: () => Error): Promise<void> } | undefined,
    options: WaitOptions | undefined,
  ): Promise<void> {
    const patience = patienceOf(optionsOf(options, "options"));
    throwIfAborted(patience);
    await sender?.drained(patience, closedError);
    this.close();
  }

  /** Lets calls that wait keep the process running, as they do at first. */
  ref(): this {
    this.life.set(true);
    return this;
  }

  /** Lets the process end although calls wait. */
  unref(): this {
    this.life.set(false);
    return this;
  }

  /** Closes it, for `await using`. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.close();
  }

  static {
    function text(this: LoopSocket): string {
      return `${this.#name} ${util().inspect(this.#fd).replace(/^Fd /, "")}`;
    }
    function borrow(this: LoopSocket, use: Use): Fd {
      const fd = this.open();
      this.guard(use);
      return fd;
    }
    Object.defineProperties(this.prototype, {
      [INSPECT]: { value: text },
      [BORROW]: { value: borrow },
    });
  }
}

/** The error of calls on a socket that was closed. */
export function closedError(): Error {
  return ownError("ERR_CMSG_SOCKET_CLOSED", "this socket was closed or its descriptor was taken");
}

/** The socket that is made of a descriptor and owns it; the descriptor is closed when none can be made. */
export function making<S extends LoopSocket>(fd: Fd, make: (fd: Fd) => S): S {
  try {
    return make(fd);
  } catch (error) {
    fd.close();
    throw error;
  }
}

/** The same for two descriptors: both sockets, or none. */
export function makingBoth<S extends LoopSocket>(
  pair: { readonly 0: Fd; readonly 1: Fd },
  make: (fd: Fd) => S,
): [S, S] {
  const { 0: near, 1: far } = pair;
  let left: S | undefined;
  try {
    left = make(near);
    return [left, make(far)];
  } catch (error) {
    left?.close();
    far.close();
    throw error;
  }
}

/**
 * The socket that takes over a descriptor, whose owner so far has it no more then; untouched when none can be made.
 *
 * @internal
 */
export function adopting<S extends LoopSocket>(socket: number | Fd, make: (fd: Fd) => S): S {
  const fd = new Fd(socket instanceof Fd ? socket.number : socket);
  try {
    const adopted = make(fd);
    if (socket instanceof Fd) socket.take();
    return adopted;
  } catch (error) {
    fd.take();
    throw error;
  }
}
