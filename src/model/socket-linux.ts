// Linux' AF_UNIX sockets: a read may begin in front of bytes that carry descriptors, and never goes past them.

import {
  joined,
  type ModelCredentials,
  type QueuedPiece,
  restOf,
  type SocketRule,
  type Taken,
  type TakeOptions,
  takeMessage,
} from "./socket-queue.js";

/** Whether the kernel takes two pieces for those of one writer. */
function isSame(one: ModelCredentials | null, other: ModelCredentials | null): boolean {
  if (one === null || other === null) return one === other;
  return one.pid === other.pid && one.uid === other.uid && one.gid === other.gid;
}

/** The bytes of a call on a stream: piece by piece, until descriptors came, the writer changes or the room is used up. */
function takeStream(queue: readonly QueuedPiece[], options: TakeOptions): Taken {
  const { limit, peek, credentials } = options;
  const [{ credentials: writer }] = queue as readonly [QueuedPiece];
  const parts: Uint8Array[] = [];
  let room = limit;
  let descriptors: readonly number[] = [];
  let rights: readonly number[] = [];
  let left = queue;
  for (const [i, piece] of queue.entries()) {
    if (credentials && !isSame(piece.credentials, writer)) break;
    const part = piece.data.slice(0, room);
    parts.push(part);
    room -= part.length;
    ({ descriptors, rights } = piece);
    const isWhole = part.length === piece.data.length;
    const others = queue.slice(i + 1);
    left = isWhole ? others : [restOf(piece, part.length), ...others];
    // A peek goes on without room: it stops only at descriptors, which it duplicates even if none of their bytes is shown.
    if (descriptors.length > 0 || (!peek && (!isWhole || room === 0))) break;
  }
  const data = joined(parts);
  return { data, descriptors, rights, writer, truncated: false, endOfRecord: false, left };
}

/** Linux, as 6.18 does it. */
export const LINUX_SOCKET: SocketRule = {
  system: "linux",
  types: ["stream", "dgram", "seqpacket"],
  writeLimit: 253,
  messageLimit: null,
  merges: "joins",
  peeks: "duplicates",
  full: "partial",
  opensUnasked: false,
  dropsFailed: [],
  source:
    "net/unix/af_unix.c, unix_stream_sendmsg, unix_stream_read_generic and __unix_dgram_recvmsg; net/core/scm.c, scm_fp_copy and scm_detach_fds",
  tested: true,
  take: (type, queue, options) =>
    type === "stream" ? takeStream(queue, options) : takeMessage(queue, options),
};
