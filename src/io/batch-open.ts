// What a batch has brought, taken out of the frame: every descriptor owned first, then data, addresses and control data copied.

import {
  OPENED_LENGTH,
  OPENED_NAME_LENGTH,
  OPENED_RECORDS,
  RECORD_LEVEL,
  RECORD_TYPE,
  REQUEST_NAME,
} from "../../assembly/shared/message.js";
import { carriesDescriptors } from "../codec/catalogue/index.js";
import { bytesWritten } from "./arrived-data.js";
import type { BatchFrame } from "./batch.js";
import type { Pieces } from "./batch-landing.js";
import {
  BatchMessage,
  type BatchOrigin,
  PLACE_CONTROL,
  PLACE_CONTROL_LENGTH,
  PLACE_DATA,
  PLACE_LENGTH,
  PLACE_NAME,
  PLACE_NAME_LENGTH,
  PLACE_WORDS,
} from "./batch-message.js";
import { type BatchPlan, roomOf, sentControl, targetOf } from "./batch-receive.js";
import type { Borrowed } from "./descriptor.js";
import { closeFds, type Fd } from "./fd.js";
import type { Frame } from "./frame.js";
import { absentAddress, recordAt, recordPayload, recordWords, takeFlags } from "./opened.js";
import { ownArrived } from "./receive.js";
import type { ReceivedMessage } from "./recvmsg.js";

const NO_FDS: readonly Fd[] = Object.freeze([]);

/**
 * Takes the first `count` messages that were opened behind `got` others. Whatever goes wrong, no descriptor of any of them stays
 * open without an owner.
 */
export function takeBatch(
  batches: BatchFrame,
  socket: Borrowed,
  plan: BatchPlan,
  got: number,
  count: number,
): ReceivedMessage[] {
  const controls = new Array<number>(count);
  const owned = new Array<readonly Fd[]>(count);
  for (let i = 0; i < count; i++) {
    const length = sentControl(batches, socket, plan, got, i);
    controls[i] = length;
    owned[i] = length === 0 ? NO_FDS : adopt(batches, plan, i);
  }
  const messages: BatchMessage[] = [];
  try {
    takeMessages(batches, socket, plan, got, controls, owned, messages);
    // From here on the caller's code may run, in fields of its own, and use the frame.
    if (plan.own.length > 0) for (const message of messages) message.decode();
  } catch (error) {
    closeFds([...owned.flat(), ...messages.flatMap(({ fds }) => fds)]);
    throw error;
  }
  return messages as unknown as ReceivedMessage[];
}

/** Which level and type were last asked for: a batch has the same ones over and over. */
const asked = { level: 0, type: 0, carries: false, frame: undefined as Frame | undefined };

/** Whether the record whose first word is given carries descriptors. */
export function carries(frame: Frame, record: number): boolean {
  const level = frame.words[record + RECORD_LEVEL] as number;
  const type = frame.words[record + RECORD_TYPE] as number;
  if (asked.frame !== frame || asked.level !== level || asked.type !== type) {
    asked.carries = carriesDescriptors(frame.abi, level, type);
    asked.level = level;
    asked.type = type;
    asked.frame = frame;
  }
  return asked.carries;
}

/** Owns the descriptors of message `i`, whatever may be wrong with the rest of it. */
export function adopt({ frame, incoming }: BatchFrame, plan: BatchPlan, i: number): readonly Fd[] {
  const from = incoming.envelope(i);
  const records = from.get(OPENED_RECORDS);
  let owned: Fd[] | undefined;
  for (let n = 0; n < records; n++) {
    const record = recordAt(frame, n, from);
    if (!carries(frame, record)) continue;
    const word = recordPayload(frame, record, from);
    const fds = recordWords(frame, record);
    for (let j = 0; j < fds; j++) {
      const number = frame.words[word + j] as number;
      // Kernels before 6.16 put a negative errno where the sender's process is gone.
      if (number < 0) continue;
      const fd = ownArrived(number, plan.each);
      if (owned === undefined) owned = [fd];
      else owned.push(fd);
    }
  }
  return owned ?? NO_FDS;
}

