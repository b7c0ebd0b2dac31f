// One recvmsg: prepare the frame, make the call, open what arrived. What is decoded from it is the business of its callers.

import { Buffer } from "node:buffer";
import { REQUEST_CONTROL_CAPACITY, REQUEST_PART_COUNT } from "../../assembly/shared/message.js";
import { addressOf } from "../../shim/index.js";
import { flagOf, int32, integerIn, optionsOf, rangeError } from "../codec/arguments.js";
import { clippedParts, type DataInput, dataParts, filledParts, pointAt, release } from "./data.js";
import type { Borrowed, Use } from "./descriptor.js";
import { type Fd, ownFresh } from "./fd.js";
import { setCloseOnExec } from "./file.js";
import { CONTROL_CAPACITY, type Envelope, type Frame, highWord, PART_LIMIT } from "./frame.js";
import { constantOrZero, importedConstant } from "./host.js";
import { kindOfSocket } from "./kind.js";
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

/** Bytes of data that a receive takes unless told otherwise. */
const DATA_LIMIT = 65536;
/** One message holds at most a buffer of Node. */
const DATA_LIMIT_MOST = 0x7fffffff;

const DONTWAIT = importedConstant("MSG_DONTWAIT");
const CLOEXEC = constantOrZero("MSG_CMSG_CLOEXEC");
const ERRQUEUE = constantOrZero("MSG_ERRQUEUE");
const PEEK = importedConstant("MSG_PEEK");
const TRUNC = importedConstant("MSG_TRUNC");
const AF_UNIX = importedConstant("AF_UNIX");
const AF_INET = importedConstant("AF_INET");
const AF_INET6 = importedConstant("AF_INET6");
const SOCK_STREAM = importedConstant("SOCK_STREAM");

/** A receive with everything of the caller's read out of it. */
export interface ReceivePlan {
  readonly dataLimit: number;
  readonly into: readonly Uint8Array[] | undefined;
  readonly controlLimit: number;
  /** MSG_* flags, close-on-exec among them where there is one for it. */
  readonly flags: number;
  /** Whether close-on-exec has to be set on every descriptor that arrives. */
  readonly setsCloseOnExec: boolean;
  readonly timeoutMs: number | undefined;
  /** Of `timeoutMs`, what is waited for awake. */
  readonly busyPollUs: number;
}

const DEFAULT_PLAN: ReceivePlan = {
  dataLimit: DATA_LIMIT,
  into: undefined,
  controlLimit: CONTROL_CAPACITY,
  flags: CLOEXEC,
  setsCloseOnExec: CLOEXEC === 0,
  timeoutMs: undefined,
  busyPollUs: 0,
};

const DEFAULT_TRY: ReceivePlan = { ...DEFAULT_PLAN, timeoutMs: 0 };

/** Reads and checks the options of a receive. All of the caller's code runs in here. `wait` is false in the try forms. */
export function planReceive(options: ReceiveOptions | undefined, wait: boolean): ReceivePlan {
  if (options === undefined) return wait ? DEFAULT_PLAN : DEFAULT_TRY;
  const given = optionsOf(options, "options");
  const { into } = given;
  const targets = into === undefined ? undefined : targetParts(into);
  return readPlan(given, wait, CONTROL_CAPACITY, targets);
}

/** All options but the buffers to receive into. */
export function readPlan(
  given: Omit<ReceiveOptions, "into">,
  wait: boolean,
  controlCapacity: number,
  into?: readonly Uint8Array[],
): ReceivePlan {
  const { dataLimit, controlLimit = controlCapacity, flags = 0, timeoutMs } = given;
  const closeOnExec = flagOf(given.closeOnExec, "closeOnExec", true);
  const timeout = checkTimeout(timeoutMs);
  const limit =
    dataLimit === undefined ? DATA_LIMIT : integerIn(dataLimit, 0, DATA_LIMIT_MOST, "dataLimit");
  const clips = into !== undefined && dataLimit !== undefined;
  return {
    dataLimit: limit,
    into: clips ? clippedParts(into, limit) : into,
    controlLimit: integerIn(controlLimit, 0, CONTROL_CAPACITY, "controlLimit"),
    flags: int32(flags, "flags") | (closeOnExec ? CLOEXEC : 0),
    setsCloseOnExec: closeOnExec && CLOEXEC === 0,
    timeoutMs: wait ? timeout : 0,
    busyPollUs: checkBusyPoll(given.busyPollUs, timeout),
  };
}

/** Buffers to receive into: more than a message can have would be refused in the middle of laying it out. */
function targetParts(into: unknown): readonly Uint8Array[] {
  const parts = dataParts(into, "into");
  const filled = parts.reduce((count, part) => count + (part.length > 0 ? 1 : 0), 0);
  if (filled > PART_LIMIT) throw rangeError("into", `at most ${PART_LIMIT} buffers`, filled);
  return parts;
}

/** What a receive does to a socket: one that only looks, or asks for errors, takes no message from others. */
export function useOf({ flags }: ReceivePlan): Use {
  return (flags & (PEEK | ERRQUEUE)) === 0 ? "receive" : "ask";
}

