// FdStream: a stream.Duplex over a Unix stream socket, for code that expects the streams of Node, with descriptors beside the
// bytes.

import type { Buffer } from "node:buffer";
import { Duplex } from "node:stream";
import { optionsOf, typeError } from "../codec/arguments.js";
import type { DescriptorLike } from "../codec/definition.js";
import { ChunkFds, ownChunk } from "./chunk-fds.js";
import { ownError } from "./errors.js";
import { closeFds, type Fd, ownFresh } from "./fd.js";
import {
  type FdStreamOptions,
  type FdStreamSettings,
  fdStreamSettings,
} from "./fd-stream-options.js";
import { failAfterLastWords } from "./last-words.js";
import type { ConnectUnixOptions } from "./loop/connecting.js";
import { checkStreamCarries } from "./outgoing.js";
import type { Received } from "./received.js";
import { fdNumbers } from "./send-fds.js";
import { UnixSocket } from "./unix-socket.js";
import { tooManyUnread, UnreadFds } from "./unread-fds.js";

type Done = (error?: Error | null) => void;

/**
 * A `stream.Duplex` over a Unix stream socket. Descriptors that arrive are emitted as `'fds'` ahead of the bytes that they came
 * with, and belong to the listener; without a listener they are closed.
 *
 * @example
 * const stream = await FdStream.connect({ path: "/run/app.sock" });
 * stream.on("fds", (fds) => Fd.closeAll(fds));
 * stream.writeWithFds("report", [file]);
 * stream.end();
 * @see unix(7).
 */
export class FdStream extends Duplex {
  #socket: UnixSocket | undefined;
  readonly #promised: Promise<UnixSocket> | undefined;
  /** Ends the construction while the socket is being connected. */
  #constructing: Done | undefined;
  readonly #settings: FdStreamSettings;
  #counts = true;
  readonly #outgoing = new ChunkFds();
  readonly #unread = new UnreadFds();
  /** Bytes that have come. */
  #came = 0;
  /** Stops reading, while it goes on. */
  #stop: (() => void) | undefined;
  /** Whether reading waits for the reader to catch up with the descriptors. */
  #waits = false;

  /** @param socket A connected stream socket without frames, or one that will be; owned by the stream from here on. */
  constructor(socket: UnixSocket | Promise<UnixSocket>, options?: FdStreamOptions) {
    const settings = fdStreamSettings(optionsOf(options, "options"));
    const connected = socket instanceof UnixSocket;
    if (connected && socket.keepsMessages) throw notStream();
    if (!connected && !(socket instanceof Promise))
      throw typeError("socket", "a UnixSocket", socket);
    super(settings.duplex);
    this.#settings = settings;
    this.#socket = connected ? socket : undefined;
    this.#promised = connected ? undefined : socket;
  }

  /** Connects to a path or abstract name. */
  static async connect(options: ConnectUnixOptions & FdStreamOptions): Promise<FdStream> {
    // Refused before there is a connection to lose.
    fdStreamSettings(optionsOf(options, "options"));
    const socket = await UnixSocket.connect(options);
    try {
      return made(socket, options);
    } catch (error) {
      socket.close();
      throw error;
    }
  }

