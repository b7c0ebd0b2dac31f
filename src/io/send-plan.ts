// What a message needs beside its data: read out of the caller's options and checked, before anything is laid out.

import { type Address, packAddress } from "../codec/address.js";
import { int32 } from "../codec/arguments.js";
import type { Cell } from "../codec/cell.js";
import {
  type MessageInput,
  messageList,
  type PreparedMessage,
  prepareMessage,
} from "../codec/encode.js";
import { ControlMessage } from "../codec/message.js";
import type { DataInput } from "./data.js";
import { descriptorNumber } from "./descriptor.js";
import { ownError } from "./errors.js";
import { theFrame } from "./frame.js";
import { constantOrZero, IS_LINUX, importedConstant } from "./host.js";
import { checkTimeout } from "./wait.js";

/** A message to send. */
export interface SendOptions {
  /** Bytes: one view or an iterable of them, gathered into one message. */
  readonly data?: DataInput;
  /** Control messages: calls of definitions, or `{ level, type, payload }`. */
  readonly control?: Iterable<MessageInput>;
  /** Where to, on a socket that is not connected. */
  readonly to?: Address | null;
  /** MSG_* flags. MSG_NOSIGNAL is always set: a closed peer is EPIPE, never a signal. */
  readonly flags?: number;
  /** Give up with ETIMEDOUT after so many milliseconds; 0 does not wait (EAGAIN). */
  readonly timeoutMs?: number;
}

/** Descriptors that Linux takes in one sendmsg, over all its messages (SCM_MAX_FD). */
export const FD_LIMIT: number = IS_LINUX ? 253 : Number.POSITIVE_INFINITY;

const SOL_SOCKET = importedConstant("SOL_SOCKET");
const SCM_RIGHTS = importedConstant("SCM_RIGHTS");
const NOSIGNAL = constantOrZero("MSG_NOSIGNAL");
const DONTWAIT = importedConstant("MSG_DONTWAIT");

/** What a message needs beside its data. */
export interface SendPlan {
  readonly control: readonly PreparedMessage[];
  /** Descriptors in the control messages. */
  readonly fds: number;
  /** The sockaddr of the destination. */
  readonly to: Uint8Array | undefined;
  /** MSG_* flags, MSG_DONTWAIT among them where the call does not wait. */
  readonly flags: number;
  /** Above 0; undefined waits as the flags and the descriptor's mode say. */
  readonly timeoutMs: number | undefined;
}

const DEFAULT_PLAN: SendPlan = {
  control: [],
  fds: 0,
  to: undefined,
  flags: NOSIGNAL,
  timeoutMs: undefined,
};

const DEFAULT_TRY: SendPlan = { ...DEFAULT_PLAN, flags: NOSIGNAL | DONTWAIT };

/**
 * Reads and checks everything but the data. All of the caller's code runs in here. `wait` is false in the try forms; `at` is in
 * front of what errors name.
 */
export function planSend(options: Omit<SendOptions, "data">, wait: boolean, at = ""): SendPlan {
  const { control, to, flags, timeoutMs } = options;
  if (control === undefined && flags === undefined && timeoutMs === undefined) {
    if (to === undefined || to === null) return wait ? DEFAULT_PLAN : DEFAULT_TRY;
  }
  return planWith(options, wait, at);
}

/** Options of which something is given: by itself, so that the usual call stays short enough to be inlined. */
function planWith(
  { control, to, flags, timeoutMs }: Omit<SendOptions, "data">,
  wait: boolean,
  at: string,
): SendPlan {
  const timeout = checkTimeout(timeoutMs);
  const waits = wait && timeout !== 0;
  const messages = control === undefined ? [] : planControl(control, `${at}control`);
  return {
    control: messages,
    fds: checkedFdCount(messages, at),
    to: to === undefined || to === null ? undefined : planDestination(to, `${at}to`),
    flags: NOSIGNAL | (flags === undefined ? 0 : int32(flags, "flags")) | (waits ? 0 : DONTWAIT),
    timeoutMs: waits ? timeout : undefined,
  };
}

function planDestination(to: Address, path: string): Uint8Array {
  const { core, abi } = theFrame();
  return packAddress(core, abi, to, path);
}

/** Reads and checks control messages, descriptors among them. */
function planControl(control: unknown, path: string): readonly PreparedMessage[] {
  const context = { abi: theFrame().abi, descriptor: descriptorNumber };
  return messageList(control, path).map((message, i) =>
    prepareMessage(passedOn(message), `${path}[${i}]`, context),
  );
}

/**
 * A received message that is sent on stands for the `Fd`s that it brought: the numbers in its bytes may mean other files once
 * those are closed.
 */
function passedOn(message: unknown): unknown {
  if (!(message instanceof ControlMessage)) return message;
  const { definition, value } = message;
  return definition?.descriptors === true && value !== undefined ? { definition, value } : message;
}

/** Descriptors in all SCM_RIGHTS together: the kernel makes one list of them. */
function checkedFdCount(messages: readonly PreparedMessage[], at: string): number {
  let count = 0;
  for (const { level, type, payload, cells } of messages) {
    if (level !== SOL_SOCKET || type !== SCM_RIGHTS) continue;
    count += payload === undefined ? cells.reduce(addNumbers, 0) : payload.length >> 2;
  }
  if (count > FD_LIMIT) throw tooManyFds(count, undefined, at === "" ? "" : `${at.slice(0, -1)}: `);
  return count;
}

function addNumbers(count: number, cell: Cell): number {
  if (cell instanceof Uint8Array) return count + (cell.length >> 2);
  return count + (typeof cell === "object" ? cell.length : 1);
}

/** More descriptors than one message takes. */
export function tooManyFds(
  count: number,
  hint = "sendFds splits them over several on a stream, with a byte of data each",
  at = "",
): RangeError {
  const message = `${at}one message takes at most ${FD_LIMIT} descriptors, not ${count} (${hint})`;
  return Object.assign(new RangeError(message), { code: "ERR_CMSG_TOO_MANY_FDS" });
}

/** Descriptors without data on a stream. */
export function withoutData(path?: string): Error {
  const message =
    "descriptors on a stream need at least one byte of data: the kernel would report success and send nothing";
  return ownError(
    "ERR_CMSG_FDS_WITHOUT_DATA",
    path === undefined ? message : `${path}: ${message}`,
  );
}
