// The calls that wait for what arrives at one socket, messages or connections, served in order.

import { optionsOf } from "../../codec/arguments.js";
import { ownError, SyscallError } from "../errors.js";
import { theFrame } from "../frame.js";
import {
  type Patience,
  patienceOf,
  promised,
  throwIfAborted,
  timedOut,
  type WaitOptions,
  watchPatience,
} from "./giving-up.js";
import { Line, type Linked } from "./line.js";
import { type Lifeline, Share } from "./readiness.js";

/** What is tried: an object, because a closure for each socket would take more memory than the rest of what waits. */
export interface Attempt<T> {
  /** One try: what has arrived, or -errno. May throw what is wrong with it. */
  attempt(): T | number;
  /** Whether something was received already that the next try hands out, of which no event will tell. */
  hasMore?(): boolean;
  /** Whether what the last try has brought was all that there was: an event tells of more. */
  isDrained?(): boolean;
}

/** A call that waits. */
interface Waiting<T> extends Linked<Waiting<T>> {
  readonly attempt: Attempt<T>;
  resolve(arrived: T): void;
  /** Without an error at the end, for one that stays. */
  reject(error?: Error): void;
  stop: (() => void) | undefined;
  /** Whether it gets everything that arrives, and not one thing. */
  readonly stays: boolean;
}

function waitingFor<T>(
  attempt: Attempt<T>,
  resolve: (arrived: T) => void,
  reject: (error?: Error) => void,
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

/** Hands out what arrives at one socket; null is the end. */
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

  /** The same with the options of a caller, which say what is tried. */
  nextWith<U, O extends WaitOptions>(
    options: O | undefined,
    attemptOf: (given: O) => Attempt<U>,
  ): Promise<U> {
    return promised(() => {
      const given = optionsOf(options, "options");
      const patience = patienceOf(given);
      const attempt = attemptOf(given);
      throwIfAborted(patience);
      return this.next(attempt, patience);
    });
  }

  /** What has arrived, now or when it does; usually a T, or what else is tried. */
  next<U = T>(attempt: Attempt<U>, patience: Patience): Promise<U> {
    return this.#next(attempt as unknown as Attempt<T>, patience) as unknown as Promise<U>;
  }

  /** What can be handed out at once: undefined when it has to be waited for. Throws what `next` refuses with. */
  now<U = T>(attempt: Attempt<U>): U | undefined {
    if (this.#broken !== undefined) throw this.#broken();
    if (this.#line.first !== undefined || this.#dry || !this.#share.take()) return undefined;
    return this.#try(attempt as unknown as Attempt<T>) as unknown as U | undefined;
  }

  #next(attempt: Attempt<T>, patience: Patience): Promise<T> {
    try {
      const got = this.now(attempt);
      if (got !== undefined) return Promise.resolve(got);
    } catch (error) {
      return Promise.reject(error);
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

  /** Calls back with everything that arrives, to the end, an error, or until it is stopped; never at once. Answers what stops it. */
  each(
    attempt: Attempt<T>,
    take: (arrived: NonNullable<T>) => void,
    ended: (error?: Error) => void,
  ): () => void {
    const waiting = waitingFor(attempt, take as (arrived: T) => void, ended, true);
    const broken = this.#broken;
    if (broken === undefined) this.#enter(waiting);
    else queueMicrotask(() => ended(broken()));
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

  /** Something has arrived, or the peer has ended. Answers whether anything was handed out. */
  ready(): boolean {
    this.#dry = false;
    return this.#serve();
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
    const got = attempt.attempt();
    if (typeof got !== "number") {
      this.#dry = attempt.isDrained?.() === true;
      return got;
    }
    if (got !== -theFrame().EAGAIN) throw new SyscallError(-got, this.#syscall, { fd: this.#fd });
    this.#dry = true;
    return undefined;
  }

  #serve(): boolean {
    let served = false;
    for (let first = this.#line.first; first !== undefined; first = this.#line.first) {
      if (this.#dry) break;
      if (!this.#share.take()) {
        this.#continueLater();
        break;
      }
      let got: T | undefined;
      try {
        got = this.#try(first.attempt);
      } catch (error) {
        this.#leave(first);
        this.#fail(first, error as Error);
        continue;
      }
      if (got === undefined) continue;
      served = true;
      this.#deliver(first, got);
    }
    return served;
  }

  #deliver(waiting: Waiting<T>, arrived: T): void {
    this.#idling?.refresh();
    const { stays } = waiting;
    const ends = stays && arrived === null;
    if (ends || !stays) this.#leave(waiting);
    try {
      if (ends) waiting.reject();
      else waiting.resolve(arrived);
    } catch (error) {
      throwOutside(error);
    }
  }

  #fail(waiting: Waiting<T>, error: Error): void {
    try {
      waiting.reject(error);
    } catch (thrown) {
      throwOutside(thrown);
    }
  }

  /** Others get their turn of the event loop first. */
  #continueLater(): void {
    // An immediate for each turn of an endless flood would keep the process running: an event does if somebody waits for it.
    // What is ahead is little.
    if (!this.#life.counts && this.#line.first?.attempt.hasMore?.() !== true) {
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
function throwOutside(error: unknown): void {
  process.nextTick(() => {
    throw error;
  });
}
