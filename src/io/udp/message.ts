// UdpMessage: a datagram that was received, with what the kernel has said about it. Decoded when somebody asks.

import type { Buffer } from "node:buffer";
import { type InternetAddress, unpackAddress } from "../../codec/address.js";
import {
  hopLimit,
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
} from "../../codec/catalogue/all.js";
import { ARENA_CONTROL } from "../../codec/core.js";
import { type Decoded, decodeFound, findSafely } from "../../codec/decode.js";
import type { DefinitionOf, WithDescriptors } from "../../codec/definition.js";
import { formatIPv4, formatIPv6 } from "../../codec/ip-text.js";
import type { ControlMessage } from "../../codec/message.js";
import type { Problem } from "../../codec/problem.js";
import type { Fd } from "../fd.js";
import { currentHost, importedConstant } from "../host.js";
import { viewOf } from "../landing.js";
import { INSPECT, util } from "../node-modules.js";
import type { Arrived } from "../received.js";
import { clearPadding } from "../recvmsg.js";
import type { UdpFact } from "./facts.js";
import { type ArrivedControl, Member } from "./member.js";

const MSG_CTRUNC = importedConstant("MSG_CTRUNC");
const MSG_TRUNC = importedConstant("MSG_TRUNC");

const INTERFACE = new Member(packetInfo, "ipi_ifindex");
const SOURCE = new Member(packetInfo, "ipi_spec_dst");
const DESTINATION = new Member(packetInfo, "ipi_addr");
const INTERFACE6 = new Member(packetInfo6, "ipi6_ifindex");
const DESTINATION6 = new Member(packetInfo6, "ipi6_addr");
const TOS = new Member(tos);
const TRAFFIC_CLASS = new Member(trafficClass);
const TTL = new Member(ttl);
const HOP_LIMIT = new Member(hopLimit);
const SECONDS = new Member(timestampNs, "tv_sec");
const NANOSECONDS = new Member(timestampNs, "tv_nsec");
const DROPPED = new Member(rxqOverflow);
const SEGMENT = new Member(udpGro);

const NO_FDS: readonly Fd[] = Object.freeze([]);

/** What a message has to know of the socket that received it. */
export interface ReceivingSocket {
  /** The port that it is bound to. */
  readonly port: number;
  /** What the kernel was asked to report. */
  readonly facts: ReadonlySet<UdpFact>;
}

/**
 * A datagram with what the kernel has said about it. Facts that the socket was not asked to report, and those that the kernel
 * has not reported, are undefined.
 *
 * @see ip(7), ipv6(7), udp(7), recvmsg(2).
 */
export class UdpMessage implements Arrived {
  /** Bytes of data. */
  readonly bytes: number;
  /** MSG_* flags. */
  readonly flags: number;
  /** Descriptors: none, UDP carries no descriptors. */
  declare readonly fds: readonly Fd[];
  readonly #source: Uint8Array;
  readonly #at: number;
  readonly #length: number;
  #data: Buffer | undefined;
  #bytes: Uint8Array | undefined;
  readonly #control: ArrivedControl;
  readonly #socket: ReceivingSocket;
  #decoded: Decoded<Fd> | undefined;

  /**
   * @param source Memory in which its data lies, `length` bytes from `at` on.
   * @internal
   */
  constructor(
    source: Uint8Array,
    at: number,
    length: number,
    bytes: number,
    flags: number,
    control: ArrivedControl,
    socket: ReceivingSocket,
  ) {
    this.bytes = bytes;
    this.flags = flags;
    this.#source = source;
    this.#at = at;
    this.#length = length;
    this.#data = undefined;
    this.#bytes = undefined;
    this.#control = control;
    this.#socket = socket;
    this.#decoded = undefined;
  }

  /** The data. */
  get data(): Buffer {
    this.#data ??= viewOf(this.#source, this.#at, this.#length);
    return this.#data;
  }

  /** The sender's address. On a socket of IPv6 that of an IPv4 sender is mapped: `::ffff:192.0.2.1`. */
  get address(): InternetAddress {
    const { core, abi } = currentHost();
    const { kept, name, nameLength } = this.#control;
    return unpackAddress(core, abi, kept.subarray(name, name + nameLength)) as InternetAddress;
  }

