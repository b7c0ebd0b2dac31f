// The next-header rules in words, and where each of them stops on the same bytes.

import {
  ONE_BYTE,
  PEEKS_NEXT,
  RELATIVE,
  ROUNDS_ADDRESS,
  ROUNDS_HEADER,
  STOPS_SHORT,
  STRICT_END,
  SUBTRACTS,
  VALIDATES,
} from "../../assembly/shared/rule.js";
import type { AbiOption } from "../codec/abi.js";
import { standardCore } from "../codec/core.js";
import { type RuleName, ruleIndex } from "../codec/rules.js";
import type { Walk } from "../codec/walk.js";
import { rules, walk } from "../codec.js";

/** A next-header rule in words. */
export interface RuleFact {
  readonly name: RuleName;
  /** What it is called: "glibc 2.37 and later". */
  readonly title: string;
  /** Systems that step so. */
  readonly systems: readonly string[];
  /** How it steps, in a line. */
  readonly fact: string;
  readonly source: string;
}

/** Titles, systems and sources, by the rule. */
const RULES: Readonly<Record<RuleName, Omit<RuleFact, "name" | "fact">>> = {
  glibc: {
    title: "glibc 2.37 and later",
    systems: ["Linux", "GNU/Hurd"],
    source: "glibc bits/socket.h, __cmsg_nxthdr",
  },
  "glibc-old": {
    title: "glibc up to 2.36",
    systems: ["Linux"],
    source: "glibc 2.36 bits/socket.h, __cmsg_nxthdr",
  },
  musl: { title: "musl", systems: ["Linux"], source: "musl include/sys/socket.h, CMSG_NXTHDR" },
  bionic: {
    title: "bionic",
    systems: ["Android"],
    source: "bionic libc/bionic/__cmsg_nxthdr.cpp, __cmsg_nxthdr",
  },
  "linux-kernel": {
    title: "the Linux kernel",
    systems: ["Linux"],
    source: "linux include/linux/socket.h, for_each_cmsghdr and CMSG_OK",
  },
  "linux-compat": {
    title: "the Linux kernel for 32-bit programs",
    systems: ["Linux"],
    source: "linux net/compat.c, cmsghdr_from_user_compat_to_kern",
  },
  bsd: {
    title: "the BSDs and Darwin",
    systems: ["FreeBSD", "NetBSD", "OpenBSD", "DragonFly", "Darwin", "Haiku"],
    source: "sys/socket.h of each, CMSG_NXTHDR",
  },
  illumos: { title: "illumos", systems: ["illumos"], source: "illumos sys/socket.h, CMSG_NXTHDR" },
  windows: { title: "Windows", systems: ["Windows"], source: "mswsock.h, WSA_CMSG_NXTHDR" },
};

/** What an answer of a rule means to who walks by it. */
function factOf(answers: number): string {
  const is = (answer: number): boolean => (answers & answer) !== 0;
  const said: readonly (readonly [boolean, string])[] = [
    [is(VALIDATES), "refuses the whole buffer unless each cmsg_len fits"],
    [is(STOPS_SHORT), "ends at a cmsg_len below the header"],
    [!is(VALIDATES | STOPS_SHORT), "steps by any cmsg_len, 0 included"],
    [is(SUBTRACTS), "compares what is left, so that no length wraps"],
    [is(RELATIVE) && !is(VALIDATES), "compares distances from the start"],
    [!is(SUBTRACTS | RELATIVE), "adds to an address, which can wrap round"],
    [is(PEEKS_NEXT), "wants the next message whole, and loses one that was cut"],
    [is(STRICT_END), "does not visit a last message without data"],
    [is(ROUNDS_HEADER), "wants room for the next header rounded up"],
    [is(ROUNDS_ADDRESS), "rounds the address instead of the length"],
    [is(ONE_BYTE), "takes a header of which one byte is inside"],
  ];
  return said.flatMap(([holds, text]) => (holds ? [text] : [])).join("; ");
}

/**
 * The next-header rules with a title and a line each: how they step, on which systems, by which source.
 *
 * @example
 * ruleFacts().find(({ name }) => name === "musl").title // "musl"
 */
export function ruleFacts(): readonly RuleFact[] {
  const { rule_answers } = standardCore().exports;
  return rules().map((name) =>
    Object.freeze({ name, ...RULES[name], fact: factOf(rule_answers(ruleIndex(name))) }),
  );
}

/** A walk, with the rule that it went by. */
export interface RuleWalk extends RuleFact {
  readonly walk: Walk;
}

/** How the walks are made. */
export interface RuleWalkOptions {
  /** The ABI that the bytes are of: the host's unless given. */
  readonly abi?: AbiOption;
  /** Native address that the buffer counts as lying at: sums that wrap depend on it. */
  readonly address?: bigint;
  /** Headers to visit before giving up. */
  readonly limit?: number;
}

/**
 * Walks the same bytes by every next-header rule: where each system would stop.
 *
 * @param control Any byte view, at most 1 MiB.
 * @example
 * walkByRules(new Uint8Array(32), { abi: "linux-x86_64-glibc" }).map(({ walk }) => walk.end).includes("no-progress") // true
 */
export function walkByRules(
  control: ArrayBufferView | ArrayBufferLike,
  options?: RuleWalkOptions,
): readonly RuleWalk[] {
  return ruleFacts().map((fact) =>
    Object.freeze({ ...fact, walk: walk(control, { ...options, rule: fact.name }) }),
  );
}
