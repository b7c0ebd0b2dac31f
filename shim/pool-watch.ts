// PoolWatch: readiness of one descriptor, by poll(2) on a thread of the pool.

import { addressOf } from "./address.js";
import { type Koffi, koffi, type NativeFunction, type PooledFunction } from "./koffi.js";

const POLLIN = 1;
const EFD_NONBLOCK = 0o4000;
const EFD_CLOEXEC = 0o2000000;

/** Two struct pollfd. */
const POLLFDS_SIZE = 16;

/**
 * The longest that one call occupies a thread, so that threads which wait take turns with all else that is done there: Bun's pool
 * has as many threads as the machine has processors, Node's has four. The process cannot exit before it is over.
 */
const SLICE_MS = 25;

/** One call at a time waits for the descriptor, and for an eventfd that ends it: a pending call keeps the process running. */
export class PoolWatch {
  readonly #ready: () => void;
  readonly #calls: PoolCalls;
  /** Outside the heap: a worker may be gone before a call that it has made. */
  readonly #address: number;
  readonly #fds: Int32Array;
  readonly #wake: number;
  #wanted = false;
  #pending = false;
  #closed = false;

  constructor(fd: number, ready: () => void) {
    this.#ready = ready;
    this.#calls = poolCalls();
    this.#address = this.#calls.calloc(1, POLLFDS_SIZE);
    this.#fds = new Int32Array(koffi().view(this.#address, POLLFDS_SIZE));
    this.#wake = this.#calls.eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    // poll(2) passes over a negative number: without an eventfd a call ends with its slice.
    this.#fds.set([fd, POLLIN, this.#wake, POLLIN]);
  }

  start(): void {
    this.#wanted = true;
    if (!this.#pending && !this.#closed) this.#call();
  }

  /** May call back once more. */
  stop(): void {
    this.#wanted = false;
    if (this.#pending) this.#transfer(this.#calls.write);
  }

  close(): void {
    if (this.#closed) return;
    this.stop();
    this.#closed = true;
    if (this.#wake >= 0) this.#calls.close(this.#wake);
    if (!this.#pending) this.#calls.free(this.#address);
  }

  #call(): void {
    this.#pending = true;
    this.#calls.poll.async(this.#address, 2, SLICE_MS, (_error, count) => {
      this.#pending = false;
      if (this.#closed) {
        this.#calls.free(this.#address);
        return;
      }
      const [, descriptor = 0, , wake = 0] = this.#fds;
      if (count > 0 && hasEvents(wake)) this.#transfer(this.#calls.read);
      if (count > 0 && hasEvents(descriptor)) this.#ready();
      if (this.#wanted && !this.#pending && !this.#closed) this.#call();
    });
  }

  /** Reads or writes the eventfd. */
  #transfer(call: NativeFunction): void {
    const value = BigInt64Array.of(1n);
    call(this.#wake, addressOf(value), value.byteLength);
  }
}

/** `events` and `revents` are one word. */
function hasEvents(word: number): boolean {
  return word >>> 16 !== 0;
}

interface PoolCalls {
  readonly poll: PooledFunction;
  readonly eventfd: NativeFunction;
  readonly read: NativeFunction;
  readonly write: NativeFunction;
  readonly close: NativeFunction;
  readonly calloc: NativeFunction;
  readonly free: NativeFunction;
}

function poolCalls(): PoolCalls {
  const library = koffi().load(null);
  return {
    poll: library.func("int poll(uintptr_t fds, uintptr_t count, int timeout)") as PooledFunction,
    eventfd: eventfd(library),
    read: library.func("intptr_t read(int fd, uintptr_t memory, uintptr_t length)"),
    write: library.func("intptr_t write(int fd, uintptr_t memory, uintptr_t length)"),
    close: library.func("int close(int fd)"),
    calloc: library.func("uintptr_t calloc(uintptr_t count, uintptr_t size)"),
    free: library.func("void free(uintptr_t memory)"),
  };
}

/** eventfd(2), which Darwin does not have. */
function eventfd(library: ReturnType<Koffi["load"]>): NativeFunction {
  try {
    return library.func("int eventfd(uint32_t value, int flags)");
  } catch {
    return () => -1;
  }
}
