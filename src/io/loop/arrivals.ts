// The calls that wait for what arrives at one socket, messages or connections, served in order.

import { ownError, SyscallError } from "../errors.js";
import { theFrame } from "../frame.js";
import { type Patience, timedOut, watchPatience } from "./giving-up.js";
import { Line, type Linked } from "./line.js";
import { type Lifeline, Share } from "./readiness.js";

/** One try: what has arrived, or -errno. May throw what is wrong with it. */
export type Attempt<T> = () => T | number;

/** A call that waits. */
interface Waiting<T> extends Linked<Waiting<T>> {
  readonly attempt: Attempt<T>;
  resolve(arrived: T): void;
  reject(error: Error): void;
  stop: (() => void) | undefined;
  /** Whether it gets everything that arrives, and not one thing. */
  readonly stays: boolean;
}

function waitingFor<T>(
  attempt: Attempt<T>,
  resolve: (arrived: T) => void,
  reject: (error: Error) => void,
  stays: boolean,
): Waiting<T> {
  const place = { before: undefined, after: undefined, waits: false };
  return { attempt, resolve, reject, stays, stop: undefined, ...place };
}

/** A socket on which nothing may have arrived for so long while somebody waits. */
export interface IdleLimit {
  readonly ms: number;
  /** Those who wait have been refused. */
  over(): void;
}

/** Hands out what arrives at one socket. */
export class Arrivals<T> {
  readonly #syscall: string;
  readonly #fd: number;
  readonly #life: Lifeline;
  readonly #idle: IdleLimit | undefined;
  readonly #line = new Line<Waiting<T>>();
  readonly #share = new Share();
  #idling: NodeJS.Timeout | undefined;
  /** Whether the kernel had nothing more: an event will tell. */
  #dry = false;
  #continuing = false;
  /** Makes the error of every call from now on. */
  #broken: (() => Error) | undefined;

  constructor(syscall: string, fd: number, life: Lifeline, idle?: IdleLimit) {
    this.#syscall = syscall;
    this.#fd = fd;
    this.#life = life;
    this.#idle = idle;
  }

  /** What has arrived, now or when it does. */
  next(attempt: Attempt<T>, patience: Patience): Promise<T> {
    if (this.#broken !== undefined) return Promise.reject(this.#broken());
    if (this.#line.first === undefined && !this.#dry && this.#share.take()) {
      try {
        const got = this.#try(attempt);
        if (got !== undefined) return Promise.resolve(got);
      } catch (error) {
        return Promise.reject(error);
      }
    }
    return new Promise((resolve, reject) => {
      const waiting = waitingFor(attempt, resolve, reject, false);
      waiting.stop = watchPatience(patience, this.#syscall, (error) => {
        this.#leave(waiting);
        reject(error);
      });
      this.#enter(waiting);
    });
  }

  /** Calls back with everything that arrives, until it is stopped or fails; never at once. Answers what stops it. */
  each(
    attempt: Attempt<T>,
    take: (arrived: T) => void,
    failed: (error: Error) => void,
  ): () => void {
    const waiting = waitingFor(attempt, take, failed, true);
    const broken = this.#broken;
    if (broken === undefined) this.#enter(waiting);
    else queueMicrotask(() => failed(broken()));
    return () => this.#leave(waiting);
  }

  #enter(waiting: Waiting<T>): void {
    const alone = this.#line.first === undefined;
    this.#line.push(waiting);
    this.#life.hold();
    if (alone) this.#beginIdling();
    if (!this.#dry) this.#continueLater();
  }

  /** Refuses what would take something from those who wait. */
  checkIdle(): void {
    if (this.#line.first !== undefined) throw receivesPending();
  }

  /** Something has arrived, or the peer has ended. */
  ready(): void {
    this.#dry = false;
    this.#serve();
  }

  /** Nothing more is handed out: who waits is refused. */
  end(why: () => Error): void {
    this.#broken = why;
    for (let first = this.#line.first; first !== undefined; first = this.#line.first) {
      this.#leave(first);
      this.#fail(first, why());
    }
  }

  #try(attempt: Attempt<T>): T | undefined {
    const got = attempt();
    if (typeof got !== "number") return got;
    if (got !== -theFrame().EAGAIN) throw new SyscallError(-got, this.#syscall, { fd: this.#fd });
    this.#dry = true;
    return undefined;
  }

  #serve(): void {
    for (let first = this.#line.first; first !== undefined; first = this.#line.first) {
      if (this.#dry) return;
      if (!this.#share.take()) {
        this.#continueLater();
        return;
      }
      let got: T | undefined;
      try {
        got = this.#try(first.attempt);
      } catch (error) {
        this.#leave(first);
        this.#fail(first, error as Error);
        continue;
      }
      if (got !== undefined) this.#deliver(first, got);
    }
  }

  #deliver(waiting: Waiting<T>, arrived: T): void {
    this.#idling?.refresh();
    if (!waiting.stays) this.#leave(waiting);
    contained(() => waiting.resolve(arrived));
  }

  #fail(waiting: Waiting<T>, error: Error): void {
    contained(() => waiting.reject(error));
  }

  /** Others get their turn of the event loop first. */
  #continueLater(): void {
    // An immediate for each turn of an endless flood would keep the process running: an event does if somebody waits for it.
    if (!this.#life.counts) {
      this.#life.again();
      return;
    }
    if (this.#continuing) return;
    this.#continuing = true;
    setImmediate(() => {
      this.#continuing = false;
      this.#serve();
    });
  }

  #beginIdling(): void {
    const idle = this.#idle;
    if (idle === undefined) return;
    this.#idling = setTimeout(() => {
      this.end(() => timedOut(this.#syscall));
      idle.over();
    }, idle.ms);
    this.#idling.unref?.();
  }

  #leave(waiting: Waiting<T>): void {
    if (!this.#line.remove(waiting)) return;
    waiting.stop?.();
    this.#life.letGo();
    if (this.#line.first !== undefined) return;
    clearTimeout(this.#idling);
    this.#idling = undefined;
  }
}

function receivesPending(): Error {
  return ownError(
    "ERR_CMSG_RECEIVES_PENDING",
    "calls of this socket wait for what arrives, and this one would take it from them: end them first, or use them",
  );
}

/** A caller's exception is the process's: what else has arrived is still handed out. */
function contained(callback: () => void): void {
  try {
    callback();
  } catch (error) {
    process.nextTick(() => {
      throw error;
    });
  }
}
