// What this kernel has: its own words where it lacks something, for tests that are skipped then.

import { readFileSync } from "node:fs";
import {
  type AnyOutgoing,
  accept,
  bind,
  connect,
  type EnableItem,
  enable,
  type Fd,
  getsockname,
  type InternetAddress,
  listen,
  type Outgoing,
  type SocketOptions,
  SyscallError,
  sendmsg,
  setsockopt,
  socket,
} from "cmsg";
import { hasCapability } from "../../support/privilege.js";

export const CAP_NET_ADMIN = 12;
export const CAP_NET_RAW = 13;

/** What the kernel says against some work; undefined when it does it. */
export function problemOf(what: string, work: () => unknown): string | undefined {
  try {
    work();
    return undefined;
  } catch (error) {
    if (error instanceof SyscallError) return `${what}: ${error.message}`;
    throw error;
  }
}

/** Why there is no such socket here. */
export function socketProblem(options: SocketOptions, what: string): string | undefined {
  return problemOf(what, () => socket(options).close());
}

/** Why a socket has no such option here: level and number as Linux has them. */
export function optionProblem(
  options: SocketOptions,
  level: number,
  option: number,
  value: number | Uint8Array = 1,
): string | undefined {
  return problemOf(`option ${option} of level ${level}`, () => {
    using made = socket(options);
    setsockopt(made, level, option, value);
  });
}

/** Why this process may not do something. */
export function capabilityProblem(bit: number, name: string): string | undefined {
  return hasCapability(bit) ? undefined : `it takes ${name}`;
}

/** The first reason of several. */
export function firstOf(...reasons: readonly (string | undefined)[]): string | undefined {
  return reasons.find((reason) => reason !== undefined);
}

/** A UDP or TCP socket that is bound to a free port of an address. */
export function bound(host: string, type: "dgram" | "stream" = "dgram"): Fd {
  const made = socket({ family: host.includes(":") ? "inet6" : "inet", type });
  try {
    bind(made, { host, port: 0 });
    return made;
  } catch (error) {
    made.close();
    throw error;
  }
}

/** Runs `work` with a bound UDP receiver for which definitions are enabled, a sender without a name, and the way to the receiver. */
export function withUdp<T>(
  host: string,
  items: readonly EnableItem[],
  work: (receiver: Fd, sender: Fd, at: (host: string) => InternetAddress) => T,
): T {
  using receiver = bound(host);
  enable(receiver, ...items);
  using sender = socket({ family: host.includes(":") ? "inet6" : "inet", type: "dgram" });
  const { port } = getsockname(receiver) as InternetAddress;
  return work(receiver, sender, (to) => ({ host: to, port }));
}

/** Number of an interface by its name: `man 7 netdevice`, as the list of multicast addresses shows it. */
export function interfaceIndex(name: string): number {
  const lines = readFileSync("/proc/self/net/igmp", "utf8").split("\n");
  const line = lines.find((each) => each.split(/\s+/)[1] === name);
  return Number(line?.split(/\s+/)[0]);
}

/** Why this kernel does not take a message on a UDP socket that is prepared for it. */
export function messageProblem(
  message: AnyOutgoing,
  prepared: readonly EnableItem[] = [],
): string | undefined {
  return problemOf(message.definition.name, () => {
    using sender = bound("127.0.0.1");
    enable(sender, ...prepared);
    sendmsg(sender, {
      data: Buffer.from("x"),
      to: getsockname(sender),
      control: [message as Outgoing<unknown>],
    });
  });
}

/** Runs `work` with both ends of a TCP connection over loopback. */
export function withConnection(work: (client: Fd, server: Fd) => void): void {
  using listener = bound("127.0.0.1", "stream");
  listen(listener);
  using client = socket({ family: "inet", type: "stream" });
  connect(client, getsockname(listener));
  using server = accept(listener, { timeoutMs: 10_000 });
  work(client, server);
}
