// Socket options that make a kernel deliver a control message: their protocol level, and the family of sockets that have it.

import type { Abi } from "./abi.js";
import { constantOf } from "./abi.js";
import type { AnyDefinition } from "./definition.js";
import { formsIn, type KnownForm } from "./form.js";

/** Levels of options by how their names begin, the first that fits. Those of other names have the level of the message itself. */
const PREFIXES: Readonly<Record<string, string>> = {
  SO_J1939_: "SOL_CAN_J1939",
  SO_RDS_: "SOL_RDS",
  SO_: "SOL_SOCKET",
  IP_: "IPPROTO_IP",
  IPV6_: "IPPROTO_IPV6",
  UDP_: "IPPROTO_UDP",
  TCP_: "IPPROTO_TCP",
  PACKET_: "SOL_PACKET",
  NETLINK_: "SOL_NETLINK",
  LOCAL_: "SOL_LOCAL",
};

/** A socket option of one ABI. */
export interface Option {
  /** C name. */
  readonly name: string;
  /** C name of its protocol level, or its number where it has no name. */
  readonly levelName: string | number;
  readonly level: number;
  readonly number: number;
}

/** An option by its name, as it enables messages of `level`; undefined where the ABI does not have it. */
export function optionNamed(
  abi: Abi,
  name: string,
  messageLevel: string | number,
): Option | undefined {
  const prefix = Object.keys(PREFIXES).find((each) => name.startsWith(each));
  const levelName = prefix === undefined ? messageLevel : (PREFIXES[prefix] as string);
  const level = typeof levelName === "number" ? levelName : constantOf(abi, levelName);
  const number = constantOf(abi, name);
  if (level === undefined || number === undefined) return undefined;
  return { name, levelName, level, number };
}

/** The option that enables a form; undefined where it has none, or the ABI does not know it. */
export function optionOf(abi: Abi, { form }: KnownForm): Option | undefined {
  for (const name of form.enable) {
    const option = optionNamed(abi, name, form.level);
    if (option !== undefined) return option;
  }
  return undefined;
}

/** Names of all options that enable a definition in an ABI. */
export function optionNames(abi: Abi, definition: AnyDefinition): readonly string[] {
  return formsIn(definition, abi).flatMap(({ form }) => form.enable);
}

/** Families of sockets by the protocol level that no other family has. */
const FAMILIES: Readonly<Record<string, string>> = {
  SOL_IP: "AF_INET",
  IPPROTO_IP: "AF_INET",
  SOL_IPV6: "AF_INET6",
  IPPROTO_IPV6: "AF_INET6",
  SOL_PACKET: "AF_PACKET",
  SOL_NETLINK: "AF_NETLINK",
  SOL_ALG: "AF_ALG",
  SOL_RDS: "AF_RDS",
  SOL_TIPC: "AF_TIPC",
  SOL_RXRPC: "AF_RXRPC",
  SOL_VSOCK: "AF_VSOCK",
  SOL_IUCV: "AF_IUCV",
  SOL_LLC: "AF_LLC",
  SOL_BLUETOOTH: "AF_BLUETOOTH",
  SOL_HCI: "AF_BLUETOOTH",
  SOL_IEEE802154: "AF_IEEE802154",
  SOL_CAN_RAW: "AF_CAN",
  SOL_CAN_J1939: "AF_CAN",
  SOL_LOCAL: "AF_UNIX",
};

/** C name of the one family whose sockets have a level; undefined where several do. */
export function familyOf(levelName: string | number | undefined): string | undefined {
  return typeof levelName === "string" && Object.hasOwn(FAMILIES, levelName)
    ? FAMILIES[levelName]
    : undefined;
}