  /** @internal */
  override _construct(done: Done): void {
    if (this.#promised === undefined) {
      done();
      return;
    }
    if (this.destroyed) done();
    else this.#constructing = done;
    this.#promised.then(
      (socket) => this.#connected(socket),
      (error) => this.#constructed(error),
    );
  }

  #connected(socket: UnixSocket): void {
    if (!(socket instanceof UnixSocket)) {
      this.#constructed(typeError("socket", "a promise of a UnixSocket", socket));
    } else if (this.#constructing === undefined) {
      // Destroyed in the meantime: nobody else would close it.
      socket.close();
    } else {
      this.#socket = socket;
      if (!this.#counts) socket.unref();
      this.#constructed(socket.keepsMessages ? notStream() : undefined);
    }
  }

  #constructed(error?: Error): void {
    const done = this.#constructing;
    this.#constructing = undefined;
    done?.(error);
  }

  /** Closes the stream without waiting for a connection that is still being made. */
  override destroy(error?: Error): this {
    super.destroy(error);
    this.#constructed();
    return this;
  }

  /**
   * The socket below; owned by the stream.
   *
   * @throws Error `ERR_CMSG_NOT_CONNECTED` while it is being connected.
   */
  get socket(): UnixSocket {
    if (this.#socket === undefined) {
      throw ownError("ERR_CMSG_NOT_CONNECTED", "this stream is still being connected");
    }
    return this.#socket;
  }

  /**
   * Writes bytes, and descriptors with the first of them. The descriptors are duplicated at once: they stay yours.
   *
   * @returns Whether there is room for more, as `write` answers.
   * @throws TypeError, RangeError `ERR_CMSG_TOO_MANY_FDS`; Error `ERR_CMSG_FDS_WITHOUT_DATA`; SyscallError EBADF, EMFILE.
   */
  writeWithFds(
    bytes: string | ArrayBufferView | ArrayBufferLike,
    fds: Iterable<DescriptorLike>,
    callback?: Done,
  ): boolean {
    const chunk = ownChunk(bytes);
    const numbers = fdNumbers(fds);
    checkStreamCarries(numbers.length, chunk.length);
    if (numbers.length > 0 && this.writable) this.#outgoing.add(chunk, numbers);
    return super.write(chunk, callback);
  }

  /** @internal */
  override _read(): void {
    if (this.#stop !== undefined) return;
    this.#waits = this.unreadFds() >= this.#settings.unreadFdLimit;
    if (this.#waits) return;
    this.#stop = this.socket.onMessage(
      (message) => this.#take(message),
      (error) => this.#end(error),
    );
  }

  #take(message: Received): void {
    this.#came += message.data.length;
    try {
      this.#handOver(message);
    } catch (error) {
      // A listener's exception is the process's: the bytes are still to come.
      process.nextTick(rethrow, error);
    }
    const more = this.push(message.data);
    if (!more || this.unreadFds() >= this.#settings.unreadFdLimit) this.#pause();
  }

  #handOver(message: Received): void {
    const arrived = message.fds.map((fd) => ownFresh(fd.take(), fd.kind));
    // The kernel may have added a descriptor of the sender's process.
    message[Symbol.dispose]();
    if (this.destroyed) closeFds(arrived);
    else if (arrived.length > 0) this.deliver(arrived, this.#came);
  }

  /** Gives descriptors away that came with the bytes before a position. @internal */
  protected deliver(fds: Fd[], end: number): void {
    if (this.listenerCount("fds") === 0) {
      closeFds(fds);
      return;
    }
    this.#unread.add(fds.length, end);
    this.emit("fds", this.#settings.numbers ? fds.map((fd) => fd.take()) : fds);
  }

  /** How many of the bytes that have come were read. @internal */
  protected get position(): number {
    return this.#came - this.readableLength;
  }

  /** Descriptors that are ahead of the reader. @internal */
  protected unreadFds(): number {
    return this.#unread.ahead(this.position);
  }

  #pause(): void {
    this.#stop?.();
    this.#stop = undefined;
  }

  #end(error?: Error): void {
    this.#stop = undefined;
    if (error !== undefined) {
      this.destroy(error);
      return;
    }
    this.push(null);
    // With nothing left to read this emits 'end', also when nobody reads.
    this.read(0);
  }

  // biome-ignore lint/suspicious/noExplicitAny: as in the types of Node
  override read(size?: number): any {
    const chunk = super.read(size);
    this.wasRead(chunk === null && size !== 0);
    return chunk;
  }

  /** Reads on when the reader has caught up. One that needs more bytes than there are never will. @internal */
  protected wasRead(needsMore: boolean): void {
    if (!this.#waits) return;
    const { unreadFdLimit } = this.#settings;
    if (this.unreadFds() < unreadFdLimit) this._read();
    else if (needsMore) this.destroy(tooManyUnread(unreadFdLimit));
  }

  /** @internal */
  override _write(chunk: Buffer, encoding: BufferEncoding, done: Done): void {
    this._writev([{ chunk, encoding }], done);
  }

  /** @internal */
  override _writev(chunks: { chunk: Buffer; encoding: BufferEncoding }[], done: Done): void {
    const buffers = chunks.map(({ chunk }) => chunk);
    this.#outgoing.send(this.socket, buffers).then(
      () => done(),
      (error) => {
        const came = () => (this.#stop === undefined ? undefined : this.#came);
        failAfterLastWords(error, came, done);
      },
    );
  }

  /** @internal */
  override _final(done: Done): void {
    try {
      if (!this.socket.closed) this.socket.shutdown("write");
    } catch (error) {
      // The other end may have gone first.
      const { code } = error as { code?: string };
      done(code === "ENOTCONN" ? null : (error as Error));
      return;
    }
    done();
    // From here on the end of the other side has to be noticed.
    this.read(0);
  }

  /** @internal */
  override _destroy(error: Error | null, done: Done): void {
    this.#pause();
    this.#socket?.close();
    this.#outgoing.release();
    done(error);
  }

  /** Lets the stream keep the process running, as it does at first. */
  ref(): this {
    this.#counts = true;
    this.#socket?.ref();
    return this;
  }

  /** Lets the process end although the stream is open. */
  unref(): this {
    this.#counts = false;
    this.#socket?.unref();
    return this;
  }
}

// Outside: a class that calls itself is renamed by the bundler, and its name is in errors and traces.
function made(socket: UnixSocket, options: FdStreamOptions): FdStream {
  return new FdStream(socket, options);
}

function rethrow(error: unknown): never {
  throw error;
}

function notStream(): Error {
  return ownError(
    "ERR_CMSG_NOT_STREAM",
    "a stream needs a stream socket without messages or frames",
  );
}
