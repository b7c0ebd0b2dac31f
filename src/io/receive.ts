// One recvmsg: prepare the frame, make the call, open what arrived. What is decoded from it is the business of its callers.

import { REQUEST_CONTROL_CAPACITY, REQUEST_PART_COUNT } from "../../assembly/shared/message.js";
import { flagOf, int32, integerIn, optionsOf, rangeError, typeError } from "../codec/arguments.js";
import { BufferPool } from "./buffer-pool.js";
import {
  addressOfView,
  clippedParts,
  type DataInput,
  dataParts,
  filledParts,
  hold,
  release,
  setParts,
} from "./data.js";
import type { Use } from "./descriptor.js";
import { type Fd, ownFresh } from "./fd.js";
import { setCloseOnExec } from "./file.js";
import { CONTROL_CAPACITY, type Frame, highWord, PART_LIMIT } from "./frame.js";
import { constantOrZero, importedConstant } from "./host.js";
import { hasLanding, landingAt } from "./landing.js";
import { socketFamily } from "./query.js";
import { callWithin, checkBusyPoll, checkTimeout, POLLIN } from "./wait.js";

/** How to receive. */
export interface ReceiveOptions {
  /** Bytes of data to take at most; 65536, or as many as `into` has, unless given. */
  readonly dataLimit?: number;
  /** Receive into these buffers instead of a new one: one byte view, or an iterable of them. */
  readonly into?: DataInput;
  /** Bytes of control data to take at most; enough for everything that can arrive unless given. */
  readonly controlLimit?: number;
  /** MSG_* flags. */
  readonly flags?: number;
  /** Give up with ETIMEDOUT after so many milliseconds; 0 does not wait (EAGAIN). Beside it MSG_WAITALL has no effect. */
  readonly timeoutMs?: number;
  /**
   * Beside `timeoutMs`: try again and again for so many microseconds before sleeping, 0 unless given and 500000 at most. What comes
   * meanwhile is had without being woken, which takes longer than the message; the processor does nothing else until then.
   */
  readonly busyPollUs?: number;
  /** Whether received descriptors are close-on-exec; true unless given. */
  readonly closeOnExec?: boolean;
}

/** Where the data of one message lies. */
export interface PoolOption {
  /** Lends a buffer for the data until the message is disposed of; in place of `into`. */
  readonly pool?: BufferPool;
}

/** Bytes of data that a receive takes unless told otherwise. */
const DATA_LIMIT = 65536;
/** One message holds at most a buffer of Node. */
const DATA_LIMIT_MOST = 0x7fffffff;

const DONTWAIT = importedConstant("MSG_DONTWAIT");
const CLOEXEC = constantOrZero("MSG_CMSG_CLOEXEC");
const ERRQUEUE = constantOrZero("MSG_ERRQUEUE");
const PEEK = importedConstant("MSG_PEEK");
const AF_UNIX = importedConstant("AF_UNIX");

/** A receive with everything of the caller's read out of it. */
export interface ReceivePlan {
  readonly dataLimit: number;
  readonly into: readonly Uint8Array[] | undefined;
  /** Lends the memory, where there is one. */
  readonly pool: BufferPool | undefined;
  /** Whether the plan is used again, and `into` kept alive with it. */
  readonly stays: boolean;
  readonly controlLimit: number;
  /** MSG_* flags: close-on-exec among them where there is one for it, MSG_DONTWAIT where the call does not wait. */
  readonly flags: number;
  /** Whether close-on-exec has to be set on every descriptor that arrives. */
  readonly setsCloseOnExec: boolean;
  /** Above 0; undefined waits as the flags and the descriptor's mode say. */
  readonly timeoutMs: number | undefined;
  /** Of `timeoutMs`, what is waited for awake. */
  readonly busyPollUs: number;
}

const DEFAULT_PLAN: ReceivePlan = {
  dataLimit: DATA_LIMIT,
  into: undefined,
  pool: undefined,
  stays: true,
  controlLimit: CONTROL_CAPACITY,
  flags: CLOEXEC,
  setsCloseOnExec: CLOEXEC === 0,
  timeoutMs: undefined,
  busyPollUs: 0,
};

