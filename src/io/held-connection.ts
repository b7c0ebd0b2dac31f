// A connection of Node that is held still while its descriptor is on its way: nothing is read from it or written to it, and it
// can go on as if nothing had been.

import { Buffer } from "node:buffer";
import type { Socket } from "node:net";
import { streamHandle } from "./node-handle.js";

/** A connection that is held still. */
export interface HeldConnection {
  /** Bytes that Node had read and nobody had consumed. */
  readonly unread: Buffer;
  /** Lets it go on, with those bytes in front. */
  release(): void;
}

/** Gives an object properties of its own. Answers what takes them away, with those back that it had before. */
function override(object: object, properties: Readonly<Record<string, unknown>>): () => void {
  const before = Object.keys(properties).map(
    (name) => [name, Object.getOwnPropertyDescriptor(object, name)] as const,
  );
  for (const [name, value] of Object.entries(properties)) {
    Object.defineProperty(object, name, { value, configurable: true, writable: true });
  }
  return () => {
    for (const [name, descriptor] of before) {
      if (descriptor === undefined) Reflect.deleteProperty(object, name);
      else Object.defineProperty(object, name, descriptor);
    }
  };
}

/** What makes a handle read and stop reading. */
function reading(): { start: "readStart" | "resume"; stop: "readStop" | "pause" } {
  if (process.versions["bun"] !== undefined) return { start: "resume", stop: "pause" };
  return { start: "readStart", stop: "readStop" };
}

/** Holds a connection still. */
export function holdConnection(socket: Socket): HeldConnection {
  const handle = streamHandle(socket);
  const { start, stop } = reading();
  handle?.[stop]?.();
  const restart = handle === null ? () => {} : override(handle, { [start]: () => 0 });
  const unread = takeUnread(socket);
  let asked = false;
  let end: (() => void) | undefined;
  const restore = override(socket, {
    read(): null {
      asked = true;
      return null;
    },
    _final(done: (error?: Error | null) => void): void {
      end = () => socket._final(done);
    },
  });
  socket.cork();
  const release = (): void => {
    restart();
    restore();
    if (socket.destroyed) return;
    if (unread.length > 0) socket.unshift(unread);
    // What net.Socket has asked for meanwhile, or had before.
    if (wantsMore(socket)) handle?.[start]?.();
    socket.uncork();
    end?.();
    if (asked) readOn(socket);
  };
  return { unread, release };
}

/** Whether a connection that may go on has to be told to read: Bun does not say that it has its handle reading. */
function wantsMore(socket: Socket): boolean {
  if (process.versions["bun"] !== undefined) return !socket.isPaused();
  return streamHandle(socket)?.reading === true;
}

/** Takes what has been read, although nobody has asked for it: without `'data'`, and without `'end'` behind it. */
function takeUnread(socket: Socket): Buffer {
  const chunks: Buffer[] = [];
  const restore = override(socket, { emit: () => false });
  try {
    while (socket.readableLength > 0) {
      // More than the high-water mark would raise it; less than all, at the end of the stream, does not tell of the end.
      const chunk = socket.read(Math.min(socket.readableLength, socket.readableHighWaterMark));
      if (chunk === null) break;
      chunks.push(chunk);
    }
  } finally {
    restore();
  }
  return Buffer.concat(chunks);
}

/** Who has asked in vain asks again. */
function readOn(socket: Socket): void {
  if (socket.listenerCount("readable") > 0) socket.emit("readable");
  else while (socket.readableFlowing === true && socket.read() !== null);
}
