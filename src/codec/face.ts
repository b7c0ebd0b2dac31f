// The public calls of the codec with the core as an argument: one body for the shared instance and for createCodec.

import { type Abi, type AbiOption, resolveAbi } from "./abi.js";
import { type Address, packAddress, unpackAddress } from "./address.js";
import { bytesOf, flagOf, integerIn, optionsOf, rangeError, typeError } from "./arguments.js";
import { type ByteRange, rangesOf } from "./byte-range.js";
import { ARENA_CONTROL, CONTROL_LIMIT, type Core } from "./core.js";
import { type Decoded, decodeFound, findByRule, findSafely, strictError } from "./decode.js";
import { type AnyDefinition, isDefinition } from "./definition.js";
import { encodeAll, messageList, plainDescriptor, prepareMessage } from "./encode.js";
import { type Explanation, explainControl } from "./explain.js";
import { type RuleName, ruleIndex } from "./rules.js";
import {
  packStruct,
  type StructName,
  type StructValue,
  structProgram,
  unpackStruct,
} from "./struct.js";
import { type Walk, type WalkSettings, walkControl } from "./walk.js";

/** Which ABI the bytes are of: the host's unless given. */
export interface AbiOptions {
  readonly abi?: AbiOption;
}

/** How a control buffer is made. */
export interface EncodeOptions extends AbiOptions {
  /** Refuse messages that need more than this many bytes. */
  readonly controlLimit?: number;
  /** End at CMSG_LEN of the last message instead of CMSG_SPACE. */
  readonly trimLast?: boolean;
}

/** How a control buffer is read. */
export interface DecodeOptions extends AbiOptions {
  /** Throw a DecodeError at the first problem. */
  readonly strict?: boolean;
  /** Follow a system's own next-header rule instead of the safe one. */
  readonly rule?: RuleName;
  /** Definitions to know beside the built-in ones, and before them. */
  readonly definitions?: readonly AnyDefinition[];
}

/** How a control buffer is walked by a system's own macros. */
export interface WalkOptions extends AbiOptions {
  /** The ABI's own rule unless given. */
  readonly rule?: RuleName;
  /** Native address that the buffer counts as lying at: sums that wrap depend on it. */
  readonly address?: bigint;
  /** Headers to visit before giving up. */
  readonly limit?: number;
}

/** How a control buffer is explained. */
export interface ExplainOptions extends WalkOptions {
  readonly definitions?: readonly AnyDefinition[];
  /** Bytes that are not known, whatever stands there: their spans have the role "unknown". */
  readonly unknown?: readonly ByteRange[];
}

/** Puts a control buffer at the arena's control offset. */
export function stageControl(core: Core, control: unknown): Uint8Array {
  const bytes = bytesOf(control, "control buffer");
  if (bytes.length > CONTROL_LIMIT) {
    throw rangeError("control buffer", `at most ${CONTROL_LIMIT} bytes`, bytes.length);
  }
  core.bytes.set(bytes, core.arena + ARENA_CONTROL);
  return bytes;
}

/** The definitions of an option. */
export function definitionList(given: unknown): readonly AnyDefinition[] {
  if (given === undefined) return [];
  if (!Array.isArray(given)) throw typeError("definitions", "an array", given);
  const definitions = Array.from(given as readonly unknown[]);
  for (const [i, definition] of definitions.entries()) {
    if (!isDefinition(definition)) {
      throw typeError(`definitions[${i}]`, "made by control()", definition);
    }
  }
  return definitions as readonly AnyDefinition[];
}

export function encodeWith(core: Core, messages: unknown, options?: EncodeOptions): Uint8Array {
  const given = optionsOf(options, "options");
  const { abi: option, controlLimit } = given;
  const trimLast = flagOf(given.trimLast, "trimLast");
  const abi = resolveAbi(core, option);
  const capacity =
    controlLimit === undefined
      ? CONTROL_LIMIT
      : integerIn(controlLimit, 0, CONTROL_LIMIT, "controlLimit");
  const context = { abi, descriptor: plainDescriptor };
  const prepared = messageList(messages, "messages").map((message, i) =>
    prepareMessage(message, `messages[${i}]`, context),
  );
  return encodeAll(core, abi, prepared, { capacity, trimLast });
}

