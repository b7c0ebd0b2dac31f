// How a stream with descriptors behaves: its options, checked.

import type { DuplexOptions } from "node:stream";
import { flagOf, integerIn } from "../codec/arguments.js";

/** How a stream with descriptors behaves. */
export interface FdStreamOptions {
  /** Hand descriptors to `'fds'` listeners as numbers, which the listeners then own, instead of `Fd`s; false unless given. */
  readonly numbers?: boolean;
  /** Whether the writing side stays open when the other end has ended; false unless given. */
  readonly allowHalfOpen?: boolean;
  /** Bytes that are read ahead. */
  readonly readableHighWaterMark?: number;
  /** Bytes that may be queued before `write` answers false. */
  readonly writableHighWaterMark?: number;
  /**
   * Descriptors that may be ahead of the reader, 1024 unless given: handed over while the bytes that they came with are not yet
   * read. Reading waits there, and a reader that needs still more bytes gets `ERR_CMSG_TOO_MANY_UNREAD_FDS`.
   */
  readonly unreadFdLimit?: number;
}

/** Checked options. */
export interface FdStreamSettings {
  readonly numbers: boolean;
  readonly unreadFdLimit: number;
  /** What the stream of Node is told. */
  readonly duplex: DuplexOptions;
}

const MOST = 0x7fffffff;

/** Reads and checks the options. */
export function fdStreamSettings(options: FdStreamOptions): FdStreamSettings {
  const duplex: DuplexOptions = { allowHalfOpen: flagOf(options.allowHalfOpen, "allowHalfOpen") };
  for (const mark of ["readableHighWaterMark", "writableHighWaterMark"] as const) {
    const bytes = options[mark];
    if (bytes !== undefined) duplex[mark] = integerIn(bytes, 0, MOST, mark);
  }
  return {
    numbers: flagOf(options.numbers, "numbers"),
    unreadFdLimit: integerIn(options.unreadFdLimit ?? 1024, 1, MOST, "unreadFdLimit"),
    duplex,
  };
}
