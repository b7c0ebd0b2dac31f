// The memory of batches in flight: requests one after another, their array of struct mmsghdr, and an area for what they point at.

import { MSG_LEN_WIDTH } from "../../assembly/shared/column.js";
import {
  BATCH_COUNT,
  BATCH_MMSGHDR,
  BATCH_RECORD_LIMIT,
  BATCH_REPORT,
  BATCH_REQUESTS,
  BATCH_WORDS,
  PART_WORDS,
  RECORD_WORDS,
  REQUEST_NAME,
  REQUEST_NAME_LENGTH,
  REQUEST_WORDS,
} from "../../assembly/shared/message.js";
import { ADDRESS_SIZE } from "../codec/address.js";
import { structProgram } from "../codec/struct.js";
import { ownError } from "./errors.js";
import { Envelope, type Frame, IOVEC_SIZE, PART_LIMIT, theFrame } from "./frame.js";

/** Messages in one system call. */
export const BATCH_LIMIT = 256;

/** Bytes of control data that a received message of a batch may have unless its caller says otherwise: all that a socket delivers. */
export const CONTROL_SLOT = 16384;

/** What keeps neighbours in an area from lying at the same place of the processor's caches. */
const GAP = 64;

/** Bytes from one slot of an area to the next, for slots of `size` bytes. */
export function strideOf(size: number): number {
  return ((size + 63) & -64) + GAP;
}

/** Room for the control buffers of 64 received messages; or for data, addresses and control data to send. */
export const AREA_SIZE: number = 64 * strideOf(CONTROL_SLOT);

/** Parts of all messages of a batch. */
export const BATCH_PARTS: number = PART_LIMIT + BATCH_LIMIT;

/** The batch of one direction. */
export class Batch {
  readonly #frame: Frame;
  readonly #envelopes: Envelope[];
  readonly #words: number;
  readonly #requests: number;
  readonly #size: number;
  readonly #mmsghdr: number;
  /** Offset of what the core is told of the batch. */
  readonly at: number;

  constructor(frame: Frame, size: number) {
    const { core } = frame;
    this.#frame = frame;
    this.#size = size;
    this.#envelopes = [];
    this.at = core.reserve(BATCH_WORDS * 4);
    this.#words = this.at >> 2;
    this.#requests = core.reserve(BATCH_LIMIT * REQUEST_WORDS * 4);
    this.#mmsghdr = core.reserve(BATCH_LIMIT * size);
    this.set(BATCH_REQUESTS, this.#requests);
    this.set(BATCH_MMSGHDR, this.#mmsghdr);
  }

  /** Writes a word of what the core is told. */
  set(name: number, value: number): void {
    this.#frame.words[this.#words + name] = value;
  }

  /** Native address of the struct mmsghdr of message `i`. */
  address(i: number): number {
    return this.#frame.base + this.#mmsghdr + i * this.#size;
  }

  /** The request of message `i`. */
  envelope(i: number): Envelope {
    const known = this.#envelopes[i];
    if (known !== undefined) return known;
    const { words, base } = this.#frame;
    // In order, so that the list has no holes.
    for (let n = this.#envelopes.length; n <= i; n++) {
      this.#envelopes.push(new Envelope(words, base, this.#requests + n * REQUEST_WORDS * 4));
    }
    return this.#envelopes[i] as Envelope;
  }

  /** One call of the core for the first `count` messages; what it answered. */
  call(step: "compose" | "prepare" | "open" | "sent", count: number): number {
    const { exports, row } = this.#frame;
    this.set(BATCH_COUNT, count);
    return exports[`message_${step}_batch`](row, this.at);
  }
}

/** The memory of batches. Sending and receiving are over before the other begins, so they share the area. */
export class BatchFrame {
  readonly frame: Frame;
  readonly outgoing: Batch;
  readonly incoming: Batch;
  readonly area: number;
  /** Parts and iovecs of what is sent. */
  readonly parts: number;
  readonly iovecs: number;
  /** Reports of what is received, and how many records they have room for: one for each header that the area can hold. */
  readonly report: number;
  readonly recordLimit: number;

  constructor(frame: Frame) {
    const { core, abi } = frame;
    this.frame = frame;
    const { size } = structProgram(core, abi, "mmsghdr").layout(core, abi);
    this.outgoing = new Batch(frame, size);
    this.incoming = new Batch(frame, size);
    this.area = core.reserve(AREA_SIZE);
    this.parts = core.reserve(BATCH_PARTS * PART_WORDS * 4);
    this.iovecs = core.reserve(BATCH_PARTS * IOVEC_SIZE);
    this.recordLimit = Math.ceil(AREA_SIZE / frame.payloadOffset) + BATCH_LIMIT;
    this.report = core.reserve(this.recordLimit * RECORD_WORDS * 4);
    this.incoming.set(BATCH_REPORT, this.report);
    this.incoming.set(BATCH_RECORD_LIMIT, this.recordLimit);
    this.#placeIncoming(core.reserve(BATCH_LIMIT * ADDRESS_SIZE));
  }

  /** Each message to receive has one part, and room for an address. */
  #placeIncoming(names: number): void {
    const { core } = this.frame;
    const parts = core.reserve(BATCH_LIMIT * PART_WORDS * 4);
    const iovecs = core.reserve(BATCH_LIMIT * IOVEC_SIZE);
    for (let i = 0; i < BATCH_LIMIT; i++) {
      const envelope = this.incoming.envelope(i);
      envelope.placeParts(parts + i * PART_WORDS * 4, iovecs + i * IOVEC_SIZE);
      envelope.set(REQUEST_NAME, names + i * ADDRESS_SIZE);
      envelope.set(REQUEST_NAME_LENGTH, ADDRESS_SIZE);
    }
  }
}

/** Whether the system has calls for batches. */
export function hasBatches(): boolean {
  const { exports, row } = theFrame();
  return exports.abi_column(row, MSG_LEN_WIDTH) !== 0;
}

let batches: BatchFrame | undefined;

/**
 * The memory of this thread's batches, made at the first one.
 *
 * @throws Error `ERR_CMSG_NOT_SUPPORTED` where the system has no struct mmsghdr.
 */
export function theBatches(): BatchFrame {
  if (batches !== undefined) return batches;
  if (!hasBatches()) {
    const message = `${process.platform} has no sendmmsg and recvmmsg: use sendmsg and recvmsg`;
    throw ownError("ERR_CMSG_NOT_SUPPORTED", message);
  }
  batches = new BatchFrame(theFrame());
  return batches;
}
