// What a refused datagram of IPv4 or IPv6 has run into.

import { constant, constantOrZero } from "./host.js";
import type { SendPlan } from "./send-plan.js";

/** What to do about it, by the name of errno; undefined for what only the kernel knows. */
export function datagramHint(code: string, plan: SendPlan): string | undefined {
  return HINTS[code]?.(plan);
}

const HINTS: Readonly<Record<string, (plan: SendPlan) => string | undefined>> = {
  EACCES: ({ to }) =>
    to === undefined ? undefined : "sending to a broadcast address needs SO_BROADCAST",
  EADDRNOTAVAIL: hasSource,
  ECONNREFUSED: () =>
    "an earlier datagram found nobody there, of which ICMP tells; this one was not sent",
  EDESTADDRREQ: () => "this socket is not connected: say where `to`",
  EINVAL: (plan) => (isSegmented(plan) ? NO_SEGMENTS : hasSource(plan)),
  EIO: (plan) =>
    isSegmented(plan) ? "segments need a checksum, and a way that makes it" : undefined,
  ENETUNREACH: (plan) => hasSource(plan) ?? "no route leads there",
  ENODEV: (plan) => (isFrom(plan) ? "no interface has this index" : undefined),
  EPERM: () => "a firewall forbids it, or a control message needs a privilege",
};

const NO_SEGMENTS =
  "each segment has to fit into a packet with its headers, so segments are smaller than the MTU of the way";

/** Whether the kernel is to make several datagrams of it. */
export function isSegmented(plan: SendPlan): boolean {
  return has(plan, "SOL_UDP", "UDP_SEGMENT");
}

/** Whether it says where it leaves from. */
function isFrom(plan: SendPlan): boolean {
  return has(plan, "SOL_IP", "IP_PKTINFO") || has(plan, "SOL_IPV6", "IPV6_PKTINFO");
}

function hasSource(plan: SendPlan): string | undefined {
  return isFrom(plan)
    ? "the source address has to be one of this machine, and of the interface if one is given"
    : undefined;
}

function has({ control }: SendPlan, level: string, type: string): boolean {
  const number = constantOrZero(type);
  return number > 0 && control.some((m) => m.type === number && m.level === constant(level));
}
