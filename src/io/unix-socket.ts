// UnixSocket: an AF_UNIX socket on the event loop, with descriptors both ways.

import type { Address } from "../codec/address.js";
import { optionsOf } from "../codec/arguments.js";
import type { DataInput } from "./data.js";
import type { Use } from "./descriptor.js";
import type { Fd } from "./fd.js";
import { isUnixStream, kindOf } from "./kind.js";
import { type ShutdownHow, shutdown } from "./listen.js";
import { Arrivals } from "./loop/arrivals.js";
import {
  type BindUnixOptions,
  bindUnix,
  type ConnectUnixOptions,
  checkUnix,
  connectUnix,
  pairUnix,
} from "./loop/connecting.js";
import { headsOf } from "./loop/framing.js";
import {
  ENDLESS,
  patienceOf,
  promised,
  throwIfAborted,
  type WaitOptions,
} from "./loop/giving-up.js";
import { guardMessages } from "./loop/guard.js";
import type { AsyncReceiveManyOptions, AsyncReceiveOptions } from "./loop/incoming.js";
import { Incoming } from "./loop/incoming.js";
import { drain } from "./loop/iterate.js";
import { adopting, LoopSocket, making, makingBoth } from "./loop/loop-socket.js";
import { type AsyncSendOptions, planQueueable } from "./loop/queued.js";
import { READABLE, WRITABLE } from "./loop/selector.js";
import { Sender } from "./loop/sender.js";
import {
  applySettings,
  checkFraming,
  type SocketSettings,
  settingsOf,
  type UnixSocketOptions,
} from "./loop/socket-options.js";
import { getpeername } from "./names.js";
import { type PeerCredentials, peerCredentials } from "./peer.js";
import { type PeerProcess, peerPidfd } from "./peer-pidfd.js";
import type { SocketKind } from "./query.js";
import type { Received } from "./received.js";
import type { ReceivedMessages } from "./recvmmsg.js";
import type { Sent } from "./send-fds.js";
import type { SocketType } from "./socket.js";

/**
 * An AF_UNIX socket on the event loop: stream, datagram or seqpacket, with descriptors and control messages both ways.
 *
 * @example
 * const socket = await UnixSocket.connect({ path: "/run/app.sock" });
 * await socket.send("report", { fds: [file] });
 * const answer = await socket.receive();
 * socket.close();
 * @see unix(7), sendmsg(2), recvmsg(2).
 */
export class UnixSocket extends LoopSocket {
  readonly #kind: SocketKind;
  readonly #settings: SocketSettings;
  readonly #incoming: Incoming;
  /** Made by the first send: many sockets only receive. */
  #sender: Sender | undefined;
  readonly #receiver: Arrivals<Received | null>;

  /** Sockets are made by `connect`, `bound`, `pair`, `adopt` and `UnixServer`. @internal */
  constructor(fd: Fd, settings: SocketSettings) {
    super(fd, "UnixSocket");
    this.#kind = checkUnix(kindOf(fd));
    this.#settings = settings;
    checkFraming(settings, this.isStream);
    this.#incoming = new Incoming(this, fd, settings, this.life);
    const { idleTimeoutMs: ms } = settings;
    const idle = ms === undefined ? undefined : { ms, over: () => this.close() };
    this.#receiver = new Arrivals<Received | null>("recvmsg", fd.number, this.life, idle);
    this.begin();
  }

  /** @internal */
  override ready(events: number): boolean {
    this.#incoming.wake(events);
    const took = (events & READABLE) !== 0 && this.#receiver.ready();
    if ((events & WRITABLE) !== 0) this.#sender?.writable();
    return took;
  }

  /**
   * Connects to a path or abstract name. A datagram socket is only told where its messages go.
   *
   * @returns The connection, owned by the caller.
   * @throws TypeError, RangeError before any system call; AbortError; SyscallError ENOENT, ECONNREFUSED, EACCES, EPROTOTYPE,
   * ETIMEDOUT, with `path`.
   * @example
   * const socket = await UnixSocket.connect({ path: "/run/app.sock", signal: AbortSignal.timeout(1000) });
   * socket.close();
   * @see connect(2), unix(7).
   */
  static async connect(options: ConnectUnixOptions): Promise<UnixSocket> {
    const settings = settingsOf(optionsOf(options, "options"));
    return owning(await connectUnix(options, settings), settings);
  }

