// Internet addresses of UDP sockets: what callers write, in the form that a socket of one family takes.

import type { InternetAddress } from "../../codec/address.js";
import { integerIn, rangeError, typeError } from "../../codec/arguments.js";
import { formatIPv4, parseIPv4, parseIPv6 } from "../../codec/ip-text.js";
import { importedConstant } from "../host.js";
import { checkInterface } from "./interface.js";

/** Family of an IP address or of a socket. */
export type IpFamily = "inet" | "inet6";

const AF_INET = importedConstant("AF_INET");
const AF_INET6 = importedConstant("AF_INET6");

/** The number of a family. */
export function familyNumber(family: IpFamily): number {
  return family === "inet" ? AF_INET : AF_INET6;
}

/** The `family` option. */
export function checkFamily(family: unknown): IpFamily | undefined {
  if (family === undefined || family === "inet" || family === "inet6") return family;
  const refuse = typeof family === "string" ? rangeError : typeError;
  throw refuse("family", '"inet" or "inet6"', family);
}

/** Whether text is an IP address that needs no looking up, with a zone or without. */
export function isNumeric(host: string): boolean {
  return isIPv4(host) || parseIPv6(host.split("%", 1)[0] as string) !== undefined;
}

/** An address without its zone, and the zone as the index of an interface: `fe80::1%eth0` or `fe80::1%2`. */
export function unzoned(
  host: unknown,
  what: string,
): { readonly host: unknown; readonly scopeId: number | undefined } {
  const at = typeof host === "string" && host.includes(":") ? host.indexOf("%") : -1;
  if (typeof host !== "string" || at < 0) return { host, scopeId: undefined };
  const zone = host.slice(at + 1);
  const scopeId = checkInterface(/^\d+$/.test(zone) ? Number(zone) : zone, `zone of ${what}`);
  return { host: host.slice(0, at), scopeId };
}

function isIPv4(host: string): boolean {
  return parseIPv4(host) !== undefined;
}

let lastHost = "";
let lastUnmapped: string | undefined;

/** The IPv4 address inside an IPv6 one, `::ffff:a.b.c.d`. That of the last one is remembered: it is asked more than once. */
export function unmapped(host: string): string | undefined {
  if (host !== lastHost) {
    lastUnmapped = findUnmapped(host);
    lastHost = host;
  }
  return lastUnmapped;
}

function findUnmapped(host: string): string | undefined {
  const bytes = host.includes(":") ? parseIPv6(host) : undefined;
  if (bytes === undefined) return undefined;
  const mapped = bytes.subarray(0, 10).every((byte) => byte === 0);
  return mapped && bytes[10] === 0xff && bytes[11] === 0xff
    ? formatIPv4(bytes.subarray(12))
    : undefined;
}

/** The IP version that datagrams to or from an address are of. */
export function versionOf(host: string): 4 | 6 {
  return host.includes(":") && unmapped(host) === undefined ? 6 : 4;
}

/** A host in the form of a socket of `family`: IPv4 addresses are mapped for IPv6, and back. `why` says what wants that family. */
export function hostFor(host: unknown, family: number, what: string, why = "the socket"): string {
  if (typeof host !== "string" || !isNumeric(host)) {
    throw typeError(what, "an IPv4 or IPv6 address", host);
  }
  if (family === AF_INET6) return isIPv4(host) ? `::ffff:${host}` : host;
  if (isIPv4(host)) return host;
  const four = unmapped(host);
  if (four === undefined) throw rangeError(what, `an IPv4 address, as ${why} is`, host);
  return four;
}

/** A destination in the form of a socket of `family`. */
export function addressFor(given: unknown, family: number, what: string): InternetAddress {
  if (typeof given !== "object" || given === null) {
    throw typeError(what, "an object with host and port", given);
  }
  const { host: zoned, port, flowInfo, scopeId: given6 } = given as Partial<InternetAddress>;
  const { host, scopeId = given6 } = unzoned(zoned, `${what}.host`);
  const address = { host: hostFor(host, family, `${what}.host`), port: checkPort(port, 1, what) };
  if (flowInfo === undefined && scopeId === undefined) return address;
  return { ...address, flowInfo: flowInfo ?? 0, scopeId: scopeId ?? 0 };
}

/** A port; 0 lets the kernel choose where it may. */
export function checkPort(port: unknown, least: 0 | 1, what?: string): number {
  return integerIn(port, least, 65535, what === undefined ? "port" : `${what}.port`);
}