const DEFAULT_TRY: ReceivePlan = { ...DEFAULT_PLAN, flags: CLOEXEC | DONTWAIT };

/** Reads and checks the options of a receive. All of the caller's code runs in here. `wait` is false in the try forms. */
export function planReceive(
  options: (ReceiveOptions & PoolOption) | undefined,
  wait: boolean,
): ReceivePlan {
  if (options === undefined) return wait ? DEFAULT_PLAN : DEFAULT_TRY;
  const given = optionsOf(options, "options");
  const { into, pool } = given;
  const targets = into === undefined ? undefined : targetParts(into);
  const plan = readPlan(given, wait, CONTROL_CAPACITY, targets);
  return pool === undefined ? plan : lentPlan(plan, pool, given.dataLimit);
}

function lentPlan(plan: ReceivePlan, pool: unknown, limit: number | undefined): ReceivePlan {
  if (!(pool instanceof BufferPool)) throw typeError("pool", "a BufferPool", pool);
  if (plan.into !== undefined) throw typeError("into", "left out beside pool", plan.into);
  const dataLimit = limit === undefined ? pool.size : Math.min(plan.dataLimit, pool.size);
  return { ...plan, dataLimit, pool, stays: false };
}

/** All options but the buffers to receive into. */
export function readPlan(
  given: Omit<ReceiveOptions, "into">,
  wait: boolean,
  controlCapacity: number,
  into?: readonly Uint8Array[],
): ReceivePlan {
  const { dataLimit, controlLimit, flags, timeoutMs } = given;
  const closeOnExec = flagOf(given.closeOnExec, "closeOnExec", true);
  const timeout = checkTimeout(timeoutMs);
  const waits = wait && timeout !== 0;
  const limit =
    dataLimit === undefined ? DATA_LIMIT : integerIn(dataLimit, 0, DATA_LIMIT_MOST, "dataLimit");
  const clips = into !== undefined && dataLimit !== undefined;
  const own = flags === undefined ? 0 : int32(flags, "flags");
  return {
    dataLimit: limit,
    into: clips ? clippedParts(into, limit) : into,
    pool: undefined,
    stays: into === undefined,
    controlLimit:
      controlLimit === undefined
        ? controlCapacity
        : integerIn(controlLimit, 0, CONTROL_CAPACITY, "controlLimit"),
    flags: own | (closeOnExec ? CLOEXEC : 0) | (waits ? 0 : DONTWAIT),
    setsCloseOnExec: closeOnExec && CLOEXEC === 0,
    timeoutMs: waits ? timeout : undefined,
    busyPollUs: checkBusyPoll(given.busyPollUs, timeout),
  };
}

/** Buffers to receive into: more than a message can have would be refused in the middle of laying it out. */
function targetParts(into: unknown): readonly Uint8Array[] {
  const parts = dataParts(into, "into");
  if (parts.length > PART_LIMIT) {
    const { length } = filledParts(parts);
    if (length > PART_LIMIT) throw rangeError("into", `at most ${PART_LIMIT} buffers`, length);
  }
  return parts;
}

/** What a receive does to a socket: one that only looks, or asks for errors, takes no message from others. */
export function useOf({ flags }: ReceivePlan): Use {
  return (flags & (PEEK | ERRQUEUE)) === 0 ? "receive" : "ask";
}

/** Makes the call: what recvmsg answered, or -errno. `openFrame` and the `take` functions then read the frame. */
export function receiveFrame(frame: Frame, fd: number, plan: ReceivePlan): number {
  const { system, incoming, EINTR } = frame;
  if (plan !== prepared.plan || !isIntact(plan)) prepare(frame, plan);
  let result: number;
  do {
    result =
      plan.timeoutMs === undefined
        ? system.recvmsg(fd, incoming.address, plan.flags)
        : receiveWithin(frame, fd, plan);
  } while (result === -EINTR);
  if (!plan.stays) release();
  return result === -frame.EINVAL && isUnknown(fd, plan.flags)
    ? receiveFrame(frame, fd, { ...plan, flags: plan.flags & ~CLOEXEC })
    : result;
}