/** Takes the messages out of the frame. No caller's code runs in here. */
function takeMessages(
  batches: BatchFrame,
  socket: Borrowed,
  plan: BatchPlan,
  got: number,
  controls: readonly number[],
  owned: readonly (readonly Fd[])[],
  messages: BatchMessage[],
): void {
  const { frame, incoming } = batches;
  const count = controls.length;
  const lengths = lengthsOf(batches, socket, plan, got, count);
  const pieces = piecesOf(plan, got, lengths);
  const kept = new Kept(count * PLACE_WORDS * 4 + keptLength(batches, controls));
  kept.skip(count * PLACE_WORDS);
  const { words } = kept;
  const absent = hasUnnamed(batches, count) ? absentAddress(socket) : null;
  const origin: BatchOrigin = { kept: words, pieces, absent, plan: plan.each, own: plan.own };
  for (let i = 0; i < count; i++) {
    const from = incoming.envelope(i);
    const control = controls[i] as number;
    const name = from.get(OPENED_NAME_LENGTH);
    const at = i * PLACE_WORDS;
    words[at + PLACE_DATA] = pieces.at(i);
    words[at + PLACE_LENGTH] = lengths[i] as number;
    words[at + PLACE_CONTROL] = control === 0 ? 0 : kept.keep(frame, from.control, control);
    words[at + PLACE_CONTROL_LENGTH] = control;
    words[at + PLACE_NAME] = name === 0 ? 0 : kept.keep(frame, from.get(REQUEST_NAME), name);
    words[at + PLACE_NAME_LENGTH] = name;
    const bytes = from.get(OPENED_LENGTH);
    const flags = takeFlags(frame, from);
    messages.push(new BatchMessage(bytes, flags, owned[i] as readonly Fd[], origin, i));
  }
}

/** Whether a message has come without an address. */
function hasUnnamed({ incoming }: BatchFrame, count: number): boolean {
  for (let i = 0; i < count; i++) {
    if (incoming.envelope(i).get(OPENED_NAME_LENGTH) === 0) return true;
  }
  return false;
}

/** Bytes of data of each of `count` messages that were opened. */
export function lengthsOf(
  batches: BatchFrame,
  socket: Borrowed,
  plan: BatchPlan,
  got: number,
  count: number,
): number[] {
  const lengths = new Array<number>(count);
  for (let i = 0; i < count; i++) lengths[i] = lengthOf(batches, socket, plan, got, i);
  return lengths;
}

/** The same of message `i`. */
export function lengthOf(
  { incoming }: BatchFrame,
  socket: Borrowed,
  plan: BatchPlan,
  got: number,
  i: number,
): number {
  const bytes = bytesWritten(plan.each, socket, incoming.envelope(i).get(OPENED_LENGTH));
  return Math.min(bytes, roomOf(plan, got + i));
}

/** Where the data of each message is: in the caller's buffers, or copied out of the landing. */
export function piecesOf(plan: BatchPlan, got: number, lengths: readonly number[]): Pieces {
  if (plan.into === undefined) return plan.landing.take(plan.each.dataLimit, lengths);
  return { source: (i) => targetOf(plan, got + i) as Uint8Array, at: () => 0 };
}

/** Bytes that a copy of control data and addresses takes. */
function keptLength({ incoming }: BatchFrame, controls: readonly number[]): number {
  let total = 0;
  for (let i = 0; i < controls.length; i++) {
    total += keptBytes(controls[i] as number, incoming.envelope(i).get(OPENED_NAME_LENGTH));
  }
  return total;
}

/** The same for those of one message. */
export function keptBytes(controlLength: number, nameLength: number): number {
  return (words(controlLength) + words(nameLength)) * 4;
}

function words(length: number): number {
  return (length + 3) >> 2;
}

/** Control data and addresses of a batch, each at a multiple of four. */
export class Kept {
  readonly words: Int32Array<ArrayBuffer>;
  #end: number;

  constructor(length: number) {
    this.words = new Int32Array(length >> 2);
    this.#end = 0;
  }

  /** The same as bytes. */
  get bytes(): Uint8Array<ArrayBuffer> {
    return new Uint8Array(this.words.buffer);
  }

  /** Leaves words out. */
  skip(count: number): void {
    this.#end += count;
  }

  /** From here on it is filled anew. */
  clear(): void {
    this.#end = 0;
  }

  /** Copies `length` bytes of the frame; answers where they are. */
  keep(frame: Frame, from: number, length: number): number {
    const start = this.#end;
    const count = words(length);
    const first = from >> 2;
    // A loop beats the call for a few words.
    if (count > 64) this.words.set(frame.words.subarray(first, first + count), start);
    else for (let n = 0; n < count; n++) this.words[start + n] = frame.words[first + n] as number;
    this.#end = start + count;
    return start * 4;
  }
}
