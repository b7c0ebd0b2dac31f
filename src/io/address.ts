// Addresses on their way to the kernel: read from the caller once, put into the frame for each call.

import { Buffer } from "node:buffer";
import { type Address, packAddress } from "../codec/address.js";
import { bytesOf } from "../codec/arguments.js";
import { type Frame, theFrame } from "./frame.js";

/** An address as the kernel takes it. No caller's code runs when it is used. */
export interface PackedAddress {
  readonly bytes: Uint8Array;
  /** Its path, for errors. */
  readonly path: string | undefined;
}

/** Reads and checks a caller's address. */
export function readAddress(address: Address): PackedAddress {
  const { core, abi } = theFrame();
  const bytes = packAddress(core, abi, address);
  return { bytes, path: shownPath(address) };
}

function shownPath(address: Address): string | undefined {
  if (!("path" in address)) return undefined;
  const { path } = address;
  if (typeof path === "string") return path;
  const { buffer, byteOffset, length } = bytesOf(path, "path");
  return Buffer.from(buffer as ArrayBuffer, byteOffset, length).toString();
}

/** Puts an address into the frame; answers its length. */
export function putAddress(frame: Frame, { bytes }: PackedAddress): number {
  frame.bytes.set(bytes, frame.name);
  return bytes.length;
}
