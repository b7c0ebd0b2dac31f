// Messages to send, laid out as a batch: as many as the frame holds, each with its data, address and control messages.

import {
  BATCH_CONTROL,
  BATCH_CONTROL_CAPACITY,
  MESSAGE_WORDS,
  PART_WORDS,
  REQUEST_MESSAGE_COUNT,
  REQUEST_MESSAGES,
  REQUEST_NAME,
  REQUEST_NAME_LENGTH,
  REQUEST_PART_COUNT,
} from "../../assembly/shared/message.js";
import { NO_SPACE } from "../../assembly/shared/status.js";
import { ARENA_PAYLOAD } from "../codec/core.js";
import { type PreparedMessage, stagePayload } from "../codec/encode.js";
import { AREA_SIZE, BATCH_LIMIT, BATCH_PARTS, type BatchFrame } from "./batch.js";
import { copyParts, hold, release, sendableParts, setParts } from "./data.js";
import { CONTROL_CAPACITY, COPY_LIMIT, type Envelope, highWord, IOVEC_SIZE } from "./frame.js";
import { importedConstant } from "./host.js";
import { noControlSpace } from "./send.js";
import type { SendPlan } from "./send-plan.js";

const SOL_SOCKET = importedConstant("SOL_SOCKET");
const SCM_RIGHTS = importedConstant("SCM_RIGHTS");

/** A message of a batch, with everything of the caller's read out of it. */
export interface BatchedMessage {
  plan: SendPlan;
  /** Descriptors that are all its control data. */
  numbers: readonly number[] | undefined;
  parts: readonly Uint8Array[];
  /** Bytes in the parts. */
  total: number;
  /** Whether this is what is left of a message of which the kernel has a part. */
  rest: boolean;
}

/** What of the frame is taken: the end of what lies in the area, and parts. */
interface Used {
  end: number;
  parts: number;
  /** Memory of the caller that the kernel is pointed at. */
  readonly pointed: Uint8Array[];
}

/** Takes `size` bytes of the area; -1 when they are not there. */
function take(batches: BatchFrame, used: Used, size: number): number {
  const at = (used.end + 7) & -8;
  if (at + size > batches.area + AREA_SIZE) return -1;
  used.end = at + size;
  return at;
}

/**
 * Lays out messages from `from` on. Answers how many: fewer than there are when the frame is full. Memory that the kernel is
 * pointed at is held until `release`.
 */
export function layOutBatch(
  batches: BatchFrame,
  messages: readonly BatchedMessage[],
  from: number,
): number {
  const { outgoing, area } = batches;
  // Control data comes first: the core packs it.
  const used: Used = { end: area + CONTROL_CAPACITY, parts: 0, pointed: [] };
  const most = Math.min(messages.length - from, BATCH_LIMIT);
  hold(used.pointed);
  try {
    let count = 0;
    while (count < most) {
      const message = messages[from + count] as BatchedMessage;
      if (!stage(batches, used, outgoing.envelope(count), message, count === 0)) break;
      count++;
    }
    outgoing.set(BATCH_CONTROL, area);
    outgoing.set(BATCH_CONTROL_CAPACITY, CONTROL_CAPACITY);
    const composed = outgoing.call("compose", count);
    if (composed >= 0) return composed;
    if (composed === NO_SPACE) throw tooMuchControl(batches, messages[from] as BatchedMessage);
    throw new Error(`core status ${composed} from message_compose_batch`);
  } catch (error) {
    release();
    throw error;
  }
}

/** Puts what a message needs into the frame, and says so in its request. False when there is no room for it. */
function stage(
  batches: BatchFrame,
  used: Used,
  envelope: Envelope,
  message: BatchedMessage,
  first: boolean,
): boolean {
  const { to, control } = message.plan;
  if (!stageData(batches, used, envelope, message)) return false;
  if (to === undefined) envelope.set(REQUEST_NAME, 0);
  else {
    const name = take(batches, used, to.length);
    if (name < 0) return false;
    batches.frame.bytes.set(to, name);
    envelope.set(REQUEST_NAME, name);
    envelope.set(REQUEST_NAME_LENGTH, to.length);
  }
  const { numbers } = message;
  if (numbers !== undefined) return stageRights(batches, used, envelope, numbers);
  envelope.set(REQUEST_MESSAGE_COUNT, control.length);
  return control.length === 0 || stageControl(batches, used, envelope, control, first);
}

