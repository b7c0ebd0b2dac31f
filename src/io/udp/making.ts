// Making UDP sockets for the event loop: bound to an address, or connected to one of those that a name has.

import type { InternetAddress } from "../../codec/address.js";
import { optionsOf, typeError } from "../../codec/arguments.js";
import { connect } from "../connect.js";
import { SyscallError } from "../errors.js";
import type { Fd } from "../fd.js";
import { bind } from "../listen.js";
import {
  type Patience,
  patienceOf,
  throwIfAborted,
  type WaitOptions,
  watchPatience,
} from "../loop/giving-up.js";
import { dns } from "../node-modules.js";
import { socket } from "../socket.js";
import {
  checkFamily,
  checkPort,
  familyNumber,
  hostFor,
  type IpFamily,
  isNumeric,
  unzoned,
} from "./address.js";
import {
  applyUdpBirth,
  applyUdpSettings,
  type UdpBirth,
  type UdpBirthOptions,
  type UdpSettings,
  type UdpSocketOptions,
  udpBirthOf,
} from "./options.js";

/** Where a UDP socket is bound. */
export interface UdpLocal {
  /** An IP address; that of all interfaces unless given. */
  readonly host?: string;
  /** 0, unless given, lets the kernel choose. */
  readonly port?: number;
  /** The interface of a link-local address; a zone in `host`, such as "fe80::1%eth0", says the same. */
  readonly scopeId?: number;
}

/** How to bind. */
export type BindUdpOptions = UdpLocal &
  UdpSocketOptions &
  UdpBirthOptions & {
    /** That of `host`, else "inet". A socket of "inet6" on all interfaces serves IPv4 as well. */
    readonly family?: IpFamily;
  };

/** How to connect. */
export type ConnectUdpOptions = UdpSocketOptions &
  UdpBirthOptions &
  WaitOptions & {
    /** An IP address, or a name to look up. */
    readonly host: string;
    readonly port: number;
    /** The interface of a link-local address. */
    readonly scopeId?: number;
    /** Which addresses of a name to take; of an IPv4 address with "inet6" the mapped form. Both unless given. */
    readonly family?: IpFamily;
    /** Where this end is bound; wherever the kernel likes unless given. */
    readonly bind?: UdpLocal;
  };

/** A new socket that the kernel was told everything about but its address. */
function newSocket(family: IpFamily, settings: UdpSettings, birth: UdpBirth): Fd {
  return prepared(socket({ family, type: "dgram", nonBlocking: true }), (fd) => {
    applyUdpBirth(fd.number, familyNumber(family), birth);
    applyUdpSettings(fd.number, familyNumber(family), settings);
  });
}

const WILDCARDS = { inet: "0.0.0.0", inet6: "::" } as const;

/** A host that has to be an address: binding looks no names up. */
function checkNumeric(host: unknown, what: string): string {
  if (typeof host === "string" && isNumeric(host)) return host;
  throw typeError(what, "an IPv4 or IPv6 address", host);
}

function familyOf(host: string): IpFamily {
  return host.includes(":") ? "inet6" : "inet";
}

/** The address to bind to; `what` is where the caller has given it. */
function localFor(
  local: { [K in keyof UdpLocal]: UdpLocal[K] | undefined },
  family: IpFamily,
  what?: string,
): InternetAddress {
  const name = what === undefined ? "host" : `${what}.host`;
  const { host, scopeId = local.scopeId ?? 0 } = unzoned(local.host ?? WILDCARDS[family], name);
  const here = hostFor(host, familyNumber(family), name);
  return { host: here, port: checkPort(local.port ?? 0, 0, what), ...scopeOf(here, scopeId) };
}

/** IPv4 has no scopes. */
function scopeOf(host: string, scopeId: number): { scopeId?: number } {
  return host.includes(":") ? { scopeId } : {};
}

/** A bound socket. */
export function bindUdp(options: BindUdpOptions, settings: UdpSettings): Fd {
  const birth = udpBirthOf(options);
  const { host, port, scopeId } = options;
  const own = host === undefined ? undefined : familyOf(checkNumeric(host, "host"));
  const family = checkFamily(options.family) ?? own ?? "inet";
  const local = localFor({ host, port, scopeId }, family);
  return prepared(newSocket(family, settings, birth), (fd) => bind(fd, local));
}

/** A socket on which something more was done. */
function prepared(fd: Fd, prepare: (fd: Fd) => void): Fd {
  try {
    prepare(fd);
    return fd;
  } catch (error) {
    fd.close();
    throw error;
  }
}

/** A connected socket: to the first address of a name that the kernel knows a way to. */
export async function connectUdp(options: ConnectUdpOptions, settings: UdpSettings): Promise<Fd> {
  const patience = patienceOf(options);
  const birth = udpBirthOf(options);
  const { host, scopeId = 0 } = options;
  if (typeof host !== "string" || host === "") throw typeError("host", "an address or name", host);
  const port = checkPort(options.port, 1);
  const { host: here, ...local } = { ...optionsOf(options.bind, "bind") };
  const own = here === undefined ? undefined : familyOf(checkNumeric(here, "bind.host"));
  const wanted = checkFamily(options.family) ?? own;
  throwIfAborted(patience);
  const hosts = isNumeric(host) ? [host] : await lookUp(host, wanted, patience);
  const connectTo = (one: string): Fd => {
    const family = wanted ?? familyOf(one);
    const zoned = unzoned(one, "host");
    const there = hostFor(zoned.host, familyNumber(family), "host");
    const from = { host: here, port: local.port, scopeId: local.scopeId };
    const bound = options.bind === undefined ? undefined : localFor(from, family, "bind");
    return prepared(newSocket(family, settings, birth), (fd) => {
      if (bound !== undefined) bind(fd, bound);
      connect(fd, { host: there, port, ...scopeOf(there, zoned.scopeId ?? scopeId) });
    });
  };
  return firstOf(hosts, connectTo);
}

/** What the first host gives that the kernel does not refuse; else its first refusal. */
function firstOf(hosts: readonly string[], connectTo: (host: string) => Fd): Fd {
  let refusal: unknown;
  for (const host of hosts) {
    try {
      return connectTo(host);
    } catch (error) {
      if (!(error instanceof SyscallError)) throw error;
      refusal ??= error;
    }
  }
  throw refusal;
}

const VERSIONS = { inet: 4, inet6: 6 } as const;

/** The addresses of a name. What is given up goes on in the background: the system cannot be told to stop. */
function lookUp(
  name: string,
  family: IpFamily | undefined,
  patience: Patience,
): Promise<readonly string[]> {
  return new Promise((resolve, reject) => {
    const stop = watchPatience(patience, "getaddrinfo", reject);
    const options = { all: true, family: family === undefined ? 0 : VERSIONS[family] } as const;
    dns()
      .lookup(name, options)
      .then((found) => resolve(found.map(({ address }) => address)), reject)
      .finally(stop);
  });
}
