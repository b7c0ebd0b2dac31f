// Who waits for which descriptor: one selector for all sockets of a thread, watched by the event loop through a single handle.

import { onMainThread, type Watch, watchReadable } from "../../../shim/index.js";
import { closeNumber } from "../file.js";
import { makeSelector, READABLE, type Selector, UNSURE } from "./selector.js";

/** Is told what its descriptor has become ready for. */
export interface Observer {
  /** Answers whether it took anything, when it was told of something to read. */
  ready(events: number): boolean;
}

const observers = new Map<number, Observer>();
/** The first of them when there is no other. */
let alone: Observer | undefined;
/** Tokens of those that are told of room. */
const roomWatched = new Set<number>();
let lastToken = 0;
let selector: Selector | undefined;
let watch: Watch | undefined;

function theSelector(): Selector {
  if (selector !== undefined) return selector;
  const made = makeSelector();
  watch = watchReadable(made.number, () => {
    turn++;
    if (!made.dropsTaken || !tryAlone()) made.take(notify);
  });
  selector = made;
  // The process outlives its worker threads, and so would their descriptors.
  if (!onMainThread()) process.once("exit", leaveThread);
  return made;
}

function leaveThread(): void {
  watch?.close();
  if (selector !== undefined) closeNumber(selector.number);
  selector = undefined;
}

/**
 * One socket alone need not be asked what has happened: it is tried, which saves a system call for each event. While it takes
 * something there is no hurry to fetch the event: it is told again.
 */
function tryAlone(): boolean {
  if (alone === undefined || roomWatched.size > 0) return false;
  return tell(alone, READABLE | UNSURE);
}

function notify(token: number, events: number): void {
  // A token without an observer: its socket was closed by another one's callback in the same turn.
  const observer = observers.get(token);
  if (observer !== undefined) tell(observer, events);
}

/** One observer's failure is the process's, but not the other observers'. */
function tell(observer: Observer, events: number): boolean {
  try {
    return observer.ready(events);
  } catch (error) {
    process.nextTick(() => {
      throw error;
    });
    return false;
  }
}

/** Begins to observe a descriptor that can be polled; answers the token to end with. Tells of room only when `room` is true. */
export function observe(fd: number, observer: Observer, room = false): number {
  const set = theSelector();
  do lastToken = (lastToken + 1) & 0x7fffffff;
  while (observers.has(lastToken));
  const token = lastToken;
  set.add(fd, token, room);
  observers.set(token, observer);
  if (room) roomWatched.add(token);
  findAlone();
  return token;
}

function findAlone(): void {
  alone = undefined;
  if (observers.size === 1) for (const observer of observers.values()) alone = observer;
}

/** Ends the observation. Call it before the descriptor is closed: its open file may live on in other processes. */
export function unobserve(fd: number, token: number): void {
  if (!observers.delete(token)) return;
  roomWatched.delete(token);
  findAlone();
  selector?.remove(fd);
}

/** Awaited calls: those that keep the process running, and those that do not. */
let held = 0;
let unheld = 0;
let attention: "ref" | "unref" | "rest" = "rest";

function count(calls: number, counts: boolean): void {
  if (counts) held += calls;
  else unheld += calls;
  const wanted = held > 0 ? "ref" : unheld > 0 ? "unref" : "rest";
  if (wanted === attention) return;
  attention = wanted;
  watch?.[wanted]();
}

/** One socket's events, and what of it keeps the process running: its awaited calls, unless it was told not to. */
export class Lifeline {
  #fd = -1;
  #token = -1;
  #calls = 0;
  #counts = true;
  /** Begins to observe the socket. */
  begin(fd: number, observer: Observer): void {
    this.#token = observe(fd, observer);
    this.#fd = fd;
  }

  /** Ends that. Call it before the descriptor is closed. */
  end(): void {
    if (this.#token >= 0) unobserve(this.#fd, this.#token);
    this.#token = -1;
  }

  /** Says whether events tell of room for what is to be sent; they do not at first. */
  watchRoom(on: boolean): void {
    if (this.#token < 0 || on === roomWatched.has(this.#token)) return;
    if (on) roomWatched.add(this.#token);
    else roomWatched.delete(this.#token);
    selector?.change(this.#fd, this.#token, on);
  }

  /** Has the event of what is there already come once more, if anything is. */
  again(): void {
    if (this.#token >= 0) selector?.again(this.#fd, this.#token, roomWatched.has(this.#token));
  }

  /** A call is awaited that an event will end. */
  hold(): void {
    this.#calls++;
    count(1, this.#counts);
  }

  /** It has ended. */
  letGo(): void {
    this.#calls--;
    count(-1, this.#counts);
  }

  /** Whether awaited calls keep the process running. */
  get counts(): boolean {
    return this.#counts;
  }

  /** Lets awaited calls keep the process running, or not. */
  set(counts: boolean): void {
    if (counts === this.#counts) return;
    this.#counts = counts;
    count(this.#calls, counts);
    count(-this.#calls, !counts);
  }
}

/** Messages of one socket that are handed out in one turn of the event loop before others get theirs. */
const BURST = 64;

/** Changes with the turns of the event loop: with those that have brought events, and with the next when a share is used up. */
let turn = 0;
let ending = false;

/**
 * An immediate for each turn would cost a system call: the loop has to look for events without waiting for them. Whoever is to
 * go on keeps the process running, or not.
 */
function endTurn(): void {
  if (ending) return;
  ending = true;
  const end = setImmediate(() => {
    ending = false;
    turn++;
  });
  end.unref?.();
}

/** What one socket may do in one turn: a busy one does not keep others waiting. */
export class Share {
  #turn = -1;
  #left = 0;

  /** Whether one more message may be handed out now. */
  take(): boolean {
    if (turn !== this.#turn) {
      this.#turn = turn;
      this.#left = BURST;
    }
    if (this.#left > 0) {
      this.#left--;
      return true;
    }
    endTurn();
    return false;
  }
}
