// recvmsg: data and decoded control messages, every descriptor in them owned before anything is decoded.

import { REQUEST_REPORT } from "../../assembly/shared/message.js";
import type { Address } from "../codec/address.js";
import {
  type Found,
  type ReadMessage,
  readFound,
  readRecords,
  readReport,
  valuesOf,
} from "../codec/decode.js";
import type { AnyDefinition } from "../codec/definition.js";
import { definitionList } from "../codec/face.js";
import type { ControlMessage } from "../codec/message.js";
import type { Problem } from "../codec/problem.js";
import { takeData } from "./arrived-data.js";
import { totalLength } from "./data.js";
import { type Borrowed, borrow, numberOf, type SocketLike } from "./descriptor.js";
import { closeFds, type Fd } from "./fd.js";
import { type Envelope, type Frame, theFrame } from "./frame.js";
import { isUnixStream, kindOfSocket } from "./kind.js";
import type { Landed } from "./landing.js";
import {
  bringsDescriptors,
  controlLength,
  recordAt,
  recordPayload,
  recordWords,
  takeAddress,
  takeFlags,
} from "./opened.js";
import {
  openFrame,
  ownArrived,
  type PoolOption,
  planReceive,
  type ReceiveOptions,
  type ReceivePlan,
  receiveFrame,
  useOf,
} from "./receive.js";
import { receiveError } from "./receive-error.js";
import {
  type Arrived,
  checkTruncation,
  NO_CONTROL,
  Received,
  type TruncationOption,
  truncationThrows,
} from "./received.js";

/** How to receive a message. */
export interface RecvmsgOptions extends ReceiveOptions, PoolOption {
  /** Definitions to know beside the built-in ones, and before them. */
  readonly definitions?: readonly AnyDefinition[];
  /** What to do when the kernel had to cut control data short: "report" (unless given) sets a flag, "throw" throws. */
  readonly truncation?: TruncationOption;
}

const NO_DEFINITIONS: readonly AnyDefinition[] = Object.freeze([]);
const NO_FDS: readonly Fd[] = Object.freeze([]);
const NO_PROBLEMS: readonly Problem[] = Object.freeze([]);
const NO_BYTES = new Uint8Array(0);

/** A received message. */
export class ReceivedMessage extends Received {
  /** What is wrong with the control data. */
  readonly problems: readonly Problem[];
  /** The control buffer as the kernel wrote it, zeros in its padding: what `explain` draws. */
  readonly controlBytes: Uint8Array;

  /** @internal */
  constructor(
    data: Landed,
    bytes: number,
    fds: readonly Fd[],
    control: readonly ControlMessage<unknown, Fd>[],
    flags: number,
    address: Address | null,
    problems: readonly Problem[],
    controlBytes: Uint8Array,
  ) {
    super(data, bytes, fds, control, flags, address, 0, fds);
    this.problems = problems;
    this.controlBytes = controlBytes;
  }
}

/**
 * Receives one message: data, control messages, flags, address.
 *
 * Descriptors in it are owned by the message: `take()` those that you keep, and let `using` or the message's disposal close the
 * rest.
 *
 * @param socket A descriptor number or an `Fd`; borrowed.
 * @returns The message; at the end of a stream one without data and control messages.
 * @throws TypeError, RangeError before any system call.
 * @throws SyscallError EAGAIN, ETIMEDOUT, ECONNRESET, ENOTCONN, EBADF, ENOTSOCK.
 * @throws TruncationError with `truncation: "throw"`.
 * @example
 * using message = recvmsg(pair[1], { dataLimit: 65536 });
 * for (const m of message.control) if (m.is(rights)) console.log(m.value.length);
 * @see recvmsg(2), unix(7), cmsg(3).
 */
export function recvmsg(socket: SocketLike, options?: RecvmsgOptions): ReceivedMessage {
  return receive(socket, options, true) as ReceivedMessage;
}

/**
 * `recvmsg` that never waits: null when nothing has arrived, instead of EAGAIN.
 *
 * @throws As `recvmsg`, without EAGAIN and ETIMEDOUT.
 * @example
 * const message = tryRecvmsg(pair[1]); // null
 * @see recvmsg(2), MSG_DONTWAIT.
 */
export function tryRecvmsg(socket: SocketLike, options?: RecvmsgOptions): ReceivedMessage | null {
  return receive(socket, options, false);
}

function receive(
  socket: SocketLike,
  options: RecvmsgOptions | undefined,
  wait: boolean,
): ReceivedMessage | null {
  const plan = planReceive(options, wait);
  const own = options === undefined ? NO_DEFINITIONS : definitionList(options.definitions);
  const throws = options !== undefined && truncationThrows(options.truncation, "report");
  // Behind all of the caller's code, which may close what it was given.
  const borrowed = borrow(socket, useOf(plan));
  const fd = numberOf(borrowed);
  const frame = theFrame();
  const result = receiveFrame(frame, fd, plan);
  if (result < 0) {
    if (!wait && result === -frame.EAGAIN) return null;
    throw receiveError(-result, fd, plan);
  }
  const message = openMessage(frame, borrowed, plan, result, openFrame(frame), own);
  return checkTruncation(socket, message, throws);
}

