// Receiving what another process has given away: connections and listening servers of Node.

import type { Server, Socket } from "node:net";
import { optionsOf } from "../codec/arguments.js";
import { connectionOn, serverOn } from "./adopt.js";
import { shapeOf } from "./describe.js";
import {
  CONNECTION,
  checkChannel,
  ENDED,
  HALF_OPEN,
  HEAD_IN_FILE,
  LONGEST_INLINE_HEAD,
  notHandOff,
  PREFIX_BYTES,
  readHead,
  SERVER,
} from "./hand-off-message.js";
import { patienceOf, type WaitOptions } from "./loop/giving-up.js";
import { net } from "./node-modules.js";
import type { Received } from "./received.js";
import type { UnixSocket } from "./unix-socket.js";

/**
 * Receives what another process has given away with `handOff`: a `net.Socket` with its unread bytes in front, or a listening
 * `net.Server`, owned by the caller; null at the end of the channel. Listen for its events at once.
 *
 * @throws Error `ERR_CMSG_NOT_A_HAND_OFF` for another message, whose descriptors are closed, and the next can be received; and
 * what `receive` throws.
 * @example
 * const [giver, taker] = UnixSocket.pair({ type: "seqpacket" });
 * await handOff(giver, connection);
 * const received = await receiveHandOff(taker);
 * received.destroy();
 * giver.close();
 * taker.close();
 */
export async function receiveHandOff(
  channel: UnixSocket,
  options?: WaitOptions,
): Promise<Socket | Server | null> {
  checkChannel(channel);
  const { signal, timeoutMs } = patienceOf(optionsOf(options, "options"));
  const message = await channel.receive({
    dataLimit: PREFIX_BYTES + LONGEST_INLINE_HEAD,
    fdLimit: 2,
    ...(signal && { signal }),
    ...(timeoutMs !== undefined && { timeoutMs }),
  });
  if (message === null) return null;
  try {
    return adoptHandOff(message);
  } finally {
    message[Symbol.dispose]();
  }
}

function adoptHandOff(message: Received): Socket | Server {
  const { data, fds, surplus, dataTruncated } = message;
  const [kind, flags = 0] = data;
  const [fd, file] = fds;
  const inFile = (flags & HEAD_IN_FILE) !== 0;
  const expected = kind === CONNECTION && inFile ? 2 : 1;
  const whole = data.length >= PREFIX_BYTES && !dataTruncated;
  if (fd === undefined || fds.length !== expected || surplus > 0 || !whole) throw notHandOff();
  const allowHalfOpen = (flags & HALF_OPEN) !== 0;
  const about = shapeOf(fd.number);
  if (kind === SERVER) {
    if (about.kind !== "socket" || !about.listening) throw notHandOff();
    return serverOn(fd, net().createServer({ allowHalfOpen }));
  }
  if (kind !== CONNECTION) throw notHandOff();
  const head = inFile && file !== undefined ? readHead(file) : data.subarray(PREFIX_BYTES);
  // Not asked whether it is connected: the other end may have gone meanwhile, and that is for the socket to say.
  const socket = connectionOn(fd, about, allowHalfOpen, (flags & ENDED) === 0);
  if (head.length > 0) socket.unshift(head);
  return socket;
}
