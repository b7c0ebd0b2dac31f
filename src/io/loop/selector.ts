// What tells which of many descriptors are ready: epoll on Linux, kqueue on Darwin and FreeBSD. Both report an edge: once for each
// change, until the caller has tried and was refused.

import { errnoNumber } from "../../../shim/index.js";
import { SyscallError } from "../errors.js";
import { type Frame, theFrame } from "../frame.js";
import { IS_LINUX } from "../host.js";

/** Bits of what a descriptor is ready for. */
export const READABLE = 1;
/** Room for more, or an error that a send will report. */
export const WRITABLE = 2;
/** The peer sends no more. */
export const HANGUP = 4;
/** An error is pending, or reported in the error queue. */
export const FAILED = 8;
/** Urgent data is there: a stream is read up to it, and no further. */
export const URGENT = 16;
/** What has happened was not asked: anything may have, beside what the other bits say. */
export const UNSURE = 32;

/** Events that are taken at once; the rest waits for the next turn of the loop. */
const EVENT_LIMIT = 64;

/** A set of descriptors in the kernel. */
export interface Selector {
  /** The set itself, as a descriptor that is readable while any of them is ready. */
  readonly number: number;
  /** Whether the set is not ready any more when the cause of an event is gone, although nobody has taken the event. */
  readonly dropsTaken: boolean;
  /** Adds a descriptor; its events carry the token. They tell of room when `room` is true. */
  add(fd: number, token: number, room: boolean): void;
  /** Says whether a descriptor that was added tells of room. Room that there is already is told of, too. */
  change(fd: number, token: number, room: boolean): void;
  /** Has the event of what is there already come once more. */
  again(fd: number, token: number, room: boolean): void;
  /** Takes a descriptor out. One that was closed already is out by itself. */
  remove(fd: number): void;
  /** Hands over what is ready now: tokens and bits. */
  take(each: (token: number, events: number) => void): void;
}

/** A new selector of this system. */
export function makeSelector(): Selector {
  return IS_LINUX ? new EpollSelector() : new KqueueSelector();
}

const EPOLL_CLOEXEC = 0o2000000;
const EPOLL_CTL_ADD = 1;
const EPOLL_CTL_DEL = 2;
const EPOLL_CTL_MOD = 3;
const EPOLLIN = 1;
const EPOLLPRI = 2;
const EPOLLOUT = 4;
const EPOLLERR = 8;
const EPOLLHUP = 16;
const EPOLLRDHUP = 0x2000;
const EPOLLET = 0x80000000;
const INTEREST = EPOLLIN | EPOLLPRI | EPOLLRDHUP | EPOLLET | 0;

/** epoll(7). */
class EpollSelector implements Selector {
  readonly number: number;
  readonly dropsTaken = true;
  readonly #frame: Frame = theFrame();
  /** Offset of the array of struct epoll_event. */
  readonly #events: number;
  /** Bytes of one, and where its data begins: packed on x86-64 alone. */
  readonly #size = process.arch === "x64" ? 12 : 16;
  readonly #data = process.arch === "x64" ? 4 : 8;

  constructor() {
    const { core, system } = this.#frame;
    this.#events = core.reserve(EVENT_LIMIT * 16);
    this.number = system.epollCreate(EPOLL_CLOEXEC);
    if (this.number < 0) throw new SyscallError(-this.number, "epoll_create1");
  }

  add(fd: number, token: number, room: boolean): void {
    this.#control(EPOLL_CTL_ADD, fd, token, room);
  }

  change(fd: number, token: number, room: boolean): void {
    this.#control(EPOLL_CTL_MOD, fd, token, room);
  }

  again(fd: number, token: number, room: boolean): void {
    this.change(fd, token, room);
  }

