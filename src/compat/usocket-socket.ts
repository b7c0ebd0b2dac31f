// USocket: the stream socket of npm `usocket`.

import { Buffer } from "node:buffer";
import { Duplex } from "node:stream";
import { Fd, FdStream, UnixSocket } from "../index.js";
import { addressOf } from "./address.js";

/** Where to connect: a path, an abstract name behind a NUL, or an open descriptor, which is taken over. */
export type USocketOptions =
  | string
  | {
      readonly path?: string;
      readonly fd?: number;
      /** Whether the writing side stays open when the other end has ended; true unless given. */
      readonly allowHalfOpen?: boolean;
    };

/** A write with descriptors. They are duplicated at once: yours can be closed when `write` returns. */
export interface USocketWrite {
  readonly data?: Uint8Array | string;
  readonly fds?: readonly number[];
  /** Called when the kernel has it. */
  readonly callback?: (chunk: USocketWrite) => void;
}

/** Bytes with descriptors. */
export interface USocketRead {
  readonly data: Buffer | null;
  readonly fds: number[];
}

type Done = (error?: Error | null) => void;

/** A descriptor that nobody has read. */
interface Unread {
  /** A number when an `'fds'` listener was told of it: then closing it is not ours. */
  readonly fd: Fd | number;
  /** Position in the stream behind the last byte that it came with. */
  readonly end: number;
}

/** The promise of a socket that `connect` keeps. */
interface Promised {
  readonly promise: Promise<UnixSocket>;
  readonly resolve: (socket: UnixSocket | Promise<UnixSocket>) => void;
}

function promised(): Promised {
  let resolve: Promised["resolve"] = () => {};
  const promise = new Promise<UnixSocket>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}

/**
 * A Unix stream socket as a `stream.Duplex` with descriptors.
 *
 * @example
 * const socket = new USocket({ path: "/run/app.sock" });
 * socket.write({ data: Buffer.from("report"), fds: [file.number] });
 * socket.end();
 */
export class USocket extends FdStream {
  /** The descriptor's number once connected; borrowed. */
  fd: number | undefined;
  readonly #promised: Promised;
  readonly #connecting = new AbortController();
  #begun = false;
  #unread: Unread[] = [];

  constructor(options?: USocketOptions, connected?: () => void) {
    const given = typeof options === "string" ? { path: options } : (options ?? {});
    const socket = promised();
    // Told `allowHalfOpen`, usocket takes it for all of the options: it always stays half open.
    super(socket.promise, { allowHalfOpen: given.allowHalfOpen ?? true });
    this.#promised = socket;
    if (given.fd !== undefined || given.path !== undefined) this.connect(given, connected);
  }

  /** Connects to a path, or takes over a descriptor. `'connected'` follows. */
  connect(options: USocketOptions, connected?: () => void): void {
    if (this.#begun) throw new Error("connect on already connected USocket");
    const { fd, path } = typeof options === "string" ? { path: options } : options;
    if (typeof fd !== "number" && typeof path !== "string") {
      throw new TypeError("USocket#connect expects string path");
    }
    this.#begun = true;
    if (typeof connected === "function") this.once("connected", connected);
    this.#promised.resolve(typeof fd === "number" ? this.#adopt(fd) : this.#open(path as string));
  }

  async #adopt(fd: number): Promise<UnixSocket> {
    const socket = UnixSocket.adopt(fd);
    this.fd = fd;
    return socket;
  }

