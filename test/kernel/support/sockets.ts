// Sockets of the internet over loopback, ready to send and receive.

import { readFileSync } from "node:fs";
import {
  accept,
  bind,
  connect,
  type EnableItem,
  enable,
  type Fd,
  getsockname,
  type InternetAddress,
  listen,
  socket,
} from "cmsg";

/** A UDP socket that is bound to a free port of an address. */
export function bound(host: string): Fd {
  const made = socket({ family: host.includes(":") ? "inet6" : "inet", type: "dgram" });
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

/** Number of an interface by its name, as the list of multicast addresses shows it. */
export function interfaceIndex(name: string): number {
  const lines = readFileSync("/proc/self/net/igmp", "utf8").split("\n");
  const line = lines.find((each) => each.split(/\s+/)[1] === name);
  return Number(line?.split(/\s+/)[0]);
}

/** Runs `work` with both ends of a TCP connection over loopback, or of one of a protocol like it. */
export function withConnection(work: (client: Fd, server: Fd) => void, protocol = 0): void {
  using listener = socket({ family: "inet", type: "stream", protocol });
  bind(listener, { host: "127.0.0.1", port: 0 });
  listen(listener);
  using client = socket({ family: "inet", type: "stream", protocol });
  connect(client, getsockname(listener));
  using server = accept(listener, { timeoutMs: 10_000 });
  work(client, server);
}
