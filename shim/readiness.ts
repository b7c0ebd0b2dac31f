// Readiness of one descriptor on the event loop: by libuv in the main thread of Node, by a call on a pool thread elsewhere.

import { koffi, type PollHandle } from "./koffi.js";
import { PoolWatch } from "./pool-watch.js";

/** A watched descriptor. It must stay open until the watch is closed. */
export interface Watch {
  /** Somebody waits, and the process with them. */
  ref(): void;
  /** Somebody waits, but the process may end. */
  unref(): void;
  /** Nobody waits: it may call back or not. */
  rest(): void;
  /** For good. */
  close(): void;
}

// koffi keeps no hold on a handle: one that only its callback refers to is collected, and its events stop.
const watches = new Set<Watch>();

/**
 * Up to Node 24 promises go on when a callback of koffi's poll handle returns. In later versions they lie there until something
 * of Node's own happens, for which the loop may wait for ever: an immediate is enough, and costs a look for events.
 */
const CALLBACKS_DRAIN = Number.parseInt(process.versions.node, 10) <= 24;

const nothing = (): void => {};

/**
 * Calls back whenever a descriptor is readable, for as long as it is. The descriptor must be one that can be polled and that
 * nothing else polls: libuv aborts the process otherwise. It rests at first.
 */
export function watchReadable(fd: number, ready: () => void): Watch {
  const contained = (): void => {
    if (!CALLBACKS_DRAIN) setImmediate(nothing);
    try {
      ready();
    } catch (error) {
      // An exception that reached koffi would be swallowed, and the callback never called again.
      process.nextTick(() => {
        throw error;
      });
    }
  };
  const watch = makeWatch(fd, contained);
  if (watches.size === 0) process.once("exit", closeAll);
  watches.add(watch);
  return watch;
}

/**
 * libuv's handles serve the main thread of Node alone. A worker that is terminated still gets one event, which koffi answers by
 * aborting the process; Bun aborts at any handle, and Deno's calls back only once. A worker of Bun that is terminated while a
 * call is pending crashes.
 */
function makeWatch(fd: number, ready: () => void): Watch {
  const { bun, deno } = process.versions;
  const isMainThread = onMainThread();
  if (isMainThread && bun === undefined && deno === undefined) return new LoopWatch(fd, ready);
  return isMainThread || bun === undefined ? new PatientWatch(fd, ready) : new TimerWatch(ready);
}

/** An event that comes while the environment is torn down finds no JavaScript to call, and koffi then aborts the process. */
function closeAll(): void {
  for (const watch of watches) watch.close();
  watches.clear();
}

class LoopWatch implements Watch {
  #handle: PollHandle | undefined;

  constructor(fd: number, ready: () => void) {
    this.#handle = koffi().node.poll(fd, { readable: true }, ready);
    this.#handle.unref();
  }

  ref(): void {
    this.#handle?.ref();
  }

  unref(): void {
    this.#handle?.unref();
  }

  rest(): void {
    this.#handle?.unref();
  }

  close(): void {
    this.#handle?.close();
    this.#handle = undefined;
  }
}

/** How often is looked where no call may be pending. */
const LOOK_MS = 2;

/** Looks from time to time. */
class TimerWatch implements Watch {
  readonly #ready: () => void;
  #timer: NodeJS.Timeout | undefined;

  constructor(ready: () => void) {
    this.#ready = ready;
  }

  ref(): void {
    this.#start().ref();
  }

  unref(): void {
    this.#start().unref();
  }

  rest(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  close(): void {
    this.rest();
  }

  #start(): NodeJS.Timeout {
    this.#timer ??= setInterval(this.#ready, LOOK_MS);
    return this.#timer;
  }
}

/** Calls on the pool while somebody waits, a timer while they must not keep the process running. */
class PatientWatch implements Watch {
  readonly #pool: PoolWatch;
  readonly #timer: TimerWatch;

  constructor(fd: number, ready: () => void) {
    this.#pool = new PoolWatch(fd, ready);
    this.#timer = new TimerWatch(ready);
  }

  ref(): void {
    this.#timer.rest();
    this.#pool.start();
  }

  unref(): void {
    this.#pool.stop();
    this.#timer.unref();
  }

  rest(): void {
    this.#pool.stop();
    this.#timer.rest();
  }

  close(): void {
    this.#timer.rest();
    this.#pool.close();
  }
}

/** Whether this is the main thread. Its module takes longer to load than this package, and is asked for when it is needed. */
export function onMainThread(): boolean {
  return process.getBuiltinModule("node:worker_threads").isMainThread;
}
