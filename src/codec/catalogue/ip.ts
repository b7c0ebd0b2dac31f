// IPPROTO_IP: messages of IPv4 sockets.

import { rangeError } from "../arguments.js";
import { builtIn } from "../definition.js";
import { type Field, i32, text, u8, u32 } from "../field.js";
import { ipv4, sockaddrIn } from "../field-address.js";
import { reportedError } from "../field-error.js";
import { ipv4Options } from "../field-ipv4-options.js";
import { within } from "../field-name.js";
import { converted, optional, struct } from "../field-struct.js";

/** The interface and the addresses of a datagram. */
export interface PacketInfo {
  /** Number of the interface. */
  readonly ifindex: number;
  /** The local address: where a reply comes from. Absent on systems whose struct has none. */
  readonly specDst?: string | undefined;
  /** The destination in the packet's header; the source to send from on systems without `specDst`. */
  readonly addr: string;
}

/** What is given for it: the kernel chooses what is left out. */
export type GivenPacketInfo = { readonly [K in keyof PacketInfo]?: PacketInfo[K] | undefined };

const ANY = "0.0.0.0";

const BSDS = ["darwin", "dragonfly", "freebsd", "netbsd", "openbsd"];

/** A struct in_pktinfo of Linux, Darwin and illumos. */
function threeFields(index: Field<number>): Field<PacketInfo, GivenPacketInfo> {
  return struct({
    ifindex: optional(index, 0),
    specDst: optional(ipv4("ipi_spec_dst"), ANY),
    addr: optional(ipv4("ipi_addr"), ANY),
  });
}

/** A struct in_pktinfo of NetBSD, and the IN_PKTINFO of Windows. */
const TWO_FIELDS: Field<PacketInfo, GivenPacketInfo> = converted(
  struct({ addr: optional(ipv4("ipi_addr"), ANY), ifindex: optional(u32("ipi_ifindex"), 0) }),
  {
    read: ({ addr, ifindex }): PacketInfo => ({ ifindex, addr }),
    write(given: GivenPacketInfo, path) {
      const { specDst } = Object(given) as GivenPacketInfo;
      if (specDst === undefined) return given;
      throw rangeError(
        `${path}.specDst`,
        "left out: the struct of this system has addr alone",
        specDst,
      );
    },
  },
);

/**
 * The interface and the address that a datagram came to, or is to leave from (IP_PKTINFO, struct in_pktinfo). Sent: `specDst` is
 * the source address; what is left out the kernel chooses.
 */
export const packetInfo = builtIn(
  "IP_PKTINFO",
  { levels: ["SOL_IP", "IPPROTO_IP"], types: ["IP_PKTINFO"] },
  () => ({
    direction: "both",
    proven: true,
    counterpart: "IPV6_PKTINFO",
    since: "2.2",
    forms: [
      { enable: ["IP_PKTINFO"], value: threeFields(i32("ipi_ifindex")) },
      {
        on: ["darwin", "illumos"],
        level: "IPPROTO_IP",
        enable: ["IP_RECVPKTINFO"],
        value: threeFields(u32("ipi_ifindex")),
      },
      { on: ["netbsd"], level: "IPPROTO_IP", enable: ["IP_RECVPKTINFO"], value: TWO_FIELDS },
      { on: ["windows"], level: "IPPROTO_IP", enable: ["IP_PKTINFO"], value: TWO_FIELDS },
    ],
    source: "ip(7), struct in_pktinfo; NetBSD ip(4); Windows IN_PKTINFO",
  }),
);

/** How many more routers a packet may pass: the IPv4 time to live, from 0 to 255 (IP_TTL). */
export const ttl = builtIn(
  "IP_TTL",
  { levels: ["SOL_IP", "IPPROTO_IP"], types: ["IP_TTL", "IP_RECVTTL", "IP_HOPLIMIT"] },
  () => ({
    direction: "both",
    proven: true,
    counterpart: "IPV6_HOPLIMIT",
    since: "2.2 to receive, 3.13 to send",
    forms: [
      { enable: ["IP_RECVTTL"], value: within(i32("ttl", "hops"), 0, 255) },
      {
        on: [...BSDS, "illumos"],
        level: "IPPROTO_IP",
        direction: "receive" as const,
        type: "IP_RECVTTL",
        enable: ["IP_RECVTTL"],
        value: u8("ttl", "hops"),
      },
      {
        on: ["windows"],
        level: "IPPROTO_IP",
        type: "IP_HOPLIMIT",
        enable: ["IP_RECVTTL"],
        value: within(i32("ttl", "hops"), 0, 255),
      },
    ],
    source: "ip(7); Linux net/ipv4/ip_sockglue.c, ip_cmsg_recv_ttl, ip_cmsg_send",
  }),
);

/** The type of service byte of a packet: six bits of DSCP above two of ECN (IP_TOS). */
export const tos = builtIn(
  "IP_TOS",
  { levels: ["SOL_IP", "IPPROTO_IP"], types: ["IP_TOS", "IP_RECVTOS"] },
  () => ({
    direction: "both",
    proven: true,
    counterpart: "IPV6_TCLASS",
    since: "2.2 to receive, 3.13 to send",
    forms: [
      { enable: ["IP_RECVTOS"], value: u8("tos") },
      // The kernel of Linux takes an int as well, and never sends one.
      { enable: ["IP_RECVTOS"], value: within(i32("tos"), 0, 255) },
      { on: ["freebsd"], level: "IPPROTO_IP", direction: "send" as const, value: u8("tos") },
      {
        on: ["darwin", "dragonfly", "freebsd", "illumos"],
        level: "IPPROTO_IP",
        type: "IP_RECVTOS",
        direction: "receive" as const,
        enable: ["IP_RECVTOS"],
        value: u8("tos"),
      },
      {
        on: ["windows"],
        level: "IPPROTO_IP",
        enable: ["IP_RECVTOS"],
        value: within(i32("tos"), 0, 255),
      },
    ],
    source: "ip(7); Linux net/ipv4/ip_sockglue.c, ip_cmsg_recv_tos, ip_cmsg_send",
  }),
);

