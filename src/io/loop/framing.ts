// Messages on a stream: each with its length in front, so that data and descriptors of one are never mixed with another's.

import { Buffer } from "node:buffer";
import type { ControlMessage } from "../../codec/message.js";
import { ownError } from "../errors.js";
import { closeFds, Fd } from "../fd.js";
import { Received } from "../received.js";
import type { SocketSettings } from "./socket-options.js";

/** Bytes of the length in front of a frame: big-endian, of the payload alone. */
export const HEAD_LENGTH = 4;

/** What makes the bytes in front of a payload, on a framed socket. */
export function headsOf({
  framed,
  frameLimit,
}: SocketSettings): ((length: number) => Uint8Array) | undefined {
  return framed ? (length) => frameHead(length, frameLimit) : undefined;
}

function frameHead(length: number, limit: number): Uint8Array {
  if (length > limit) throw tooLong(length, limit);
  const head = Buffer.allocUnsafe(HEAD_LENGTH);
  head.writeUInt32BE(length);
  return head;
}

function tooLong(length: number, limit: number): Error {
  return ownError(
    "ERR_CMSG_FRAME_TOO_LONG",
    `a frame of ${length} bytes is longer than frameLimit, ${limit} bytes`,
  );
}

/** Receives into a buffer: what arrived, or -errno. */
export type ReceiveInto = (into: Uint8Array) => Received | number;

/** What one frame has brought beside its data. */
interface Beside {
  readonly fds: Fd[];
  readonly control: ControlMessage<unknown, Fd>[];
  /** All descriptors, those in control messages among them. */
  readonly owned: Fd[];
  flags: number;
  surplus: number;
}

function nothing(): Beside {
  return { fds: [], control: [], owned: [], flags: 0, surplus: 0 };
}

/** Puts one socket's frames together from what arrives of them. */
export class FrameReader {
  readonly #limit: number;
  readonly #head = Buffer.alloc(HEAD_LENGTH);
  #data: Buffer | undefined;
  #got = 0;
  #beside = nothing();
  /** Makes the error of a stream in which no frame can be told from another any more. */
  #broken: (() => Error) | undefined;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /**
   * The next frame, of whose descriptors the first `fdLimit` are kept; null at the end of the stream, or -errno when the rest of
   * the frame is still to come.
   */
  read(receive: ReceiveInto, fdLimit: number): Received | null | number {
    for (;;) {
      if (this.#broken !== undefined) throw this.#broken();
      const target = this.#data ?? this.#head;
      if (this.#got === target.length) {
        if (this.#data !== undefined) return this.#complete(this.#data);
        this.#begin();
        continue;
      }
      const part = receive(target.subarray(this.#got));
      if (typeof part === "number") return part;
      if (part.bytes === 0) return this.#end();
      this.#got += part.bytes;
      this.#keep(part, fdLimit);
    }
  }

  /** Whether a part of a frame was read whose rest is still to come. */
  get isInside(): boolean {
    return this.#broken === undefined && (this.#got > 0 || this.#data !== undefined);
  }

  /** Closes the descriptors of a frame that was not completed. */
  release(): void {
    closeFds(this.#beside.owned);
    this.#beside = nothing();
  }

  #begin(): void {
    const length = this.#head.readUInt32BE();
    if (length > this.#limit) this.#break(() => tooLong(length, this.#limit));
    this.#data = Buffer.allocUnsafe(length);
    this.#got = 0;
  }

  #break(why: () => Error): never {
    this.#broken = why;
    this.release();
    throw why();
  }

  #keep(part: Received, fdLimit: number): void {
    const beside = this.#beside;
    const room = Math.max(fdLimit - beside.fds.length, 0);
    const kept = part.fds.slice(0, room);
    beside.fds.push(...kept);
    beside.owned.push(...kept);
    closeFds(part.fds.slice(room));
    beside.surplus += part.surplus + Math.max(part.fds.length - room, 0);
    beside.flags |= part.flags;
    for (const message of part.control) keepControl(beside, message);
  }

  #complete(data: Buffer): Received {
    const { fds, control, owned, flags, surplus } = this.#beside;
    this.#data = undefined;
    this.#got = 0;
    this.#beside = nothing();
    return new Received(data, data.length, fds, control, flags, { unnamed: true }, surplus, owned);
  }

  #end(): null {
    if (this.#got === 0 && this.#data === undefined) return null;
    return this.#break(() =>
      ownError("ERR_CMSG_FRAME_CUT_SHORT", "the stream ended inside a frame"),
    );
  }
}

/** The kernel says with every read who sent it: a frame that takes many reads has each answer once, however many they are. */
function keepControl(beside: Beside, message: ControlMessage<unknown, Fd>): void {
  const { control, owned } = beside;
  const carried = descriptorsIn(message.value);
  const known = control.some(
    ({ level, type, payload }) =>
      level === message.level &&
      type === message.type &&
      (carried.length > 0 || Buffer.compare(payload, message.payload) === 0),
  );
  if (known) {
    closeFds(carried);
    return;
  }
  control.push(message);
  owned.push(...carried);
}

function descriptorsIn(value: unknown): Fd[] {
  const values: readonly unknown[] = Array.isArray(value) ? value : [value];
  return values.filter((one) => one instanceof Fd);
}