/** Writes one SCM_RIGHTS. */
function stageRights(
  batches: BatchFrame,
  used: Used,
  envelope: Envelope,
  numbers: readonly number[],
): boolean {
  const { words } = batches.frame;
  const list = take(batches, used, (MESSAGE_WORDS + numbers.length) * 4);
  if (list < 0) return false;
  const entry = list >> 2;
  words[entry] = SOL_SOCKET;
  words[entry + 1] = SCM_RIGHTS;
  words[entry + 2] = list + MESSAGE_WORDS * 4;
  words[entry + 3] = numbers.length * 4;
  for (let i = 0; i < numbers.length; i++) words[entry + MESSAGE_WORDS + i] = numbers[i] as number;
  envelope.set(REQUEST_MESSAGES, list);
  envelope.set(REQUEST_MESSAGE_COUNT, 1);
  return true;
}

/** Small data is copied, the kernel is pointed at the rest. */
function stageData(
  batches: BatchFrame,
  used: Used,
  envelope: Envelope,
  { parts, total }: BatchedMessage,
): boolean {
  const pointed = total > COPY_LIMIT ? sendableParts(parts) : undefined;
  const count = pointed?.length ?? (total === 0 ? 0 : 1);
  if (used.parts + count > BATCH_PARTS) return false;
  const { frame } = batches;
  const at = pointed === undefined ? take(batches, used, total) : 0;
  if (at < 0) return false;
  envelope.placeParts(
    batches.parts + used.parts * PART_WORDS * 4,
    batches.iovecs + used.parts * IOVEC_SIZE,
  );
  used.parts += count;
  if (pointed !== undefined) {
    used.pointed.push(...pointed);
    setParts(envelope, pointed);
    return true;
  }
  copyParts(frame, parts, at);
  const address = frame.base + at;
  envelope.setPart(0, address, highWord(address), total);
  envelope.set(REQUEST_PART_COUNT, count);
  return true;
}

/** Writes the list of control messages, and their payloads behind it. */
function stageControl(
  batches: BatchFrame,
  used: Used,
  envelope: Envelope,
  control: readonly PreparedMessage[],
  first: boolean,
): boolean {
  const { frame } = batches;
  const { words, core, abi } = frame;
  const list = take(batches, used, control.length * MESSAGE_WORDS * 4);
  for (const [i, message] of control.entries()) {
    const length = list < 0 ? 0 : stagePayload(core, abi, message);
    const payload = list < 0 ? -1 : take(batches, used, length);
    if (payload < 0) {
      // What a whole frame does not hold no message can have.
      if (first) throw noControlSpace(message);
      return false;
    }
    const staged = core.arena + ARENA_PAYLOAD;
    core.bytes.copyWithin(payload, staged, staged + length);
    const entry = (list >> 2) + i * MESSAGE_WORDS;
    words[entry] = message.level;
    words[entry + 1] = message.type;
    words[entry + 2] = payload;
    words[entry + 3] = length;
  }
  envelope.set(REQUEST_MESSAGES, list);
  return true;
}

/** The control message of the first message for which there is no room. */
function tooMuchControl({ frame, outgoing }: BatchFrame, message: BatchedMessage): Error {
  const { words, exports, row } = frame;
  const list = outgoing.envelope(0).get(REQUEST_MESSAGES) >> 2;
  let space = 0;
  const over = message.plan.control.find((_, i) => {
    space += exports.cmsg_space(row, words[list + i * MESSAGE_WORDS + 3] as number);
    return space > CONTROL_CAPACITY;
  });
  return noControlSpace(over as PreparedMessage);
}
