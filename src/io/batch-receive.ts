// A batch of messages to receive: prepared, received by one call, and taken out of the frame before anything is decoded.

import { Buffer } from "node:buffer";
import {
  OPENED_LENGTH,
  OPENED_RECORDS,
  REQUEST_PART_COUNT,
} from "../../assembly/shared/message.js";
import { addressOf } from "../../shim/index.js";
import type { AnyDefinition } from "../codec/definition.js";
import { AREA_SIZE, BATCH_LIMIT, type BatchFrame, strideOf } from "./batch.js";
import { hold, release, setParts } from "./data.js";
import { type Borrowed, numberOf } from "./descriptor.js";
import { closeFds, type Fd } from "./fd.js";
import { highWord } from "./frame.js";
import { constantOrZero, importedConstant } from "./host.js";
import { isUnixStream, kindOfSocket } from "./kind.js";
import { copyOf } from "./landing.js";
import { controlLength } from "./opened.js";
import { bytesWritten, callForMany, type ReceivePlan } from "./receive.js";
import {
  adoptAll,
  buildPlain,
  giveValues,
  type ReceivedMessage,
  type TakenMessage,
  takeOut,
} from "./recvmsg.js";
import { callWithin, hasEnded, POLLIN } from "./wait.js";

/** A receive of many messages with everything of the caller's read out of it. */
export interface BatchPlan {
  /** What holds for each message. */
  readonly each: ReceivePlan;
  /** Whether its limit of data holds for the caller's buffers, too. */
  readonly clips: boolean;
  readonly into: readonly Uint8Array[] | undefined;
  readonly limit: number;
  readonly waitsForAll: boolean;
  readonly own: readonly AnyDefinition[];
}

const DONTWAIT = importedConstant("MSG_DONTWAIT");
const WAITFORONE = constantOrZero("MSG_WAITFORONE");
const ERRQUEUE = constantOrZero("MSG_ERRQUEUE");
const TRUNC = importedConstant("MSG_TRUNC");
const SOCK_STREAM = importedConstant("SOCK_STREAM");
const SOCK_SEQPACKET = importedConstant("SOCK_SEQPACKET");

/** Bytes in which the messages of a call arrive, unless one alone takes more. Pages that nothing is written to cost nothing. */
const LANDING_MOST = 0x800000;

/** Where data arrives, one slot for each message. */
let landing = Buffer.alloc(0);
let landingAddress = 0;

/** What the first envelopes were laid out for. Opening messages makes them ready for the next of the same kind. */
let prepared: { dataLimit: number; controlLimit: number; count: number } | undefined;

/** The buffer of the caller's for a message. */
function targetOf({ into, clips, each }: BatchPlan, index: number): Uint8Array | undefined {
  const target = into?.[index];
  return clips ? target?.subarray(0, each.dataLimit) : target;
}

/** Lays out what recvmmsg will fill. Answers for how many messages. */
function prepare(batches: BatchFrame, plan: BatchPlan, got: number): number {
  const { dataLimit, controlLimit } = plan.each;
  const slots = Math.floor(AREA_SIZE / strideOf(controlLimit));
  const most = Math.min(plan.limit - got, slots, BATCH_LIMIT);
  if (plan.into !== undefined) {
    prepared = undefined;
    placeTargets(batches, plan, got, most);
    placeControl(batches, controlLimit, most);
    return most;
  }
  const stride = strideOf(dataLimit);
  const count = Math.min(most, Math.max(1, Math.floor(LANDING_MOST / stride)));
  const known = prepared?.dataLimit === dataLimit && prepared.controlLimit === controlLimit;
  if (known && (prepared?.count ?? 0) >= count) return count;
  prepared = undefined;
  placeLanding(batches, dataLimit, count);
  placeControl(batches, controlLimit, count);
  prepared = { dataLimit, controlLimit, count };
  return count;
}

function placeTargets({ incoming }: BatchFrame, plan: BatchPlan, got: number, count: number): void {
  const targets: Uint8Array[] = [];
  hold(targets);
  for (let i = 0; i < count; i++) {
    const target = targetOf(plan, got + i) as Uint8Array;
    targets.push(target);
    setParts(incoming.envelope(i), target.length === 0 ? [] : [target]);
  }
}

