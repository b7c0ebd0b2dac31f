// The field of a link-level address: struct sockaddr_dl of net/if_dl.h.

import { ELEMENT_REST, OCTETS, SA_FAMILY, SA_LENGTH, U8, U16 } from "../../assembly/shared/kind.js";
import { constantOf } from "./abi.js";
import { rangeError, typeError } from "./arguments.js";
import type { Cell } from "./cell.js";
import type { Field } from "./field.js";
import { nameIn, noteIn, numberIn } from "./field-name.js";

/** Types of interfaces that all systems number alike: net/if_types.h, after IANA's list. */
export const INTERFACE_TYPES = {
  IFT_OTHER: 1,
  IFT_ETHER: 6,
  IFT_FDDI: 15,
  IFT_PPP: 23,
  IFT_LOOP: 24,
  IFT_SLIP: 28,
  IFT_IEEE80211: 71,
  IFT_TUNNEL: 131,
  IFT_L2VLAN: 135,
  IFT_INFINIBAND: 199,
  IFT_BRIDGE: 209,
} as const;

/** An interface, and an address of its link. */
export interface LinkAddress {
  /** Number of the interface. */
  readonly index: number;
  /** What kind of interface it is; 0 where the system does not say. */
  readonly type: keyof typeof INTERFACE_TYPES | number;
  /** Name of the interface; "" where the system does not say. */
  readonly name: string;
  /** The link's address as hexadecimal bytes with colons; "" where the system does not say. */
  readonly address: string;
}

/** What is given for it: what is left out is not said. */
export type GivenLinkAddress = Pick<LinkAddress, "index"> & {
  readonly [K in Exclude<keyof LinkAddress, "index">]?: LinkAddress[K] | undefined;
};

/** Bytes in front of sdl_data. */
const HEAD = 8;

function hexOf(bytes: Uint8Array): string {
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join(":");
}

function bytesOfHex(address: unknown, path: string): readonly number[] {
  if (typeof address !== "string" || !/^([0-9a-f]{1,2}(:[0-9a-f]{1,2})*)?$/i.test(address)) {
    throw typeError(path, "hexadecimal bytes with colons", address);
  }
  return address === "" ? [] : address.split(":").map((byte) => Number.parseInt(byte, 16));
}

/** A struct sockaddr_dl up to the end of the payload. */
export function sockaddrDl(): Field<LinkAddress, GivenLinkAddress> {
  return {
    elements: [
      { name: "sdl_len", kind: SA_LENGTH, count: 1 },
      { name: "sdl_family", kind: SA_FAMILY, count: 1 },
      { name: "sdl_index", kind: U16, count: 1, path: ".index" },
      { name: "sdl_type", kind: U8, count: 1, note: (cell) => noteIn(INTERFACE_TYPES, cell) },
      { name: "sdl_nlen", kind: U8, count: 1 },
      { name: "sdl_alen", kind: U8, count: 1 },
      { name: "sdl_slen", kind: U8, count: 1 },
      { name: "sdl_data", kind: OCTETS, count: ELEMENT_REST },
    ],
    descriptors: false,
    write: (given, path, { abi }) => linkCells(given, path, constantOf(abi, "AF_LINK") ?? 0),
    read([, , index, type, nameLength, addressLength, , data]) {
      const bytes = data as Uint8Array;
      const end = (nameLength as number) + (addressLength as number);
      return {
        index: index as number,
        type: nameIn(INTERFACE_TYPES, type as number) as LinkAddress["type"],
        name: new TextDecoder().decode(bytes.subarray(0, nameLength as number)),
        address: hexOf(bytes.subarray(nameLength as number, end)),
      };
    },
  };
}

function linkCells(given: GivenLinkAddress, path: string, family: number): Cell[] {
  if (typeof given !== "object" || given === null) {
    throw typeError(path, "an object with index, type, name, address", given);
  }
  const { index, type = 0, name = "", address = "" } = given;
  if (typeof name !== "string") throw typeError(`${path}.name`, "a string", name);
  const text = new TextEncoder().encode(name);
  const link = bytesOfHex(address, `${path}.address`);
  const data = Uint8Array.of(...text, ...link);
  if (data.length > 255 - HEAD) {
    throw rangeError(path, `name and address of at most ${255 - HEAD} bytes`, data.length);
  }
  const number = numberIn(INTERFACE_TYPES, type, `${path}.type`);
  return [HEAD + data.length, family, index, number, text.length, link.length, 0, data];
}