export function decodeWith(core: Core, control: unknown, options?: DecodeOptions): Decoded {
  const given = optionsOf(options, "options");
  const { abi: option, rule, definitions } = given;
  const strict = flagOf(given.strict, "strict");
  if (rule !== undefined) ruleIndex(rule);
  const abi = resolveAbi(core, option);
  const own = definitionList(definitions);
  const { length } = stageControl(core, control);
  const { found, problems } =
    rule === undefined ? findSafely(core, abi, length) : findByRule(core, abi, length, { rule });
  const at = core.arena + ARENA_CONTROL;
  const context = { abi, descriptor: (number: number) => number };
  const decoded = decodeFound<number>(core, found, at, context, own);
  const all = [...problems, ...decoded.problems];
  if (all.length > 1) all.sort((a, b) => a.offset - b.offset);
  const [first] = all;
  if (strict && first !== undefined) throw strictError(first, decoded.messages, found);
  return { messages: decoded.messages, problems: all };
}

function walkSettings(options: WalkOptions): WalkSettings {
  const { rule, address, limit } = options;
  if (address !== undefined && typeof address !== "bigint") {
    throw typeError("address", "a bigint", address);
  }
  if (rule !== undefined) ruleIndex(rule);
  if (limit !== undefined) integerIn(limit, 0, CONTROL_LIMIT, "limit");
  return { rule, address, limit };
}

export function walkWith(core: Core, control: unknown, options?: WalkOptions): Walk {
  const given = optionsOf(options, "options");
  const abi = resolveAbi(core, given.abi);
  const settings = walkSettings(given);
  const { length } = stageControl(core, control);
  return walkControl(core, abi, length, settings);
}

export function explainWith(core: Core, control: unknown, options?: ExplainOptions): Explanation {
  const given = optionsOf(options, "options");
  const abi = resolveAbi(core, given.abi);
  const settings = walkSettings(given);
  const own = definitionList(given.definitions);
  // Read before the bytes are put into the memory, which the caller's code may use.
  const { length } = bytesOf(control, "control buffer");
  const unknown = rangesOf(given.unknown, length, "unknown");
  // Not slice(): that of a Buffer is a view of the caller's memory.
  const bytes = new Uint8Array(stageControl(core, control));
  return explainControl(core, abi, bytes, { ...settings, own, unknown });
}

function abiOf(core: Core, options: AbiOptions | undefined): Abi {
  return resolveAbi(core, optionsOf(options, "options").abi);
}

export function encodeStructWith(
  core: Core,
  name: StructName,
  value: StructValue,
  options?: AbiOptions,
): Uint8Array {
  const abi = abiOf(core, options);
  if (typeof value !== "object" || value === null) throw typeError("value", "an object", value);
  return packStruct(core, abi, name, { ...value });
}

export function decodeStructWith(
  core: Core,
  name: StructName,
  struct: unknown,
  options?: AbiOptions,
): StructValue {
  const abi = abiOf(core, options);
  const bytes = bytesOf(struct, "struct");
  const value = unpackStruct(core, abi, name, bytes);
  if (value === undefined) {
    const { end } = structProgram(core, abi, name).layout(core, abi);
    const least = `at least ${end} bytes: a struct ${name} of ${abi.name}`;
    throw rangeError("struct", least, bytes.length);
  }
  return value;
}

export function encodeAddressWith(core: Core, address: Address, options?: AbiOptions): Uint8Array {
  return packAddress(core, abiOf(core, options), address).slice();
}

export function decodeAddressWith(
  core: Core,
  sockaddr: unknown,
  options?: AbiOptions,
): Address | null {
  return unpackAddress(core, abiOf(core, options), bytesOf(sockaddr, "sockaddr"));
}
