// One try to receive from a socket on the event loop: as it comes, or as whole frames.

import { integerIn } from "../../codec/arguments.js";
import { receives } from "../diagnostics.js";
import type { Fd } from "../fd.js";
import { theFrame } from "../frame.js";
import { IS_LINUX, importedConstant } from "../host.js";
import { planReceive, type ReceivePlan } from "../receive.js";
import { checkTruncation, type Received } from "../received.js";
import { receivePlanned } from "../recv-fds.js";
import { ReceivedMessages } from "../recvmmsg.js";
import { Ahead } from "./ahead.js";
import type { Attempt } from "./arrivals.js";
import { FrameReader } from "./framing.js";
import type { WaitOptions } from "./giving-up.js";
import { receiveMany } from "./receive-many.js";
import { recordWaiting } from "./record.js";
import { FAILED, HANGUP, UNSURE, URGENT } from "./selector.js";
import type { SocketSettings } from "./socket-options.js";

/** How to receive one message. */
export interface AsyncReceiveOptions extends WaitOptions {
  /** Bytes of data to take at most; the socket's `dataLimit` unless given. A frame is always received whole. */
  readonly dataLimit?: number;
  /** Descriptors to take at most; the socket's `fdLimit` unless given. */
  readonly fdLimit?: number;
}

/** How to receive many messages. */
export interface AsyncReceiveManyOptions extends AsyncReceiveOptions {
  /** Messages to take at most, 64 unless given; no more than that. */
  readonly limit?: number;
}

/** Messages that are received at once: no more, so that one socket does not keep others waiting. */
export const MANY = 64;

/** Messages that a loop receives ahead of who takes them one by one. */
export const AHEAD = 32;

/** After so many in a row a loop receives ahead. A peer that waits for answers sends one, and looking for more would cost it time. */
export const FLOW = 2;

const DONTWAIT = importedConstant("MSG_DONTWAIT");
const SOCK_SEQPACKET = importedConstant("SOCK_SEQPACKET");
const SOCK_STREAM = importedConstant("SOCK_STREAM");

/** What one receive may bring. */
interface Limits {
  readonly plan: ReceivePlan;
  readonly fdLimit: number;
}

/** Receives from one socket, by itself as its settings say. */
export class Incoming implements Attempt<Received | null> {
  readonly #fd: Fd;
  readonly #settings: SocketSettings;
  readonly #frames: FrameReader | undefined;
  readonly #limits: Limits;
  /** Who tells of it. */
  readonly #socket: object;
  readonly #life: { readonly counts: boolean };
  /** Made by the first batch: many sockets never have one. */
  #ahead: Ahead<Received> | undefined;
  /** How many messages in a row have come that may have others behind them. */
  #flow: number;
  /** Whether the last event said that there was data and nothing else. */
  #calm: boolean;
  /** Whether what came last was all that there was. */
  #drained: boolean;
  /** -errno with which a receive was refused that was made behind others: the next one's answer. */
  #refused: number;

  /** @param life Whether calls of the socket keep the process running. */
  constructor(
    socket: object,
    fd: Fd,
    settings: SocketSettings,
    life: { readonly counts: boolean },
  ) {
    this.#socket = socket;
    this.#life = life;
    this.#fd = fd;
    this.#settings = settings;
    this.#frames = settings.framed ? new FrameReader(settings.frameLimit) : undefined;
    this.#limits = limitsOf(settings, settings.dataLimit, settings.fdLimit);
    this.#ahead = undefined;
    this.#flow = 0;
    this.#refused = 0;
    this.#calm = false;
    this.#drained = false;
  }

  /** Is told of an event before anything is tried for it. */
  wake(events: number): void {
    this.#calm = IS_LINUX && (events & (HANGUP | FAILED | URGENT | UNSURE)) === 0;
  }

  attempt(): Received | null | number {
    return this.#one(this.#limits);
  }

  /** A receive with options. */
  attemptWith(options: AsyncReceiveOptions): Attempt<Received | null> {
    const limits = this.#limitsWith(options);
    return { attempt: () => this.#one(limits) };
  }

  /** The receives of a loop: what has come behind one message is received by one call, and handed out one by one. */
  draining(options?: AsyncReceiveOptions): Attempt<Received | null> {
    const limits = options === undefined ? this.#limits : this.#limitsWith(options);
    return {
      attempt: () => this.#drain(limits),
      hasMore: () => this.isAhead,
      isDrained: () => this.#drained,
    };
  }

  /** A receive of all that has come, up to a limit. */
  attemptMany(options: AsyncReceiveManyOptions): Attempt<ReceivedMessages<Received> | null> {
    const limits = this.#limitsWith(options);
    const limit = Math.min(integerIn(options.limit ?? MANY, 1, 0x7fffffff, "limit"), MANY);
    return { attempt: () => this.#many(limits, limit) };
  }

  #limitsWith(options: AsyncReceiveOptions): Limits {
    const settings = this.#settings;
    const { dataLimit = settings.dataLimit, fdLimit = settings.fdLimit } = options;
    const most = integerIn(fdLimit, 0, 0x7fffffff, "fdLimit");
    return limitsOf(settings, integerIn(dataLimit, 1, 0x7fffffff, "dataLimit"), most);
  }

  #one(limits: Limits): Received | null | number {
    return this.#handOut(this.#ahead?.take() ?? this.#receive(limits));
  }

