// Numbers of the levels and types that strace prints: as such, by the names of the ABI, and by those that no built-in type has.

import { type Abi, constantOf } from "../codec/abi.js";
import type { StraceValue } from "./strace-value.js";

/** Protocol levels of Linux without a control message of their own (include/linux/socket.h). */
const OTHER_LEVELS: Readonly<Record<string, number>> = {
  SOL_ICMPV6: 58,
  SOL_UDPLITE: 136,
  SOL_RAW: 255,
  SOL_IPX: 256,
  SOL_AX25: 257,
  SOL_ATALK: 258,
  SOL_NETROM: 259,
  SOL_ROSE: 260,
  SOL_DECNET: 261,
  SOL_X25: 262,
  SOL_PACKET: 263,
  SOL_ATM: 264,
  SOL_AAL: 265,
  SOL_IRDA: 266,
  SOL_NETBEUI: 267,
  SOL_LLC: 268,
  SOL_DCCP: 269,
  SOL_NETLINK: 270,
  SOL_TIPC: 271,
  SOL_RXRPC: 272,
  SOL_PPPOL2TP: 273,
  SOL_BLUETOOTH: 274,
  SOL_PNPIPE: 275,
  SOL_RDS: 276,
  SOL_IUCV: 277,
  SOL_CAIF: 278,
  SOL_ALG: 279,
  SOL_NFC: 280,
  SOL_KCM: 281,
  SOL_TLS: 282,
  SOL_XDP: 283,
  SOL_MPTCP: 284,
  SOL_MCTP: 285,
  SOL_SMC: 286,
  SOL_VSOCK: 287,
};

/** The number of a constant that strace prints; undefined for a name that nobody here knows. */
export function constantNumber(abi: Abi, value: StraceValue | undefined): number | undefined {
  if (value?.kind === "number") return Number(BigInt.asIntN(32, value.number));
  if (value?.kind !== "name") return undefined;
  const { name } = value;
  const other = Object.hasOwn(OTHER_LEVELS, name) ? OTHER_LEVELS[name] : undefined;
  return constantOf(abi, name) ?? constantOf(abi, name.replace(/^SCM_/, "SO_")) ?? other;
}
