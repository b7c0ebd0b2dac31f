// Giving a connection or a listening server of Node away to another process: without shutting it down, and with the bytes that
// Node had read from it already.

import { Buffer } from "node:buffer";
import type { Server, Socket } from "node:net";
import { bytesOf, optionsOf, rangeError, typeError } from "../codec/arguments.js";
import { closeKeepingFile } from "./close-keeping-file.js";
import { descriptorNumber } from "./descriptor.js";
import { ownError } from "./errors.js";
import type { Fd } from "./fd.js";
import {
  CONNECTION,
  checkChannel,
  ENDED,
  HALF_OPEN,
  HEAD_IN_FILE,
  headFile,
  LONGEST_HEAD,
  LONGEST_INLINE_HEAD,
  SERVER,
} from "./hand-off-message.js";
import { holdConnection } from "./held-connection.js";
import { type Patience, patienceOf, throwIfAborted, type WaitOptions } from "./loop/giving-up.js";
import { isBelowTls, isReadByHttp, isReadByHttp2 } from "./node-handle.js";
import { net, tty } from "./node-modules.js";
import type { UnixSocket } from "./unix-socket.js";

/** How to give a connection away. */
export interface HandOffOptions extends WaitOptions {
  /** Bytes that were read from the connection already and belong in front of all others, such as those of an `'upgrade'`. */
  readonly head?: ArrayBufferView | ArrayBufferLike;
}

/**
 * Gives an accepted connection or a listening server to the process at the other end of a channel. It is never shut down: this
 * process only lets go of it, when the kernel has it on its way. Bytes that Node has read and nobody has consumed go with it.
 *
 * While it waits, nothing is read from the connection, and what is written to it is kept. A socket file that Node has bound
 * is missing for a moment when the server is closed; listen by `listenUnix` and `asServer` where nobody may notice.
 *
 * @param channel A `UnixSocket` that keeps messages apart: seqpacket, dgram, or a framed stream.
 * @param socket A `net.Socket` without queued writes, or a listening `net.Server`; it is destroyed or closed here afterwards,
 * and goes on as before when this throws. One on which TLS, HTTP or HTTP/2 stands is refused.
 * @throws Error `ERR_CMSG_NOT_FRAMED`, `ERR_CMSG_TLS_SOCKET`, `ERR_CMSG_NO_DESCRIPTOR` for a server of a cluster,
 * `ERR_CMSG_WRITES_PENDING`, `ERR_CMSG_NOT_CONNECTED`, `ERR_CMSG_READ_ELSEWHERE`, `ERR_CMSG_FD_CLOSED`; and what `send` throws.
 * @example
 * const [giver, taker] = UnixSocket.pair({ type: "seqpacket" });
 * await handOff(giver, connection);
 * const received = await receiveHandOff(taker);
 * received.destroy();
 * giver.close();
 * taker.close();
 * @see unix(7), SCM_RIGHTS.
 */
export async function handOff(
  channel: UnixSocket,
  socket: Socket | Server,
  options?: HandOffOptions,
): Promise<void> {
  const { head, ...waiting } = optionsOf(options, "options");
  const patience = patienceOf(waiting);
  checkChannel(channel);
  const given = head === undefined ? Buffer.alloc(0) : bytesOf(head, "head");
  // Node reads 64 KiB at once and then waits for who consumes them.
  if (given.length > LONGEST_HEAD / 2) {
    throw rangeError("head.length", `up to ${LONGEST_HEAD / 2}`, given.length);
  }
  throwIfAborted(patience);
  const isServer = socket instanceof net().Server;
  if (!isServer && !isConnection(socket)) {
    throw typeError("socket", "a net.Socket or net.Server", socket);
  }
  if (leaving.has(socket)) {
    throw readElsewhere("another hand-off of it is under way: it can have one new owner only");
  }
  leaving.add(socket);
  try {
    if (isServer) await giveServer(channel, socket, patience);
    else await giveConnection(channel, socket, given, patience);
  } finally {
    leaving.delete(socket);
  }
}

/** What is on its way. */
const leaving = new WeakSet<Socket | Server>();

function isConnection(socket: unknown): socket is Socket {
  // Terminals are net.Sockets as well.
  const { ReadStream, WriteStream } = tty();
  if (socket instanceof ReadStream || socket instanceof WriteStream) return false;
  return socket instanceof net().Socket;
}

