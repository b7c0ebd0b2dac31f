// The payload of a control message from what strace prints of it: by the members that the definition of its type has. What strace
// leaves out stays unknown.

import { BE16, BE32, ELEMENT_REST } from "../../assembly/shared/kind.js";
import type { Abi, AbiOption } from "../codec/abi.js";
import type { Address } from "../codec/address.js";
import { findForm } from "../codec/catalogue/index.js";
import { type Core, standardCore } from "../codec/core.js";
import type { Form } from "../codec/form.js";
import { encodeAddress } from "../codec.js";
import { UNKNOWN } from "./bytes.js";
import type { StraceMember, StraceValue } from "./strace-value.js";

/** A message whose payload is looked for. */
export interface PayloadPlace {
  readonly abi: Abi;
  readonly option: AbiOption;
  readonly level: number | undefined;
  readonly type: number | undefined;
  /** Bytes of the payload. */
  readonly size: number;
}

/** A member of a payload. */
interface Member {
  readonly name: string;
  readonly offset: number;
  readonly width: number;
  readonly bigEndian: boolean;
  readonly rest: boolean;
}

/** The bytes of a payload, UNKNOWN where strace does not tell. */
export function payloadBytes(place: PayloadPlace, data: StraceValue | undefined): number[] {
  const bytes = new Array<number>(place.size).fill(UNKNOWN);
  if (data === undefined) return bytes;
  const members = membersOf(place);
  const put = (at: number, part: Iterable<number>): void => {
    let to = at;
    for (const byte of part) if (to < bytes.length) bytes[to++] = byte;
  };
  if (data.kind === "string") put(0, data.bytes);
  if (data.kind === "struct") putStruct(place, members, data.members, put);
  if (data.kind === "list") putList(place, members, data, put);
  return bytes;
}

type Put = (at: number, part: Iterable<number>) => void;

function membersOf({ abi, level, type, size }: PayloadPlace): readonly Member[] {
  if (level === undefined || type === undefined) return [];
  const core = standardCore();
  const form = findForm(core, abi, level, type, size, [])?.form;
  return form === undefined ? [] : formMembers(core, abi, form);
}

function formMembers(core: Core, abi: Abi, { program }: Form): readonly Member[] {
  const { places } = program.layout(core, abi);
  return program.elements.flatMap(({ name, kind, count }, i) => {
    const place = places[i];
    if (place === undefined || place.width === 0) return [];
    const bigEndian = kind === BE16 || kind === BE32 || !abi.littleEndian;
    return [{ name, ...place, bigEndian, rest: count === ELEMENT_REST }];
  });
}

/** Structs of the same shape, or numbers: as wide as the definition says, else as many as there are tells how wide. */
function putList(
  place: PayloadPlace,
  members: readonly Member[],
  data: StraceValue & { kind: "list" },
  put: Put,
): void {
  const { items, cut } = data;
  const [first] = members;
  items.forEach((item, i) => {
    if (item.kind !== "struct") return;
    const own = members
      .filter(({ name }) => name.includes(`[${i}].`))
      .map((member) => ({ ...member, name: member.name.slice(member.name.indexOf("].") + 2) }));
    putStruct(place, own, item.members, put);
  });
  const even = !cut && items.length > 0 ? place.size / items.length : 1;
  const width = first?.rest === true ? first.width : [1, 2, 4, 8].includes(even) ? even : 1;
  const bigEndian = !place.abi.littleEndian;
  items.forEach((item, i) => {
    if (item.kind === "number" && (i + 1) * width <= place.size) {
      put(i * width, numberBytes(item.number, width, bigEndian));
    }
  });
}

function putStruct(
  place: PayloadPlace,
  members: readonly Member[],
  given: readonly StraceMember[],
  put: Put,
): void {
  if (given[0]?.key === "sa_family") {
    put(0, addressBytes(place.option, given) ?? []);
    return;
  }
  for (const { key, value } of given) {
    if (value.kind === "struct" && value.members[0]?.key === "sa_family") {
      const family = members.find(({ name }) => name.endsWith("_family"));
      if (family !== undefined) put(family.offset, addressBytes(place.option, value.members) ?? []);
      continue;
    }
    const member = members.find(({ name }) => name === key);
    if (member !== undefined) put(member.offset, scalarBytes(place, member, value) ?? []);
  }
}

/** The bytes of one member; undefined where strace prints something else, such as the name of an interface. */
function scalarBytes(
  { abi }: PayloadPlace,
  { width, bigEndian }: Member,
  value: StraceValue,
): readonly number[] | undefined {
  if (value.kind === "number") return numberBytes(value.number, width, bigEndian);
  if (value.kind === "name") {
    const number = Object.hasOwn(abi.constants, value.name) ? abi.constants[value.name] : undefined;
    return number === undefined ? undefined : numberBytes(BigInt(number), width, bigEndian);
  }
  if (value.kind !== "call") return undefined;
  const [inner] = value.items;
  if (value.name === "inet_addr" && inner?.kind === "string") return ipv4Bytes(inner.bytes);
  if (inner?.kind !== "number") return undefined;
  if (value.name === "htons") return numberBytes(inner.number, 2, true);
  return value.name === "htonl" ? numberBytes(inner.number, 4, true) : undefined;
}

function numberBytes(number: bigint, width: number, bigEndian: boolean): number[] {
  const bytes = Array.from({ length: width }, (_, i) =>
    Number(BigInt.asUintN(8, BigInt.asUintN(64, number) >> BigInt(8 * Math.min(i, 8)))),
  );
  return bigEndian ? bytes.reverse() : bytes;
}

function ipv4Bytes(text: Uint8Array): number[] | undefined {
  const parts = String.fromCharCode(...text.subarray(0, 15)).split(".");
  return parts.length === 4 ? parts.map((part) => Number(part) & 0xff) : undefined;
}

/** The sockaddr that strace prints; undefined for families that it does not decode. */
function addressBytes(
  abi: AbiOption,
  members: readonly StraceMember[],
): Iterable<number> | undefined {
  const address = addressOf(members);
  if (address === undefined) return undefined;
  try {
    return encodeAddress(address, { abi });
  } catch {
    // An address that no system would take is no address: its bytes are not known.
    return undefined;
  }
}

function addressOf(members: readonly StraceMember[]): Address | undefined {
  const find = (key: string): StraceValue | undefined =>
    members.find((member) => member.key === key)?.value;
  const inner = (value: StraceValue | undefined): number => {
    const item = value?.kind === "call" ? value.items[0] : value;
    return item?.kind === "number" ? Number(item.number) : 0;
  };
  const text = (value: StraceValue | undefined): string | undefined =>
    value?.kind === "string" ? new TextDecoder().decode(value.bytes) : undefined;
  const host = find("sin_addr");
  if (host?.kind === "call") {
    const named = text(host.items[0]);
    return named === undefined ? undefined : { host: named, port: inner(find("sin_port")) };
  }
  const call = members
    .map(({ value }) => value)
    .find((v) => v.kind === "call" && v.name === "inet_pton");
  const host6 = call?.kind === "call" ? text(call.items[1]) : undefined;
  if (host6 === undefined) return undefined;
  const scope = find("sin6_scope_id");
  return {
    host: host6,
    port: inner(find("sin6_port")),
    flowInfo: inner(find("sin6_flowinfo")),
    ...(scope?.kind === "number" ? { scopeId: Number(scope.number) } : undefined),
  } as Address;
}
