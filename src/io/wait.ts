// Waiting with a limit: poll(2) before a call that must not block, with what remains of the time after an interruption.

import { rangeError, typeError } from "../codec/arguments.js";
import type { Frame } from "./frame.js";

export const POLLIN = 1;
export const POLLOUT = 4;

/** A `timeoutMs` option: undefined waits as the descriptor's mode says, 0 does not wait. */
export function checkTimeout(timeoutMs: unknown): number | undefined {
  if (timeoutMs === undefined) return undefined;
  if (typeof timeoutMs !== "number") throw typeError("timeoutMs", "a number", timeoutMs);
  if (!(timeoutMs >= 0 && timeoutMs <= 0x7fffffff)) {
    throw rangeError("timeoutMs", "from 0 to 2147483647", timeoutMs);
  }
  return timeoutMs;
}

/** The longest busy poll: half a second of a processor for nothing is a mistake. */
const BUSY_MOST_US = 500_000;

/** A `busyPollUs` option, which belongs to a call with a time limit; 0 unless given. */
export function checkBusyPoll(busyPollUs: unknown, timeoutMs: number | undefined): number {
  if (busyPollUs === undefined) return 0;
  if (typeof busyPollUs !== "number") throw typeError("busyPollUs", "a number", busyPollUs);
  if (!(busyPollUs >= 0 && busyPollUs <= BUSY_MOST_US)) {
    throw rangeError("busyPollUs", `from 0 to ${BUSY_MOST_US}`, busyPollUs);
  }
  if (timeoutMs === undefined) throw typeError("busyPollUs", "given beside timeoutMs", busyPollUs);
  return busyPollUs;
}

/**
 * Makes a call that does not block until it no longer answers EAGAIN, waiting in between until the time is over. Answers what
 * the call answered; -ETIMEDOUT after a time above 0, -EAGAIN after none. The first microseconds are waited for awake.
 */
export function callWithin(
  frame: Frame,
  fd: number,
  events: number,
  timeoutMs: number,
  call: () => number,
  busyPollUs = 0,
): number {
  // The clock is asked only when there is something to wait for.
  let deadline = Number.NaN;
  let asleep = busyPollUs === 0;
  for (;;) {
    const result = call();
    if (result === -frame.EINTR) continue;
    if (result !== -frame.EAGAIN || timeoutMs === 0) return result;
    const now = performance.now();
    if (Number.isNaN(deadline)) deadline = now + timeoutMs;
    const left = deadline - now;
    if (left <= 0) return -frame.ETIMEDOUT;
    asleep ||= timeoutMs - left >= busyPollUs / 1000;
    if (!asleep) continue;
    const waited = waitFor(frame, fd, events, left);
    if (waited < 0) return waited;
  }
}

/** Linux: the other end has shut down writing. */
const POLLRDHUP = 0x2000;
const POLLHUP = 0x10;

/** Whether nothing more will arrive behind what has. */
export function hasEnded(frame: Frame, fd: number): boolean {
  if (waitFor(frame, fd, POLLIN | POLLRDHUP, 0) <= 0) return false;
  const events = (frame.words[(frame.pollfd >> 2) + 1] as number) >> 16;
  return (events & (POLLRDHUP | POLLHUP)) !== 0;
}

/** Waits until a descriptor is ready or the time is over: 1 or 0, or -errno. Returns early from an interruption. */
export function waitFor(frame: Frame, fd: number, events: number, timeoutMs: number): number {
  // struct pollfd { int fd; short events; short revents; }
  const at = frame.pollfd >> 2;
  frame.words[at] = fd;
  frame.words[at + 1] = events;
  const result = frame.system.poll(frame.base + frame.pollfd, 1, Math.ceil(timeoutMs));
  return result === -frame.EINTR ? 0 : result;
}
