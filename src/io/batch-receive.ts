// A batch of messages to receive: prepared, received by one call, opened by one call.

import { OPENED_FLAGS, OPENED_LENGTH, REQUEST_PART_COUNT } from "../../assembly/shared/message.js";
import type { AnyDefinition } from "../codec/definition.js";
import { AREA_SIZE, BATCH_LIMIT, type BatchFrame, CONTROL_SLOT, strideOf } from "./batch.js";
import { Landing } from "./batch-landing.js";
import { hold, release, setParts } from "./data.js";
import { type Borrowed, numberOf } from "./descriptor.js";
import { highWord } from "./frame.js";
import { constantOrZero, importedConstant } from "./host.js";
import { isUnixStream, kindOfSocket } from "./kind.js";
import { controlLength } from "./opened.js";
import { callForMany, type ReceivePlan, readPlan } from "./receive.js";
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
  /** Where data arrives that has no buffer of the caller's. */
  readonly landing: Landing;
}

/** The landing of all receives that have none of their own. */
export const LANDING: Landing = new Landing();

const DONTWAIT = importedConstant("MSG_DONTWAIT");
const WAITFORONE = constantOrZero("MSG_WAITFORONE");
const ERRQUEUE = constantOrZero("MSG_ERRQUEUE");
const TRUNC = importedConstant("MSG_TRUNC");
const SOCK_STREAM = importedConstant("SOCK_STREAM");
const SOCK_SEQPACKET = importedConstant("SOCK_SEQPACKET");

/** What the first envelopes were laid out for. Opening messages makes them ready for the next of the same kind. */
interface Prepared {
  readonly landing: Landing;
  readonly dataLimit: number;
  readonly controlLimit: number;
  readonly count: number;
}

let prepared: Prepared | undefined;

/** Receives what has come already, up to a limit of messages, each in memory of ours. */
export function planOfArrived(dataLimit: number, limit: number): BatchPlan {
  return {
    each: readPlan({ dataLimit, flags: DONTWAIT }, true, CONTROL_SLOT),
    clips: false,
    into: undefined,
    limit,
    waitsForAll: false,
    own: [],
    landing: LANDING,
  };
}

/** The buffer of the caller's for a message. */
export function targetOf({ into, clips, each }: BatchPlan, index: number): Uint8Array | undefined {
  const target = into?.[index];
  return clips ? target?.subarray(0, each.dataLimit) : target;
}

/** Bytes of data for which a message had room. */
export function roomOf(plan: BatchPlan, index: number): number {
  return targetOf(plan, index)?.length ?? plan.each.dataLimit;
}

/** Messages of so much control data that fit into the frame at once. */
export function slotsOf(controlLimit: number): number {
  return Math.min(Math.floor(AREA_SIZE / strideOf(controlLimit)), BATCH_LIMIT);
}

/** Lays out what recvmmsg will fill. Answers for how many messages. */
function prepare(batches: BatchFrame, plan: BatchPlan, got: number): number {
  const { dataLimit, controlLimit } = plan.each;
  const most = Math.min(plan.limit - got, slotsOf(controlLimit));
  if (plan.into !== undefined) {
    prepared = undefined;
    placeTargets(batches, plan, got, most);
    placeControl(batches, controlLimit, most);
    return most;
  }
  const { landing } = plan;
  const count = Math.min(most, Landing.room(dataLimit));
  if (isPrepared(plan, count)) return count;
  prepared = undefined;
  placeLanding(batches, landing, dataLimit, count);
  placeControl(batches, controlLimit, count);
  prepared = { landing, dataLimit, controlLimit, count };
  return count;
}

/** Whether the envelopes are as the last receive of the same kind has left them. */
function isPrepared({ each, landing }: BatchPlan, count: number): boolean {
  const { dataLimit, controlLimit } = each;
  return (
    prepared?.landing === landing &&
    prepared.dataLimit === dataLimit &&
    prepared.controlLimit === controlLimit &&
    prepared.count >= count &&
    landing.holds(dataLimit, prepared.count)
  );
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

function placeLanding(
  { incoming }: BatchFrame,
  landing: Landing,
  dataLimit: number,
  count: number,
): void {
  const stride = strideOf(dataLimit);
  const start = landing.prepare(dataLimit, count);
  for (let i = 0; i < count; i++) {
    const envelope = incoming.envelope(i);
    const address = start + i * stride;
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

/** One call: how many messages have come, or -errno, and whether they are as many as were asked for. They are behind `got` others. */
export function receiveBatch(
  batches: BatchFrame,
  fd: number,
  plan: BatchPlan,
  got: number,
  end: number,
): { count: number; full: boolean } {
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
  return { count, full: count === asked };
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
  { flags, busyPollUs }: ReceivePlan,
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
  const result = callWithin(frame, fd, events, left, call, busyPollUs);
  return result === -EAGAIN && end >= 0 ? -ETIMEDOUT : result;
}

/** Reads back what recvmmsg has written for `count` messages. Descriptors in them are not owned yet: their owner comes next. */
export function openEnvelopes({ incoming }: BatchFrame, count: number): void {
  const opened = incoming.call("open", count);
  if (opened !== count) throw new Error(`core status ${opened} from message_open_batch`);
}

/** Bytes of control data of message `i`, behind `got` others, that somebody has sent. */
export function sentControl(
  { frame, incoming }: BatchFrame,
  socket: Borrowed,
  plan: BatchPlan,
  got: number,
  i: number,
): number {
  const from = incoming.envelope(i);
  const length = controlLength(frame, from);
  if (length === 0 || from.get(OPENED_LENGTH) !== 0 || roomOf(plan, got + i) === 0) return length;
  // At the end of a stream with SO_PASSCRED the kernel writes credentials there that nobody sent.
  return isUnixStream(kindOfSocket(socket)) ? 0 : length;
}

/**
 * How many of `count` opened messages are none of those with which the kernel fills a batch behind the end of a connection. Of
 * seqpacket it fills it with what empty records look like.
 */
export function withoutEnds(
  batches: BatchFrame,
  socket: Borrowed,
  plan: BatchPlan,
  got: number,
  count: number,
): number {
  const { frame, incoming } = batches;
  const isEmpty = (i: number): boolean =>
    incoming.envelope(i).get(OPENED_LENGTH) === 0 &&
    (incoming.envelope(i).get(OPENED_FLAGS) & TRUNC) === 0 &&
    sentControl(batches, socket, plan, got, i) === 0;
  let kept = count;
  while (kept > 0 && isEmpty(kept - 1)) kept--;
  if (kept === count || plan.each.dataLimit === 0) return count;
  const type = kindOfSocket(socket)?.type;
  const ended =
    type === SOCK_STREAM || (type === SOCK_SEQPACKET && hasEnded(frame, numberOf(socket)));
  return ended ? kept : count;
}
