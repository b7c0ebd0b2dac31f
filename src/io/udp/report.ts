// ErrorReport: an entry of a socket's error queue, as a person reads it.

import type { Buffer } from "node:buffer";
import { errnoName } from "../../../shim/index.js";
import type { InternetAddress } from "../../codec/address.js";
import { ipRecvErr, ipv6RecvErr } from "./control.js";
import type { UdpMessage } from "./message.js";

// linux/errqueue.h, SO_EE_ORIGIN_*
const ORIGINS = ["none", "local", "icmp", "icmp6", "timestamping", "zerocopy", "txtime"] as const;

/** Who reports: this machine, a node on the way by ICMP, or the kernel about its own work; a number that has no name here. */
export type ReportOrigin = (typeof ORIGINS)[number] | number;

/**
 * What became of a datagram that was sent: an entry of the error queue.
 *
 * @see ip(7), IP_RECVERR; ipv6(7), IPV6_RECVERR; struct sock_extended_err.
 */
export interface ErrorReport {
  /** Name of the error, such as "ECONNREFUSED"; null when the report is of no failure. */
  readonly errno: string | null;
  readonly origin: ReportOrigin;
  /** ICMP type; 0 for other origins. */
  readonly type: number;
  /** ICMP code, or what the origin has in its place. */
  readonly code: number;
  /** With EMSGSIZE the largest packet of the path in bytes; what else the origin has to say. */
  readonly info: number;
  /** Further 32 bits of the origin: a timestamp's id, the last of a range. */
  readonly more: number;
  /** The node that reported; null where none did. */
  readonly offender: InternetAddress | null;
  /** Where the datagram was to go; null where the kernel does not say. */
  readonly to: InternetAddress | null;
  /** What the report gives back of the datagram, with ICMP its beginning at least. */
  readonly data: Buffer;
  /** The control messages of the entry. */
  readonly control: UdpMessage["control"];
}

/** Reads an entry. */
export function reportOf(message: UdpMessage): ErrorReport {
  const found = message.find(ipv6RecvErr) ?? message.find(ipRecvErr);
  const { errno = 0, origin = 0, type = 0, code = 0, info = 0, data: more = 0 } = found ?? {};
  return {
    errno: errno === 0 ? null : errnoName(errno),
    origin: ORIGINS[origin] ?? origin,
    type,
    code,
    info,
    more,
    offender: offenderOf(found?.offender),
    to: message.address ?? null,
    data: message.data,
    control: message.control,
  };
}

/** Reports of this machine's own have an offender without a family. */
function offenderOf(offender: InternetAddress | null | undefined): InternetAddress | null {
  return offender ?? null;
}
