// Numbers of 4.4BSD, and of the IPv6 that KAME wrote for its descendants.

import type { Constants } from "./types.js";

/** What Darwin, FreeBSD, NetBSD and OpenBSD have in common. */
export const BSD = (): Constants => ({
  AF_LINK: 18,

  MSG_EOR: 8,
  MSG_TRUNC: 16,
  MSG_CTRUNC: 32,
  MSG_WAITALL: 64,
  MSG_DONTWAIT: 128,

  IP_TOS: 3,
  IP_TTL: 4,
  IP_RECVOPTS: 5,
  IP_RECVDSTADDR: 7,
  IP_RETOPTS: 8,

  IPV6_RECVHOPLIMIT: 37,
  IPV6_RECVRTHDR: 38,
  IPV6_RECVHOPOPTS: 39,
  IPV6_RECVDSTOPTS: 40,
  IPV6_USE_MIN_MTU: 42,
  IPV6_RECVPATHMTU: 43,
  IPV6_PATHMTU: 44,
  IPV6_PKTINFO: 46,
  IPV6_HOPLIMIT: 47,
  IPV6_NEXTHOP: 48,
  IPV6_HOPOPTS: 49,
  IPV6_DSTOPTS: 50,
  IPV6_RTHDR: 51,
  IPV6_DONTFRAG: 62,
});

/** Socket options of 4.4BSD. Linux has the same numbers on MIPS, Alpha, SPARC and PA-RISC. */
export const BSD_OPTIONS = (): Constants => ({
  SOL_SOCKET: 65535,

  SO_REUSEADDR: 4,
  SO_KEEPALIVE: 8,
  SO_BROADCAST: 32,
  SO_LINGER: 128,
  SO_OOBINLINE: 256,
  SO_REUSEPORT: 512,
  SO_SNDBUF: 4097,
  SO_RCVBUF: 4098,
  SO_ERROR: 4103,
  SO_TYPE: 4104,
});

/** Limits and times of a socket: Alpha and SPARC of Linux have others. */
export const BSD_LIMITS = (): Constants => ({
  SO_SNDLOWAT: 4099,
  SO_RCVLOWAT: 4100,
  SO_SNDTIMEO: 4101,
  SO_RCVTIMEO: 4102,
});

/** RFC 3542 as KAME numbered it; Darwin had numbers of its own by then. */
export const KAME = (): Constants => ({
  IP_SENDSRCADDR: 7,

  IPV6_RTHDRDSTOPTS: 35,
  IPV6_RECVPKTINFO: 36,
  IPV6_RECVTCLASS: 57,
  IPV6_TCLASS: 61,
});
