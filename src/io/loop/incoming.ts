// One try to receive from a socket on the event loop: as it comes, or as whole frames.

import { integerIn } from "../../codec/arguments.js";
import { receives } from "../diagnostics.js";
import type { Fd } from "../fd.js";
import { theFrame } from "../frame.js";
import { importedConstant } from "../host.js";
import { planReceive, type ReceivePlan } from "../receive.js";
import { checkTruncation, type Received } from "../received.js";
import { receivePlanned } from "../recv-fds.js";
import type { Attempt } from "./arrivals.js";
import { FrameReader } from "./framing.js";
import type { WaitOptions } from "./giving-up.js";
import { recordWaiting } from "./record.js";
import type { SocketSettings } from "./socket-options.js";

/** How to receive one message. */
export interface AsyncReceiveOptions extends WaitOptions {
  /** Bytes of data to take at most; the socket's `dataLimit` unless given. A frame is always received whole. */
  readonly dataLimit?: number;
  /** Descriptors to take at most; the socket's `fdLimit` unless given. */
  readonly fdLimit?: number;
}

const DONTWAIT = importedConstant("MSG_DONTWAIT");
const SOCK_SEQPACKET = importedConstant("SOCK_SEQPACKET");
const SOCK_STREAM = importedConstant("SOCK_STREAM");

/** Receives from one socket, by itself as its settings say. */
export class Incoming implements Attempt<Received | null> {
  readonly #fd: Fd;
  readonly #settings: SocketSettings;
  readonly #frames: FrameReader | undefined;
  readonly #plan: ReceivePlan;
  /** Who tells of it. */
  readonly #socket: object;

  constructor(socket: object, fd: Fd, settings: SocketSettings) {
    this.#socket = socket;
    this.#fd = fd;
    this.#settings = settings;
    this.#frames = settings.framed ? new FrameReader(settings.frameLimit) : undefined;
    this.#plan = planFor(settings.dataLimit);
  }

  attempt(): Received | null | number {
    return this.#attempt(this.#plan, this.#settings.fdLimit);
  }

  /** A receive with options. */
  attemptWith(options: AsyncReceiveOptions): Attempt<Received | null> {
    const settings = this.#settings;
    const { dataLimit = settings.dataLimit, fdLimit = settings.fdLimit } = options;
    const most = integerIn(fdLimit, 0, 0x7fffffff, "fdLimit");
    const plan = planFor(integerIn(dataLimit, 1, 0x7fffffff, "dataLimit"));
    return { attempt: () => this.#attempt(plan, most) };
  }

  #attempt(plan: ReceivePlan, most: number): Received | null | number {
    const limit = this.#settings.acceptFds ? most : 0;
    const frames = this.#frames;
    if (frames === undefined) return this.#message(plan, limit);
    return this.#handOut(frames.read((part) => this.#receiveInto(part), limit));
  }

  /** Whether bytes were read that nobody has got yet. */
  get isInside(): boolean {
    return this.#frames?.isInside === true;
  }

  /** Closes what was received of a frame that is not complete. */
  release(): void {
    this.#frames?.release();
  }

  #message(plan: ReceivePlan, fdLimit: number): Received | null | number {
    const frame = theFrame();
    const { number, kind } = this.#fd;
    if (kind?.type === SOCK_SEQPACKET) {
      // An empty record would read like the end.
      const waiting = recordWaiting(number);
      if (waiting <= 0) return waiting === 0 ? null : waiting;
    }
    const got = receivePlanned(frame, this.#fd, number, plan, fdLimit);
    if (typeof got === "number" || got.bytes > 0 || kind?.type !== SOCK_STREAM) {
      return this.#handOut(got);
    }
    // At the end of a stream the kernel invents credentials of pid 0: no message came, so nobody sent it.
    got[Symbol.dispose]();
    return null;
  }

  /** Receives a part of a frame. */
  #receiveInto(into: Uint8Array): Received | number {
    return receivePlanned(theFrame(), this.#fd, this.#fd.number, planOf({ into }), 0x7fffffff);
  }

  #handOut(got: Received | null | number): Received | null | number {
    if (got === null || typeof got === "number") return got;
    const socket = this.#socket;
    if (receives.hasSubscribers) receives.publish({ socket, message: got });
    return checkTruncation(socket, got, this.#settings.throwsTruncation);
  }
}

let usual: ReceivePlan | undefined;

/** The plan of a limit. Most sockets have the same, and that of the last one need not be laid out again for each of them. */
export function planFor(dataLimit: number): ReceivePlan {
  if (usual?.dataLimit !== dataLimit) usual = planOf({ dataLimit });
  return usual;
}

function planOf(options: { dataLimit?: number; into?: Uint8Array }): ReceivePlan {
  return planReceive({ ...options, flags: DONTWAIT }, true);
}
