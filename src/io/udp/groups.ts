// Multicast groups: joining and leaving them.

import { Buffer } from "node:buffer";
import { optionsOf, typeError } from "../../codec/arguments.js";
import { parseIPv4, parseIPv6 } from "../../codec/ip-text.js";
import type { Fd } from "../fd.js";
import { constant } from "../host.js";
import { setsockopt } from "../sockopt.js";
import { unmapped } from "./address.js";
import { checkInterface, type InterfaceLike } from "./interface.js";

/** Which interface a group is joined by. */
export interface GroupOptions {
  /** Index or name of the interface; the kernel chooses one unless given. */
  readonly interface?: InterfaceLike;
}

const CALLS = {
  join: ["IP_ADD_MEMBERSHIP", "IPV6_JOIN_GROUP"],
  leave: ["IP_DROP_MEMBERSHIP", "IPV6_LEAVE_GROUP"],
} as const;

/** Joins or leaves a group. */
export function changeGroup(
  call: keyof typeof CALLS,
  fd: Fd,
  group: unknown,
  options: GroupOptions | undefined,
): void {
  const index = checkInterface(optionsOf(options, "options").interface ?? 0);
  const words = Buffer.from(Uint32Array.of(index).buffer);
  const host = typeof group === "string" ? (unmapped(group) ?? group) : "";
  const four = parseIPv4(host);
  const six = parseIPv6(host);
  const isGroup = four === undefined ? six?.[0] === 0xff : (four[0] as number) >> 4 === 14;
  if (!isGroup) throw typeError("group", "the address of a multicast group", group);
  if (four !== undefined) {
    // struct ip_mreqn: the group, an address of this machine, the interface.
    const request = Buffer.concat([four, new Uint8Array(4), words]);
    setsockopt(fd, constant("SOL_IP"), CALLS[call][0], request);
  } else {
    // struct ipv6_mreq: the group, the interface.
    const request = Buffer.concat([six as Uint8Array, words]);
    setsockopt(fd, constant("SOL_IPV6"), CALLS[call][1], request);
  }
}
