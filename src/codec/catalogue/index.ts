// The built-in definitions, and which of them a level and type stand for in one ABI.

import type { Abi } from "../abi.js";
import { type AnyDefinition, identityOf } from "../definition.js";
import { ipRecvErr } from "./ip.js";
import { credentials, pidfd, rights, security } from "./socket.js";
import { udpGro } from "./udp.js";

export { ipRecvErr } from "./ip.js";
export { credentials, pidfd, rights, security } from "./socket.js";
export { udpGro } from "./udp.js";

const DEFINITIONS: readonly AnyDefinition[] = [
  rights,
  credentials,
  security,
  pidfd,
  ipRecvErr,
  udpGro,
];

const byAbi = new WeakMap<Abi, ReadonlyMap<string, AnyDefinition>>();

/** All built-in definitions. */
export function definitions(): readonly AnyDefinition[] {
  return DEFINITIONS;
}

/** The definition of a level and type: of `own` first, then a built-in one. */
export function findDefinition(
  abi: Abi,
  level: number,
  type: number,
  own: readonly AnyDefinition[] = [],
): AnyDefinition | undefined {
  for (const definition of own) {
    const identity = identityOf(definition, abi);
    if (identity?.level === level && identity.type === type) return definition;
  }
  return builtIn(abi).get(`${level} ${type}`);
}

function builtIn(abi: Abi): ReadonlyMap<string, AnyDefinition> {
  const known = byAbi.get(abi);
  if (known !== undefined) return known;
  const found = new Map(
    DEFINITIONS.flatMap((definition) => {
      const identity = identityOf(definition, abi);
      if (identity === undefined) return [];
      return [[`${identity.level} ${identity.type}`, definition] as const];
    }),
  );
  byAbi.set(abi, found);
  return found;
}