  /**
   * A datagram socket with a name, or with an abstract one of the kernel's choice for `{ unnamed: true }`. A socket file stays
   * when it is closed.
   *
   * @throws SyscallError EADDRINUSE, EACCES, ENOENT, with `path`.
   * @example
   * const socket = UnixSocket.bound({ abstract: "log" });
   * socket.close();
   * @see bind(2), unix(7).
   */
  static bound(options: BindUnixOptions): UnixSocket {
    const settings = settingsOf(optionsOf(options, "options"));
    return owning(bindUnix(options, settings), settings);
  }

  /**
   * Two sockets that are connected to each other.
   *
   * @example
   * const [left, right] = UnixSocket.pair({ type: "seqpacket" });
   * left.close();
   * right.close();
   * @see socketpair(2).
   */
  static pair(
    options?: UnixSocketOptions & { readonly type?: SocketType },
  ): [UnixSocket, UnixSocket] {
    const { type = "stream", ...rest } = optionsOf(options, "options");
    const settings = settingsOf(rest);
    return makingBoth(pairUnix(type, settings), (fd) => owning(fd, settings));
  }

  /**
   * Takes over an AF_UNIX socket: an inherited number, or an `Fd` that was received. Its blocking mode stays as it is.
   *
   * @param socket Owned by the new socket from here on; untouched when this throws.
   * @throws Error `ERR_CMSG_NOT_UNIX`; SyscallError EBADF, ENOTSOCK.
   */
  static adopt(socket: number | Fd, options?: UnixSocketOptions): UnixSocket {
    const settings = settingsOf(optionsOf(options, "options"));
    return adopting(socket, (fd) => {
      checkUnix(kindOf(fd));
      applySettings(fd.number, settings);
      return made(fd, settings);
    });
  }

