// The control messages of UDP sockets that a UdpSocket reads and writes.

import { ipRecvErr } from "../../codec/catalogue/ip.js";
import { udpGro } from "../../codec/catalogue/udp.js";
import { type AnyDefinition, control } from "../../codec/definition.js";
import { i32, u8, u16, u32, u64 } from "../../codec/field.js";
import { ipv4, ipv6, sockaddrIn, sockaddrIn6 } from "../../codec/field-address.js";
import { reportedError } from "../../codec/field-error.js";
import { timespec } from "../../codec/field-time.js";

const source = "ip(7), ipv6(7), udp(7)";

const receive = (level: string, enable: string) =>
  ({ level, direction: "both", enable: [enable], source }) as const;

export { ipRecvErr, udpGro };

export const packetInfo = control("IP_PKTINFO", {
  ...receive("SOL_IP", "IP_PKTINFO"),
  fields: { ifindex: i32("ipi_ifindex"), specDst: ipv4("ipi_spec_dst"), addr: ipv4("ipi_addr") },
});

export const packetInfo6 = control("IPV6_PKTINFO", {
  ...receive("SOL_IPV6", "IPV6_RECVPKTINFO"),
  fields: { addr: ipv6("ipi6_addr"), ifindex: i32("ipi6_ifindex") },
});

export const tos = control("IP_TOS", { ...receive("SOL_IP", "IP_RECVTOS"), value: u8("tos") });

export const trafficClass = control("IPV6_TCLASS", {
  ...receive("SOL_IPV6", "IPV6_RECVTCLASS"),
  value: i32("tclass"),
});

export const ttl = control("IP_TTL", { ...receive("SOL_IP", "IP_RECVTTL"), value: i32("ttl") });

export const hopLimit = control("IPV6_HOPLIMIT", {
  ...receive("SOL_IPV6", "IPV6_RECVHOPLIMIT"),
  value: i32("hoplimit"),
});

export const timestampNs = control("SCM_TIMESTAMPNS", {
  ...receive("SOL_SOCKET", "SO_TIMESTAMPNS"),
  value: timespec(),
});

export const originalDestination = control("IP_ORIGDSTADDR", {
  ...receive("SOL_IP", "IP_RECVORIGDSTADDR"),
  value: sockaddrIn("destination"),
});

export const originalDestination6 = control("IPV6_ORIGDSTADDR", {
  ...receive("SOL_IPV6", "IPV6_RECVORIGDSTADDR"),
  value: sockaddrIn6("destination"),
});

export const rxqOverflow = control("SO_RXQ_OVFL", {
  ...receive("SOL_SOCKET", "SO_RXQ_OVFL"),
  value: u32("dropped"),
});

export const udpSegment = control("UDP_SEGMENT", {
  ...receive("SOL_UDP", "UDP_SEGMENT"),
  value: u16("segment"),
});

export const txTime = control("SCM_TXTIME", {
  ...receive("SOL_SOCKET", "SO_TXTIME"),
  value: u64("time"),
});

export const ipv6RecvErr = control("IPV6_RECVERR", {
  ...receive("SOL_IPV6", "IPV6_RECVERR"),
  value: reportedError(sockaddrIn6("offender")),
});

/** What decoding does not know by itself. */
export const OWN: readonly AnyDefinition[] = [
  packetInfo,
  packetInfo6,
  tos,
  trafficClass,
  ttl,
  hopLimit,
  timestampNs,
  originalDestination,
  originalDestination6,
  rxqOverflow,
  udpSegment,
  txTime,
  ipv6RecvErr,
];
