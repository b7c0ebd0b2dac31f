// A message that may have to wait before the kernel takes it: meanwhile its descriptors are duplicates of our own.

import { Buffer } from "node:buffer";
import type { Address } from "../../codec/address.js";
import type { DescriptorLike } from "../../codec/definition.js";
import type { MessageInput, PreparedMessage } from "../../codec/encode.js";
import { type DataInput, totalLength } from "../data.js";
import { closeFds, type Fd, ownFresh } from "../fd.js";
import { duplicate } from "../file.js";
import type { Frame } from "../frame.js";
import { importedConstant } from "../host.js";
import { checkCarries, type Outgoing, sendPiece } from "../outgoing.js";
import type { SocketKind } from "../query.js";
import { fdNumbers, type Sent, textOrParts } from "../send-fds.js";
import { FD_LIMIT, planSend, type SendPlan } from "../send-plan.js";
import type { WaitOptions } from "./giving-up.js";
import type { Linked } from "./line.js";

/** What goes with the data of an asynchronous send. */
export interface AsyncSendOptions extends WaitOptions {
  /** Numbers, `Fd`s, `UnixSocket`s, `UnixServer`s, `FileHandle`s, sockets or servers of Node; borrowed, and duplicated while they have to wait. */
  readonly fds?: Iterable<DescriptorLike>;
  /** Further control messages, sent with the first byte. */
  readonly control?: Iterable<MessageInput>;
  /** Where to, on a message socket that is not connected. */
  readonly to?: Address | null;
}

/** A message that may wait. */
export interface Queueable extends Outgoing {
  numbers: readonly number[];
  parts: readonly Uint8Array[];
  /** Bytes of `parts` that are a frame's head, and not the caller's. */
  readonly head: number;
  /** Duplicates of `numbers`, and of the descriptors in control messages: ours until the kernel has them. */
  held: readonly Fd[];
  heldControl: readonly Fd[];
  /** Descriptors that the kernel had before the message waited. */
  fdsBefore: number;
}

/** A message in the queue, and who waits for it. */
export interface Queued extends Linked<Queued> {
  readonly message: Queueable;
  resolve(sent: Sent): void;
  reject(error: Error): void;
  stop: (() => void) | undefined;
  /** Whether its promise is settled although the rest of it has still to be sent. */
  settled: boolean;
}

const SOL_SOCKET = importedConstant("SOL_SOCKET");
const SCM_RIGHTS = importedConstant("SCM_RIGHTS");
const DONTWAIT = importedConstant("MSG_DONTWAIT");

/** Reads and checks a message. All of the caller's code runs in here. `frame` makes what goes in front of the data. */
export function planQueueable(
  data: DataInput | string | undefined,
  { fds, control, to }: AsyncSendOptions,
  kind: SocketKind,
  frame?: (total: number) => Uint8Array,
): Queueable {
  const numbers = fds === undefined ? [] : fdNumbers(fds);
  const given = textOrParts(data);
  const plan = control === undefined && to === undefined ? plainPlan() : planWith(control, to);
  // No code of the caller's runs from here on: the lengths stay as they are.
  const head = frame?.(totalLength(given));
  const parts = head === undefined ? given : [head, ...given];
  const total = totalLength(parts);
  checkCarries(kind, numbers.length + plan.fds, total);
  return {
    plan,
    numbers,
    parts,
    total,
    head: head?.length ?? 0,
    held: NO_FDS,
    heldControl: NO_FDS,
    bytes: 0,
    fds: 0,
    fdsBefore: 0,
  };
}

const NO_FDS: readonly Fd[] = Object.freeze([]);

let plain: SendPlan | undefined;

/** The plan of a message with data and descriptors alone, which is the usual one. */
function plainPlan(): SendPlan {
  plain ??= planWith(undefined, undefined);
  return plain;
}

function planWith(
  control: Iterable<MessageInput> | undefined,
  to: Address | null | undefined,
): SendPlan {
  const given = control === undefined ? undefined : { control };
  const plan = planSend(to === undefined ? { ...given } : { ...given, to }, true);
  return { ...plan, flags: plan.flags | DONTWAIT };
}

