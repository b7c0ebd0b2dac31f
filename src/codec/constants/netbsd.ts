// NetBSD: sys/socket.h, netinet/in.h, netinet6/in6.h.

import { BSD, KAME } from "./bsd.js";
import { POSIX } from "./posix.js";
import type { Constants } from "./types.js";

export const NETBSD = (): Constants => ({
  ...POSIX(),
  ...BSD(),
  ...KAME(),

  SOL_LOCAL: 0,
  SOL_SOCKET: 65535,

  AF_INET6: 24,

  SOCK_CLOEXEC: 268435456,
  SOCK_NONBLOCK: 536870912,

  SCM_OTIMESTAMP: 2,
  SCM_OCREDS: 4,
  SCM_TIMESTAMP: 8,
  SCM_CREDS: 16,

  SO_OTIMESTAMP: 1024,
  SO_TIMESTAMP: 8192,

  LOCAL_OCREDS: 1,
  LOCAL_CREDS: 4,

  MSG_BCAST: 256,
  MSG_MCAST: 512,
  MSG_NOSIGNAL: 1024,
  MSG_CMSG_CLOEXEC: 2048,
  MSG_NBIO: 4096,
  MSG_WAITFORONE: 8192,
  MSG_NOTIFICATION: 16384,

  IP_RECVIF: 20,
  IP_RECVTTL: 23,
  IP_MINTTL: 24,
  IP_PKTINFO: 25,
  IP_RECVPKTINFO: 26,
  IP_BINDANY: 27,

  IPV6_PREFER_TEMPADDR: 63,

  UIO_MAXIOV: 1024,
});
