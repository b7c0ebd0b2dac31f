// What a writer is given: bytes, what is not known of them, the ABI they are of, the host of what is written.

import type { Abi, AbiOption } from "../codec/abi.js";
import type { ByteRange } from "../codec/byte-range.js";
import type { AnyDefinition } from "../codec/definition.js";

/** A control buffer that is to be written. */
export interface Writing {
  readonly bytes: Uint8Array;
  readonly unknown: readonly ByteRange[];
  readonly option: AbiOption;
  readonly abi: Abi;
  /** The ABI of the machine where what is written is compiled. */
  readonly host: Abi;
  readonly own: readonly AnyDefinition[];
}
