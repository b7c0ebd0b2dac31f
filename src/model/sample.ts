// sampleValue: a value of a control-message type to begin with, such as a form shows and a page adds.

import { ELEMENT_REST, OCTETS, SA_FAMILY } from "../../assembly/shared/kind.js";
import { type Abi, type AbiOption, constantOf, resolveAbi } from "../codec/abi.js";
import { optionsOf, typeError } from "../codec/arguments.js";
import { type Cell, type Element, isOctets } from "../codec/cell.js";
import { ARENA_PAYLOAD, type Core, standardCore } from "../codec/core.js";
import { type AnyDefinition, isDefinition } from "../codec/definition.js";
import type { AbiOptions } from "../codec/face.js";
import { type Form, formsIn } from "../codec/form.js";
import { encodeControl } from "../codec.js";

/** Numbers that a reader recognizes in a dump, by how the C name of a member ends. */
const NUMBERS: readonly (readonly [RegExp, number])[] = [
  [/(^|\.|_)pid$/, 4242],
  [/(^|_)(e|r)?[ug]id$/, 1000],
  [/ifindex$|if_index$/, 1],
  [/^(ttl|hoplimit)$/, 64],
  [/_port$/, 53],
  [/^(fd|pidfd|protocol)$/, 3],
  [/tv_sec$/, 1_700_000_000],
  [/^(segment|gso_size)$/, 1200],
  [/^timeout$/, 1000],
];

/** Addresses that stand for none in particular (RFC 5737, RFC 3849). */
const IPV4 = Uint8Array.of(192, 0, 2, 1);
const IPV6 = Uint8Array.of(0x20, 1, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1);

/**
 * A value of a control-message type to begin with: one that `encodeControl` takes, with numbers that are recognized in a dump.
 *
 * @param definition Built in, or one of the caller's own.
 * @returns Undefined where the ABI does not have the type, or where no value could be made up.
 * @example
 * sampleValue(credentials, { abi: "linux-x86_64-glibc" }) // { pid: 4242, uid: 1000, gid: 1000 }
 */
export function sampleValue(definition: AnyDefinition, options?: AbiOptions): unknown {
  if (!isDefinition(definition)) throw typeError("definition", "made by control()", definition);
  const core = standardCore();
  const abi = resolveAbi(core, optionsOf(options, "options").abi);
  const [first] = formsIn(definition, abi);
  if (first === undefined) return undefined;
  const option = (options?.abi ?? abi.name) as AbiOption;
  for (const cellOf of [speakingCell, zeroCell]) {
    const value = madeUp(core, abi, first.form, cellOf);
    if (canBeSent(definition, value, option)) return value;
  }
  return undefined;
}

function canBeSent(definition: AnyDefinition, value: unknown, abi: AbiOption): boolean {
  try {
    encodeControl([{ definition, value }], { abi });
    return true;
  } catch {
    // Made-up numbers need not mean anything to every type.
    return false;
  }
}

type CellOf = (abi: Abi, element: Element) => Cell;

/** The value of a payload that is packed of made-up cells. */
function madeUp(core: Core, abi: Abi, form: Form, cellOf: CellOf): unknown {
  const { program } = form;
  const cells = program.elements.map((element) => cellOf(abi, element));
  try {
    const length = program.pack(core, abi, cells, "sample");
    const read = program.unpack(core, abi, core.arena + ARENA_PAYLOAD, length);
    return read === undefined
      ? undefined
      : form.read(read, { abi, descriptor: (number: number) => number });
  } catch {
    // A type of the caller's own may refuse what it is given.
    return undefined;
  }
}

function zeroCell(_: Abi, { kind, count }: Element): Cell {
  if (isOctets(kind)) return new Uint8Array(count === ELEMENT_REST || kind !== OCTETS ? 0 : count);
  if (count === ELEMENT_REST) return [];
  return count === 1 ? 0 : new Array<number>(count).fill(0);
}

function speakingCell(abi: Abi, element: Element): Cell {
  const { kind, count, name, show, counts } = element;
  if (kind === SA_FAMILY) {
    const family = /(^|\.)sin6_/.test(name) ? "AF_INET6" : "AF_INET";
    return constantOf(abi, family) ?? 0;
  }
  if (kind === OCTETS && show !== undefined && count === 4) return IPV4;
  if (kind === OCTETS && show !== undefined && count === 16) return IPV6;
  if (isOctets(kind) || counts === true) return zeroCell(abi, element);
  const number = NUMBERS.find(([pattern]) => pattern.test(name))?.[1] ?? 0;
  if (count === ELEMENT_REST) return [number];
  return count === 1 ? number : new Array<number>(count).fill(number);
}
