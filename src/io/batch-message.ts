// A message of a batch: its descriptors are owned and its bytes are out of the frame, everything else is made when it is asked for.

import type { Buffer } from "node:buffer";
import { inspect } from "node:util";
import { type Address, unpackAddress } from "../codec/address.js";
import { carriesDescriptors } from "../codec/catalogue/index.js";
import type { Found } from "../codec/decode.js";
import type { AnyDefinition } from "../codec/definition.js";
import type { ControlMessage } from "../codec/message.js";
import type { Problem } from "../codec/problem.js";
import type { Pieces } from "./batch-landing.js";
import { closeFds, type Fd } from "./fd.js";
import { currentHost } from "./host.js";
import { type DecodedControl, decodeKept, NOTHING, type Owners } from "./kept-control.js";
import { viewOf } from "./landing.js";
import { ownArrived, type ReceivePlan } from "./receive.js";
import { ReceivedMessage } from "./recvmsg.js";

// Words that are known of each message, before all control data and addresses: where its data begins and how long it is, the same
// of its control data and of its address.
export const PLACE_DATA = 0;
export const PLACE_LENGTH = 1;
export const PLACE_CONTROL = 2;
export const PLACE_CONTROL_LENGTH = 3;
export const PLACE_NAME = 4;
export const PLACE_NAME_LENGTH = 5;
export const PLACE_WORDS = 6;

/** What the messages of a batch have in common. */
export interface BatchOrigin {
  /** Places, control data and addresses of all of them. */
  readonly kept: Int32Array<ArrayBuffer>;
  readonly pieces: Pieces;
  /** What stands for the address of a message without one. */
  readonly absent: Address | null;
  readonly plan: ReceivePlan;
  readonly own: readonly AnyDefinition[];
}

/** A `ReceivedMessage` that is not made by its constructor, which takes everything at once. */
export class BatchMessage {
  readonly bytes: number;
  readonly flags: number;
  readonly surplus: number;
  fds: readonly Fd[];
  readonly #origin: BatchOrigin;
  readonly #index: number;
  #data: Buffer | undefined;
  #address: Address | null | undefined;
  #decoded: DecodedControl | undefined;

  constructor(
    bytes: number,
    flags: number,
    fds: readonly Fd[],
    origin: BatchOrigin,
    index: number,
  ) {
    this.bytes = bytes;
    this.flags = flags;
    this.surplus = 0;
    this.fds = fds;
    this.#origin = origin;
    this.#index = index;
    this.#data = undefined;
    this.#address = undefined;
    this.#decoded = undefined;
  }

  #place(name: number): number {
    return this.#origin.kept[this.#index * PLACE_WORDS + name] as number;
  }

  /** A copy of what was kept. */
  #bytes(at: number, length: number): Uint8Array {
    return new Uint8Array(this.#origin.kept.buffer.slice(at, at + length));
  }

  get data(): Buffer {
    this.#data ??= viewOf(
      this.#origin.pieces.source(this.#index),
      this.#place(PLACE_DATA),
      this.#place(PLACE_LENGTH),
    );
    return this.#data;
  }

  get address(): Address | null {
    if (this.#address === undefined) {
      const length = this.#place(PLACE_NAME_LENGTH);
      const { core, abi } = currentHost();
      this.#address =
        length === 0
          ? this.#origin.absent
          : unpackAddress(core, abi, this.#bytes(this.#place(PLACE_NAME), length));
    }
    return this.#address;
  }

  get control(): readonly ControlMessage<unknown, Fd>[] {
    return this.decode().control;
  }

  get problems(): readonly Problem[] {
    return this.decode().problems;
  }

  get controlBytes(): Uint8Array {
    return this.decode().controlBytes;
  }

  /** Descriptors that a caller's definition knows are owned here, so with one it is decoded at once. */
  decode(): DecodedControl {
    const length = this.#place(PLACE_CONTROL_LENGTH);
    if (length === 0) return NOTHING;
    if (this.#decoded === undefined) {
      const { plan, own } = this.#origin;
      const bytes = this.#bytes(this.#place(PLACE_CONTROL), length);
      const owned: Fd[] = [...this.fds];
      try {
        this.#decoded = decodeOwned(bytes, owned, plan, own);
      } finally {
        if (owned.length > this.fds.length) this.fds = owned;
      }
    }
    return this.#decoded;
  }

  [Symbol.dispose](): void {
    closeFds(this.fds);
  }

  [inspect.custom](_depth: number, options: object): string {
    return `ReceivedMessage ${inspect(Object.fromEntries(SHOWN.map((name) => [name, this[name]])), options)}`;
  }
}

const SHOWN = [
  ...(["data", "bytes", "fds", "control", "flags", "address", "surplus"] as const),
  ...(["problems", "controlBytes"] as const),
] as const;

Object.setPrototypeOf(BatchMessage.prototype, ReceivedMessage.prototype);

/** Decodes a control buffer whose descriptors are owned, in the order of their arrival; those that are not yet are added. */
export function decodeOwned(
  bytes: Uint8Array,
  owned: Fd[],
  plan: ReceivePlan,
  own: readonly AnyDefinition[],
): DecodedControl {
  const ownersIn = (found: readonly Found[]): Owners => {
    const known = new Map(numbersOf(bytes, found).map((number, i) => [number, owned[i] as Fd]));
    return (number) => {
      if (number < 0) return null;
      const before = known.get(number);
      if (before !== undefined) return before;
      const fresh = ownArrived(number, plan);
      known.set(number, fresh);
      owned.push(fresh);
      return fresh;
    };
  };
  return decodeKept(bytes, ownersIn, own);
}

/** The numbers of the descriptors in it, as their owner has found them. */
function numbersOf(bytes: Uint8Array, found: readonly Found[]): number[] {
  const { abi } = currentHost();
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const numbers: number[] = [];
  for (const { level, type, payload, length } of found) {
    if (!carriesDescriptors(abi, level, type)) continue;
    for (let at = payload; at + 4 <= payload + length; at += 4) {
      const number = view.getInt32(at, true);
      if (number >= 0) numbers.push(number);
    }
  }
  return numbers;
}
