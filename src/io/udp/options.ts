// What a UDP socket is told once: limits, what the kernel is to report, and how its datagrams leave.

import { flagOf, integerIn, rangeError, typeError } from "../../codec/arguments.js";
import { timestamping, txTime } from "../../codec/catalogue/socket-time.js";
import { enable } from "../enable.js";
import { importedConstant } from "../host.js";
import { setsockopt } from "../sockopt.js";
import { enableErrors, enableFacts, factsOf, type UdpFact } from "./facts.js";
import { checkInterface, type InterfaceLike } from "./interface.js";

/** The clock of `transmitAt`. */
export type TransmitClock = "realtime" | "monotonic" | "tai";

/** How a UDP socket behaves. */
export interface UdpSocketOptions {
  /**
   * What the kernel is to say about each datagram, by the names of `UdpMessage`; "localAddress", "interface", "ecn" and "dscp"
   * unless given. With "segmentSize" it may put datagrams of one sender together (UDP_GRO).
   */
  readonly report?: Iterable<UdpFact>;
  /** Let the kernel keep an error queue from the beginning: what `errors` reads. False unless given. */
  readonly errors?: boolean;
  /**
   * Let the kernel report when each datagram has left (SO_TIMESTAMPING): what `errors` reads. Reports that nobody reads take room
   * of the receive buffer. False unless given.
   */
  readonly transmitTimestamps?: boolean;
  /** Bytes of data that one receive takes at most, 65536 unless given: more than any datagram has. */
  readonly dataLimit?: number;
  /** Bytes that may wait to be sent before more is refused, 16 MiB unless given. */
  readonly queueBytes?: number;
  /** Closes the socket when a receive has waited so many milliseconds: it is refused with ETIMEDOUT. For ever unless given. */
  readonly idleTimeoutMs?: number;
  /** Bytes of the kernel's receive buffer (SO_RCVBUF): what comes while it is full is lost. */
  readonly receiveBuffer?: number;
  /** Bytes of the kernel's send buffer (SO_SNDBUF). */
  readonly sendBuffer?: number;
  /** Whether datagrams may go to broadcast addresses (SO_BROADCAST). */
  readonly broadcast?: boolean;
  /** Explicit congestion notification of what is sent, 0 to 3; 0 unless given. */
  readonly ecn?: number;
  /** Differentiated services code point of what is sent, 0 to 63; 0 unless given. */
  readonly dscp?: number;
  /** Time to live, or hop limit, of what is sent to one address: 1 to 255. */
  readonly ttl?: number;
  /**
   * Whether datagrams may not be fragmented: those larger than the interface takes are refused with EMSGSIZE, and what the kernel
   * believes of the path is ignored, as path MTU discovery of one's own needs it. The kernel fragments as it likes unless given.
   */
  readonly dontFragment?: boolean;
  /** Time to live, or hop limit, of what is sent to groups: 0 to 255; the kernel takes 1 unless given. */
  readonly multicastTtl?: number;
  /** Whether this machine gets what is sent to groups that it is in; the kernel takes true unless given. */
  readonly multicastLoopback?: boolean;
  /** Index or name of the interface by which datagrams to groups leave. */
  readonly multicastInterface?: InterfaceLike;
  /**
   * Let `transmitAt` say when a datagram leaves, by this clock (SO_TXTIME). The queue of the interface has to obey: "monotonic" is
   * for fq, and everybody's; the others are for tc-etf(8), and the administrator's.
   */
  readonly transmitClock?: TransmitClock;
}

/** Checked options. */
export interface UdpSettings {
  readonly facts: ReadonlySet<UdpFact>;
  readonly errors: boolean;
  readonly dataLimit: number;
  readonly queueBytes: number;
  readonly queueFds: number;
  readonly idleTimeoutMs: number | undefined;
  readonly ecn: number;
  readonly dscp: number;
  readonly transmitClock: TransmitClock | undefined;
  readonly transmitTimestamps: boolean;
  /** Options of every family, and those of one: names and values. */
  readonly common: readonly Setting[];
  readonly four: readonly Setting[];
  readonly six: readonly Setting[];
}