/** How often a message is tried that is refused for earlier ones: each of them refuses once. */
const TRIES = 8;

/** A socket, and whether it refuses messages for earlier ones. */
export interface Sending {
  readonly fd: number;
  /** Whether a refusal was meant for an earlier message: this one was not tried. */
  readonly isOfEarlier: ((errno: number) => boolean) | undefined;
}

/** Sends as much as the kernel takes now: 0 when all of it is sent, or -errno. */
export function sendOn(frame: Frame, side: Sending, stream: boolean, message: Queueable): number {
  do {
    const { fds } = message;
    const sent = tryPiece(frame, side, message);
    if (sent < 0) return sent;
    if (message.fds > fds && message.held.length > 0) {
      closeFds(message.held.slice(fds, message.fds));
    }
    if (message.heldControl.length > 0) {
      closeFds(message.heldControl);
      message.heldControl = [];
    }
  } while (stream && message.bytes < message.total);
  return 0;
}

function tryPiece(frame: Frame, side: Sending, message: Queueable): number {
  let sent = sendPiece(frame, side.fd, message);
  for (let tries = 1; sent < 0 && tries < TRIES && side.isOfEarlier?.(-sent) === true; tries++) {
    sent = sendPiece(frame, side.fd, message);
  }
  return sent;
}

/**
 * Whether a message goes in several pieces with descriptors in each: if they could not be duplicated behind the first, it would
 * be left half sent.
 */
export function needsHoldingFirst({ numbers, plan, total }: Queueable): boolean {
  return numbers.length + plan.fds > FD_LIMIT && total > 0;
}

/** Duplicates every descriptor that is still to be sent: the caller may close its own from now on. */
export function holdDescriptors(message: Queueable): void {
  const { numbers, fds, plan } = message;
  if (message.held.length > 0 || message.heldControl.length > 0) return;
  const held: Fd[] = [];
  const heldControl: Fd[] = [];
  const copyTo = (list: Fd[]) => (number: number) => {
    const fd = ownFresh(duplicate(number), undefined);
    list.push(fd);
    return fd.number;
  };
  try {
    const rest = numbers.slice(fds).map(copyTo(held));
    const copyControl = copyTo(heldControl);
    const control = plan.control.map((one) =>
      carriesFds(one) ? copyRights(one, copyControl) : one,
    );
    Object.assign(message, { numbers: rest, fds: 0, fdsBefore: fds, held, heldControl });
    message.plan = { ...plan, control };
  } catch (error) {
    closeFds([...held, ...heldControl]);
    throw error;
  }
}

function carriesFds(message: PreparedMessage): boolean {
  return message.level === SOL_SOCKET && message.type === SCM_RIGHTS;
}

function copyRights(message: PreparedMessage, copy: (number: number) => number): PreparedMessage {
  const { payload, cells } = message;
  if (payload === undefined) {
    const [numbers] = cells as readonly (readonly number[])[];
    return { ...message, cells: [(numbers ?? []).map(copy)] };
  }
  const words = new Int32Array(payload.slice(0, payload.length & ~3).buffer);
  return { ...message, payload: new Uint8Array(words.map(copy).buffer) };
}

/** Whether its data is still as long as it was: the caller may have transferred it to another thread, or resized it. */
export function hasData({ parts, total }: Queueable): boolean {
  return totalLength(parts) === total;
}

/** Copies the data: the caller may do with its own what it likes from now on. */
export function holdData(message: Queueable): void {
  message.parts = [Buffer.concat(message.parts as Uint8Array[])];
}

/** Gives up what was not sent. */
export function releaseHeld({ held, heldControl }: Queueable): void {
  closeFds(held);
  closeFds(heldControl);
}

/** Descriptors of it that the kernel has still to take. */
export function waitingFds({ numbers, fds, plan }: Queueable): number {
  return numbers.length - fds + plan.fds;
}

/** What the kernel has of it. */
export function sentOf({ bytes, fds, fdsBefore, head }: Queueable): Sent {
  return { bytes: Math.max(bytes - head, 0), fds: fdsBefore + fds };
}