  #drain(limits: Limits): Received | null | number {
    this.#drained = false;
    const ahead = this.#ahead?.take();
    if (ahead !== undefined) return this.#handOut(ahead);
    // What is ahead of an unref'd socket would need a turn of the loop to be handed out, which keeps the process running.
    const many = this.#flow >= FLOW && this.#life.counts;
    const got = many ? this.#fill(limits, AHEAD) : this.#receive(limits);
    const goes = got !== null && typeof got === "object" && this.#mayFlow(got);
    this.#flow = goes ? this.#flow + 1 : 0;
    this.#drained =
      this.#calm && got !== null && typeof got === "object" && this.#isAll(got, limits);
    return this.#handOut(got);
  }

  #many(limits: Limits, limit: number): ReceivedMessages<Received> | null | number {
    const first =
      this.#ahead?.take() ??
      (this.#frames === undefined ? this.#fill(limits, limit) : this.#receive(limits));
    const got = this.#handOut(first);
    if (got === null || typeof got === "number") return got;
    const messages = new ReceivedMessages<Received>();
    messages.push(got);
    while (messages.length < limit) {
      const next = this.#ahead?.first ?? this.#nextFrame(limits);
      // What throws is thrown to who receives next, and takes nothing from those in front of it.
      if (next === undefined || this.#throws(next)) break;
      this.#ahead?.take();
      messages.push(this.#handOut(next) as Received);
    }
    return messages;
  }

  /** A further frame, put where messages wait. */
  #nextFrame(limits: Limits): Received | undefined {
    if (this.#frames === undefined) return undefined;
    let got: Received | null | number;
    try {
      got = this.#receive(limits);
    } catch {
      // The stream is of no more use, and says so again.
      return undefined;
    }
    if (typeof got === "number" && got !== -theFrame().EAGAIN) this.#refused = got;
    if (got === null || typeof got === "number") return undefined;
    this.#ahead ??= new Ahead();
    this.#ahead.put([got]);
    return got;
  }

  /** Receives many; answers the first, the others are ahead. */
  #fill({ plan, fdLimit }: Limits, limit: number): Received | null | number {
    const got = receiveMany(this.#fd, plan.dataLimit, fdLimit, limit);
    if (typeof got === "number") return got;
    if (got.length === 0) return null;
    this.#ahead ??= new Ahead();
    this.#ahead.put(got);
    return this.#ahead.take() as Received;
  }

  /** A stream gives one read all that it has, up to descriptors. */
  #mayFlow(got: Received): boolean {
    if (this.#frames !== undefined) return false;
    return this.#fd.kind?.type !== SOCK_STREAM || got.fds.length > 0 || got.surplus > 0;
  }

  /**
   * A stream that gives less than was asked for has nothing more: epoll(7). Descriptors and senders end a read as well; so do the
   * end, an error and urgent data, which events have told of, or will.
   */
  #isAll({ bytes, fds, surplus, control, flags }: Received, { plan }: Limits): boolean {
    if (this.#frames !== undefined || this.#fd.kind?.type !== SOCK_STREAM) return false;
    // Where senders are passed, a read also ends where another one begins.
    if (this.#settings.passed.length > 0) return false;
    return bytes < plan.dataLimit && fds.length + surplus + control.length + flags === 0;
  }

  #receive({ plan, fdLimit }: Limits): Received | null | number {
    const frames = this.#frames;
    const refused = this.#refused;
    this.#refused = 0;
    if (refused !== 0) return refused;
    if (frames === undefined) return this.#message(plan, fdLimit);
    return frames.read((part) => this.#receiveInto(part), fdLimit);
  }

  /** Whether bytes were read that nobody has got yet. */
  get isInside(): boolean {
    return this.#frames?.isInside === true;
  }

  /** Whether messages were received that nobody has got yet. */
  get isAhead(): boolean {
    return this.#ahead?.first !== undefined;
  }

  /** Closes what was received of a frame that is not complete, and of messages that nobody has got. */
  release(): void {
    this.#frames?.release();
    for (const message of this.#ahead?.release() ?? []) message[Symbol.dispose]();
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
    if (typeof got === "number" || got.bytes > 0 || kind?.type !== SOCK_STREAM) return got;
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

  #throws(got: Received): boolean {
    return got.controlTruncated && this.#settings.throwsTruncation;
  }
}

function limitsOf({ acceptFds }: SocketSettings, dataLimit: number, fdLimit: number): Limits {
  return { plan: planFor(dataLimit), fdLimit: acceptFds ? fdLimit : 0 };
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
