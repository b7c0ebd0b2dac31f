// OpenBSD: sys/socket.h, netinet/in.h, netinet6/in6.h.

import { BSD, KAME } from "./bsd.js";
import { POSIX } from "./posix.js";
import type { Constants } from "./types.js";

export const OPENBSD = (): Constants => ({
  ...POSIX(),
  ...BSD(),
  ...KAME(),

  SOL_SOCKET: 65535,

  AF_INET6: 24,

  SOCK_CLOFORK: 2048,
  SOCK_NONBLOCK: 16384,
  SOCK_CLOEXEC: 32768,

  SCM_TIMESTAMP: 4,

  SO_TIMESTAMP: 2048,
  SO_PEERCRED: 4130,

  MSG_BCAST: 256,
  MSG_MCAST: 512,
  MSG_NOSIGNAL: 1024,
  MSG_CMSG_CLOEXEC: 2048,
  MSG_WAITFORONE: 4096,
  MSG_CMSG_CLOFORK: 8192,

  IP_RECVIF: 30,
  IP_RECVTTL: 31,
  IP_MINTTL: 32,
  IP_RECVDSTPORT: 33,
  IP_RECVRTABLE: 35,

  IPV6_RECVDSTPORT: 64,

  UIO_MAXIOV: 1024,
});
