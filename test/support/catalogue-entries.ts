// The catalogue as facts of their own: test/vectors/catalogue.json, with the numbers and payloads that an entry has in one ABI.

import { readFileSync } from "node:fs";
import { type AbiName, abis } from "cmsg/codec";
import { compiled } from "./layouts.js";

/** Where the members of a struct lie. */
export type Fields = Readonly<Record<string, { readonly offset: number; readonly width: number }>>;

/** The struct of an entry. */
export interface Payload {
  readonly struct: string;
  readonly size?: number | string;
  readonly fields?: Fields;
  /** The ABI whose layout it is, where it is not that of all. */
  readonly abi?: AbiName;
  readonly lp64?: Payload;
  readonly ilp32?: Payload;
}

/** A control message of one system. */
export interface Entry {
  readonly os: string;
  readonly level: string;
  readonly levelNumber: number | string;
  readonly type: string;
  readonly typeNumber: number | string;
  readonly typeNumberElsewhere?: Readonly<Record<string, number>>;
  readonly direction: string;
  readonly enabledBy: string;
  /** First kernel, on Linux. */
  readonly sinceKernel?: string;
  readonly payload: Payload;
}

const file = JSON.parse(readFileSync("test/vectors/catalogue.json", "utf8")) as {
  readonly entries: readonly Entry[];
};

/** All entries; one that lists several types is several. */
export const ENTRIES: readonly Entry[] = file.entries.flatMap((entry) => {
  const { type, typeNumber, payload } = entry;
  if (typeof typeNumber === "number" || !typeNumber.includes(",")) return [entry];
  const structs = payload.struct.split("; ");
  return type.split(", ").map((name, i) => ({
    ...entry,
    type: name,
    typeNumber: Number(typeNumber.split(", ")[i]),
    payload: { ...payload, struct: structs[i] as string },
  }));
});

const PREFIXES: Readonly<Record<string, RegExp>> = {
  Linux: /^(linux|android)-/,
  "illumos / Solaris": /^illumos-/,
};

/** The ABIs of an entry's system. */
export function abisOfEntry({ os }: Entry): readonly AbiName[] {
  const prefix = PREFIXES[os] ?? new RegExp(`^${os.toLowerCase()}-`);
  return abis().filter((abi) => prefix.test(abi));
}

/** Level and type of an entry in an ABI; undefined where the type's number is not known there. */
export function numbersOf(
  entry: Entry,
  abi: AbiName,
): { readonly level: number; readonly type: number } | undefined {
  const { levelNumber, typeNumber, typeNumberElsewhere: elsewhere } = entry;
  const own = /^linux-(mips|alpha|sparc|hppa)/.test(abi) && typeof levelNumber === "string";
  const level = own ? 65535 : Number.parseInt(String(levelNumber), 10);
  const machine = /^linux-sparc/.test(abi) ? "SPARC" : /^linux-hppa/.test(abi) ? "PA-RISC" : "";
  const type = machine === "" ? typeNumber : otherNumber(entry, machine, elsewhere);
  return typeof type === "number" ? { level, type } : undefined;
}

function otherNumber(
  { typeNumber }: Entry,
  machine: string,
  elsewhere: Entry["typeNumberElsewhere"],
): number | string | undefined {
  return elsewhere === undefined
    ? typeNumber
    : (elsewhere[machine] ?? nothingElse(elsewhere, typeNumber));
}

/** A number that only PA-RISC changes is the common one on SPARC. */
function nothingElse(elsewhere: Readonly<Record<string, number>>, common: number | string) {
  return "PA-RISC" in elsewhere ? common : undefined;
}

/** What the bulk entries "as RFC 3542" stand for, by type. */
const RFC3542: Readonly<Record<string, number>> = {
  IPV6_PKTINFO: 20,
  IPV6_HOPLIMIT: 4,
  IPV6_TCLASS: 4,
  IPV6_NEXTHOP: 28,
  IPV6_PATHMTU: 32,
};

/** sysdeps/mach/hurd/bits/socket.h of glibc: four ids, an int and CMGROUP_MAX groups. */
const HURD: Readonly<Record<string, number>> = { cmsgcred: 84 };

/** How long a payload is: exactly, in one of several lengths, or as long as it likes up to `limit`. */
export interface Length {
  readonly exact?: readonly number[];
  readonly limit?: number;
}

/** The length of an entry's payload, where it has no single number: the phrases of the catalogue, each known. */
export function lengthOf({ type, payload }: Entry, abi: AbiName, size: string): Length {
  const wide = compiled(abi).pointerSize === 8;
  const header = compiled(abi).payloadStructs?.[payload.struct]?.size ?? HURD[payload.struct];
  if (payload.struct === "as RFC 3542") {
    const exact = RFC3542[type];
    // A struct sockaddr_in6 of illumos ends with __sin6_src_id.
    const more = /^illumos-/.test(abi) && /NEXTHOP|PATHMTU/.test(type) ? 4 : 0;
    return exact === undefined ? {} : { exact: [exact + more] };
  }
  if (size === "see header") return header === undefined ? {} : { exact: [header] };
  if (size === "8 (LP64), 4 (ILP32)") return { exact: [wide ? 8 : 4] };
  if (size === "1 (recv); 1 or 4 (send)") return { exact: [1, 4] };
  if (size === "4, 8 or 12") return { limit: 12 };
  const limit = /^(?:0\.\.|up to )(\d+)$/.exec(size)?.[1];
  if (limit !== undefined) return { limit: Number(limit) };
  if (/^(4 \* n|8 \* \(hdrlen|4 \+ ivlen|variable|length of the label)/.test(size)) return {};
  throw new Error(`unknown length: ${size}`);
}

/** Machines of 32 bits that align eight bytes to less. */
const LOOSE = /-(i386|i686|m68k|compat32le|ilp32le)(-|$)/;

/** The struct of an entry in an ABI; undefined where it is known for other ABIs only. */
export function payloadOf({ payload }: Entry, abi: AbiName): Payload | undefined {
  const variants = payload as unknown as Readonly<Record<string, Payload | undefined>>;
  const loose = Object.keys(payload).find((key) => key.startsWith("ilp32 (i386"));
  const strict = Object.keys(payload).find((key) => key.startsWith("ilp32 (arm"));
  const narrow = variants[(LOOSE.test(abi) ? loose : strict) ?? "ilp32"];
  const own = compiled(abi).pointerSize === 8 ? payload.lp64 : narrow;
  if (payload.lp64 !== undefined) return own && { ...own, struct: payload.struct };
  if (payload.abi === undefined || payload.abi === abi) return payload;
  const known = compiled(abi).payloadStructs?.[payload.struct.replace(/^struct /, "")];
  return known && { ...payload, size: known.size, fields: known.fields };
}
