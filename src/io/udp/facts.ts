// What the kernel is to say about each datagram: the names of facts, and the control messages that bring them.

import { rangeError, typeError } from "../../codec/arguments.js";
import type { AnyDefinition } from "../../codec/definition.js";
import { constant, importedConstant } from "../host.js";
import { setsockopt } from "../sockopt.js";
import {
  hopLimit,
  ipRecvErr,
  ipv6RecvErr,
  originalDestination,
  originalDestination6,
  packetInfo,
  packetInfo6,
  rxqOverflow,
  timestampNs,
  tos,
  trafficClass,
  ttl,
  udpGro,
} from "./control.js";

const PACKET_INFO = [packetInfo, packetInfo6];
const TRAFFIC_CLASS = [tos, trafficClass];

/** What the kernel can say about a datagram, as a `UdpMessage` calls it. */
export type UdpFact =
  | "localAddress"
  | "destination"
  | "interface"
  | "ecn"
  | "dscp"
  | "ttl"
  | "timestamp"
  | "originalDestination"
  | "dropped"
  | "segmentSize";

/** The control messages that bring it: in the form of IPv4 and in that of IPv6, where there are two. */
const FACTS: Readonly<Record<UdpFact, readonly AnyDefinition[]>> = {
  localAddress: PACKET_INFO,
  destination: PACKET_INFO,
  interface: PACKET_INFO,
  ecn: TRAFFIC_CLASS,
  dscp: TRAFFIC_CLASS,
  ttl: [ttl, hopLimit],
  timestamp: [timestampNs],
  originalDestination: [originalDestination, originalDestination6],
  dropped: [rxqOverflow],
  segmentSize: [udpGro],
};

const USUAL: readonly UdpFact[] = ["localAddress", "interface", "ecn", "dscp"];

/** Reads and checks the names of facts. */
export function factsOf(report: unknown): ReadonlySet<UdpFact> {
  if (report === undefined) return new Set(USUAL);
  const list = typeof report === "object" && report !== null && Symbol.iterator in report;
  if (!list) throw typeError("report", "an iterable of names", report);
  const names = [...(report as Iterable<unknown>)];
  for (const [i, name] of names.entries()) {
    if (typeof name !== "string") throw typeError(`report[${i}]`, "a name", name);
    if (Object.hasOwn(FACTS, name)) continue;
    throw rangeError(`report[${i}]`, `one of ${Object.keys(FACTS).join(", ")}`, name);
  }
  return new Set(names as UdpFact[]);
}

const AF_INET6 = importedConstant("AF_INET6");

/** Makes the kernel send control messages along. A socket of IPv6 can get datagrams of IPv4, with messages of IPv4. */
function enableAll(fd: number, family: number, definitions: Iterable<AnyDefinition>): void {
  for (const { level, enable } of definitions) {
    if (level === "SOL_IPV6" && family !== AF_INET6) continue;
    for (const option of enable) setsockopt(fd, level, option, true);
  }
}

/** Makes the kernel report facts. */
export function enableFacts(fd: number, family: number, facts: ReadonlySet<UdpFact>): void {
  enableAll(fd, family, new Set([...facts].flatMap((fact) => FACTS[fact])));
}

/** Makes the kernel keep an error queue. */
export function enableErrors(fd: number, family: number): void {
  enableAll(fd, family, [ipRecvErr, ipv6RecvErr]);
}

/** The level of options of a family. */
export function ipLevel(family: number): number {
  return constant(family === AF_INET6 ? "SOL_IPV6" : "SOL_IP");
}
