// controlSpace(): the bytes of a control buffer that has room for everything that can arrive.

import { OUT_OF_RANGE } from "../../assembly/shared/status.js";
import { type Abi, resolveAbi } from "./abi.js";
import { integerIn, optionsOf, rangeError, typeError, unknownName } from "./arguments.js";
import { definitions } from "./catalogue/index.js";
import { type Core, standardCore } from "./core.js";
import { type AnyDefinition, isDefinition } from "./definition.js";
import { EncodeError } from "./errors.js";
import type { AbiOptions } from "./face.js";
import { type Form, formsIn, isReceived } from "./form.js";
import { optionNames } from "./option.js";

/**
 * What there is to be room for: a definition; one with a count, of the elements of a payload that repeats and of messages
 * otherwise; or the C name of a socket option, for everything that it enables.
 */
export type SpaceItem =
  | AnyDefinition
  | readonly [definition: AnyDefinition, count: number]
  | string;

/** What of a definition can arrive. */
interface Room {
  readonly definition: AnyDefinition;
  readonly forms: readonly Form[];
  readonly count: number | undefined;
  readonly path: string;
}

/** The space of an instance of the core. */
export function spaceWith(
  core: Core,
  items: Iterable<SpaceItem>,
  options: AbiOptions | undefined,
): number {
  const abi = resolveAbi(core, optionsOf(options, "options").abi);
  const list = typeof items === "object" && items !== null && Symbol.iterator in items;
  if (!list || ArrayBuffer.isView(items)) {
    throw typeError("items", "an iterable of definitions", items);
  }
  const rooms = [...items].flatMap((item, i) => roomsOf(abi, item, `items[${i}]`));
  // Definitions that several options enable come once.
  const once = new Map(rooms.map((room) => [room.definition, room]));
  const total = [...once.values()].reduce((sum, room) => sum + spaceOf(core, abi, room), 0);
  if (total <= MOST) return total;
  throw rangeError("control buffer", `at most ${MOST} bytes`, total);
}

/** Lengths are socklen_t values, and stay signed 32-bit numbers. */
const MOST = 0x7fffffff;

function roomsOf(abi: Abi, item: unknown, path: string): Room[] {
  if (typeof item === "string") return roomsEnabled(abi, item, path);
  const [definition, count] = Array.isArray(item) ? (item as readonly unknown[]) : [item];
  if (!isDefinition(definition)) {
    throw typeError(path, "a definition, [definition, count] or the name of an option", item);
  }
  const forms = formsIn(definition, abi).map(({ form }) => form);
  if (forms.length === 0) {
    const message = `${path}: ${abi.name} has no ${definition.name}`;
    throw new EncodeError("ERR_CMSG_UNKNOWN_TYPE", message, { path });
  }
  const checked = Array.isArray(item) ? integerIn(count, 0, MOST, `${path}[1]`) : undefined;
  return [{ definition, forms, count: checked, path }];
}

/** What an option lets arrive. */
function roomsEnabled(abi: Abi, option: string, path: string): Room[] {
  const received = definitions().filter((definition) => isReceived(definition, abi));
  const rooms = received.flatMap((definition): Room[] => {
    const known = formsIn(definition, abi).map(({ form }) => form);
    const forms = known.filter(({ direction }) => direction !== "send");
    const enabled = forms.filter(({ enable }) => enable.includes(option));
    return enabled.length === 0 ? [] : [{ definition, forms: enabled, count: undefined, path }];
  });
  if (rooms.length > 0) return rooms;
  const names = received.flatMap((definition) => optionNames(abi, definition));
  throw unknownName(`${path} in ${abi.name}`, option, [...new Set(names)]);
}

/** Room for the longest of the forms: a message has one of them. */
function spaceOf(core: Core, abi: Abi, room: Room): number {
  return Math.max(...room.forms.map((form) => formSpace(core, abi, form, room)));
}

function formSpace(
  core: Core,
  abi: Abi,
  { program, limit }: Form,
  { definition, count, path }: Room,
): number {
  const { size, end, places } = program.layout(core, abi);
  const space = (length: number): number => {
    const found = length > MOST ? OUT_OF_RANGE : core.exports.cmsg_space(abi.index, length);
    if (found === OUT_OF_RANGE) throw rangeError(path, "small enough for a control buffer", length);
    return found;
  };
  if (!program.repeats) return space(size) * (count ?? 1);
  const { offset = 0, width = 1 } = places.at(-1) ?? {};
  if (count !== undefined) return space(offset + count * width);
  if (limit !== undefined) return space(Math.max(limit, end));
  const message = `${path}: the payload of ${definition.name} has no bound: give a count, as in [definition, 64]`;
  throw Object.assign(new RangeError(message), { code: "ERR_CMSG_OUT_OF_RANGE" });
}

/**
 * Bytes of a control buffer that has room for one message of each definition, each with the longest payload that the kernel
 * writes (the sum of their CMSG_SPACE): nothing is cut short because another message came, too.
 *
 * @param items Definitions; `[definition, count]` for so many elements of a payload that repeats, or for so many messages; names of
 * socket options, for all that they enable.
 * @returns Bytes.
 * @throws TypeError for what is no definition.
 * @throws RangeError `ERR_CMSG_OUT_OF_RANGE` for a payload without a bound and without a count, for a name that enables nothing
 * in this ABI, and above 2^31 - 1.
 * @throws EncodeError `ERR_CMSG_UNKNOWN_TYPE` when the ABI lacks the type.
 * @example
 * controlSpace([credentials, [rights, 4]], { abi: "linux-x86_64-glibc" }) // 64
 * controlSpace(["SO_PASSCRED", "SO_PASSPIDFD"], { abi: "linux-x86_64-glibc" }) // 56
 * @see cmsg(3); RFC 3542 section 20.
 */
export function controlSpace(items: Iterable<SpaceItem>, options?: AbiOptions): number {
  return spaceWith(standardCore(), items, options);
}
