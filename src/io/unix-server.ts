// UnixServer: a listening AF_UNIX socket on the event loop.

import { flagOf, optionsOf, typeError } from "../codec/arguments.js";
import { adoptMessagesBy } from "./adopt.js";
import type { Use } from "./descriptor.js";
import { ownError, SyscallError } from "./errors.js";
import { Fd } from "./fd.js";
import { theFrame } from "./frame.js";
import { constant } from "./host.js";
import { isUnix, isUnixStream, kindOf } from "./kind.js";
import { setNonBlocking } from "./listen.js";
import { type ListenUnixOptions, listenPrepared } from "./listen-unix.js";
import { Arrivals } from "./loop/arrivals.js";
import { patienceOf, throwIfAborted, type WaitOptions } from "./loop/giving-up.js";
import { iterate } from "./loop/iterate.js";
import { LoopSocket } from "./loop/loop-socket.js";
import {
  applySettings,
  checkFraming,
  type SocketSettings,
  settingsOf,
  type UnixSocketOptions,
} from "./loop/socket-options.js";
import { timers } from "./node-modules.js";
import { readIntOption } from "./query.js";
import { ownAccepted, planSocket } from "./socket.js";
import { SocketFile } from "./socket-file.js";
import { UnixSocket } from "./unix-socket.js";

/** How to serve. The options of a socket hold for every connection. */
export type UnixServerOptions = ListenUnixOptions &
  UnixSocketOptions & {
    /** Whether closing removes the socket file, if it is still this server's; true unless given. */
    readonly unlink?: boolean;
  };

/** Refusals that pass when somebody closes something. */
const EXHAUSTED = new Set(["EMFILE", "ENFILE", "ENOBUFS", "ENOMEM"]);

/** How long a loop over connections waits when the process has no descriptor left: no event tells of a free one. */
const EXHAUSTED_MS = 100;

const CONNECTION = planSocket({ nonBlocking: true });

/**
 * A server at a path or abstract name.
 *
 * @example
 * const server = await UnixServer.listen({ abstract: "app" });
 * const client = await UnixSocket.connect({ abstract: "app" });
 * const connection = await server.accept();
 * for (const each of [client, connection, server]) each.close();
 * @see unix(7), listen(2), accept(2).
 */
export class UnixServer extends LoopSocket {
  readonly #settings: SocketSettings;
  readonly #file: SocketFile | undefined;
  readonly #arrivals: Arrivals<UnixSocket>;

  /** Servers are made by `listen` and `adopt`. @internal */
  constructor(fd: Fd, settings: SocketSettings, file: SocketFile | undefined) {
    super(fd, "UnixServer");
    this.#settings = settings;
    this.#file = file;
    this.#arrivals = new Arrivals("accept", fd.number, this.life);
    this.begin();
  }

  /** @internal */
  override ready(): boolean {
    return this.#arrivals.ready();
  }

  /**
   * Listens at a path or abstract name: a stale socket file is replaced, a live server never, and `mode` holds from the first
   * moment.
   *
   * @returns The server, owned by the caller; closing it removes its socket file.
   * @throws SyscallError EADDRINUSE for a live server or another file, EACCES, ENOENT, with `path`; RangeError
   * `ERR_CMSG_PATH_TOO_LONG`; TypeError.
   * @see bind(2), listen(2), unix(7).
   */
  static async listen(options: UnixServerOptions): Promise<UnixServer> {
    const settings = settingsOf(optionsOf(options, "options"));
    const unlink = flagOf(options.unlink, "unlink", true);
    checkFraming(settings, options.type !== "seqpacket");
    // Before it listens: what the first client sends is covered.
    const prepare = (fd: Fd): void => applySettings(fd.number, settings);
    const { fd, path } = listenPrepared({ ...options, nonBlocking: true }, prepare);
    try {
      const file = path !== undefined && unlink ? new SocketFile(path) : undefined;
      return made(fd, settings, file);
    } catch (error) {
      fd.close();
      throw error;
    }
  }

