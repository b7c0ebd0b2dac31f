// What compilers made of the structs in Linux' headers that travel in control messages: test/vectors/structs.json.

import { readFileSync } from "node:fs";
import { type AbiName, abis } from "cmsg/codec";

/** One struct as the compilers of some machines laid it out. */
export interface CompiledLayout {
  readonly machines: readonly string[];
  readonly size: number;
  readonly fields: Readonly<Record<string, { readonly offset: number; readonly width: number }>>;
  readonly hex: string;
}

/** One struct, and the control messages that hold it. */
export interface CompiledPayload {
  readonly struct: string;
  readonly names: readonly string[];
  /** Constants that a member may be. */
  readonly named: Readonly<Record<string, readonly string[]>>;
  readonly layouts: readonly CompiledLayout[];
}

const file = JSON.parse(readFileSync("test/vectors/structs.json", "utf8")) as {
  readonly constants: Readonly<Record<string, number>>;
  readonly structs: readonly CompiledPayload[];
};

/** Constants of the headers, as numbers without a sign. */
export const HEADER_CONSTANTS: Readonly<Record<string, number>> = file.constants;

/** All structs that were compiled. */
export const PAYLOADS: readonly CompiledPayload[] = file.structs;

/** ABIs of Linux on some machines. */
export function abisOf(machines: readonly string[]): readonly AbiName[] {
  return abis().filter((name) => {
    const [system = "", machine = ""] = name.split("-");
    return /^(linux|android)$/.test(system) && machines.includes(machine);
  });
}
