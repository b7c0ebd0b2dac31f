// Windows: winsock2.h, mswsock.h, ws2def.h. There is no SCM_RIGHTS. MSG_ERRQUEUE was read in other projects.

import type { Constants } from "./types.js";

export const WINDOWS: Constants = {
  SOL_SOCKET: 65535,

  AF_UNIX: 1,
  AF_INET: 2,
  AF_INET6: 23,

  SOCK_STREAM: 1,
  SOCK_DGRAM: 2,
  SOCK_RAW: 3,
  SOCK_RDM: 4,
  SOCK_SEQPACKET: 5,

  MSG_OOB: 1,
  MSG_PEEK: 2,
  MSG_DONTROUTE: 4,
  MSG_WAITALL: 8,
  MSG_INTERRUPT: 16,
  MSG_MAXIOVLEN: 16,
  MSG_PUSH_IMMEDIATE: 32,
  MSG_TRUNC: 256,
  MSG_CTRUNC: 512,
  MSG_BCAST: 1024,
  MSG_MCAST: 2048,
  MSG_ERRQUEUE: 4096,
  MSG_PARTIAL: 32768,
};