type Setting = readonly [name: string, value: number | boolean | Uint8Array];

const MOST = 0x7fffffff;

function optional<T>(value: unknown, check: (value: unknown) => T): T | undefined {
  return value === undefined ? undefined : check(value);
}

function integerOr(value: unknown, least: number, most: number, what: string): number | undefined {
  return optional(value, (given) => integerIn(given, least, most, what));
}

function flagOr(value: unknown, what: string): boolean | undefined {
  return optional(value, (given) => flagOf(given, what));
}

/** Explicit congestion notification. */
export function checkEcn(ecn: unknown): number {
  return integerIn(ecn, 0, 3, "ecn");
}

/** Differentiated services code point. */
export function checkDscp(dscp: unknown): number {
  return integerIn(dscp, 0, 63, "dscp");
}

/** Time to live, or hop limit. */
export function checkTtl(ttl: unknown): number {
  return integerIn(ttl, 1, 255, "ttl");
}

const CLOCKS = {
  realtime: "CLOCK_REALTIME",
  monotonic: "CLOCK_MONOTONIC",
  tai: "CLOCK_TAI",
} as const;

function checkClock(clock: unknown): TransmitClock | undefined {
  if (clock === undefined) return undefined;
  if (typeof clock !== "string") throw typeError("transmitClock", "a name", clock);
  if (Object.hasOwn(CLOCKS, clock)) return clock as TransmitClock;
  throw rangeError("transmitClock", `one of ${Object.keys(CLOCKS).join(", ")}`, clock);
}

/** Stamps by the system's clock, with a number and without the packet. */
const TRANSMIT_STAMPS = [
  "SOF_TIMESTAMPING_TX_SOFTWARE",
  "SOF_TIMESTAMPING_SOFTWARE",
  "SOF_TIMESTAMPING_OPT_ID",
  "SOF_TIMESTAMPING_OPT_TSONLY",
];

/** struct ip_mreqn with an interface alone. */
function interface4(index: number | undefined): Uint8Array | undefined {
  return index === undefined ? undefined : new Uint8Array(Int32Array.of(0, 0, index).buffer);
}

function given(
  ...settings: (readonly [name: string, value: Setting[1] | undefined])[]
): readonly Setting[] {
  return settings.filter((setting): setting is Setting => setting[1] !== undefined);
}

/** Reads and checks the options. */
export function udpSettingsOf(options: UdpSocketOptions): UdpSettings {
  const transmitClock = checkClock(options.transmitClock);
  const ecn = optional(options.ecn, checkEcn);
  const dscp = optional(options.dscp, checkDscp);
  const byte = ecn ?? dscp;
  return {
    facts: factsOf(options.report),
    errors: flagOf(options.errors, "errors"),
    dataLimit: integerIn(options.dataLimit ?? 65536, 1, MOST, "dataLimit"),
    queueBytes: integerIn(options.queueBytes ?? 1 << 24, 0, Number.MAX_SAFE_INTEGER, "queueBytes"),
    queueFds: 0,
    idleTimeoutMs: integerOr(options.idleTimeoutMs, 1, MOST, "idleTimeoutMs"),
    ecn: ecn ?? 0,
    dscp: dscp ?? 0,
    transmitClock,
    transmitTimestamps: flagOf(options.transmitTimestamps, "transmitTimestamps"),
    common: given(
      ["SO_RCVBUF", integerOr(options.receiveBuffer, 0, MOST, "receiveBuffer")],
      ["SO_SNDBUF", integerOr(options.sendBuffer, 0, MOST, "sendBuffer")],
      ["SO_BROADCAST", flagOr(options.broadcast, "broadcast")],
    ),
    ...leaving(options, byte === undefined ? undefined : ((dscp ?? 0) << 2) | (ecn ?? 0)),
  };
}

/** IP_PMTUDISC_PROBE and IP_PMTUDISC_DONT; the numbers of IPv6 are the same. */
const DISCOVER = { true: 3, false: 0 } as const;

