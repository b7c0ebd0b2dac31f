// receiveControl: what a program gets of control messages when its buffer has so much room, on several systems.

import { type AbiOption, resolveAbi } from "../codec/abi.js";
import { integerIn, optionsOf, rangeError, unknownName } from "../codec/arguments.js";
import type { ByteRange } from "../codec/byte-range.js";
import { CONTROL_LIMIT, standardCore } from "../codec/core.js";
import type { MessageInput } from "../codec/encode.js";
import { hostAbi } from "../codec/host-abi.js";
import { Area } from "./area.js";
import { DARWIN } from "./darwin.js";
import { FREEBSD } from "./freebsd.js";
import { LINUX } from "./linux.js";
import { placeOf, type SentMessage, sentMessages } from "./message.js";
import { NETBSD } from "./netbsd.js";
import type { Delivery, ModelSystem, ReceiveRule } from "./rule.js";

/** How messages are received. */
export interface ReceiveOptions {
  /** Whose rules; those of the ABI's system unless given. */
  readonly system?: ModelSystem;
  /** The ABI of the program; the usual one of the system unless given, the host's without a system. */
  readonly abi?: AbiOption;
  /** Bytes of the receiver's control buffer, what msg_controllen says before; room for everything unless given. */
  readonly controlLimit?: number;
}

/** A message, and what became of it. */
export interface DeliveredMessage extends Delivery {
  readonly level: number;
  readonly type: number;
  /** The payload as it was sent. */
  readonly payload: Uint8Array;
  /** CMSG_LEN and CMSG_SPACE of it, in bytes. */
  readonly length: number;
  readonly space: number;
  /** Descriptors that it carries. */
  readonly descriptors: number;
}

/** Numbers of descriptors. */
export interface DescriptorCounts {
  readonly sent: number;
  /** Those whose numbers the program is told. */
  readonly delivered: number;
  /** Those that the kernel closed. */
  readonly closed: number;
  /** Those that are open in the program, which is not told their numbers. */
  readonly leaked: number;
}

/** What recvmsg answers of control messages. */
export interface Reception {
  readonly system: ModelSystem;
  readonly abi: AbiOption;
  readonly controlLimit: number;
  /** msg_controllen afterwards. On NetBSD it may be more than the buffer has. */
  readonly controlLength: number;
  /** The control buffer up to there, zeros where nothing was written. */
  readonly bytes: Uint8Array;
  /** Bytes in there that the kernel did not write: what stood there before stays. */
  readonly unwritten: readonly ByteRange[];
  /** Whether MSG_CTRUNC is set. */
  readonly truncated: boolean;
  readonly messages: readonly DeliveredMessage[];
  readonly descriptors: DescriptorCounts;
  /** What a program should know about it. */
  readonly notes: readonly string[];
  /** File and function of the kernel. */
  readonly source: string;
  /** Whether tests hold this rule against a running kernel. */
  readonly tested: boolean;
}

const RULES: Readonly<Record<ModelSystem, ReceiveRule>> = {
  linux: LINUX,
  darwin: DARWIN,
  freebsd: FREEBSD,
  netbsd: NETBSD,
};

const SYSTEMS: readonly ModelSystem[] = Object.freeze(Object.keys(RULES) as ModelSystem[]);

const USUAL = {
  linux: "linux-x86_64-glibc",
  darwin: "darwin-arm64",
  freebsd: "freebsd-amd64",
  netbsd: "netbsd-amd64",
} as const satisfies Record<ModelSystem, AbiOption>;

/**
 * Systems that `receiveControl` knows.
 *
 * @example
 * modelSystems() // ["linux", "darwin", "freebsd", "netbsd"]
 */
export function modelSystems(): readonly ModelSystem[] {
  return SYSTEMS;
}

