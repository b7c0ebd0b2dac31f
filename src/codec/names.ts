// C names of levels and types, for printing.

import type { Abi } from "./abi.js";
import { findDefinition } from "./catalogue/index.js";
import type { AnyDefinition } from "./definition.js";
import { protocolOf } from "./form.js";

const byNumber = new WeakMap<Abi, ReadonlyMap<number, readonly string[]>>();

/** All names of each number. No control message has the level SOL_LOCAL, whose number is that of IPPROTO_IP. */
function namesOf(abi: Abi): ReadonlyMap<number, readonly string[]> {
  const known = byNumber.get(abi);
  if (known !== undefined) return known;
  const names = new Map<number, string[]>();
  for (const [name, number] of Object.entries(abi.constants)) {
    if (number === undefined || name === "SOL_LOCAL") continue;
    names.set(number, [...(names.get(number) ?? []), name]);
  }
  byNumber.set(abi, names);
  return names;
}

function nameOf(abi: Abi, value: number, prefixes: readonly string[]): string | undefined {
  for (const prefix of prefixes) {
    const name = namesOf(abi)
      .get(value)
      ?.find((known) => known.startsWith(prefix));
    if (name !== undefined) return name;
  }
  return undefined;
}

/** The C name of a protocol level, or undefined. Where levels share a number, `definition` says which one it is. */
export function levelName(abi: Abi, level: number, definition?: AnyDefinition): string | undefined {
  const name = nameOf(abi, level, ["SOL_", "IPPROTO_"]);
  const own = definition?.level;
  if (name === undefined || typeof own !== "string") return name;
  return abi.constants[own] === level && protocolOf(own) !== protocolOf(name) ? own : name;
}

const TYPE_PREFIXES: Readonly<Record<string, readonly string[]>> = {
  SOL_SOCKET: ["SCM_", "SO_"],
  SOL_IP: ["IP_"],
  IPPROTO_IP: ["IP_"],
  SOL_IPV6: ["IPV6_"],
  IPPROTO_IPV6: ["IPV6_"],
  SOL_UDP: ["UDP_"],
  SOL_NETLINK: ["NETLINK_"],
};

/** The C name of a type: that of its definition, or of a constant of its level. */
export function typeName(
  abi: Abi,
  level: number,
  type: number,
  own: readonly AnyDefinition[] = [],
): string | undefined {
  const definition = findDefinition(abi, level, type, own);
  if (definition !== undefined) return definition.name;
  const prefixes = TYPE_PREFIXES[levelName(abi, level) ?? ""];
  return prefixes === undefined ? undefined : nameOf(abi, type, prefixes);
}

/** `NAME (number)`, or the number alone. */
export function withNumber(name: string | undefined, number: number): string {
  return name === undefined ? String(number) : `${name} (${number})`;
}