/** Sends a message of a hand-off; throws when it will never arrive. */
async function sendAway(
  channel: UnixSocket,
  message: Uint8Array,
  fds: readonly (number | Fd)[],
  { signal, timeoutMs }: Patience,
): Promise<void> {
  try {
    // Sent or duplicated before this call returns: the numbers need not stay open while it waits.
    await channel.send(message, {
      fds,
      ...(signal && { signal }),
      ...(timeoutMs !== undefined && { timeoutMs }),
    });
  } catch (error) {
    if (!isGivenUpTooLate(error)) throw error;
  }
}

/** Of a frame that had begun the rest follows: who gives up then has given the connection away all the same. */
function isGivenUpTooLate(error: unknown): boolean {
  const { code, sent } = error as { code?: unknown; sent?: { bytes: number } };
  return sent !== undefined && sent.bytes > 0 && (code === "ABORT_ERR" || code === "ETIMEDOUT");
}

async function giveServer(channel: UnixSocket, server: Server, patience: Patience): Promise<void> {
  const number = descriptorNumber(server, "socket");
  const { allowHalfOpen } = server as unknown as { allowHalfOpen?: boolean };
  const flags = allowHalfOpen === true ? HALF_OPEN : 0;
  await sendAway(channel, Buffer.of(SERVER, flags), [number], patience);
  if (server.listening) closeKeepingFile(server);
}

async function giveConnection(
  channel: UnixSocket,
  socket: Socket,
  head: Uint8Array,
  patience: Patience,
): Promise<void> {
  const number = descriptorNumber(socket, "socket");
  checkConnection(socket);
  const { unread, release } = holdConnection(socket);
  const closing = new AbortController();
  const abort = (): void => closing.abort();
  socket.once("close", abort);
  try {
    const { signal: given } = patience;
    // A signal that joins others costs as much as the rest of a hand-off.
    const signal = given === undefined ? closing.signal : AbortSignal.any([closing.signal, given]);
    await sendConnection(channel, socket, number, Buffer.concat([head, unread]), {
      ...patience,
      signal,
    });
  } catch (error) {
    release();
    throw closing.signal.aborted ? closedMeanwhile(error) : error;
  } finally {
    socket.off("close", abort);
  }
  socket.destroy();
}

async function sendConnection(
  channel: UnixSocket,
  socket: Socket,
  number: number,
  head: Uint8Array,
  patience: Patience,
): Promise<void> {
  const flags = (socket.allowHalfOpen ? HALF_OPEN : 0) | (socket.writableEnded ? ENDED : 0);
  if (head.length <= LONGEST_INLINE_HEAD) {
    const message = Buffer.concat([Buffer.of(CONNECTION, flags), head]);
    return sendAway(channel, message, [number], patience);
  }
  using file = headFile(head);
  const prefix = Buffer.of(CONNECTION, flags | HEAD_IN_FILE);
  return await sendAway(channel, prefix, [number, file], patience);
}

function checkConnection(socket: Socket): void {
  if (socket.connecting) {
    throw ownError("ERR_CMSG_NOT_CONNECTED", "this connection is still being made");
  }
  if (socket.writableLength > 0 || (socket.writableEnded && !socket.writableFinished)) {
    throw ownError(
      "ERR_CMSG_WRITES_PENDING",
      `this connection has ${socket.writableLength} bytes queued, which would be lost: hand it off when its writes are done`,
    );
  }
  if (isBelowTls(socket)) {
    throw ownError(
      "ERR_CMSG_TLS_SOCKET",
      "a TLS connection stands on this one, and its state lives in this process: hand it off before TLS begins",
    );
  }
  if (isReadByHttp2(socket)) {
    throw readElsewhere("an HTTP/2 session reads this connection: hand it off before it begins");
  }
  if (isReadByHttp(socket)) {
    throw readElsewhere(
      "an HTTP server or client reads this connection: hand it off before, from a net.Server, or after 'upgrade' with its head",
    );
  }
  if (hasDecoded(socket)) {
    throw readElsewhere(
      "bytes of this connection were decoded to text already: hand it off before setEncoding",
    );
  }
}

/** Whether text waits, or a part of a character. */
function hasDecoded(socket: Socket): boolean {
  if (socket.readableEncoding === null) return false;
  const { _readableState: state } = socket as unknown as {
    _readableState?: { decoder?: { lastNeed?: number } | null };
  };
  return socket.readableLength > 0 || (state?.decoder?.lastNeed ?? 0) > 0;
}

function readElsewhere(message: string): Error {
  return ownError("ERR_CMSG_READ_ELSEWHERE", message);
}

function closedMeanwhile(cause: unknown): Error {
  const error = ownError(
    "ERR_CMSG_FD_CLOSED",
    "this connection was closed here before it was on its way",
  );
  return Object.assign(error, { cause });
}