/** Opens a message that lies in the frame. Whatever goes wrong, no descriptor of it stays open without an owner. */
export function openMessage(
  frame: Frame,
  socket: Borrowed,
  plan: ReceivePlan,
  bytes: number,
  count: number,
  own: readonly AnyDefinition[],
): ReceivedMessage {
  const from = frame.incoming;
  if (controlLength(frame, from) === 0 || isEnd(socket, plan, bytes)) {
    return buildPlain(frame, from, socket, takeData(plan, socket, bytes), bytes);
  }
  const owned = adoptAll(frame, from, plan, count);
  try {
    const data = takeData(plan, socket, bytes);
    return giveValues(frame, plan, takeOut(frame, from, socket, data, bytes, count, own), owned);
  } catch (error) {
    closeFds([...owned.values()]);
    throw error;
  }
}

/**
 * Whether this is the end of a stream. With SO_PASSCRED the kernel writes credentials of process 0 and user 0 there: nobody sent
 * them, and they would pass for root's.
 */
export function isEnd(socket: Borrowed, plan: ReceivePlan, bytes: number): boolean {
  if (bytes !== 0) return false;
  const { into, dataLimit } = plan;
  const room = into === undefined ? dataLimit : totalLength(into);
  return room > 0 && isUnixStream(kindOfSocket(socket));
}

/** The most common message: without control data there is nothing to own and nothing to decode. */
export function buildPlain(
  frame: Frame,
  from: Envelope,
  socket: Borrowed,
  data: Landed,
  bytes: number,
): ReceivedMessage {
  const flags = takeFlags(frame, from);
  const address = takeAddress(frame, socket, from);
  return new ReceivedMessage(
    data,
    bytes,
    NO_FDS,
    NO_CONTROL,
    flags,
    address,
    NO_PROBLEMS,
    NO_BYTES,
  );
}

/** Owns every descriptor of the records, whatever may be wrong with the rest of them. */
export function adoptAll(
  frame: Frame,
  from: Envelope,
  plan: ReceivePlan,
  count: number,
): Map<number, Fd> {
  const owned = new Map<number, Fd>();
  for (let i = 0; i < count; i++) {
    const record = recordAt(frame, i, from);
    if (!bringsDescriptors(frame, record)) continue;
    const word = recordPayload(frame, record, from);
    const fds = recordWords(frame, record);
    for (let j = 0; j < fds; j++) {
      const number = frame.words[word + j] as number;
      // Kernels before 6.16 put a negative errno where the sender's process is gone.
      if (number >= 0) owned.set(number, ownArrived(number, plan));
    }
  }
  return owned;
}

/** A message that is out of the frame, but for the values of its control messages. */
export interface TakenMessage extends Omit<Arrived, "data" | "fds" | "control"> {
  readonly data: Landed;
  readonly read: readonly ReadMessage[];
  readonly problems: readonly Problem[];
  readonly controlBytes: Uint8Array;
}

/** Takes a message out of the frame. No caller's code runs in here. */
export function takeOut(
  frame: Frame,
  from: Envelope,
  socket: Borrowed,
  data: Landed,
  bytes: number,
  count: number,
  own: readonly AnyDefinition[],
): TakenMessage {
  const { core, abi, payloadOffset } = frame;
  const { control } = from;
  const report = from.get(REQUEST_REPORT);
  const found = readRecords(core, report, count, payloadOffset);
  const flags = takeFlags(frame, from);
  const address = takeAddress(frame, socket, from);
  const length = controlLength(frame, from);
  const broken = readReport(core, abi, report, length, found);
  const controlBytes = core.bytes.slice(control, control + length);
  clearPadding(controlBytes, found);
  const { read, problems } = readFound(core, abi, found, control, own);
  if (broken !== undefined) problems.unshift(broken);
  return { data, bytes, flags, address, read, problems, controlBytes };
}

/** The message with the values of its control messages, and its descriptors. Those that a caller's definition knows are owned here. */
export function giveValues(
  frame: Frame,
  plan: ReceivePlan,
  taken: TakenMessage,
  owned: Map<number, Fd>,
): ReceivedMessage {
  const { core, abi } = frame;
  const context = {
    abi,
    descriptor(number: number): Fd | null {
      if (number < 0) return null;
      const known = owned.get(number);
      if (known !== undefined) return known;
      const fresh = ownArrived(number, plan);
      owned.set(number, fresh);
      return fresh;
    },
  };
  const control = valuesOf<Fd>(core, taken.read, context);
  const { data, bytes, flags, address, problems, controlBytes } = taken;
  const fds = [...owned.values()];
  return new ReceivedMessage(data, bytes, fds, control, flags, address, problems, controlBytes);
}

/** The kernel leaves padding as it was: with bytes of an earlier message. */
export function clearPadding(bytes: Uint8Array, found: readonly Found[]): void {
  for (let i = 0; i < found.length; i++) {
    const { payload, length } = found[i] as Found;
    const from = payload + length;
    const to = found[i + 1]?.offset ?? bytes.length;
    if (from < to) bytes.fill(0, from, to);
  }
}
