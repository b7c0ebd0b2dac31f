// IPPROTO_IPV6: messages of IPv6 sockets (RFC 3542).

import type { InternetAddress } from "../address.js";
import { builtIn } from "../definition.js";
import { be32, type Field, i32, u32 } from "../field.js";
import { ipv6, sockaddrIn6, sockaddrIn6OfIllumos } from "../field-address.js";
import { reportedError } from "../field-error.js";
import { noted, within, yesNo } from "../field-name.js";
import { optional, struct } from "../field-struct.js";

/** A struct in6_pktinfo. */
const in6Pktinfo = struct({
  addr: optional(ipv6("ipi6_addr"), "::"),
  ifindex: optional(u32("ipi6_ifindex"), 0),
});

/**
 * The address and the interface that a packet came to, or is to leave from; what is left out the kernel chooses (IPV6_PKTINFO,
 * struct in6_pktinfo).
 */
export const packetInfo6 = builtIn("IPV6_PKTINFO", "IPPROTO_IPV6", () => ({
  direction: "both",
  proven: true,
  counterpart: "IP_PKTINFO",
  since: "2.6.14",
  forms: [
    { enable: ["IPV6_RECVPKTINFO"], value: in6Pktinfo },
    { on: ["windows"], enable: ["IPV6_PKTINFO"], value: in6Pktinfo },
  ],
  source: "RFC 3542 section 6; ipv6(7)",
}));

const hops = within(i32("hoplimit", "hops"), -1, 255);

/** How many more routers a packet may pass, from 0 to 255; -1 sends with the default (IPV6_HOPLIMIT). */
export const hopLimit = builtIn("IPV6_HOPLIMIT", "IPPROTO_IPV6", () => ({
  direction: "both",
  proven: true,
  counterpart: "IP_TTL",
  since: "2.6.14",
  forms: [
    { enable: ["IPV6_RECVHOPLIMIT"], value: hops },
    { on: ["windows"], enable: ["IPV6_HOPLIMIT"], value: hops },
  ],
  source: "RFC 3542 section 6.3; ipv6(7)",
}));

/** The traffic class of a packet: six bits of DSCP above two of ECN; -1 sends with the default (IPV6_TCLASS). */
export const trafficClass = builtIn("IPV6_TCLASS", "IPPROTO_IPV6", () => ({
  direction: "both",
  proven: true,
  enable: ["IPV6_RECVTCLASS"],
  counterpart: "IP_TOS",
  since: "2.6.14",
  value: within(i32("tclass"), -1, 255),
  source: "RFC 3542 section 6.5; ipv6(7)",
}));

const noteFlow = (cell: unknown): string => {
  const info = cell as number;
  return `class ${(info >>> 20) & 0xff}, label ${info & 0xfffff}`;
};

/** The traffic class (8 bits) above the flow label (20 bits) of a packet, as a number (IPV6_FLOWINFO). */
export const flowInfo = builtIn("IPV6_FLOWINFO", "SOL_IPV6", () => ({
  direction: "both",
  proven: true,
  enable: ["IPV6_FLOWINFO"],
  since: "2.2",
  value: noted(be32("flowinfo"), noteFlow),
  source: "Linux net/ipv6/datagram.c, ip6_datagram_recv_specific_ctl; RFC 6437",
}));

/** A struct ip6_mtuinfo. */
const mtuinfo = (destination: Field<InternetAddress | null>) =>
  struct({ destination, mtu: u32("ip6m_mtu", "bytes") });

/** The destination whose path MTU has become smaller, and that MTU in bytes; the message has no data (IPV6_PATHMTU). */
export const pathMtu = builtIn("IPV6_PATHMTU", "IPPROTO_IPV6", () => ({
  direction: "receive",
  proven: true,
  enable: ["IPV6_RECVPATHMTU"],
  needs: "a packet that was too big for its path and that IPV6_DONTFRAG forbids to cut",
  since: "2.6.35",
  forms: [
    { value: mtuinfo(sockaddrIn6("ip6m_addr")) },
    { on: ["illumos"], value: mtuinfo(sockaddrIn6OfIllumos("ip6m_addr")) },
  ],
  source: "RFC 3542 section 11.3, struct ip6_mtuinfo",
}));

