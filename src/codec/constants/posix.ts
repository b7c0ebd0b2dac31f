// What nearly all systems that descend from BSD sockets number alike: IANA's protocol numbers, and the first names of each kind.

import type { Constants } from "./types.js";

/** Protocol numbers of IANA, which are levels too. */
export const PROTOCOLS = (): Constants => ({
  IPPROTO_IP: 0,
  IPPROTO_TCP: 6,
  IPPROTO_UDP: 17,
  IPPROTO_IPV6: 41,
  IPPROTO_SCTP: 132,
});

/** What most systems share. */
export const POSIX = (): Constants => ({
  ...PROTOCOLS(),

  AF_UNSPEC: 0,
  AF_UNIX: 1,
  AF_INET: 2,

  SOCK_STREAM: 1,
  SOCK_DGRAM: 2,
  SOCK_RAW: 3,
  SOCK_RDM: 4,
  SOCK_SEQPACKET: 5,

  SCM_RIGHTS: 1,

  MSG_OOB: 1,
  MSG_PEEK: 2,
  MSG_DONTROUTE: 4,
});
