// IPPROTO_IP: messages of IPv4 sockets.

import { control } from "../definition.js";
import { i32, rest, text, u8, u32 } from "../field.js";
import { ipv4, sockaddrIn } from "../field-address.js";
import { reportedError } from "../field-error.js";
import { within } from "../field-name.js";
import { optional, struct } from "../field-struct.js";

/**
 * The interface and the address that a datagram came to, or is to leave from (IP_PKTINFO, struct in_pktinfo). Sent: `specDst` is
 * the source address; what is left out the kernel chooses.
 */
export const packetInfo = control("IP_PKTINFO", {
  level: "SOL_IP",
  direction: "both",
  enable: ["IP_PKTINFO"],
  counterpart: "IPV6_PKTINFO",
  since: "2.2",
  value: struct({
    ifindex: optional(i32("ipi_ifindex"), 0),
    specDst: optional(ipv4("ipi_spec_dst"), "0.0.0.0"),
    addr: optional(ipv4("ipi_addr"), "0.0.0.0"),
  }),
  source: "ip(7), struct in_pktinfo",
});

/** How many more routers a packet may pass: the IPv4 time to live, from 0 to 255 (IP_TTL). */
export const ttl = control("IP_TTL", {
  level: "SOL_IP",
  direction: "both",
  enable: ["IP_RECVTTL"],
  counterpart: "IPV6_HOPLIMIT",
  since: "2.2 to receive, 3.13 to send",
  value: within(i32("ttl", "hops"), 0, 255),
  source: "ip(7); Linux net/ipv4/ip_sockglue.c, ip_cmsg_recv_ttl, ip_cmsg_send",
});

/** The type of service byte of a packet: six bits of DSCP above two of ECN (IP_TOS). */
export const tos = control("IP_TOS", {
  level: "SOL_IP",
  direction: "both",
  counterpart: "IPV6_TCLASS",
  since: "2.2 to receive, 3.13 to send",
  forms: [
    { enable: ["IP_RECVTOS"], value: within(u8("tos"), 0, 255) },
    // The kernel takes an int as well, and never sends one.
    { enable: ["IP_RECVTOS"], value: within(i32("tos"), 0, 255) },
  ],
  source: "ip(7); Linux net/ipv4/ip_sockglue.c, ip_cmsg_recv_tos, ip_cmsg_send",
});

/** An entry of the error queue with the address of the node that reported it (IP_RECVERR, struct sock_extended_err). */
export const ipRecvErr = control("IP_RECVERR", {
  level: "SOL_IP",
  direction: "receive",
  enable: ["IP_RECVERR"],
  counterpart: "IPV6_RECVERR",
  proven: true,
  since: "2.2",
  value: reportedError(sockaddrIn("offender")),
  source: "ip(7), struct sock_extended_err",
});

/** The options of an IPv4 packet as it came, up to 40 bytes (IP_RECVOPTS). */
export const ipOptions = control("IP_RECVOPTS", {
  level: "SOL_IP",
  direction: "receive",
  enable: ["IP_RECVOPTS"],
  needs: "a packet with options",
  limit: 40,
  since: "2.2",
  value: rest("options"),
  source: "ip(7); RFC 791 section 3.1; Linux net/ipv4/ip_sockglue.c, ip_cmsg_recv_opts",
});

/** The options to reply with, or to send a packet with, up to 40 bytes (IP_RETOPTS). */
export const ipRetOptions = control("IP_RETOPTS", {
  level: "SOL_IP",
  direction: "both",
  enable: ["IP_RETOPTS"],
  needs: "a packet with options",
  limit: 40,
  since: "2.2",
  value: rest("options"),
  source: "ip(7); RFC 791 section 3.1; Linux net/ipv4/ip_sockglue.c, ip_cmsg_recv_retopts",
});

/** Where a packet was going before it was redirected to this socket (IP_ORIGDSTADDR, struct sockaddr_in). */
export const originalDestination = control("IP_ORIGDSTADDR", {
  level: "SOL_IP",
  direction: "receive",
  enable: ["IP_RECVORIGDSTADDR"],
  counterpart: "IPV6_ORIGDSTADDR",
  since: "2.6.29",
  value: sockaddrIn(""),
  source: "ip(7), IP_RECVORIGDSTADDR",
});

/** The checksum of a datagram's data, where the network card has summed all of it (IP_CHECKSUM). */
export const ipChecksum = control("IP_CHECKSUM", {
  level: "SOL_IP",
  direction: "receive",
  enable: ["IP_CHECKSUM"],
  needs: "a network card that sums whole packets",
  since: "4.0",
  value: u32("csum"),
  source: "Linux net/ipv4/ip_sockglue.c, ip_cmsg_recv_checksum",
});

/** The size of the largest fragment that a datagram was put together from, in bytes (IP_RECVFRAGSIZE). */
export const ipFragmentSize = control("IP_RECVFRAGSIZE", {
  level: "SOL_IP",
  direction: "receive",
  enable: ["IP_RECVFRAGSIZE"],
  counterpart: "IPV6_RECVFRAGSIZE",
  needs: "a datagram that came in fragments",
  since: "4.10",
  value: i32("frag_max_size", "bytes"),
  source: "Linux net/ipv4/ip_sockglue.c, ip_cmsg_recv_fragsize",
});

/** The protocol number to send a raw packet with (IP_PROTOCOL). */
export const ipProtocol = control("IP_PROTOCOL", {
  level: "SOL_IP",
  direction: "send",
  needs: "a raw socket of IPPROTO_RAW without IP_HDRINCL",
  since: "6.4",
  value: within(i32("protocol"), 1, 255),
  source: "Linux net/ipv4/ip_sockglue.c, ip_cmsg_send",
});

/** The security label of the socket that sent a datagram (SCM_SECURITY of IP). */
export const ipSecurity = control("SCM_SECURITY", {
  level: "SOL_IP",
  direction: "receive",
  enable: ["IP_PASSSEC"],
  limit: 4096,
  needs: "a security module that labels packets",
  since: "2.6.17",
  value: text("label"),
  source: "ip(7), IP_PASSSEC; Linux net/ipv4/ip_sockglue.c, ip_cmsg_recv_security",
});
