// What the compilers of every system said about their own headers: test/vectors/layouts.json.

import { readFileSync } from "node:fs";
import type { AbiName } from "cmsg/codec";

/** A struct as a compiler laid it out. */
export interface CompiledStruct {
  readonly size: number;
  readonly align: number;
  readonly fields: Readonly<Record<string, { readonly offset: number; readonly width: number }>>;
  readonly padding: readonly (readonly [number, number])[];
}

/** One ABI of the file. */
export interface CompiledAbi {
  readonly abi: AbiName;
  readonly family: string;
  readonly pointerSize: number;
  readonly endian: "little" | "big";
  readonly cmsghdr: CompiledStruct;
  readonly cmsg: {
    readonly alignUnit: number;
    readonly dataOffset: number;
    readonly space: string;
    readonly nxtHdrRule: string;
    readonly spaceOf0: number;
    readonly spaceOf1: number;
    readonly spaceOf4: number;
    readonly spaceOf5: number;
  };
  readonly msghdr: CompiledStruct;
  readonly iovec: CompiledStruct;
  readonly mmsghdr?: {
    readonly size: number;
    readonly msg_hdr: readonly [number, number];
    readonly msg_len: readonly [number, number];
  };
  readonly sockaddr_un?: CompiledStruct;
  readonly payloadStructs?: Readonly<Record<string, CompiledStruct>>;
  readonly constants: Readonly<Record<string, number>>;
}

const { abis } = JSON.parse(readFileSync("test/vectors/layouts.json", "utf8")) as {
  abis: Readonly<Record<string, CompiledAbi>>;
};

/** Every ABI that was compiled. */
export const COMPILED: readonly CompiledAbi[] = Object.values(abis);

/** One ABI that was compiled. */
export function compiled(name: AbiName): CompiledAbi {
  const found = abis[name];
  if (found === undefined) throw new Error(`${name} was not compiled`);
  return found;
}

/** Random bytes from a seed: the same on every run, so that a failure can be seen again. */
export function randomBytes(seed: number): (length: number) => Uint8Array {
  let state = seed >>> 0 || 1;
  const next = (): number => {
    // xorshift32
    state ^= state << 13;
    state >>>= 0;
    state ^= state >>> 17;
    state ^= state << 5;
    state >>>= 0;
    return state & 0xff;
  };
  return (length) => Uint8Array.from({ length }, next);
}

/** The bytes of a compiled struct: members by their C names, what is not given is zero. */
export function structBytes(
  { endian }: CompiledAbi,
  { size, fields }: CompiledStruct,
  members: Readonly<Record<string, number | bigint | Uint8Array>>,
): Uint8Array {
  const bytes = Buffer.alloc(size);
  for (const [name, value] of Object.entries(members)) {
    const { offset, width } = fields[name] ?? {};
    if (offset === undefined || width === undefined) throw new Error(`no member ${name}`);
    if (typeof value === "object") {
      bytes.set(value, offset);
      continue;
    }
    const number = Buffer.alloc(8);
    if (endian === "little") number.writeBigInt64LE(BigInt.asIntN(64, BigInt(value)));
    else number.writeBigInt64BE(BigInt.asIntN(64, BigInt(value)));
    bytes.set(endian === "little" ? number.subarray(0, width) : number.subarray(8 - width), offset);
  }
  return bytes;
}