function placeLanding({ incoming }: BatchFrame, dataLimit: number, count: number): void {
  const stride = strideOf(dataLimit);
  if (landing.length < count * stride) {
    landing = Buffer.allocUnsafeSlow(count * stride);
    landingAddress = addressOf(landing);
  }
  for (let i = 0; i < count; i++) {
    const envelope = incoming.envelope(i);
    const address = landingAddress + i * stride;
    envelope.setPart(0, address, highWord(address), dataLimit);
    envelope.set(REQUEST_PART_COUNT, 1);
  }
}

function placeControl({ incoming, area }: BatchFrame, controlLimit: number, count: number): void {
  const stride = strideOf(controlLimit);
  for (let i = 0; i < count; i++) {
    incoming.envelope(i).placeControl(area + i * stride, controlLimit);
  }
  const status = incoming.call("prepare", count);
  if (status < 0) throw new Error(`core status ${status} from message_prepare_batch`);
}

/** One call: how many messages have come, or -errno, and how many were asked for. They are behind `got` others. */
export function receiveBatch(
  batches: BatchFrame,
  fd: number,
  plan: BatchPlan,
  got: number,
  end: number,
): { count: number; asked: number } {
  const asked = prepare(batches, plan, got);
  const { each, waitsForAll } = plan;
  // What follows the first messages is taken when it is there.
  const patient = got === 0 || waitsForAll;
  const wait = patient ? (waitsForAll ? 0 : WAITFORONE) : DONTWAIT;
  const count =
    patient && each.timeoutMs !== undefined
      ? receiveWithin(batches, fd, each, asked, each.timeoutMs === 0 ? -1 : end)
      : receiveOnce(batches, fd, each.flags | wait, asked);
  if (plan.into !== undefined) release();
  return { count, asked };
}

function receiveOnce({ frame, incoming }: BatchFrame, fd: number, flags: number, count: number) {
  const address = incoming.address(0);
  let result: number;
  do result = callForMany(frame, fd, address, count, flags);
  while (result === -frame.EINTR);
  return result;
}

/** With a time limit: until `end`, or without waiting when that is negative. */
function receiveWithin(
  { frame, incoming }: BatchFrame,
  fd: number,
  { flags }: ReceivePlan,
  count: number,
  end: number,
): number {
  const { EAGAIN, ETIMEDOUT } = frame;
  const address = incoming.address(0);
  const once = flags | DONTWAIT;
  // The error queue announces itself by POLLERR, which poll always reports; POLLIN would speak of ordinary data.
  const events = (flags & ERRQUEUE) !== 0 ? 0 : POLLIN;
  const left = end < 0 ? 0 : Math.max(0, end - performance.now());
  const call = (): number => callForMany(frame, fd, address, count, once);
  const result = callWithin(frame, fd, events, left, call);
  return result === -EAGAIN && end >= 0 ? -ETIMEDOUT : result;
}

/** Reads back what recvmmsg has written for `count` messages. Descriptors in them are not owned yet: their owner comes next. */
export function openEnvelopes({ incoming }: BatchFrame, count: number): void {
  const opened = incoming.call("open", count);
  if (opened !== count) throw new Error(`core status ${opened} from message_open_batch`);
}

/**
 * Opens the `count` messages that have come behind `got` others. Whatever goes wrong, no descriptor of any of them stays open
 * without an owner.
 */
export function openBatch(
  batches: BatchFrame,
  socket: Borrowed,
  plan: BatchPlan,
  got: number,
  count: number,
): ReceivedMessage[] {
  const { frame } = batches;
  openEnvelopes(batches, count);
  const owned: (Map<number, Fd> | undefined)[] = [];
  for (let i = 0; i < count; i++) owned.push(adopt(batches, socket, plan, got, i));
  try {
    const taken = takeAll(batches, socket, plan, got, owned);
    // From here on the caller's code may run, in fields of its own, and use the frame.
    return taken.map((message, i) => {
      const fds = owned[i];
      return "read" in message && fds !== undefined
        ? giveValues(frame, plan.each, message, fds)
        : (message as ReceivedMessage);
    });
  } catch (error) {
    closeFds(owned.flatMap((fds) => (fds === undefined ? [] : [...fds.values()])));
    throw error;
  }
}