/** An entry of the error queue with the address of the node that reported it (IP_RECVERR, struct sock_extended_err). */
export const ipRecvErr = builtIn("IP_RECVERR", "SOL_IP", () => ({
  direction: "receive",
  enable: ["IP_RECVERR"],
  counterpart: "IPV6_RECVERR",
  proven: true,
  since: "2.2",
  value: reportedError(sockaddrIn("offender")),
  source: "ip(7), struct sock_extended_err",
}));

/** The options of an IPv4 packet as it came, as a list; bytes where they are none (IP_RECVOPTS). */
export const ipOptions = builtIn(
  "IP_RECVOPTS",
  { levels: ["SOL_IP", "IPPROTO_IP"], types: ["IP_RECVOPTS"] },
  () => ({
    direction: "receive",
    proven: true,
    needs: "a packet with options",
    limit: 40,
    since: "2.2",
    forms: [
      { enable: ["IP_RECVOPTS"], value: ipv4Options() },
      { on: ["freebsd"], level: "IPPROTO_IP", enable: ["IP_RECVOPTS"], value: ipv4Options() },
    ],
    source: "ip(7); RFC 791 section 3.1; Linux net/ipv4/ip_sockglue.c, ip_cmsg_recv_opts",
  }),
);

/** The options to reply with, or to send a packet with, up to 40 bytes: a list, padded with IPOPT_END, or bytes (IP_RETOPTS). */
export const ipRetOptions = builtIn("IP_RETOPTS", "SOL_IP", () => ({
  direction: "both",
  proven: true,
  enable: ["IP_RETOPTS"],
  needs: "a packet with options",
  limit: 40,
  since: "2.2",
  value: ipv4Options(),
  source: "ip(7); RFC 791 section 3.1; Linux net/ipv4/ip_sockglue.c, ip_cmsg_recv_retopts",
}));

/** Where a packet was going before it was redirected to this socket (IP_ORIGDSTADDR, struct sockaddr_in). */
export const originalDestination = builtIn(
  "IP_ORIGDSTADDR",
  { levels: ["SOL_IP", "IPPROTO_IP"], types: ["IP_ORIGDSTADDR"] },
  () => ({
    direction: "receive",
    proven: true,
    enable: ["IP_RECVORIGDSTADDR"],
    counterpart: "IPV6_ORIGDSTADDR",
    since: "2.6.29",
    forms: [
      { value: sockaddrIn("") },
      { on: ["freebsd"], level: "IPPROTO_IP", value: sockaddrIn("") },
    ],
    source: "ip(7), IP_RECVORIGDSTADDR",
  }),
);

/** The checksum of a datagram's data, where the network card has summed all of it (IP_CHECKSUM). */
export const ipChecksum = builtIn("IP_CHECKSUM", "SOL_IP", () => ({
  direction: "receive",
  proven: true,
  enable: ["IP_CHECKSUM"],
  needs: "a network card that sums whole packets",
  since: "4.0",
  value: u32("csum"),
  source: "Linux net/ipv4/ip_sockglue.c, ip_cmsg_recv_checksum",
}));

/** The size of the largest fragment that a datagram was put together from, in bytes (IP_RECVFRAGSIZE). */
export const ipFragmentSize = builtIn("IP_RECVFRAGSIZE", "SOL_IP", () => ({
  direction: "receive",
  proven: true,
  enable: ["IP_RECVFRAGSIZE"],
  counterpart: "IPV6_RECVFRAGSIZE",
  needs: "a datagram that came in fragments",
  since: "4.10",
  value: i32("frag_max_size", "bytes"),
  source: "Linux net/ipv4/ip_sockglue.c, ip_cmsg_recv_fragsize",
}));

/** The protocol that the kernel looks up the route and the IPsec policy of a raw packet by, whatever its header says (IP_PROTOCOL). */
export const ipProtocol = builtIn("IP_PROTOCOL", "SOL_IP", () => ({
  direction: "send",
  proven: true,
  needs: "a raw socket that sends headers of its own: IPPROTO_RAW, or IP_HDRINCL",
  since: "6.4",
  value: within(i32("protocol"), 1, 255),
  source: "ip(7); Linux net/ipv4/raw.c, raw_sendmsg; net/ipv4/ip_sockglue.c, ip_cmsg_send",
}));

/** The security label of the socket that sent a datagram (SCM_SECURITY of IP). */
export const ipSecurity = builtIn("SCM_SECURITY", "SOL_IP", () => ({
  direction: "receive",
  enable: ["IP_PASSSEC"],
  limit: 4096,
  needs: "a security module that labels packets",
  since: "2.6.17",
  value: text("label"),
  source: "ip(7), IP_PASSSEC; Linux net/ipv4/ip_sockglue.c, ip_cmsg_recv_security",
}));