/** Whether a packet that is too big is refused and not sent in fragments (IPV6_DONTFRAG). */
export const dontFragment = builtIn("IPV6_DONTFRAG", "IPPROTO_IPV6", () => ({
  direction: "send",
  proven: true,
  since: "2.6.35",
  value: yesNo(i32("dontfrag")),
  source: "RFC 3542 section 11.2",
}));

/** Whether a packet is cut to fragments of the smallest MTU, 1280 bytes: 1, 0, or -1 for multicast alone (IPV6_USE_MIN_MTU). */
export const useMinMtu = builtIn("IPV6_USE_MIN_MTU", "IPPROTO_IPV6", () => ({
  direction: "send",
  value: within(i32("use_min_mtu"), -1, 1),
  source: "RFC 3542 section 11.1",
}));

/** The router that a packet is to go to first (IPV6_NEXTHOP, struct sockaddr_in6). */
export const nextHop = builtIn("IPV6_NEXTHOP", "IPPROTO_IPV6", () => ({
  direction: "send",
  needs: "privileges of the administrator",
  forms: [
    { on: ["darwin", "dragonfly", "freebsd", "netbsd", "openbsd"], value: sockaddrIn6("") },
    { on: ["illumos"], value: sockaddrIn6OfIllumos("") },
  ],
  source: "RFC 3542 section 6.2",
}));

/** An entry of the error queue with the address of the node that reported it (IPV6_RECVERR, struct sock_extended_err). */
export const ipv6RecvErr = builtIn("IPV6_RECVERR", "SOL_IPV6", () => ({
  direction: "receive",
  proven: true,
  enable: ["IPV6_RECVERR"],
  counterpart: "IP_RECVERR",
  since: "2.2",
  value: reportedError(sockaddrIn6("offender")),
  source: "ipv6(7), struct sock_extended_err; Linux net/ipv6/datagram.c, ipv6_recv_error",
}));

/** Where a packet was going before it was redirected to this socket (IPV6_ORIGDSTADDR, struct sockaddr_in6). */
export const originalDestination6 = builtIn("IPV6_ORIGDSTADDR", "IPPROTO_IPV6", () => ({
  direction: "receive",
  proven: true,
  enable: ["IPV6_RECVORIGDSTADDR"],
  counterpart: "IP_ORIGDSTADDR",
  since: "2.6.37",
  value: sockaddrIn6(""),
  source: "Linux net/ipv6/datagram.c, ip6_datagram_recv_specific_ctl",
}));

/** The size of the largest fragment that a datagram was put together from, in bytes (IPV6_RECVFRAGSIZE). */
export const ipv6FragmentSize = builtIn("IPV6_RECVFRAGSIZE", "SOL_IPV6", () => ({
  direction: "receive",
  proven: true,
  enable: ["IPV6_RECVFRAGSIZE"],
  counterpart: "IP_RECVFRAGSIZE",
  needs: "a datagram that came in fragments",
  since: "4.10",
  value: i32("frag_max_size", "bytes"),
  source: "Linux net/ipv6/datagram.c, ip6_datagram_recv_specific_ctl",
}));

/** The address and the interface of a packet, by its number of RFC 2292 (IPV6_2292PKTINFO, struct in6_pktinfo). */
export const packetInfo2292 = builtIn("IPV6_2292PKTINFO", "IPPROTO_IPV6", () => ({
  direction: "both",
  proven: true,
  enable: ["IPV6_2292PKTINFO"],
  since: "2.2",
  value: in6Pktinfo,
  source: "RFC 2292 section 5",
}));

/** How many more routers a packet may pass, by its number of RFC 2292 (IPV6_2292HOPLIMIT). */
export const hopLimit2292 = builtIn("IPV6_2292HOPLIMIT", "IPPROTO_IPV6", () => ({
  direction: "both",
  proven: true,
  enable: ["IPV6_2292HOPLIMIT"],
  since: "2.2",
  value: hops,
  source: "RFC 2292 section 5.3",
}));