  async #open(path: string): Promise<UnixSocket> {
    const { signal } = this.#connecting;
    const socket = await UnixSocket.connect({ ...addressOf(path), signal });
    this.fd = socket.fd;
    return socket;
  }

  override _construct(done: Done): void {
    super._construct((error) => {
      done(error);
      // Later than the stream itself knows, so that a listener can read and write.
      setImmediate(() => {
        if (this.#begun && !this.destroyed) this.emit("connected");
      });
    });
  }

  /** @internal */
  protected override deliver(fds: Fd[], end: number): void {
    if (this.listenerCount("fds") === 0) {
      for (const fd of fds) this.#unread.push({ fd, end });
      return;
    }
    const numbers = fds.map((fd) => fd.take());
    for (const fd of numbers) this.#unread.push({ fd, end });
    // The listener may take them all: what is never read here must not pile up.
    const surplus = this.#unread.length - TOLD_LIMIT;
    if (surplus > 0) this.#unread = this.#unread.filter((each, i) => i >= surplus || isOurs(each));
    this.emit("fds", numbers);
  }

  /** @internal */
  protected override unreadFds(): number {
    return this.#unread.filter(isOurs).length;
  }

  /**
   * Reads bytes; with a count also that many descriptors, or for null those that came with the bytes up to there. Null when not
   * all of it is there. Descriptors are owned by the caller.
   */
  override read(size?: number | null): Buffer | null;
  override read(size: number | null | undefined, count: number | null): USocketRead | null;
  override read(size?: number | null, count?: number | null): Buffer | USocketRead | null {
    const length = size ?? undefined;
    if (count === undefined) return super.read(length);
    if (count !== null && this.#unread.length < count) return null;
    const data: Buffer | null = Duplex.prototype.read.call(this, length);
    const lacks = length !== undefined && length > 0 && data === null;
    const fds = lacks ? [] : this.#unread.splice(0, count ?? this.#comeWithRead());
    this.wasRead(lacks);
    return lacks
      ? null
      : { data, fds: fds.map(({ fd }) => (typeof fd === "number" ? fd : fd.take())) };
  }

  /**
   * How many came with bytes that were read. A message with descriptors can arrive in one piece with the bytes before it, never
   * with those behind it: its descriptors belong to the end of the piece. usocket gives the first reader all that has come, the
   * next message's as well.
   */
  #comeWithRead(): number {
    const { position } = this;
    const after = this.#unread.findIndex(({ end }) => end > position);
    return after < 0 ? this.#unread.length : after;
  }

  /** Puts bytes and descriptors back; the descriptors are taken out of the list. */
  override unshift(chunk: Buffer | null, fds?: number[] | BufferEncoding): void {
    if (chunk !== null && chunk !== undefined) super.unshift(chunk);
    if (!Array.isArray(fds)) return;
    const back = fds.map((number) => ({ fd: new Fd(number), end: 0 }));
    this.#unread.unshift(...back);
    fds.length = 0;
  }

  /** Writes bytes, or `{ data, fds, callback }`. Descriptors alone are an error: the kernel would drop them. */
  override write(
    chunk: string | Uint8Array | readonly number[] | USocketWrite,
    encoding?: BufferEncoding | Done | null,
    callback?: Done,
  ): boolean {
    const done = typeof encoding === "function" ? encoding : callback;
    try {
      if (chunk instanceof Uint8Array) return this.writeWithFds(chunk, [], done);
      if (typeof chunk === "string") {
        const bytes = Buffer.from(chunk, typeof encoding === "string" ? encoding : "utf8");
        return this.writeWithFds(bytes, [], done);
      }
      const { data = EMPTY, fds = [], callback: sent } = checked(chunk);
      return this.writeWithFds(data, fds, (error) => {
        if (error === undefined || error === null) sent?.(chunk as USocketWrite);
        done?.(error);
      });
    } catch (error) {
      // As usocket answers: by an event, and to whoever waits.
      if (done !== undefined) process.nextTick(done, error);
      this.destroy(error as Error);
      return false;
    }
  }

  /** Writes what is given, and ends the writing side behind everything that waits. */
  override end(chunk?: unknown, encoding?: unknown, callback?: unknown): this {
    const done = [chunk, encoding, callback].find((each) => typeof each === "function");
    if (chunk !== undefined && chunk !== null && typeof chunk !== "function") {
      this.write(
        chunk as Buffer,
        typeof encoding === "string" ? (encoding as BufferEncoding) : null,
      );
    }
    return super.end(done as () => void);
  }

  override destroy(error?: Error): this {
    super.destroy(error);
    this.#connecting.abort();
    return this;
  }

  override _destroy(error: Error | null, done: Done): void {
    Fd.closeAll(this.#unread.splice(0).flatMap(({ fd }) => (typeof fd === "number" ? [] : [fd])));
    super._destroy(error, done);
  }
}

function isOurs({ fd }: Unread): boolean {
  return typeof fd !== "number";
}

/** Descriptors that an `'fds'` listener was told of and that can be read as well. */
const TOLD_LIMIT = 1024;

const EMPTY = Buffer.alloc(0);

/** What was given as a write, with the errors of usocket. */
function checked(chunk: readonly number[] | USocketWrite): USocketWrite {
  const write: USocketWrite = Array.isArray(chunk) ? { fds: chunk } : (chunk as USocketWrite);
  const { data, fds, callback } = Object(write) as USocketWrite;
  if (data === undefined && fds === undefined) {
    throw new TypeError("USocket write needs a data or array");
  }
  if (data !== undefined && typeof data !== "string" && !(data instanceof Uint8Array)) {
    throw new TypeError("USocket data needs to be a buffer");
  }
  if (fds !== undefined && !Array.isArray(fds)) {
    throw new TypeError("USocket fds needs to be an array");
  }
  if (callback !== undefined && typeof callback !== "function") {
    throw new TypeError("USocket write callback needs to be a function");
  }
  return write;
}
