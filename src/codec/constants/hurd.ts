// The Hurd: sysdeps/mach/hurd/bits/socket.h of glibc.

import { IN6 } from "./in6.js";
import { POSIX } from "./posix.js";
import type { Constants } from "./types.js";

export const HURD = (): Constants => ({
  ...POSIX(),
  ...IN6(),

  SOL_IP: 0,
  SOL_IPV6: 41,
  SOL_SOCKET: 65535,

  AF_INET6: 26,

  SOCK_NONBLOCK: 2048,
  SOCK_CLOEXEC: 4194304,

  SCM_TIMESTAMP: 2,
  SCM_CREDS: 3,

  MSG_EOR: 8,
  MSG_TRUNC: 16,
  MSG_CTRUNC: 32,
  MSG_WAITALL: 64,
  MSG_DONTWAIT: 128,
  MSG_NOSIGNAL: 1024,
  MSG_CMSG_CLOEXEC: 262144,

  IP_TOS: 3,
  IP_TTL: 4,
  IP_RECVOPTS: 5,
  IP_RECVDSTADDR: 7,
  IP_RETOPTS: 8,
  IP_PKTINFO: 25,

  UIO_MAXIOV: 1024,

  CMGROUP_MAX: 16,
});
