// Whether a descriptor is a UDP socket, and whom it is connected to.

import { summary } from "../describe.js";
import { ownError } from "../errors.js";
import type { Fd } from "../fd.js";
import { constant, constantOrZero, importedConstant } from "../host.js";
import { kindOf } from "../kind.js";
import { readIntOption, readName, type SocketKind } from "../query.js";
import { getsockopt } from "../sockopt.js";

const AF_INET = importedConstant("AF_INET");
const AF_INET6 = importedConstant("AF_INET6");
const SOCK_DGRAM = importedConstant("SOCK_DGRAM");
const IPPROTO_UDP = 17;

/** UDP, of either family. Other protocols with datagrams, such as those for pings, are no UDP. */
export function checkUdp(fd: Fd): SocketKind {
  const kind = kindOf(fd);
  const internet = kind?.family === AF_INET || kind?.family === AF_INET6;
  if (kind === undefined || !internet || kind.type !== SOCK_DGRAM || !isUdpProtocol(fd.number)) {
    const message = `a UDP socket was asked for, and this is ${summary(fd.number)}`;
    throw ownError("ERR_CMSG_WRONG_KIND", message);
  }
  return kind;
}

function isUdpProtocol(fd: number): boolean {
  const option = constantOrZero("SO_PROTOCOL");
  return option === 0 || readIntOption(fd, constant("SOL_SOCKET"), option) === IPPROTO_UDP;
}

/** The host that it is connected to. */
export function peerOf(fd: Fd): string | undefined {
  const name = readName(fd.number, "getpeername");
  return typeof name === "object" && name !== null && "host" in name ? name.host : undefined;
}

/** Path MTU of a connected socket. */
export function pathMtuOf(fd: Fd): number {
  const six = kindOf(fd)?.family === AF_INET6;
  return six ? getsockopt(fd, "SOL_IPV6", "IPV6_MTU") : getsockopt(fd, "SOL_IP", "IP_MTU");
}
