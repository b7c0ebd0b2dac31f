// Internet addresses: IPv4 and IPv6 with a port, and their sockaddr bytes in any ABI. Written and read in place: every message of
// these families has one.

import { BYTE_ORDER } from "../../assembly/shared/column.js";
import { type Abi, constantOf } from "./abi.js";
import { integerIn, rangeError, typeError } from "./arguments.js";
import type { Core } from "./core.js";
import { formatIPv4, formatIPv6, parseIPv4, parseIPv6 } from "./ip-text.js";
import { structProgram } from "./struct.js";

/** An IPv4 or IPv6 socket. The host is an address, not a name. */
export interface InternetAddress {
  readonly host: string;
  readonly port: number;
  /** IPv6 only. */
  readonly flowInfo?: number;
  /** IPv6 only: the interface of a link-local address. */
  readonly scopeId?: number;
}

/** Where the members of internet addresses lie in an ABI: offsets, widths and sizes. */
interface InternetPlaces {
  readonly length: number;
  readonly lengthWidth: number;
  readonly family: number;
  readonly familyWidth: number;
  readonly littleEndian: boolean;
  readonly size4: number;
  readonly size6: number;
  readonly port4: number;
  readonly address4: number;
  readonly port6: number;
  readonly flowInfo: number;
  readonly address6: number;
  readonly scopeId: number;
}

const internetPlaces = new WeakMap<Abi, InternetPlaces>();

function placesIn(core: Core, abi: Abi): InternetPlaces {
  const known = internetPlaces.get(abi);
  if (known !== undefined) return known;
  const member = (struct: "sockaddr_in" | "sockaddr_in6", name: string) => {
    const program = structProgram(core, abi, struct);
    const index = program.elements.findIndex((element) => element.name === name);
    return program.layout(core, abi).places[index] ?? { offset: 0, width: 0 };
  };
  const length = member("sockaddr_in", "sin_len");
  const family = member("sockaddr_in", "sin_family");
  const places: InternetPlaces = {
    length: length.offset,
    lengthWidth: length.width,
    family: family.offset,
    familyWidth: family.width,
    littleEndian: core.exports.abi_column(abi.index, BYTE_ORDER) === 0,
    size4: structProgram(core, abi, "sockaddr_in").layout(core, abi).size,
    size6: structProgram(core, abi, "sockaddr_in6").layout(core, abi).size,
    port4: member("sockaddr_in", "sin_port").offset,
    address4: member("sockaddr_in", "sin_addr").offset,
    port6: member("sockaddr_in6", "sin6_port").offset,
    flowInfo: member("sockaddr_in6", "sin6_flowinfo").offset,
    address6: member("sockaddr_in6", "sin6_addr").offset,
    scopeId: member("sockaddr_in6", "sin6_scope_id").offset,
  };
  internetPlaces.set(abi, places);
  return places;
}

/** The sockaddr bytes of an internet address. */
export function packInternet(
  core: Core,
  abi: Abi,
  address: InternetAddress,
  what: string,
): Uint8Array {
  const { host, port, flowInfo = 0, scopeId = 0 } = address;
  if (typeof host !== "string") throw typeError(`${what}.host`, "an IP address", host);
  integerIn(port, 0, 65535, `${what}.port`);
  const places = placesIn(core, abi);
  const four = parseIPv4(host);
  if (four !== undefined) {
    const view = internetView(abi, places, "AF_INET", places.size4);
    view.setUint16(places.port4, port);
    return withBytes(view, places.address4, four);
  }
  const six = parseIPv6(host);
  if (six === undefined) throw typeError(`${what}.host`, "an IPv4 or IPv6 address", host);
  integerIn(flowInfo, 0, 0xffffffff, `${what}.flowInfo`);
  integerIn(scopeId, 0, 0xffffffff, `${what}.scopeId`);
  const view = internetView(abi, places, "AF_INET6", places.size6);
  view.setUint16(places.port6, port);
  view.setUint32(places.flowInfo, flowInfo);
  view.setUint32(places.scopeId, scopeId, places.littleEndian);
  return withBytes(view, places.address6, six);
}

/** A new sockaddr with its family and, where there is a member for it, its length. */
function internetView(abi: Abi, places: InternetPlaces, family: string, size: number): DataView {
  const view = new DataView(new ArrayBuffer(size));
  const number = constantOf(abi, family);
  if (number === undefined) throw rangeError("address", `of a family that ${abi.name} has`, family);
  if (places.familyWidth === 1) view.setUint8(places.family, number);
  else view.setUint16(places.family, number, places.littleEndian);
  if (places.lengthWidth === 1) view.setUint8(places.length, size);
  return view;
}

function withBytes({ buffer }: DataView, at: number, bytes: Uint8Array): Uint8Array {
  const sockaddr = new Uint8Array(buffer);
  sockaddr.set(bytes, at);
  return sockaddr;
}

/** The family in sockaddr bytes of two at least. */
export function familyIn(core: Core, abi: Abi, bytes: Uint8Array): number {
  const { family, familyWidth, littleEndian } = placesIn(core, abi);
  const [first = 0, second = 0] = bytes.subarray(family, family + familyWidth);
  if (familyWidth === 1) return first;
  return littleEndian ? first | (second << 8) : (first << 8) | second;
}

/** The internet address in sockaddr bytes of a family; undefined where they hold none, or not all of it. */
export function unpackInternet(
  core: Core,
  abi: Abi,
  family: number,
  bytes: Uint8Array,
): InternetAddress | undefined {
  const places = placesIn(core, abi);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  if (family === constantOf(abi, "AF_INET") && bytes.length >= places.size4) {
    return {
      host: formatIPv4(bytes.subarray(places.address4, places.address4 + 4)),
      port: view.getUint16(places.port4),
    };
  }
  if (family === constantOf(abi, "AF_INET6") && bytes.length >= places.size6) {
    return {
      host: formatIPv6(bytes.subarray(places.address6, places.address6 + 16)),
      port: view.getUint16(places.port6),
      flowInfo: view.getUint32(places.flowInfo),
      scopeId: view.getUint32(places.scopeId, places.littleEndian),
    };
  }
  return undefined;
}
