// The queue of messages that one socket has still to send, in order, each exactly once.

import { errnoName } from "../../../shim/index.js";
import { sends } from "../diagnostics.js";
import { theFrame } from "../frame.js";
import { isUnix, isUnixStream } from "../kind.js";
import type { SocketKind } from "../query.js";
import { sendError } from "../send-error.js";
import type { Sent } from "../send-fds.js";
import { type Patience, watchPatience } from "./giving-up.js";
import { Line } from "./line.js";
import {
  hasData,
  holdData,
  holdDescriptors,
  needsHoldingFirst,
  type Queueable,
  type Queued,
  releaseHeld,
  type Sending,
  sendOn,
  sentOf,
  waitingFds,
} from "./queued.js";
import { type Lifeline, Share } from "./readiness.js";
import { later, whenRoomAt } from "./room.js";
import { manyFrom, sendMany } from "./send-many.js";
import { dataGone, ENDED, PASSING, queueFull, torn, withSent, writesPending } from "./unsent.js";

/** What a queue may hold before it refuses more. */
export interface QueueLimits {
  readonly queueBytes: number;
  readonly queueFds: number;
}

/** Sends the messages of one socket. */
export class Sender {
  readonly #side: Sending & {
    socket: object;
    kind: SocketKind;
    limits: QueueLimits;
    life: Lifeline;
  };
  readonly #stream: boolean;
  readonly #queue = new Line<Queued>();
  readonly #share = new Share();
  #continuing = false;
  /** Makes the error of everything that is sent from now on. */
  #broken: (() => Error) | undefined;
  /** Messages that were sent, of which the next turn tells. */
  readonly #late: (() => void)[] = [];
  /** Bytes and descriptors that wait. */
  #bytes = 0;
  #fds = 0;
  #drained: (() => void)[] | undefined;
  #endRoom: (() => void) | undefined;

  /** @param isOfEarlier Whether a refusal was meant for an earlier message: this one was not tried. */
  constructor(
    socket: object,
    fd: number,
    kind: SocketKind,
    limits: QueueLimits,
    life: Lifeline,
    isOfEarlier?: (errno: number) => boolean,
  ) {
    this.#side = { socket, fd, kind, limits, life, isOfEarlier };
    this.#stream = isUnixStream(kind);
  }

  /** Bytes that wait to be sent. */
  get waiting(): number {
    return this.#bytes;
  }

  /** Refuses what would overtake messages that wait, or be taken for the rest of one that was cut short. */
  checkIdle(): void {
    if (this.#broken !== undefined) throw this.#broken();
    if (this.#queue.first !== undefined) throw writesPending();
  }

  /** Whether a stream has a part of a message whose rest waits. */
  get isInside(): boolean {
    return this.#stream && (this.#queue.first?.message.bytes ?? 0) > 0;
  }

  /** Sends a message, now or when there is room. */
  send(message: Queueable, patience: Patience): Promise<Sent> {
    if (this.#broken !== undefined) return Promise.reject(this.#broken());
    if (this.#queue.first !== undefined) {
      if (this.#isFull(message)) return Promise.reject(queueFull());
      return this.#enqueue(message, patience);
    }
    try {
      if (this.#stream && needsHoldingFirst(message)) holdDescriptors(message);
    } catch (error) {
      return Promise.reject(error);
    }
    const result = this.#sendOn(message);
    if (this.#hasToWait(result, message)) return this.#enqueue(message, patience, result);
    if (message.held.length > 0) releaseHeld(message);
    if (result !== 0) return Promise.reject(this.#failure(-result, message));
    const sent = this.#told(message);
    if (this.#share.take()) return Promise.resolve(sent);
    // Whoever sends in a loop lets others have their turn.
    return new Promise((resolve) => {
      if (this.#late.push(() => resolve(sent)) === 1) setImmediate(() => this.#tellLate());
    });
  }

  #tellLate(): void {
    for (const tell of this.#late.splice(0)) tell();
  }

  #sendOn(message: Queueable): number {
    return sendOn(theFrame(), this.#side, this.#stream, message);
  }

  /** A stream that has begun a message waits out what passes: it would be of no more use. */
  #hasToWait(result: number, message: Queueable): boolean {
    if (result === -theFrame().EAGAIN) return true;
    return result !== 0 && this.#stream && message.bytes > 0 && PASSING.has(errnoName(-result));
  }

  #isFull(message: Queueable): boolean {
    const { queueBytes, queueFds } = this.#side.limits;
    return this.#bytes + message.total > queueBytes || this.#fds + waitingFds(message) > queueFds;
  }

  #enqueue(message: Queueable, patience: Patience, result = 0): Promise<Sent> {
    try {
      holdDescriptors(message);
    } catch (error) {
      return Promise.reject(this.#refuse(error as Error, message));
    }
    this.#count(message, 1);
    this.#side.life.hold();
    return new Promise((resolve, reject) => {
      const end = { resolve, reject, stop: undefined, settled: false };
      const queued: Queued = { message, ...end, before: undefined, after: undefined, waits: false };
      queued.stop = watchPatience(patience, "sendmsg", (error) => this.#giveUp(queued, error));
      this.#queue.push(queued);
      if (this.#queue.first === queued) this.#awaitRoom(message, result);
    });
  }

  #count(message: Queueable, sign: 1 | -1): void {
    this.#bytes += sign * (message.total - message.bytes);
    this.#fds += sign * waitingFds(message);
  }

  /** The socket's own event tells of room on a stream, at a connected peer, and in its own buffer, but not of the rest. */
  #awaitRoom({ plan }: Queueable, result: number): void {
    this.#endRoom?.();
    const flush = (): void => this.flush();
    if (result !== -theFrame().EAGAIN) this.#endRoom = later(flush);
    else if (plan.to === undefined || !isUnix(this.#side.kind)) this.#endRoom = undefined;
    else this.#endRoom = whenRoomAt(this.#side.fd, plan.to, flush);
    if (this.#endRoom === undefined) this.#side.life.watchRoom(true);
  }

  // Each try that a full receiver elsewhere refuses frees memory of this socket, which is an event again, for ever.
  /** The socket's own event: nothing to a message that waits for room elsewhere. */
  writable(): void {
    if (this.#endRoom === undefined) this.flush();
  }

  /** Sends what can be sent now. */
  flush(): void {
    this.#endRoom?.();
    this.#endRoom = undefined;
    // Not as soon as nothing waits: a slow reader lets the next message wait as well.
    if (this.#queue.first === undefined) this.#side.life.watchRoom(false);
    for (let first = this.#queue.first; first !== undefined; first = this.#queue.first) {
      if (!this.#share.take()) {
        this.#continueLater();
        return;
      }
      if (this.#flushMany(first)) continue;
      const { message } = first;
      if (!hasData(message)) {
        this.#leave(first);
        this.#settle(first, this.#refuse(dataGone(), message));
        continue;
      }
      this.#count(message, -1);
      const result = this.#sendOn(message);
      this.#count(message, 1);
      if (this.#hasToWait(result, message)) {
        this.#awaitRoom(message, result);
        return;
      }
      this.#leave(first);
      if (result === 0) this.#told(message);
      this.#settle(first, result === 0 ? undefined : this.#failure(-result, message));
    }
  }

  /** Sends what can go by one call. Answers whether any of it went. */
  #flushMany(first: Queued): boolean {
    const many = manyFrom(first, this.#stream, () => this.#share.take());
    const sent = sendMany(this.#side.fd, many, (message, sign) => this.#count(message, sign));
    // The rest of what went in part follows by itself.
    const whole = sent.filter(({ bytes, total }) => bytes === total);
    for (const _ of whole) {
      const queued = this.#queue.first as Queued;
      this.#leave(queued);
      this.#settle(queued, undefined);
    }
    for (const message of whole) this.#told(message);
    return sent.length > 0;
  }

  #continueLater(): void {
    if (this.#continuing) return;
    this.#continuing = true;
    setImmediate(() => {
      this.#continuing = false;
      this.flush();
    });
  }

  /** Resolves when nothing waits any more. From now on nothing else is taken. */
  drained(patience: Patience, why: () => Error): Promise<void> {
    this.#broken ??= why;
    if (this.#queue.first === undefined) return Promise.resolve();
    return new Promise((resolve, reject) => {
      const done = (): void => {
        stop?.();
        resolve();
      };
      const stop = watchPatience(patience, "sendmsg", (error) => {
        this.#drained = this.#drained?.filter((other) => other !== done);
        reject(error);
      });
      this.#drained = [...(this.#drained ?? []), done];
    });
  }

  /** Nothing more can be sent: everything that waits is refused. */
  end(why: () => Error): void {
    this.#broken ??= why;
    for (let first = this.#queue.first; first !== undefined; first = this.#queue.first) {
      this.#leave(first);
      this.#settle(first, withSent(why(), first.message));
    }
  }

  #leave(queued: Queued): void {
    if (!this.#queue.remove(queued)) return;
    const { message } = queued;
    this.#count(message, -1);
    releaseHeld(message);
    this.#side.life.letGo();
    if (this.#queue.first !== undefined) return;
    this.#endRoom?.();
    this.#endRoom = undefined;
    for (const done of this.#drained?.splice(0) ?? []) done();
  }

  #settle(queued: Queued, error: Error | undefined): void {
    queued.stop?.();
    if (queued.settled) return;
    queued.settled = true;
    // Promises are kept in the order of the calls.
    this.#tellLate();
    if (error === undefined) queued.resolve(sentOf(queued.message));
    else queued.reject(error);
  }

  /** A message of which nothing was sent leaves the queue. Of another the rest follows: a stream must not end inside it. */
  #giveUp(queued: Queued, error: Error): void {
    const { message } = queued;
    const wasFirst = this.#queue.first === queued;
    if (message.bytes === 0) this.#leave(queued);
    else holdData(message);
    this.#settle(queued, withSent(error, message));
    // The next may wait for something else than this one did.
    if (wasFirst && message.bytes === 0) this.flush();
  }

  #told(message: Queueable): Sent {
    const sent = sentOf(message);
    if (sends.hasSubscribers) sends.publish({ socket: this.#side.socket, ...sent });
    return sent;
  }

  /** The error of a refused message. A stream that was left inside a message is of no more use. */
  #failure(errno: number, message: Queueable): Error {
    const { plan, total } = message;
    const refused = { fd: this.#side.fd, plan, total, fds: waitingFds(message) };
    const error = sendError(errno, refused);
    return ENDED.has(error.code) ? withSent(error, message) : this.#refuse(error, message);
  }

  #refuse(error: Error, message: Queueable): Error {
    if (this.#stream && message.bytes > 0) this.end(() => torn(error));
    return withSent(error, message);
  }
}
