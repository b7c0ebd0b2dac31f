// DragonFly: sys/socket.h, netinet/in.h, netinet6/in6.h. The CLOEXEC and NONBLOCK numbers were read in other projects.

import { BSD, BSD_LIMITS, BSD_OPTIONS, KAME } from "./bsd.js";
import { POSIX } from "./posix.js";
import type { Constants } from "./types.js";

export const DRAGONFLY = (): Constants => ({
  ...POSIX(),
  ...BSD(),
  ...BSD_OPTIONS(),
  ...BSD_LIMITS(),
  ...KAME(),

  AF_INET6: 28,

  SOCK_CLOEXEC: 268435456,
  SOCK_NONBLOCK: 536870912,

  SCM_TIMESTAMP: 2,
  SCM_CREDS: 3,

  SO_ACCEPTCONN: 2,
  SO_TIMESTAMP: 1024,

  MSG_EOF: 256,
  MSG_NOSIGNAL: 1024,
  MSG_SYNC: 2048,
  MSG_CMSG_CLOEXEC: 4096,
  MSG_FBLOCKING: 65536,
  MSG_FNONBLOCKING: 131072,

  IP_RECVIF: 20,
  IP_RECVTTL: 65,
  IP_MINTTL: 66,
  IP_RECVTOS: 68,

  IPV6_PREFER_TEMPADDR: 63,

  CMGROUP_MAX: 16,
});
