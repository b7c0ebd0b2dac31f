// Well-formed control buffers of any ABI, from random numbers.

import { type AbiOption, constants, encodeControl, type RawMessage } from "../codec.js";
import type { Random } from "./random.js";

/** What a generated control buffer may hold. */
export interface GenerateOptions {
  /** The host's unless given. */
  readonly abi?: AbiOption;
  /** Messages at most; 4 unless given. */
  readonly messages?: number;
  /** Bytes of a payload at most; 40 unless given. */
  readonly payload?: number;
}

/** Levels and types by name: what programs look for. Those that an ABI lacks are left out there. */
const KNOWN: readonly (readonly [level: string, type: string, payload: number])[] = [
  ["SOL_SOCKET", "SCM_RIGHTS", 4],
  ["SOL_SOCKET", "SCM_RIGHTS", 12],
  ["SOL_SOCKET", "SCM_CREDENTIALS", 12],
  ["SOL_SOCKET", "SCM_PIDFD", 4],
  ["SOL_SOCKET", "SCM_SECURITY", 20],
  ["SOL_SOCKET", "SCM_TIMESTAMP", 16],
  ["SOL_SOCKET", "SCM_TIMESTAMPING", 48],
  ["IPPROTO_IP", "IP_PKTINFO", 12],
  ["IPPROTO_IP", "IP_TTL", 4],
  ["IPPROTO_IP", "IP_TOS", 1],
  ["IPPROTO_IPV6", "IPV6_PKTINFO", 20],
  ["IPPROTO_IPV6", "IPV6_HOPLIMIT", 4],
  ["SOL_UDP", "UDP_GRO", 4],
  ["SOL_UDP", "UDP_SEGMENT", 2],
];

/** Numbers that level and type are when they are those of no known message. */
const ODD = [0, 1, 2, 3, 17, 41, 255, 256, 0xffff, 0x7fffffff, -1, -0x80000000];

/**
 * The messages of a generated control buffer.
 *
 * @example
 * generateMessages(new Random(1), { messages: 2 }).length <= 2 // true
 */
export function generateMessages(random: Random, options: GenerateOptions = {}): RawMessage[] {
  const { abi, messages = 4, payload = 40 } = options;
  const named = constants(abi) as Readonly<Record<string, number | undefined>>;
  return Array.from({ length: random.below(messages + 1) }, () => {
    const [levelName, typeName, length] = random.pick(KNOWN);
    const [level, type] = [named[levelName], named[typeName]];
    const own = random.below(3) !== 0 && level !== undefined && type !== undefined;
    const size = own && random.below(4) !== 0 ? length : random.below(payload + 1);
    return {
      level: own ? level : random.pick(ODD),
      type: own ? type | 0 : random.pick(ODD),
      payload: random.below(3) === 0 ? new Uint8Array(size) : random.bytes(size),
    };
  });
}

/**
 * A well-formed control buffer.
 *
 * @example
 * decodeControl(generateControl(new Random(7))).problems.some((p) => p.code.includes("LENGTH")) // false
 */
export function generateControl(random: Random, options: GenerateOptions = {}): Uint8Array {
  const messages = generateMessages(random, options);
  const trimLast = random.below(4) === 0;
  return encodeControl(messages, {
    ...(options.abi !== undefined && { abi: options.abi }),
    trimLast,
  });
}
