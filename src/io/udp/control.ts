// The control messages of UDP sockets that a UdpSocket reads and writes.

import { BE16, BE32, LONG, OCTETS, U16, U32 } from "../../../assembly/shared/kind.js";
import { ipRecvErr, udpGro } from "../../codec/catalogue/index.js";
import { type AnyDefinition, control } from "../../codec/definition.js";
import { type Field, i32, u8, u16, u32, u64 } from "../../codec/field.js";
import { ipv4, ipv6, sockaddrIn } from "../../codec/field-address.js";
import { formatIPv6 } from "../../codec/ip-text.js";

const source = "ip(7), ipv6(7), udp(7)";

const receive = (level: string, enable: string) =>
  ({ level, direction: "both", enable: [enable], source }) as const;

function sockaddrIn6(): Field<{ host: string; port: number; flowInfo: number; scopeId: number }> {
  return {
    elements: [
      { name: "sin6_family", kind: U16, count: 1 },
      { name: "sin6_port", kind: BE16, count: 1 },
      { name: "sin6_flowinfo", kind: BE32, count: 1 },
      { name: "sin6_addr", kind: OCTETS, count: 16 },
      { name: "sin6_scope_id", kind: U32, count: 1 },
    ],
    descriptors: false,
    write: () => {
      throw new Error("received only");
    },
    read(cells) {
      const [, port, flowInfo, addr, scopeId] = cells as [
        number,
        number,
        number,
        Uint8Array,
        number,
      ];
      return { host: formatIPv6(addr), port, flowInfo, scopeId };
    },
  };
}

function timespec(): Field<bigint> {
  return {
    elements: [
      { name: "tv_sec", kind: LONG, count: 1 },
      { name: "tv_nsec", kind: LONG, count: 1 },
    ],
    descriptors: false,
    write: () => {
      throw new Error("received only");
    },
    read: ([s, ns]) => (s as bigint) * 1_000_000_000n + (ns as bigint),
  };
}

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
  value: sockaddrIn6(),
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
  fields: {
    errno: u32("ee_errno"),
    origin: u8("ee_origin"),
    type: u8("ee_type"),
    code: u8("ee_code"),
    pad: u8("ee_pad"),
    info: u32("ee_info"),
    data: u32("ee_data"),
    offender: sockaddrIn6(),
  },
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
