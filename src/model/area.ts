// The control buffer of a receiver: what a kernel writes into it, and which bytes it leaves as they were.

import { type ByteRange, rangesWhere } from "../codec/byte-range.js";
import { encodeStruct } from "../codec.js";
import type { ModelPlace, SentMessage } from "./message.js";

/** An area of as many bytes as the receiver gave. */
export class Area {
  readonly #place: ModelPlace;
  readonly #bytes: Uint8Array;
  readonly #written: Uint8Array;

  constructor(place: ModelPlace) {
    this.#place = place;
    this.#bytes = new Uint8Array(place.limit);
    this.#written = new Uint8Array(place.limit);
  }

  /** Writes a message whose header says `claimed`, up to `to` bytes of it; `padding` says whether padding is written too. */
  write(at: number, message: SentMessage, claimed: number, to: number, padding: boolean): void {
    const { option, layout } = this.#place;
    const { level, type, payload, space } = message;
    const value = { cmsg_len: BigInt(claimed), cmsg_level: level, cmsg_type: type };
    const whole = new Uint8Array(space);
    whole.set(encodeStruct("cmsghdr", value, { abi: option }));
    whole.set(payload, layout.cmsg.dataOffset);
    const end = Math.min(to, padding ? space : layout.cmsg.dataOffset + payload.length);
    this.#bytes.set(whole.subarray(0, Math.max(Math.min(end, this.#place.limit - at), 0)), at);
    this.#written.fill(1, at, at + end);
  }

  /** The first `length` bytes, and which of them were not written. */
  take(length: number): { bytes: Uint8Array; unwritten: readonly ByteRange[] } {
    const bytes = this.#bytes.slice(0, Math.min(length, this.#bytes.length));
    return { bytes, unwritten: rangesWhere(bytes.length, (at) => this.#written[at] === 0) };
  }
}