/** Owns the descriptors of message `i`; undefined where it has no control data. */
function adopt(
  { frame, incoming }: BatchFrame,
  socket: Borrowed,
  plan: BatchPlan,
  got: number,
  i: number,
): Map<number, Fd> | undefined {
  const from = incoming.envelope(i);
  if (controlLength(frame, from) === 0) return undefined;
  const ends = from.get(OPENED_LENGTH) === 0 && roomOf(plan, got + i) > 0;
  // With SO_PASSCRED the kernel writes credentials there that nobody sent.
  if (ends && isUnixStream(kindOfSocket(socket))) return undefined;
  return adoptAll(frame, from, plan.each, from.get(OPENED_RECORDS));
}

/** Bytes of data for which a message had room. */
function roomOf(plan: BatchPlan, index: number): number {
  return targetOf(plan, index)?.length ?? plan.each.dataLimit;
}

/** Takes the messages out of the frame. No caller's code runs in here. */
function takeAll(
  batches: BatchFrame,
  socket: Borrowed,
  plan: BatchPlan,
  got: number,
  owned: readonly (Map<number, Fd> | undefined)[],
): (TakenMessage | ReceivedMessage)[] {
  const { frame, incoming } = batches;
  const dataOf = dataOfBatch(batches, socket, plan, got, owned.length);
  return owned.map((fds, i) => {
    const from = incoming.envelope(i);
    const bytes = from.get(OPENED_LENGTH);
    const data = dataOf(i);
    if (fds === undefined) return buildPlain(frame, from, socket, data, bytes);
    return takeOut(frame, from, socket, data, bytes, from.get(OPENED_RECORDS), plan.own);
  });
}

/** The data of each of `count` messages that were opened. */
export function dataOfBatch(
  { incoming }: BatchFrame,
  socket: Borrowed,
  plan: BatchPlan,
  got: number,
  count: number,
): (i: number) => Buffer {
  const lengths: number[] = [];
  for (let i = 0; i < count; i++) {
    const bytes = bytesWritten(plan.each, socket, incoming.envelope(i).get(OPENED_LENGTH));
    lengths.push(Math.min(bytes, roomOf(plan, got + i)));
  }
  if (plan.into === undefined) return landedData(plan.each, lengths);
  return (i) => filled(targetOf(plan, got + i), lengths[i] as number);
}

function filled(target: Uint8Array | undefined, length: number): Buffer {
  if (target === undefined) return Buffer.alloc(0);
  return Buffer.from(target.buffer, target.byteOffset, length);
}

/** The data of each message: copied out of the landing, or a piece of it when they fill most of it. */
function landedData({ dataLimit }: ReceivePlan, lengths: readonly number[]): (i: number) => Buffer {
  const stride = strideOf(dataLimit);
  const whole = landing;
  const total = lengths.reduce((sum, length) => sum + length, 0);
  if (total * 2 < whole.length) return (i) => copyOf(whole, i * stride, lengths[i] as number);
  landing = Buffer.alloc(0);
  prepared = undefined;
  return (i) => whole.subarray(i * stride, i * stride + (lengths[i] as number));
}

/**
 * How many of the messages are none of those with which the kernel fills a batch behind the end of a connection. Of seqpacket it
 * fills it with what empty records look like.
 */
export function withoutEnds(
  { frame }: BatchFrame,
  socket: Borrowed,
  plan: BatchPlan,
  messages: readonly ReceivedMessage[],
): number {
  let kept = messages.length;
  while (kept > 0 && isEmpty(messages[kept - 1] as ReceivedMessage)) kept--;
  if (kept === messages.length || plan.each.dataLimit === 0) return messages.length;
  const type = kindOfSocket(socket)?.type;
  const ended =
    type === SOCK_STREAM || (type === SOCK_SEQPACKET && hasEnded(frame, numberOf(socket)));
  return ended ? kept : messages.length;
}

function isEmpty({ bytes, control, fds, flags }: ReceivedMessage): boolean {
  return bytes === 0 && control.length === 0 && fds.length === 0 && (flags & TRUNC) === 0;
}
