// What tests of UDP share: addresses of this machine, sockets that are closed behind a test, ports where nobody is.

import {
  bind,
  connect,
  getsockname,
  type InternetAddress,
  socket as makeSocket,
  setsockopt,
  UdpSocket,
  type UdpSocketOptions,
} from "cmsg";
import type { suite } from "./suite.js";

/** Whether this machine has the loopback address of IPv6. */
export const HAS_IPV6: boolean = canBind("::1");

function canBind(host: string): boolean {
  try {
    UdpSocket.bind({ host }).close();
    return true;
  } catch {
    return false;
  }
}

/** A way over loopback: where the receiver is bound, where the sender sends to, how each end shows the sender. */
export interface Way {
  readonly name: string;
  readonly bound: string;
  readonly to: string;
  /** `to` as the receiver shows it. */
  readonly shown: string;
}

const FOUR: Way = { name: "IPv4", bound: "127.0.0.1", to: "127.0.0.1", shown: "127.0.0.1" };
const SIX: Way[] = [
  { name: "IPv6", bound: "::1", to: "::1", shown: "::1" },
  { name: "IPv4 to a socket of IPv6", bound: "::", to: "127.0.0.1", shown: "::ffff:127.0.0.1" },
  { name: "IPv6 to all interfaces", bound: "::", to: "::1", shown: "::1" },
];

/** All ways that this machine has. */
export const WAYS: readonly Way[] = HAS_IPV6 ? [FOUR, ...SIX] : [FOUR];

/** Says which ways are not tried here. */
export function noteWays(test: ReturnType<typeof suite>): void {
  if (!HAS_IPV6) test.skip("IPv6", "this machine has no ::1");
}

/** Runs `work` with a bound receiver and a sender that is connected to it. */
export async function overWay<T>(
  way: Way,
  options: UdpSocketOptions,
  work: (receiver: UdpSocket, sender: UdpSocket) => Promise<T>,
): Promise<T> {
  await using receiver = UdpSocket.bind({ host: way.bound, ...options });
  await using sender = await UdpSocket.connect({ host: way.to, port: portOf(receiver) });
  return await work(receiver, sender);
}

/** The port that a socket is bound to. */
export function portOf(socket: UdpSocket): number {
  return socket.localAddress.port;
}

/** An address where nobody is, as long as it is held. */
export interface Dead extends InternetAddress {
  [Symbol.dispose](): void;
}

/**
 * An address at which every datagram is refused: the port belongs to a socket that is connected to itself, which takes nothing from
 * others and keeps them from the port.
 */
export function deadAddress(host = "127.0.0.1"): Dead {
  const holder = makeSocket({ family: host.includes(":") ? "inet6" : "inet", type: "dgram" });
  bind(holder, { host, port: 0 });
  const own = getsockname(holder) as InternetAddress;
  connect(holder, own);
  const dead = { host, port: own.port };
  Object.defineProperty(dead, Symbol.dispose, { value: () => holder.close() });
  return dead as Dead;
}

/** The kernel lets ordinary users have one clock, and the administrator all. */
export function mayUseClock(number: number): boolean {
  using socket = makeSocket({ family: "inet", type: "dgram" });
  try {
    setsockopt(socket, "SOL_SOCKET", "SO_TXTIME", Int32Array.of(number, 0));
    return true;
  } catch {
    return false;
  }
}