/** Makes the call: what recvmsg answered, or -errno. `openFrame` and the `take` functions then read the frame. */
export function receiveFrame(frame: Frame, fd: number, plan: ReceivePlan): number {
  const { EINTR } = frame;
  const { flags } = plan;
  const { address } = frame.incoming;
  prepare(frame, plan);
  let result: number;
  if (plan.timeoutMs === undefined) {
    do result = callOnce(frame, fd, address, flags);
    while (result === -EINTR);
  } else result = receiveWithin(frame, fd, address, plan);
  if (plan.into !== undefined) release();
  return result;
}

/** One recvmsg. */
function callOnce(frame: Frame, fd: number, address: number, flags: number): number {
  const { system } = frame;
  const result = system.recvmsg(fd, address, flags);
  return result === -frame.EINVAL && isUnknown(fd, flags)
    ? system.recvmsg(fd, address, flags & ~CLOEXEC)
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

function receiveWithin(frame: Frame, fd: number, address: number, plan: ReceivePlan): number {
  const { flags, timeoutMs = 0, busyPollUs } = plan;
  const once = flags | DONTWAIT;
  // The error queue announces itself by POLLERR, which poll always reports; POLLIN would speak of ordinary data.
  const events = (flags & ERRQUEUE) !== 0 ? 0 : POLLIN;
  const call = (): number => callOnce(frame, fd, address, once);
  return callWithin(frame, fd, events, timeoutMs, call, busyPollUs);
}

/** Where data arrives. Small messages are copied out of it; a large one takes it away, and the next receive makes another. */
let landing = Buffer.alloc(0);
let landingAddress = 0;

/** The plan that the incoming envelope was laid out for. Opening a message makes it ready for the next of the same plan. */
let prepared: ReceivePlan | undefined;

/** Lays out what recvmsg will fill. */
function prepare(frame: Frame, plan: ReceivePlan): void {
  const { incoming } = frame;
  if (plan === prepared) return;
  // From here on it is half laid out until the end of this function.
  prepared = undefined;
  incoming.set(REQUEST_CONTROL_CAPACITY, plan.controlLimit);
  if (plan.into === undefined) setLanding(incoming, plan.dataLimit);
  else pointAt(incoming, filledParts(plan.into));
  const msghdr = frame.exports.message_prepare(frame.row, incoming.request);
  if (msghdr < 0) throw new Error(`core status ${msghdr} from message_prepare`);
  if (plan.into === undefined) prepared = plan;
}

function setLanding(incoming: Envelope, dataLimit: number): void {
  if (landing.length < dataLimit || landing.length === 0) {
    landing = Buffer.allocUnsafeSlow(Math.max(dataLimit, DATA_LIMIT));
    landingAddress = addressOf(landing);
  }
  incoming.setPart(0, landingAddress, highWord(landingAddress), dataLimit);
  incoming.set(REQUEST_PART_COUNT, 1);
}

/** Bytes that the kernel has written, at most, where it answered `bytes`. */
export function bytesWritten({ flags }: ReceivePlan, socket: Borrowed, bytes: number): number {
  return (flags & TRUNC) !== 0 && discards(socket) ? 0 : bytes;
}

/** The data of a message for which recvmsg answered `bytes`. */
export function takeData(plan: ReceivePlan, socket: Borrowed, bytes: number): Buffer {
  const { into, dataLimit } = plan;
  const written = bytesWritten(plan, socket, bytes);
  if (into !== undefined) return takeTargets(into, written);
  // With MSG_TRUNC as a flag the kernel answers more than it wrote.
  const length = Math.min(written, dataLimit);
  return length * 2 >= landing.length ? takeLanding(length) : copyOf(landing, 0, length);
}

/** A copy of the bytes from `at` on. */
export function copyOf(whole: Buffer, at: number, length: number): Buffer {
  const copy = Buffer.allocUnsafe(length);
  // A loop beats the making of a view for a few bytes.
  if (length > 32) whole.copy(copy, 0, at, at + length);
  else for (let i = 0; i < length; i++) copy[i] = whole[at + i] as number;
  return copy;
}

/** The landing itself, for a message that fills most of it. */
function takeLanding(length: number): Buffer {
  const whole = landing;
  landing = Buffer.alloc(0);
  prepared = undefined;
  return whole.subarray(0, length);
}

/** Whether MSG_TRUNC as a flag makes the kernel drop data unread: then it wrote nothing, whatever it answers. See tcp(7). */
function discards(socket: Borrowed): boolean {
  const kind = kindOfSocket(socket);
  const internet = kind?.family === AF_INET || kind?.family === AF_INET6;
  return internet && kind?.type === SOCK_STREAM;
}

function takeTargets(into: readonly Uint8Array[], bytes: number): Buffer {
  const [only] = into;
  if (into.length !== 1 || only === undefined) return Buffer.alloc(0);
  return Buffer.from(only.buffer, only.byteOffset, Math.min(bytes, only.length));
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
