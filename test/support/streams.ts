// Pairs of streams that carry descriptors, and what tests ask of them.

import { once } from "node:events";
import { writeFileSync } from "node:fs";
import type { Duplex } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import { Fd, FdStream, type FdStreamOptions, UnixSocket } from "cmsg";
import { temporaryDirectory } from "./directory.js";
import { turns } from "./loop.js";

// What the first socket on the event loop opens stays open for the next ones: before descriptors are counted.
for (const socket of UnixSocket.pair()) socket.close();

/** Two streams that are connected to each other. */
export function streamPair(
  left?: FdStreamOptions,
  right: FdStreamOptions | undefined = left,
): [FdStream, FdStream] {
  const [a, b] = UnixSocket.pair();
  return [new FdStream(a, left), new FdStream(b, right)];
}

/** A file that says which one it is, opened and unlinked. */
export function numbered(i: number): Fd {
  using directory = temporaryDirectory();
  writeFileSync(directory.file("number"), String(i));
  return Fd.open(directory.file("number"));
}

/** Which one it is. Closes it. */
export function numberOf(fd: Fd): number {
  using file = fd;
  return Number(file.read(20, { position: 0 }).toString());
}

/** Resolves when streams are closed; destroys those that are not. */
export async function allClosed(...streams: readonly Duplex[]): Promise<void> {
  for (const stream of streams) {
    if (stream.closed) continue;
    const closed = once(stream, "close");
    stream.destroy();
    await closed;
  }
}

/** Resolves when something holds, and then some turns of the event loop later: what would go too far has done so. */
export async function until(holds: () => boolean): Promise<void> {
  const deadline = Date.now() + 20_000;
  while (!holds()) {
    if (Date.now() > deadline) throw new Error(`not within 20 s: ${holds}`);
    await sleep(1);
  }
  await turns(20);
}

/** How often each event has come. */
export function tally(stream: Duplex, ...events: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const event of events) {
    counts[event] = 0;
    stream.on(event, () => {
      counts[event] = (counts[event] ?? 0) + 1;
    });
  }
  return counts;
}