  /**
   * Sends data with descriptors and control messages; text as UTF-8. Resolves when the kernel has all of it.
   *
   * Messages are sent in the order of the calls, each exactly once. While one waits, its descriptors are duplicated; its data
   * is borrowed until the promise settles. What is given up before its first byte was sent is never sent; of a stream message
   * that had begun the rest follows, and `error.sent` says how much the kernel had.
   *
   * @returns Bytes and descriptors sent.
   * @throws TypeError, RangeError, EncodeError before any system call; Error `ERR_CMSG_FDS_WITHOUT_DATA`,
   * `ERR_CMSG_TOO_MANY_FDS`, `ERR_CMSG_QUEUE_FULL`, `ERR_CMSG_SOCKET_CLOSED`; AbortError; SyscallError of sendmsg(2), ETIMEDOUT.
   * @see sendmsg(2), unix(7).
   */
  send(data: DataInput | string, options?: AsyncSendOptions): Promise<Sent> {
    return promised(() => {
      const given = optionsOf(options, "options");
      const patience = patienceOf(given);
      const message = planQueueable(data, given, this.#kind, headsOf(this.#settings));
      throwIfAborted(patience);
      this.#sender ??= new Sender(this, this.fd, this.#kind, this.#settings, this.life);
      return this.#sender.send(message, patience);
    });
  }

  /**
   * Receives the next message, or what a stream has; null at the end. Descriptors are owned by the message: `take()` those that
   * you keep, and let `using` close the rest.
   *
   * @throws TruncationError when descriptors are missing; AbortError; Error `ERR_CMSG_SOCKET_CLOSED`, `ERR_CMSG_FRAME_TOO_LONG`,
   * `ERR_CMSG_FRAME_CUT_SHORT`; SyscallError ENOTCONN, ETIMEDOUT, and once ECONNRESET: what came before can still be received.
   * @see recvmsg(2), unix(7).
   */
  receive(options?: AsyncReceiveOptions): Promise<Received | null> {
    if (options === undefined) return this.#receiver.next(this.#incoming, ENDLESS);
    return this.#receiver.nextWith(options, (given) => this.#incoming.attemptWith(given));
  }

  /**
   * Receives what has come, up to 64 messages in one system call: at least one, for which it waits; null at the end. Each one is
   * what `receive` answers, and owns its descriptors. One that lacks descriptors ends the batch in front of it: the next receive
   * throws its `TruncationError`, and those behind it stay queued.
   *
   * @throws As `receive`.
   * @example
   * const [left, right] = UnixSocket.pair({ type: "seqpacket" });
   * for (const text of ["one", "two"]) await left.send(text);
   * using messages = await right.receiveMany({ limit: 32 });
   * const texts = messages.map((message) => `${message.data}`); // ["one", "two"]
   * for (const socket of [left, right]) socket.close();
   * @see recvmmsg(2), unix(7).
   */
  receiveMany(options?: AsyncReceiveManyOptions): Promise<ReceivedMessages<Received> | null> {
    return this.#receiver.nextWith(options, (given) => this.#incoming.attemptMany(given));
  }

  /**
   * The messages as they come, until the end or until the socket is closed; while several wait, up to 32 by one system call. Leaving
   * the loop leaves it open: those that it has not come to wait for the next receive, and until then nothing else can take it.
   *
   * @example
   * const [left, right] = UnixSocket.pair();
   * await left.send("hello");
   * left.close();
   * for await (const message of right.messages()) {
   *   console.log(message.data.toString(), message.fds.length);
   *   message[Symbol.dispose]();
   * }
   * right.close();
   */
  messages(options?: AsyncReceiveOptions): AsyncIterableIterator<Received> {
    return drain(this, this.#receiver, this.#incoming, options);
  }

  /**
   * Calls back with every message as it comes: `messages` without its promises. Reads on until the end, an error, or `stop`.
   *
   * @param ended Called once: without an error at the end of the stream, with one when receiving fails or the socket is closed.
   * @returns What stops it.
   */
  onMessage(take: (message: Received) => void, ended: (error?: Error) => void): () => void {
    return this.#receiver.each(this.#incoming.draining(), take, ended);
  }

  /**
   * Ends one or both directions for every process that holds the socket; what waits to be sent is refused.
   *
   * @throws SyscallError ENOTCONN; Error `ERR_CMSG_SOCKET_CLOSED`.
   * @see shutdown(2).
   */
  shutdown(how: ShutdownHow): void {
    shutdown(this.open(), how);
  }

  /** Sends what waits, takes nothing else, then closes. It is still open after AbortError or ETIMEDOUT. */
  async end(options?: WaitOptions): Promise<void> {
    await this.endBehind(this.#sender, options);
  }

  /** @internal */
  protected override guard(use: Use): void {
    guardMessages(use, this.#settings.framed, this.#sender, this.#receiver, this.#incoming);
  }

  /** @internal */
  protected override leave(why: () => Error): void {
    this.#receiver.end(why);
    this.#sender?.end(why);
    this.#incoming.release();
  }

  /** Whether it is a stream, without boundaries between messages. */
  get isStream(): boolean {
    return isUnixStream(this.#kind);
  }

  /** Whether a message arrives as it was sent: on message sockets and in framed mode. */
  get keepsMessages(): boolean {
    return !this.isStream || this.#settings.framed;
  }

  /** Bytes that wait to be sent. */
  get queuedBytes(): number {
    return this.#sender?.waiting ?? 0;
  }

  /** The address of the other end. */
  get remoteAddress(): Address {
    return getpeername(this.open());
  }

  /** Who is at the other end, as it was when the connection was made. Throws ENOTCONN where the kernel knows of no peer. */
  peerCredentials(): PeerCredentials {
    return peerCredentials(this.open());
  }

  /** The process at the other end as a descriptor, which the caller owns. Throws ENODATA where the kernel knows of no peer. */
  peerPidfd(): PeerProcess {
    return peerPidfd(this.open());
  }
}

function owning(fd: Fd, settings: SocketSettings): UnixSocket {
  return making(fd, () => made(fd, settings));
}

// Outside: a class that calls itself is renamed by the bundler, and its name is in errors and traces.
function made(fd: Fd, settings: SocketSettings): UnixSocket {
  return new UnixSocket(fd, settings);
}
