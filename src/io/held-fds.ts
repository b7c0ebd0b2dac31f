// The descriptors of a record: numbers that it owns until they are taken, and `Fd`s for those who ask.

import { integerIn } from "../codec/arguments.js";
import { ownError } from "./errors.js";
import { closeFds, type Fd, ownFresh } from "./fd.js";
import { closeNumber, closeNumbers } from "./file.js";

const NO_FDS: readonly Fd[] = Object.freeze([]);

/** Descriptors that are owned without an object for each. */
export class HeldFds {
  /** In the order of their arrival, with all bits turned where they were taken. Room for what one message of Linux brings. */
  #numbers = new Int32Array(256);
  /** When somebody has asked for them they own the descriptors. */
  #fds: readonly Fd[] | undefined;
  /** How many have come, those that were taken among them. */
  count = 0;

  /** Owns a descriptor that has just arrived. */
  add(number: number): void {
    if (this.count === this.#numbers.length) {
      const more = new Int32Array(this.count * 2);
      more.set(this.#numbers);
      this.#numbers = more;
    }
    this.#numbers[this.count++] = number;
  }

  /** The number of descriptor `i`; it stays owned here. */
  number(i: number): number {
    const number = this.#numbers[this.#index(i)] as number;
    if (this.#fds !== undefined) return (this.#fds[i] as Fd).number;
    if (number < 0) throw ownError("ERR_CMSG_FD_CLOSED", `descriptor ${i} was taken`);
    return number;
  }

  /** Gives descriptor `i` away. */
  take(i: number): number {
    const number = this.number(i);
    if (this.#fds !== undefined) return (this.#fds[i] as Fd).take();
    this.#numbers[i] = ~number;
    return number;
  }

  #index(i: number): number {
    return Number.isInteger(i) && i >= 0 && i < this.count
      ? i
      : integerIn(i, 0, this.count - 1, "index");
  }

  /** An `Fd` for each; those that were taken as numbers are closed. */
  get fds(): readonly Fd[] {
    if (this.count === 0) return NO_FDS;
    this.#fds ??= Array.from(this.#numbers.subarray(0, this.count), (number) => {
      const fd = ownFresh(number < 0 ? ~number : number, undefined);
      if (number < 0) fd.take();
      return fd;
    });
    return this.#fds;
  }

  /** What number descriptor `i` had when it came, taken or not. */
  cameAs(i: number): number {
    const number = this.#numbers[i] as number;
    return number < 0 ? ~number : number;
  }

  /** Numbers that are owned here, and by no `Fd`. */
  get bare(): readonly number[] {
    if (this.#fds !== undefined) return [];
    return Array.from(this.#numbers.subarray(0, this.count)).filter((number) => number >= 0);
  }

  /** Closes those that nobody has taken. */
  release(): void {
    const only = this.count === 1 && this.#fds === undefined ? (this.#numbers[0] as number) : -1;
    if (only >= 0) {
      this.count = 0;
      closeNumber(only);
      return;
    }
    const { bare } = this;
    const fds = this.#fds ?? [];
    this.count = 0;
    this.#fds = undefined;
    closeFds(fds);
    closeNumbers(bare);
  }
}