  /** Every message that the peer takes makes room: asking for that unneeded would wake this process for each. */
  #control(operation: number, fd: number, token: number, room: boolean): void {
    const { words, base, system } = this.#frame;
    words[this.#events >> 2] = room ? INTEREST | EPOLLOUT : INTEREST;
    words[(this.#events + this.#data) >> 2] = token;
    words[((this.#events + this.#data) >> 2) + 1] = 0;
    const result = system.epollCtl(this.number, operation, fd, base + this.#events);
    if (result >= 0) return;
    const taken = -result === errnoNumber("EEXIST");
    const hint = "another socket of this process has this number";
    throw new SyscallError(-result, "epoll_ctl", taken ? { fd, hint } : { fd });
  }

  remove(fd: number): void {
    const { base, system } = this.#frame;
    system.epollCtl(this.number, EPOLL_CTL_DEL, fd, base + this.#events);
  }

  take(each: (token: number, events: number) => void): void {
    const { words, base, system } = this.#frame;
    const count = system.epollWait(this.number, base + this.#events, EVENT_LIMIT, 0);
    // Read out before anybody is called: what is called may come back here.
    const ready: number[] = [];
    for (let i = 0; i < count; i++) {
      const at = this.#events + i * this.#size;
      ready.push(words[(at + this.#data) >> 2] as number, epollBits(words[at >> 2] as number));
    }
    for (let i = 0; i < ready.length; i += 2) each(ready[i] as number, ready[i + 1] as number);
  }
}

function epollBits(events: number): number {
  let bits = 0;
  if ((events & (EPOLLIN | EPOLLRDHUP | EPOLLHUP | EPOLLERR)) !== 0) bits |= READABLE;
  if ((events & (EPOLLOUT | EPOLLHUP | EPOLLERR)) !== 0) bits |= WRITABLE;
  if ((events & (EPOLLRDHUP | EPOLLHUP)) !== 0) bits |= HANGUP;
  if ((events & EPOLLERR) !== 0) bits |= FAILED;
  if ((events & EPOLLPRI) !== 0) bits |= READABLE | URGENT;
  return bits;
}

const EVFILT_READ = -1;
const EVFILT_WRITE = -2;
const EV_ADD = 1;
const EV_DELETE = 2;
const EV_CLEAR = 0x20;
const EV_EOF = 0x8000;
/** Words of struct kevent; FreeBSD's has four more 64-bit words of extension. */
const KEVENT_WORDS = process.platform === "freebsd" ? 16 : 8;

/** kqueue(2). */
class KqueueSelector implements Selector {
  readonly number: number;
  readonly dropsTaken = false;
  readonly #frame: Frame = theFrame();
  readonly #events: number;

  constructor() {
    const { core, system } = this.#frame;
    // Behind the events, a struct timespec of zero: do not wait.
    this.#events = core.reserve(EVENT_LIMIT * KEVENT_WORDS * 4 + 16);
    this.number = system.kqueue();
    if (this.number < 0) throw new SyscallError(-this.number, "kqueue");
  }

  /** Tells of room always. */
  add(fd: number, token: number): void {
    const result = this.#change(fd, EV_ADD | EV_CLEAR, token);
    if (result < 0) throw new SyscallError(-result, "kevent", { fd });
  }

  /** Adding it once more tells of the room that there is. */
  change(fd: number, token: number, room: boolean): void {
    if (room) this.add(fd, token);
  }

  again(fd: number, token: number): void {
    this.add(fd, token);
  }

  remove(fd: number): void {
    this.#change(fd, EV_DELETE, 0);
  }

  take(each: (token: number, events: number) => void): void {
    const { words, base, system, bytes } = this.#frame;
    const timeout = this.#events + EVENT_LIMIT * KEVENT_WORDS * 4;
    bytes.fill(0, timeout, timeout + 16);
    const events = base + this.#events;
    const count = system.kevent(this.number, 0, 0, events, EVENT_LIMIT, base + timeout);
    const ready: number[] = [];
    for (let i = 0; i < count; i++) {
      const at = (this.#events >> 2) + i * KEVENT_WORDS;
      const what = words[at + 2] as number;
      const end = ((what >>> 16) & EV_EOF) !== 0 ? HANGUP : 0;
      const filter = (what << 16) >> 16;
      ready.push(this.#token(at), (filter === EVFILT_READ ? READABLE : WRITABLE) | end);
    }
    for (let i = 0; i < ready.length; i += 2) each(ready[i] as number, ready[i + 1] as number);
  }

  /** `udata` stands behind ident, filter, flags, fflags and data. */
  #token(at: number): number {
    return this.#frame.words[at + 6] as number;
  }

  #change(fd: number, flags: number, token: number): number {
    const { words, base, system } = this.#frame;
    [EVFILT_READ, EVFILT_WRITE].forEach((filter, i) => {
      const at = (this.#events >> 2) + i * KEVENT_WORDS;
      words.fill(0, at, at + KEVENT_WORDS);
      words[at] = fd;
      words[at + 2] = (filter & 0xffff) | (flags << 16);
      words[at + 6] = token;
    });
    const result = system.kevent(this.number, base + this.#events, 2, 0, 0, 0);
    return result === -errnoNumber("ENOENT") ? 0 : result;
  }
}
