// C names of levels and types, for printing.

import { type Abi, constantOf } from "./abi.js";
import { definitions, findDefinition } from "./catalogue/index.js";
import type { AnyDefinition } from "./definition.js";
import { protocolOf } from "./form.js";
import { familyOf } from "./option.js";

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

/** A level with its number, behind the family of sockets that alone has it. */
export function levelText(abi: Abi, level: number, definition?: AnyDefinition): string {
  const name = levelName(abi, level, definition);
  const family = familyOf(name);
  return `${family === undefined ? "" : `${family} `}${withNumber(name, level)}`;
}

/** How the names of types begin, by level: "SCM_" and "SO_" of SOL_SOCKET. */
let prefixesByLevel: ReadonlyMap<string | number, ReadonlySet<string>> | undefined;

function findPrefixes(): ReadonlyMap<string | number, ReadonlySet<string>> {
  const found = new Map<string | number, Set<string>>();
  for (const { name, forms } of definitions()) {
    for (const { level } of forms) {
      const prefix = name.slice(0, name.indexOf("_") + 1);
      // Where another level has an SCM_ name of its own, the other names with that beginning are still those of sockets.
      if (prefix === "SCM_" && level !== "SOL_SOCKET") continue;
      found.set(level, (found.get(level) ?? new Set()).add(prefix));
    }
  }
  return found;
}

function prefixesOf(abi: Abi, level: number): readonly string[] {
  prefixesByLevel ??= findPrefixes();
  return [...prefixesByLevel].flatMap(([name, prefixes]) =>
    constantOf(abi, String(name)) === level ? [...prefixes] : [],
  );
}

/** The C name of a type: that of its definition, or of a constant of its level. */
export function typeName(
  abi: Abi,
  level: number,
  type: number,
  own: readonly AnyDefinition[] = [],
): string | undefined {
  const definition = findDefinition(abi, level, type, own);
  if (definition !== undefined) return definition.name;
  return nameOf(abi, type, prefixesOf(abi, level));
}

/** `NAME (number)`, or the number alone. */
export function withNumber(name: string | undefined, number: number): string {
  return name === undefined ? String(number) : `${name} (${number})`;
}