/**
 * What a program gets of control messages when its control buffer has so much room: which arrive whole, which is cut and what its
 * header says, whether MSG_CTRUNC is set, what msg_controllen says, and what becomes of descriptors.
 *
 * @param sent Messages in the order in which the kernel delivers them, or a control buffer that holds them.
 * @throws RangeError `ERR_CMSG_OUT_OF_RANGE` for a system that is not known, or an ABI of another one.
 * @example
 * const { truncated, descriptors } = receiveControl([rights([5, 6, 7])], { system: "linux", controlLimit: 24 });
 * truncated // true
 * descriptors // { sent: 3, delivered: 2, closed: 1, leaked: 0 }
 * @see cmsg(3), recvmsg(2); the result names the kernel's source.
 */
export function receiveControl(
  sent: Iterable<MessageInput> | ArrayBufferView | ArrayBufferLike,
  options?: ReceiveOptions,
): Reception {
  const { system, abi: given, controlLimit } = optionsOf(options, "options");
  const { rule, abi } = placeOfRule(system, given);
  const messages = sentMessages(sent, abi);
  const enough = messages.reduce((sum, { space }) => sum + space, 0);
  const limit =
    controlLimit === undefined ? enough : integerIn(controlLimit, 0, CONTROL_LIMIT, "controlLimit");
  const place = placeOf(abi, limit);
  const area = new Area(place);
  const { deliveries, controlLength, truncated, notes } = rule.deliver(messages, place, area);
  const delivered = messages.map((message, i) =>
    deliveredMessage(message, deliveries[i] as Delivery),
  );
  return Object.freeze({
    system: rule.system,
    abi,
    controlLimit: limit,
    controlLength,
    ...area.take(controlLength),
    truncated,
    messages: Object.freeze(delivered),
    descriptors: countsOf(delivered),
    notes: Object.freeze(notes),
    source: rule.source,
    tested: rule.tested,
  });
}

function deliveredMessage(message: SentMessage, delivery: Delivery): DeliveredMessage {
  const { level, type, payload, length, space, descriptors } = message;
  return Object.freeze({ level, type, payload, length, space, descriptors, ...delivery });
}

function countsOf(messages: readonly DeliveredMessage[]): DescriptorCounts {
  const sum = (of: (message: DeliveredMessage) => number): number =>
    messages.reduce((all, message) => all + of(message), 0);
  return Object.freeze({
    sent: sum(({ descriptors }) => descriptors),
    delivered: sum(({ delivered }) => delivered),
    closed: sum(({ closed }) => closed),
    leaked: sum(({ leaked }) => leaked),
  });
}

/** The system and the ABI that are meant when one of them is left out. */
export function systemOf(
  system: ModelSystem | undefined,
  given: AbiOption | undefined,
): { readonly system: ModelSystem; readonly abi: AbiOption } {
  const { rule, abi } = placeOfRule(system, given);
  return { system: rule.system, abi };
}

function placeOfRule(
  system: ModelSystem | undefined,
  given: AbiOption | undefined,
): { readonly rule: ReceiveRule; readonly abi: AbiOption } {
  const abi = given ?? (system === undefined ? hostAbi().name : usualOf(system));
  return { rule: ruleOf(system, abi), abi };
}

function usualOf(system: ModelSystem): AbiOption {
  if (!Object.hasOwn(USUAL, system)) throw unknownName("system", system, SYSTEMS);
  return USUAL[system];
}

/** The rule of a system, or of the system that an ABI is of. A row of numbers goes with any. */
function ruleOf(system: ModelSystem | undefined, abi: AbiOption): ReceiveRule {
  const { name } = resolveAbi(standardCore(), abi);
  const own = SYSTEMS.find((each) =>
    RULES[each].abis.some((begin) => name.startsWith(`${begin}-`)),
  );
  if (system === undefined) {
    if (own === undefined)
      throw rangeError(
        "system",
        `one of ${SYSTEMS.join(", ")}, as ${name} is of none of them`,
        system,
      );
    return RULES[own];
  }
  if (!Object.hasOwn(RULES, system)) throw unknownName("system", system, SYSTEMS);
  if (typeof abi === "string" && own !== system) throw rangeError("abi", `one of ${system}`, abi);
  return RULES[system];
}
