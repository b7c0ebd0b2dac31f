// A datagram to send: its options as control messages, checked before anything is sent.

import type { InternetAddress } from "../../codec/address.js";
import { integerIn, rangeError, typeError } from "../../codec/arguments.js";
import {
  hopLimit,
  packetInfo,
  packetInfo6,
  tos,
  trafficClass,
  ttl as ttl4,
  txTime,
  udpSegment,
} from "../../codec/catalogue/all.js";
import type { MessageInput } from "../../codec/encode.js";
import { messageList } from "../../codec/encode.js";
import type { DataInput } from "../data.js";
import { importedConstant } from "../host.js";
import type { WaitOptions } from "../loop/giving-up.js";
import { planQueueable, type Queueable } from "../loop/queued.js";
import type { SocketKind } from "../query.js";
import { addressFor, hostFor, unzoned, versionOf } from "./address.js";
import { checkInterface, type InterfaceLike } from "./interface.js";
import { checkDscp, checkEcn, checkTtl, type UdpSettings } from "./options.js";

/** How to send one datagram, or one buffer of many. */
export interface UdpSendOptions extends WaitOptions {
  /** Where to; on a connected socket its peer unless given. */
  readonly to?: InternetAddress | null;
  /** The address of this machine to send from, such as the `localAddress` of a message. The port is the socket's own. */
  readonly from?: string | { readonly host: string; readonly scopeId?: number } | undefined;
  /** Index of the interface to send by; or its name, for which the kernel is asked each time. */
  readonly interface?: InterfaceLike | undefined;
  /** Explicit congestion notification, 0 to 3; the socket's unless given. */
  readonly ecn?: number | undefined;
  /** Differentiated services code point, 0 to 63; the socket's unless given. */
  readonly dscp?: number | undefined;
  /** Time to live, or hop limit, 1 to 255; the socket's unless given. */
  readonly ttl?: number | undefined;
  /** Send `data` as datagrams of so many bytes, of which the last may be shorter: 64 at most (UDP_SEGMENT). */
  readonly segmentSize?: number;
  /** When the datagram leaves, in nanoseconds of the socket's `transmitClock`. */
  readonly transmitAt?: bigint;
  /** Further control messages. */
  readonly control?: Iterable<MessageInput>;
}

/** What sending has to know of the socket. */
export interface SendingSocket {
  readonly kind: SocketKind;
  readonly settings: UdpSettings;
  /** The host that it is connected to. */
  readonly peer: string | undefined;
}

const AF_INET = importedConstant("AF_INET");
const AF_INET6 = importedConstant("AF_INET6");

/** Datagrams that the kernel makes of one buffer: UDP_MAX_SEGMENTS, 64 before Linux 6.9. */
const SEGMENT_LIMIT = 64;

/** Bytes of data in one datagram of IPv4; of IPv6 20 more. */
const DATAGRAM_LIMIT = 65507;

/** Reads and checks a datagram. All of the caller's code runs in here. */
export function planDatagram(
  data: DataInput | string,
  options: UdpSendOptions,
  socket: SendingSocket,
): Queueable {
  const { family } = socket.kind;
  const { to: given, segmentSize } = options;
  const to = given === undefined || given === null ? undefined : addressFor(given, family, "to");
  const host = to?.host ?? socket.peer;
  const version = host === undefined ? versionOfFamily(family) : versionOf(host);
  const control = [
    ...(options.control === undefined ? [] : messageList(options.control, "control")),
    ...sourceOf(options, version),
    ...classOf(options, version, socket.settings),
    ...othersOf(options, version, socket.settings),
  ] as MessageInput[];
  if (segmentSize !== undefined) control.push(udpSegment(checkSegment(segmentSize)));
  const message = planQueueable(
    data,
    {
      ...(control.length === 0 ? undefined : { control }),
      ...(to === undefined ? undefined : { to }),
    },
    socket.kind,
  );
  if (segmentSize !== undefined) checkSegments(message.total, segmentSize);
  return message;
}

function versionOfFamily(family: number): 4 | 6 {
  return family === AF_INET ? 4 : 6;
}

/** Where it leaves from. */
function sourceOf(options: UdpSendOptions, version: 4 | 6): MessageInput[] {
  const { from, interface: index } = options;
  if (from === undefined && index === undefined) return [];
  const object = typeof from === "object" && from !== null;
  const { host, scopeId = object ? from.scopeId : 0 } = unzoned(object ? from.host : from, "from");
  const ifindex = checkInterface(index ?? scopeId ?? 0);
  const source = from === undefined ? undefined : sourceHost(host, version);
  if (version === 6) return [packetInfo6({ addr: source ?? "::", ifindex })];
  return [packetInfo({ ifindex, specDst: source ?? "0.0.0.0", addr: "0.0.0.0" })];
}

/** Packet info is of the version of the datagram, whatever the socket is. */
function sourceHost(host: unknown, version: 4 | 6): string {
  const source = hostFor(host, version === 4 ? AF_INET : AF_INET6, "from", "the destination");
  if (version === 4 || versionOf(source) === 6) return source;
  throw rangeError("from", "an IPv6 address, as the destination is", host);
}

/** The traffic class: one byte for both of its parts. */
function classOf(
  { ecn, dscp }: UdpSendOptions,
  version: 4 | 6,
  settings: UdpSettings,
): MessageInput[] {
  if (ecn === undefined && dscp === undefined) return [];
  const byte = (checkDscp(dscp ?? settings.dscp) << 2) | checkEcn(ecn ?? settings.ecn);
  return [version === 6 ? trafficClass(byte) : tos(byte)];
}

function othersOf(
  { ttl, transmitAt }: UdpSendOptions,
  version: 4 | 6,
  settings: UdpSettings,
): MessageInput[] {
  const control: MessageInput[] = [];
  if (ttl !== undefined) control.push((version === 6 ? hopLimit : ttl4)(checkTtl(ttl)));
  if (transmitAt !== undefined) control.push(txTime(checkTime(transmitAt, settings)));
  return control;
}

function checkTime(time: unknown, { transmitClock }: UdpSettings): bigint {
  if (typeof time !== "bigint") throw typeError("transmitAt", "a bigint", time);
  if (time < 0n || time >= 1n << 64n) throw rangeError("transmitAt", "from 0n to 2n ** 64n", time);
  if (transmitClock !== undefined) return time;
  throw typeError("transmitAt", "left out on a socket without transmitClock", time);
}

function checkSegment(size: unknown): number {
  return integerIn(size, 1, DATAGRAM_LIMIT, "segmentSize");
}

/** What the kernel answers with a bare EINVAL. */
function checkSegments(total: number, size: number): void {
  const segments = Math.ceil(total / size);
  if (segments <= SEGMENT_LIMIT) return;
  const expected = `large enough for ${total} bytes in ${SEGMENT_LIMIT} datagrams, which are as many as the kernel makes of one buffer`;
  throw rangeError("segmentSize", expected, size);
}