  /**
   * Takes over a listening AF_UNIX socket: an inherited number, or an `Fd` that was received. It becomes non-blocking, for every
   * process that holds it: another could accept first.
   *
   * @param socket Owned by the server from here on; untouched when this throws.
   * @throws Error `ERR_CMSG_NOT_LISTENING`; SyscallError EBADF, ENOTSOCK.
   */
  static adopt(socket: number | Fd, options?: UnixSocketOptions): UnixServer {
    const settings = settingsOf(optionsOf(options, "options"));
    const fd = new Fd(socket instanceof Fd ? socket.number : socket);
    try {
      const kind = kindOf(fd);
      const accepts = readIntOption(fd.number, constant("SOL_SOCKET"), constant("SO_ACCEPTCONN"));
      if (!isUnix(kind) || accepts !== 1) throw notListening();
      checkFraming(settings, isUnixStream(kind));
      setNonBlocking(fd, true);
      applySettings(fd.number, settings);
      const server = made(fd, settings, undefined);
      if (socket instanceof Fd) socket.take();
      return server;
    } catch (error) {
      fd.take();
      throw error;
    }
  }

  /**
   * Accepts a connection, now or when one is made.
   *
   * @returns The connection, owned by the caller.
   * @throws AbortError; Error `ERR_CMSG_SOCKET_CLOSED`; SyscallError EMFILE, ENFILE, ETIMEDOUT.
   * @see accept(2).
   */
  async accept(options?: WaitOptions): Promise<UnixSocket> {
    const patience = patienceOf(options === undefined ? undefined : optionsOf(options, "options"));
    throwIfAborted(patience);
    return this.#arrivals.next({ attempt: () => this.#accept() }, patience);
  }

  #accept(): UnixSocket | number {
    const frame = theFrame();
    let number: number;
    do number = frame.system.accept(this.fd, 0, 0, CONNECTION.typeFlags);
    while (number === -frame.EINTR);
    if (number < 0) return number;
    const fd = ownAccepted(number, CONNECTION);
    try {
      fd.kind = kindOf(this.open());
      // Linux gives these to a connection by itself; elsewhere they are its own.
      applySettings(number, this.#settings);
      return new UnixSocket(fd, this.#settings);
    } catch (error) {
      fd.close();
      throw error;
    }
  }

  /**
   * The connections as they are made, until the server is closed. A process without free descriptors waits for one.
   */
  [Symbol.asyncIterator](): AsyncIterableIterator<UnixSocket> {
    return iterate(() => this.#acceptPatiently(), this);
  }

  async #acceptPatiently(): Promise<UnixSocket | null> {
    while (!this.closed) {
      try {
        return await this.accept();
      } catch (error) {
        if (!(error instanceof SyscallError && EXHAUSTED.has(error.code))) throw error;
        await timers().setTimeout(EXHAUSTED_MS, undefined, { ref: this.life.counts });
      }
    }
    return null;
  }

  /** Stops listening, and removes the socket file if it is still this server's. Connections stay open. */
  override close(): void {
    if (this.closed) return;
    try {
      this.#file?.remove();
    } finally {
      super.close();
    }
  }

  /** @internal */
  protected override guard(use: Use): void {
    if (use === "receive") this.#arrivals.checkIdle();
    if (use === "block") throw hasToBeNonBlocking();
  }

  /** @internal */
  protected override leave(why: () => Error): void {
    this.#arrivals.end(why);
  }
}

// Outside: a class that calls itself is renamed by the bundler, and its name is in errors and traces.
function made(fd: Fd, settings: SocketSettings, file: SocketFile | undefined): UnixServer {
  return new UnixServer(fd, settings, file);
}

declare module "./adopt.js" {
  interface AdoptedMessages {
    readonly socket: UnixSocket;
    readonly server: UnixServer;
  }
}

adoptMessagesBy((fd, listening) =>
  listening ? UnixServer.adopt(fd as Fd) : UnixSocket.adopt(fd as Fd),
);

function hasToBeNonBlocking(): Error {
  return typeError("on", "true: a UnixServer has to be non-blocking", false);
}

function notListening(): Error {
  return ownError("ERR_CMSG_NOT_LISTENING", "this is no listening AF_UNIX socket");
}
