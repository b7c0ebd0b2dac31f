// AF_UNIX sockets of macOS, FreeBSD and NetBSD: bytes with descriptors begin a record, and plain bytes behind them join it.

import {
  joined,
  type QueuedPiece,
  restOf,
  type SocketRule,
  type Taken,
  type TakeOptions,
  takeMessage,
} from "./socket-queue.js";

/** The bytes of a call on a stream: what carries descriptors begins a call and never comes later in one. */
function takeStream(queue: readonly QueuedPiece[], { limit }: TakeOptions): Taken {
  const [{ credentials: writer, descriptors, rights }] = queue as readonly [QueuedPiece];
  const parts: Uint8Array[] = [];
  let room = limit;
  let left = queue;
  let endOfRecord = false;
  for (const [i, piece] of queue.entries()) {
    if (i > 0 && (piece.descriptors.length > 0 || room === 0)) break;
    const part = piece.data.slice(0, room);
    parts.push(part);
    room -= part.length;
    const isWhole = part.length === piece.data.length;
    const others = queue.slice(i + 1);
    left = isWhole ? others : [restOf(piece, part.length), ...others];
    endOfRecord = isWhole && piece.endOfRecord;
    if (!isWhole || endOfRecord) break;
  }
  const data = joined(parts);
  return { data, descriptors, rights, writer, truncated: false, endOfRecord, left };
}

/** Streams end no record. */
function takePlainStream(queue: readonly QueuedPiece[], options: TakeOptions): Taken {
  const pieces = queue.map((piece) => ({ ...piece, endOfRecord: false }));
  return takeStream(pieces, options);
}

/** macOS, by its published source. */
export const DARWIN_SOCKET: SocketRule = {
  system: "darwin",
  types: ["stream", "dgram"],
  // sockargs: a control buffer is one cluster of 2048 bytes, 12 of them the header.
  writeLimit: 509,
  messageLimit: null,
  merges: "refuses",
  peeks: "pointers",
  full: "fails",
  opensUnasked: true,
  dropsFailed: [],
  source:
    "xnu bsd/kern/uipc_socket.c, soreceive and soreceive_ctl; bsd/kern/uipc_socket2.c, sbappend and sbappendcontrol; bsd/kern/uipc_usrreq.c, uipc_send, unp_internalize and unp_externalize; bsd/kern/uipc_syscalls.c, sockargs",
  tested: false,
  take: (type, queue, options) =>
    type === "stream" ? takePlainStream(queue, options) : takeMessage(queue, options),
};

/** FreeBSD 15, by its source. Its seqpacket sockets are streams with ends of records that the writer sets. */
export const FREEBSD_SOCKET: SocketRule = {
  system: "freebsd",
  types: ["stream", "dgram", "seqpacket"],
  writeLimit: null,
  // MCLBYTES: 254 descriptors where pointers have 64 bits.
  messageLimit: 2048,
  merges: "apart",
  peeks: "pointers",
  full: "fails",
  opensUnasked: false,
  dropsFailed: ["dgram"],
  source:
    "FreeBSD sys/kern/uipc_usrreq.c, uipc_soreceive_stream_or_seqpacket, uipc_soreceive_dgram, unp_internalize and unp_externalize",
  tested: false,
  take(type, queue, options) {
    if (type === "dgram") return takeMessage(queue, options);
    return type === "stream" ? takePlainStream(queue, options) : takeStream(queue, options);
  },
};

/** NetBSD, by its source. */
export const NETBSD_SOCKET: SocketRule = {
  system: "netbsd",
  types: ["stream", "dgram", "seqpacket"],
  writeLimit: null,
  messageLimit: null,
  merges: "first",
  peeks: "pointers",
  full: "fails",
  opensUnasked: false,
  dropsFailed: ["dgram", "seqpacket"],
  source:
    "NetBSD sys/kern/uipc_socket.c, soreceive; sys/kern/uipc_socket2.c, sbappend and sbappendcontrol; sys/kern/uipc_usrreq.c, uipc_usrreq, unp_internalize and unp_externalize",
  tested: false,
  take: (type, queue, options) =>
    type === "stream" ? takePlainStream(queue, options) : takeMessage(queue, options),
};
