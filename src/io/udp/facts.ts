// What the kernel is to say about each datagram: the names of facts, and the control messages that bring them.

import { rangeError, typeError } from "../../codec/arguments.js";
import {
  ipRecvErr,
  originalDestination,
  packetInfo,
  rxqOverflow,
  timestampNs,
  tos,
  ttl,
  udpGro,
} from "../../codec/catalogue/all.js";
import type { AnyDefinition } from "../../codec/definition.js";
import { enable } from "../enable.js";

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

/** The control message that brings it, on sockets of IPv4; those of IPv6 have a counterpart of most. */
const FACTS: Readonly<Record<UdpFact, AnyDefinition>> = {
  localAddress: packetInfo,
  destination: packetInfo,
  interface: packetInfo,
  ecn: tos,
  dscp: tos,
  ttl,
  timestamp: timestampNs,
  originalDestination,
  dropped: rxqOverflow,
  segmentSize: udpGro,
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

/** Makes the kernel report facts. */
export function enableFacts(fd: number, facts: ReadonlySet<UdpFact>): void {
  enable(fd, ...new Set([...facts].map((fact) => FACTS[fact])));
}

/** Makes the kernel keep an error queue. */
export function enableErrors(fd: number): void {
  enable(fd, ipRecvErr);
}