  /** The address of this machine that an answer should come from: that to which the datagram was sent, unless many have it. */
  get localAddress(): InternetAddress | undefined {
    const four = SOURCE.octets(this.#control);
    const six = DESTINATION6.octets(this.#control);
    if (four !== undefined) return this.#here(four, six !== undefined);
    return six === undefined || six[0] === 0xff ? undefined : this.#here(six, true);
  }

  /** The address that the datagram was sent to, which may be that of a group or a network. */
  get destination(): InternetAddress | undefined {
    const six = DESTINATION6.octets(this.#control);
    const bytes = six ?? DESTINATION.octets(this.#control);
    return bytes === undefined ? undefined : this.#here(bytes, six !== undefined);
  }

  /** An address of this machine in the form of the sender's: on a socket of IPv6, IPv4 addresses are mapped. */
  #here(bytes: Uint8Array, six: boolean): InternetAddress {
    const { port } = this.#socket;
    const four = bytes.length === 4;
    const host = four ? formatIPv4(bytes) : formatIPv6(bytes);
    if (!six) return { host, port };
    const scopeId = !four && isLinkLocal(bytes) ? (this.interface ?? 0) : 0;
    return { host: four ? `::ffff:${host}` : host, port, flowInfo: 0, scopeId };
  }

  /** Index of the interface that the datagram came in by. */
  get interface(): number | undefined {
    return INTERFACE6.integer(this.#control) ?? INTERFACE.integer(this.#control);
  }

  /** Explicit congestion notification, RFC 3168: 0 none, 1 ECT(1), 2 ECT(0), 3 congestion experienced. */
  get ecn(): 0 | 1 | 2 | 3 | undefined {
    const field = this.#trafficClass();
    return field === undefined ? undefined : ((field & 3) as 0 | 1 | 2 | 3);
  }

  /** Differentiated services code point, RFC 2474: 0 to 63. */
  get dscp(): number | undefined {
    const field = this.#trafficClass();
    return field === undefined ? undefined : (field & 0xff) >> 2;
  }

  #trafficClass(): number | undefined {
    return TRAFFIC_CLASS.integer(this.#control) ?? TOS.integer(this.#control);
  }

  /** Time to live, or hop limit: what was left of it. */
  get ttl(): number | undefined {
    return HOP_LIMIT.integer(this.#control) ?? TTL.integer(this.#control);
  }

  /** When the kernel got it, in nanoseconds since 1970. */
  get timestamp(): bigint | undefined {
    const seconds = SECONDS.integer(this.#control);
    if (seconds === undefined) return undefined;
    return BigInt(seconds) * 1_000_000_000n + BigInt(NANOSECONDS.integer(this.#control) ?? 0);
  }

  /** The destination before a firewall of this machine redirected the datagram. */
  get originalDestination(): InternetAddress | undefined {
    if (!this.#socket.facts.has("originalDestination")) return undefined;
    return this.find(originalDestination6) ?? this.find(originalDestination) ?? undefined;
  }

  /** Datagrams that this socket had lost when this one came, because its buffer was full; modulo 2^32. */
  get dropped(): number | undefined {
    const count = DROPPED.integer(this.#control);
    if (count !== undefined) return count >>> 0;
    // The kernel reports no zero.
    return this.#socket.facts.has("dropped") ? 0 : undefined;
  }

  /** Bytes of each datagram that the kernel has put together to this one, of which the last may be shorter (UDP_GRO). */
  get segmentSize(): number | undefined {
    return SEGMENT.integer(this.#control);
  }

  /** The datagrams that the kernel has put together, as views of `data`; one, when it has not. */
  *segments(): IterableIterator<Buffer> {
    const { data } = this;
    const size = this.segmentSize ?? data.length;
    if (size === 0) yield data;
    for (let at = 0; at < data.length; at += size) yield data.subarray(at, at + size);
  }

  /** Control messages in the order of their arrival. */
  get control(): readonly ControlMessage<unknown, Fd>[] {
    return this.#decode().messages;
  }

  /** What is wrong with the control data. */
  get problems(): readonly Problem[] {
    return this.#decode().problems;
  }

  /** The control buffer as the kernel wrote it, zeros in its padding: what `explain` draws. */
  get controlBytes(): Uint8Array {
    this.#decode();
    return this.#bytes as Uint8Array;
  }

  /** Whether data did not fit and was lost (MSG_TRUNC). */
  get dataTruncated(): boolean {
    return (this.flags & MSG_TRUNC) !== 0;
  }

  /** Whether control data did not fit and was lost (MSG_CTRUNC). */
  get controlTruncated(): boolean {
    return (this.flags & MSG_CTRUNC) !== 0;
  }

  #decode(): Decoded<Fd> {
    if (this.#decoded === undefined) {
      const { kept, control, controlLength } = this.#control;
      this.#bytes = kept.slice(control, control + controlLength);
      this.#decoded = decode(this.#bytes);
    }
    return this.#decoded;
  }

  /** The value of the first control message of a type, one of your own among them; undefined where there is none. */
  find<T>(definition: DefinitionOf<T>): WithDescriptors<T, Fd> | undefined {
    for (const message of this.#decode().messages) {
      const value = message.is(definition) ? message.value : message.as(definition);
      // What stands for a descriptor is a number here: UDP delivers none.
      if (value !== undefined) return value as WithDescriptors<T, Fd>;
    }
    return undefined;
  }

  static {
    Object.defineProperty(this.prototype, "fds", { value: NO_FDS });
    Object.defineProperty(this.prototype, INSPECT, {
      value(this: UdpMessage, _depth: number, options: object): string {
        return `UdpMessage ${util().inspect(shownFacts(this), options)}`;
      },
    });
  }
}

const SHOWN = [
  "data",
  "address",
  "localAddress",
  "destination",
  "interface",
  "ecn",
  "dscp",
  "ttl",
  "timestamp",
  "originalDestination",
  "dropped",
  "segmentSize",
  "dataTruncated",
] as const;

function shownFacts(message: UdpMessage): object {
  const facts = SHOWN.map((name) => [name, message[name]] as const);
  return Object.fromEntries(facts.filter(([, value]) => value !== undefined && value !== false));
}

/** fe80::/10 */
function isLinkLocal(bytes: Uint8Array): boolean {
  return bytes[0] === 0xfe && ((bytes[1] as number) & 0xc0) === 0x80;
}

/** UDP delivers no descriptors: what stands in their place is a number. */
function decode(control: Uint8Array): Decoded<Fd> {
  const { core, abi } = currentHost();
  const at = core.arena + ARENA_CONTROL;
  core.bytes.set(control, at);
  const { found, problems } = findSafely(core, abi, control.length);
  clearPadding(control, found);
  const context = { abi, descriptor: (number: number) => number };
  const decoded = decodeFound<Fd>(core, found, at, context, []);
  return { messages: decoded.messages, problems: [...problems, ...decoded.problems] };
}