/** Packet sockets refuse flags that they do not know, also one about descriptors, which never come over them. */
function isUnknown(fd: number, flags: number): boolean {
  return (flags & CLOEXEC) !== 0 && socketFamily(fd) !== AF_UNIX;
}

/** One recvmmsg. */
export function callForMany(
  { system, EINVAL }: Frame,
  fd: number,
  address: number,
  count: number,
  flags: number,
): number {
  const result = system.recvmmsg(fd, address, count, flags);
  return result === -EINVAL && isUnknown(fd, flags)
    ? system.recvmmsg(fd, address, count, flags & ~CLOEXEC)
    : result;
}

function receiveWithin(frame: Frame, fd: number, plan: ReceivePlan): number {
  const { flags, timeoutMs = 0, busyPollUs } = plan;
  const { system, incoming } = frame;
  const once = flags | DONTWAIT;
  // The error queue announces itself by POLLERR, which poll always reports; POLLIN would speak of ordinary data.
  const events = (flags & ERRQUEUE) !== 0 ? 0 : POLLIN;
  const call = (): number => system.recvmsg(fd, incoming.address, once);
  return callWithin(frame, fd, events, timeoutMs, call, busyPollUs);
}

/**
 * What the incoming envelope was laid out for: the address of the one part that data arrives in, its length, and the capacity for
 * control data. Opening a message makes it ready for another of that kind.
 */
const prepared: {
  plan: ReceivePlan | undefined;
  address: number;
  length: number;
  controlLimit: number;
} = { plan: undefined, address: 0, length: 0, controlLimit: 0 };

/** Whether the memory of the plan that was prepared is still there: a landing is given away, and so can a caller's memory be. */
function isIntact({ into }: ReceivePlan): boolean {
  return into === undefined ? hasLanding() : into[0]?.length === prepared.length;
}

/** Lays out what recvmsg will fill. */
function prepare(frame: Frame, plan: ReceivePlan): void {
  const { into, pool, dataLimit, controlLimit, stays } = plan;
  if (into !== undefined && !stays) hold(into);
  const only = into === undefined ? pool?.next() : into[0];
  const scattered = into !== undefined && (into.length !== 1 || only?.length === 0);
  const length = into === undefined ? dataLimit : (only?.length ?? 0);
  const address = only === undefined ? landingAt(dataLimit) : addressOfView(only);
  prepared.plan = undefined;
  if (address === prepared.address && length === prepared.length && !scattered) {
    if (controlLimit === prepared.controlLimit) {
      if (stays) prepared.plan = plan;
      return;
    }
  }
  const { incoming, exports, row } = frame;
  // From here on it is half laid out until the end of this function.
  prepared.address = 0;
  incoming.set(REQUEST_CONTROL_CAPACITY, controlLimit);
  if (scattered) setParts(incoming, filledParts(into));
  else {
    incoming.setPart(0, address, highWord(address), length);
    incoming.set(REQUEST_PART_COUNT, 1);
  }
  const msghdr = exports.message_prepare(row, incoming.request);
  if (msghdr < 0) throw new Error(`core status ${msghdr} from message_prepare`);
  if (scattered) return;
  Object.assign(prepared, { plan: stays ? plan : undefined, address, length, controlLimit });
}

/** Owns a descriptor that has arrived. */
export function ownArrived(number: number, plan: ReceivePlan): Fd {
  const fd = ownFresh(number, undefined);
  if (plan.setsCloseOnExec) setCloseOnExec(number);
  return fd;
}

/** Opens the frame after a successful call. Descriptors in it are not owned yet: their owner comes next. */
export function openFrame(frame: Frame): number {
  const count = frame.exports.message_open(frame.row, frame.incoming.request);
  if (count < 0) throw new Error(`core status ${count} from message_open`);
  return count;
}
