// ErrorReport: an entry of a socket's error queue, with the datagram that it is about.

import type { Buffer } from "node:buffer";
import type { InternetAddress } from "../../codec/address.js";
import { ipRecvErr, ipv6RecvErr, timestamping } from "../../codec/catalogue/all.js";
import type { ExtendedError, ReportedError } from "../../codec/field-error.js";
import type { UdpMessage } from "./message.js";

/**
 * What became of a datagram that was sent: an entry of the error queue, with C names for what has one.
 *
 * @see ip(7), IP_RECVERR; ipv6(7), IPV6_RECVERR; struct sock_extended_err.
 */
export interface ErrorReport extends Omit<ReportedError<InternetAddress | null>, "data"> {
  /** The number of the datagram that left, counted from 0, or the last number of a range (ee_data). */
  readonly id: number;
  /** When the datagram left, in nanoseconds since 1970; null in reports of something else. */
  readonly timestamp: bigint | null;
  /** Where the datagram was to go; null where the kernel does not say. */
  readonly to: InternetAddress | null;
  /** What the report gives back of the datagram. */
  readonly data: Buffer;
  /** The control messages of the entry. */
  readonly control: UdpMessage["control"];
}

const NOTHING: ExtendedError = {
  errno: 0,
  origin: "SO_EE_ORIGIN_NONE",
  type: 0,
  code: 0,
  info: 0,
  data: 0,
};

/** Reads an entry. */
export function reportOf(message: UdpMessage): ErrorReport {
  const found = message.find(ipv6RecvErr) ?? message.find(ipRecvErr);
  const { data: id, ...entry } = found ?? { ...NOTHING, offender: null };
  const { address, data, control } = message;
  const stamps = message.find(timestamping);
  const timestamp = stamps?.software ?? stamps?.hardware ?? null;
  return { ...entry, id, timestamp, to: address ?? null, data, control };
}
