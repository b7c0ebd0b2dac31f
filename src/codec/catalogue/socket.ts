// SOL_SOCKET: descriptors and labels of AF_UNIX, and messages of every protocol family.

import { builtIn } from "../definition.js";
import { fd, i32, repeat, text, u32 } from "../field.js";

/** Open file descriptors (SCM_RIGHTS): duplicated into the receiver, up to 253 in one message on Linux. */
export const rights = builtIn("SCM_RIGHTS", "SOL_SOCKET", () => ({
  direction: "both",
  proven: true,
  since: "2.2",
  forms: [
    { on: ["linux", "android"], limit: 253 * 4, value: repeat(fd("fd")) },
    { on: ["darwin"], limit: 512 * 4, value: repeat(fd("fd")) },
    { value: repeat(fd("fd")) },
  ],
  source: "unix(7); POSIX <sys/socket.h>",
}));

/** The security label of a sender (SCM_SECURITY). */
export const security = builtIn("SCM_SECURITY", "SOL_SOCKET", () => ({
  direction: "receive",
  enable: ["SO_PASSSEC"],
  needs: "a security module that labels sockets",
  since: "2.6.18",
  limit: 4096,
  value: text("label"),
  source: "unix(7); Linux include/net/scm.h, scm_passec",
}));

/** A descriptor for the process of a sender (SCM_PIDFD). Since Linux 6.5. */
export const pidfd = builtIn("SCM_PIDFD", "SOL_SOCKET", () => ({
  direction: "receive",
  proven: true,
  enable: ["SO_PASSPIDFD"],
  since: "6.5",
  value: fd("pidfd"),
  source: "unix(7); Linux include/net/scm.h, scm_pidfd_recv",
}));

/** Bytes that are still queued behind this message (SCM_INQ). */
export const inq = builtIn("SCM_INQ", "SOL_SOCKET", () => ({
  direction: "receive",
  proven: true,
  enable: ["SO_INQ"],
  needs: "a stream socket of AF_UNIX",
  since: "6.17",
  value: i32("inq", "bytes"),
  source: "Linux net/unix/af_unix.c, unix_stream_read_generic",
}));

/** Messages that the socket has dropped so far, because its queue was full (SO_RXQ_OVFL). */
export const rxqOverflow = builtIn("SO_RXQ_OVFL", "SOL_SOCKET", () => ({
  direction: "receive",
  proven: true,
  enable: ["SO_RXQ_OVFL"],
  needs: "at least one message dropped",
  since: "2.6.33",
  value: u32("dropcount", "messages"),
  source: "socket(7); Linux net/socket.c, sock_recv_drops",
}));

/** The firewall mark of a packet (SO_MARK). */
export const mark = builtIn("SO_MARK", "SOL_SOCKET", () => ({
  direction: "both",
  proven: true,
  enable: ["SO_RCVMARK"],
  needs: "CAP_NET_RAW or CAP_NET_ADMIN to send",
  since: "4.7 to send, 5.19 to receive",
  value: u32("mark"),
  source: "socket(7); Linux net/core/sock.c, __sock_cmsg_send; net/socket.c, sock_recv_mark",
}));

/** The queueing priority of a packet (SO_PRIORITY). */
export const priority = builtIn("SO_PRIORITY", "SOL_SOCKET", () => ({
  direction: "both",
  proven: true,
  enable: ["SO_RCVPRIORITY"],
  needs: "CAP_NET_RAW or CAP_NET_ADMIN to send priorities above 6",
  since: "6.14",
  value: u32("priority"),
  source: "socket(7); Linux net/core/sock.c, __sock_cmsg_send; net/socket.c, sock_recv_priority",
}));
