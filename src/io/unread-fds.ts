// Descriptors that were handed over while the bytes they came with are still to be read: how many of them there are.

import { ownError } from "./errors.js";

interface Came {
  /** Position in the stream behind the last byte that they came with. */
  readonly end: number;
  readonly count: number;
}

/** Counts the descriptors of one stream that are ahead of its reader. */
export class UnreadFds {
  readonly #came: Came[] = [];
  #count = 0;

  /** Descriptors have come with bytes that end at a position. */
  add(count: number, end: number): void {
    this.#came.push({ end, count });
    this.#count += count;
  }

  /** How many are ahead of a reader at a position. */
  ahead(position: number): number {
    for (let first = this.#came[0]; first !== undefined; first = this.#came[0]) {
      if (first.end > position) break;
      this.#came.shift();
      this.#count -= first.count;
    }
    return this.#count;
  }
}

/** Of a reader that needs more bytes although so many are ahead of it. */
export function tooManyUnread(limit: number): Error {
  const message = `the other end has sent ${limit} descriptors or more ahead of what was read (unreadFdLimit)`;
  return ownError("ERR_CMSG_TOO_MANY_UNREAD_FDS", message);
}
