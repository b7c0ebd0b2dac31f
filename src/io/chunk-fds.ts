// Chunks that a stream has still to write, and the descriptors that go with some of them.

import { Buffer } from "node:buffer";
import { bytesOf } from "../codec/arguments.js";
import { closeFds, type Fd, ownFresh } from "./fd.js";
import { duplicate } from "./file.js";
import type { UnixSocket } from "./unix-socket.js";

/** A buffer that no other chunk shares: its identity says which descriptors go with it. */
export function ownChunk(bytes: unknown): Buffer {
  if (typeof bytes === "string") return Buffer.from(bytes);
  const { buffer, byteOffset, byteLength } = bytesOf(bytes, "bytes");
  return Buffer.from(buffer, byteOffset, byteLength);
}

/** Descriptors of the chunks of one stream: duplicates, until their chunk is written. */
export class ChunkFds {
  /** Made for the first descriptors: most streams never have any. */
  #fds: Map<unknown, readonly Fd[]> | undefined;

  /** Duplicates descriptors that go with a chunk. */
  add(chunk: Buffer, numbers: readonly number[]): void {
    this.#fds ??= new Map();
    this.#fds.set(chunk, duplicates(numbers));
  }

  /** Sends chunks in order: those without descriptors together, one with descriptors as a message of its own. */
  async send(socket: UnixSocket, chunks: readonly Buffer[]): Promise<void> {
    let plain: Buffer[] = [];
    for (const chunk of chunks) {
      const fds = this.#fds?.get(chunk);
      if (fds === undefined) {
        plain.push(chunk);
        continue;
      }
      if (isFilled(plain)) await socket.send(plain);
      plain = [];
      // Released while the one before was sent: the socket is closed, and says so.
      await socket.send(chunk, this.#fds?.has(chunk) === true ? { fds } : undefined);
      this.#fds?.delete(chunk);
      closeFds(fds);
    }
    if (isFilled(plain)) await socket.send(plain);
  }

  /** Closes what was not sent. */
  release(): void {
    for (const fds of this.#fds?.values() ?? []) closeFds(fds);
    this.#fds = undefined;
  }
}

function isFilled(parts: readonly Buffer[]): boolean {
  return parts.some((part) => part.length > 0);
}

function duplicates(numbers: readonly number[]): readonly Fd[] {
  const copies: Fd[] = [];
  try {
    for (const number of numbers) copies.push(ownFresh(duplicate(number), undefined));
    return copies;
  } catch (error) {
    closeFds(copies);
    throw error;
  }
}
