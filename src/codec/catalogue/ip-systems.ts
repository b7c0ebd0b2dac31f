// IPPROTO_IP: messages that only the BSDs, Darwin, illumos or Windows have.

import { builtIn } from "../definition.js";
import { be16, i32, u32 } from "../field.js";
import { ipv4 } from "../field-address.js";
import { type GivenLinkAddress, type LinkAddress, sockaddrDl } from "../field-link.js";
import { within } from "../field-name.js";
import { converted, optional, struct } from "../field-struct.js";

/** The address that a datagram came to; sent on the BSDs, the one to send it from (IP_RECVDSTADDR). */
export const receivedDestination = builtIn("IP_RECVDSTADDR", "IPPROTO_IP", () => ({
  direction: "both",
  enable: ["IP_RECVDSTADDR"],
  forms: [
    { on: ["dragonfly", "freebsd", "netbsd", "openbsd"], value: ipv4("addr") },
    { on: ["darwin", "illumos"], direction: "receive" as const, value: ipv4("addr") },
  ],
  source: "FreeBSD ip(4); illumos ip(4P)",
}));

/** The number of an interface as its whole address: illumos says no more. */
const indexAlone = converted(u32("ifindex"), {
  read: (index): LinkAddress => ({ index, type: 0, name: "", address: "" }),
  write: ({ index }: GivenLinkAddress) => index,
});

/** The interface that a datagram came to (IP_RECVIF, struct sockaddr_dl; its number alone on illumos). */
export const receivedInterface = builtIn("IP_RECVIF", "IPPROTO_IP", () => ({
  direction: "receive",
  enable: ["IP_RECVIF"],
  limit: 255,
  forms: [
    { on: ["darwin", "dragonfly", "freebsd", "netbsd", "openbsd"], value: sockaddrDl() },
    { on: ["illumos"], value: indexAlone },
  ],
  source: "FreeBSD ip(4), struct sockaddr_dl; illumos ip(4P)",
}));

/** The link-level address that a datagram came from (IP_RECVSLLA, struct sockaddr_dl). */
export const recvSlla = builtIn("IP_RECVSLLA", "IPPROTO_IP", () => ({
  direction: "receive",
  enable: ["IP_RECVSLLA"],
  limit: 252,
  value: sockaddrDl(),
  source: "illumos ip(4P)",
}));

/** The port that a datagram was going to (IP_RECVDSTPORT). */
export const destinationPort = builtIn("IP_RECVDSTPORT", "IPPROTO_IP", () => ({
  direction: "receive",
  enable: ["IP_RECVDSTPORT"],
  value: be16("port"),
  source: "OpenBSD ip(4)",
}));

/** The routing table that a datagram came by (IP_RECVRTABLE). */
export const routingTable = builtIn("IP_RECVRTABLE", "IPPROTO_IP", () => ({
  direction: "receive",
  enable: ["IP_RECVRTABLE"],
  value: u32("rtable"),
  source: "OpenBSD ip(4)",
}));

/** The hash by which a packet's flow is told from others (IP_FLOWID, IPV6_FLOWID). */
export const flowId = builtIn(
  "IP_FLOWID",
  { levels: ["IPPROTO_IP", "IPPROTO_IPV6"], types: ["IP_FLOWID", "IPV6_FLOWID"] },
  () => ({
    direction: "both",
    forms: [
      { enable: ["IP_RECVFLOWID"], value: u32("flowid") },
      {
        level: "IPPROTO_IPV6",
        type: "IPV6_FLOWID",
        enable: ["IPV6_RECVFLOWID"],
        value: u32("flowid"),
      },
    ],
    source: "FreeBSD netinet/in.h; netinet/ip_input.c, ip_savecontrol",
  }),
);

/** How the hash of a packet's flow was made: M_HASHTYPE_* (IP_FLOWTYPE, IPV6_FLOWTYPE). */
export const flowType = builtIn(
  "IP_FLOWTYPE",
  { levels: ["IPPROTO_IP", "IPPROTO_IPV6"], types: ["IP_FLOWTYPE", "IPV6_FLOWTYPE"] },
  () => ({
    direction: "both",
    forms: [
      { enable: ["IP_RECVFLOWID"], value: u32("flowtype") },
      {
        level: "IPPROTO_IPV6",
        type: "IPV6_FLOWTYPE",
        enable: ["IPV6_RECVFLOWID"],
        value: u32("flowtype"),
      },
    ],
    source: "FreeBSD netinet/in.h; netinet/ip_input.c, ip_savecontrol",
  }),
);

/** The receive queue that a packet's flow belongs to (IP_RSSBUCKETID, IPV6_RSSBUCKETID). */
export const rssBucket = builtIn(
  "IP_RSSBUCKETID",
  { levels: ["IPPROTO_IP", "IPPROTO_IPV6"], types: ["IP_RSSBUCKETID", "IPV6_RSSBUCKETID"] },
  () => ({
    direction: "both",
    needs: "a kernel with options RSS",
    forms: [
      { enable: ["IP_RECVRSSBUCKETID"], value: u32("rss_bucketid") },
      {
        level: "IPPROTO_IPV6",
        type: "IPV6_RSSBUCKETID",
        enable: ["IPV6_RECVRSSBUCKETID"],
        value: u32("rss_bucketid"),
      },
    ],
    source: "FreeBSD netinet/in.h; netinet/ip_input.c, ip_savecontrol",
  }),
);

/** The two ECN bits of a packet (IP_ECN). */
export const ipEcn = builtIn("IP_ECN", "IPPROTO_IP", () => ({
  direction: "both",
  enable: ["IP_RECVECN"],
  value: within(i32("ecn"), 0, 3),
  source: "Windows IPPROTO_IP socket options, WSASetRecvIPEcn",
}));

/** The address, the interface and the scope of a datagram (IP_PKTINFO_EX, IN_PKTINFO_EX). */
export const packetInfoEx = builtIn("IP_PKTINFO_EX", "IPPROTO_IP", () => ({
  direction: "both",
  enable: ["IP_PKTINFO_EX"],
  value: struct({
    addr: optional(ipv4("ipi_addr"), "0.0.0.0"),
    ifindex: optional(u32("ipi_ifindex"), 0),
    scopeId: optional(u32("scope_id"), 0),
  }),
  source: "Windows ws2ipdef.h, IN_PKTINFO_EX",
}));
