// Names of the next-header rules, in the order of the core's rule table.

import {
  BIONIC,
  BSD,
  GLIBC,
  GLIBC_OLD,
  ILLUMOS,
  LINUX_COMPAT,
  LINUX_KERNEL,
  MUSL,
  WINDOWS,
} from "../../assembly/shared/rule.js";
import { unknownName } from "./arguments.js";

/** The name of a next-header rule: how one system's macros step from one control message to the next. */
export type RuleName =
  | "glibc"
  | "glibc-old"
  | "musl"
  | "bionic"
  | "linux-kernel"
  | "linux-compat"
  | "bsd"
  | "illumos"
  | "windows";

const RULES: Readonly<Record<RuleName, number>> = {
  glibc: GLIBC,
  "glibc-old": GLIBC_OLD,
  musl: MUSL,
  bionic: BIONIC,
  "linux-kernel": LINUX_KERNEL,
  "linux-compat": LINUX_COMPAT,
  bsd: BSD,
  illumos: ILLUMOS,
  windows: WINDOWS,
};

const NAMES: readonly RuleName[] = Object.freeze(Object.keys(RULES) as RuleName[]);

/** Names of all rules. */
export function ruleNames(): readonly RuleName[] {
  return NAMES;
}

/** Index of a rule in the core. */
export function ruleIndex(name: RuleName): number {
  const index = Object.hasOwn(RULES, name) ? RULES[name] : undefined;
  if (index === undefined) throw unknownName("rule", name, NAMES);
  return index;
}

/** Name of the rule with an index. */
export function ruleName(index: number): RuleName {
  return NAMES.find((name) => RULES[name] === index) as RuleName;
}