/** How datagrams leave, in the options of both families. `byte` is the traffic class. */
function leaving(
  options: UdpSocketOptions,
  byte: number | undefined,
): Pick<UdpSettings, "four" | "six"> {
  const ttl = optional(options.ttl, checkTtl);
  const dontFragment = flagOr(options.dontFragment, "dontFragment");
  const discover = dontFragment === undefined ? undefined : DISCOVER[`${dontFragment}`];
  const groupTtl = integerOr(options.multicastTtl, 0, 255, "multicastTtl");
  const loop = flagOr(options.multicastLoopback, "multicastLoopback");
  const by = optional(options.multicastInterface, (i) => checkInterface(i, "multicastInterface"));
  return {
    four: given(
      ["IP_TOS", byte],
      ["IP_TTL", ttl],
      ["IP_MTU_DISCOVER", discover],
      ["IP_MULTICAST_TTL", groupTtl],
      ["IP_MULTICAST_LOOP", loop],
      ["IP_MULTICAST_IF", interface4(by)],
    ),
    six: given(
      ["IPV6_TCLASS", byte],
      ["IPV6_UNICAST_HOPS", ttl],
      ["IPV6_MTU_DISCOVER", discover],
      ["IPV6_MULTICAST_HOPS", groupTtl],
      ["IPV6_MULTICAST_LOOP", loop],
      ["IPV6_MULTICAST_IF", by],
    ),
  };
}

const AF_INET6 = importedConstant("AF_INET6");

/** Tells the kernel. Done before the socket has an address, so that its first datagram is covered. */
export function applyUdpSettings(fd: number, family: number, settings: UdpSettings): void {
  for (const [name, value] of settings.common) setsockopt(fd, "SOL_SOCKET", name, value);
  // What a socket of IPv6 sends to IPv4 addresses has the options of IPv4.
  for (const [name, value] of settings.four) setsockopt(fd, "SOL_IP", name, value);
  if (family === AF_INET6) {
    for (const [name, value] of settings.six) setsockopt(fd, "SOL_IPV6", name, value);
  }
  enableFacts(fd, settings.facts);
  if (settings.errors) enableErrors(fd);
  const { transmitClock, transmitTimestamps } = settings;
  if (transmitTimestamps) enable(fd, [timestamping, TRANSMIT_STAMPS]);
  if (transmitClock === undefined) return;
  // Datagrams that missed their time are reported in the error queue.
  const flags = ["SOF_TXTIME_REPORT_ERRORS"];
  enable(fd, [txTime, { clock: CLOCKS[transmitClock], flags }]);
}

/** Options of a socket that has no address yet. */
export interface UdpBirthOptions {
  /** Let others bind the same address, or one that is still in use (SO_REUSEADDR). */
  readonly reuseAddress?: boolean;
  /** Share the address among sockets of this user, each of which gets a part of the senders (SO_REUSEPORT). */
  readonly reusePort?: boolean;
  /** Keep a socket of IPv6 from IPv4 (IPV6_V6ONLY); false unless given, whatever the machine's default is. */
  readonly ipv6Only?: boolean;
}

/** Checked options. */
export interface UdpBirth {
  readonly shared: readonly Setting[];
  readonly ipv6Only: boolean;
}

/** Reads and checks the options of a socket that has no address yet. */
export function udpBirthOf(options: UdpBirthOptions): UdpBirth {
  const reuseAddress = flagOr(options.reuseAddress, "reuseAddress");
  const reusePort = flagOr(options.reusePort, "reusePort");
  return {
    shared: given(["SO_REUSEADDR", reuseAddress], ["SO_REUSEPORT", reusePort]),
    ipv6Only: flagOf(options.ipv6Only, "ipv6Only"),
  };
}

/** Tells the kernel. */
export function applyUdpBirth(fd: number, family: number, birth: UdpBirth): void {
  for (const [name, value] of birth.shared) setsockopt(fd, "SOL_SOCKET", name, value);
  if (family === AF_INET6) setsockopt(fd, "SOL_IPV6", "IPV6_V6ONLY", birth.ipv6Only);
}
