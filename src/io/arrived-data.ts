// The data of a message that has arrived: how much of it the kernel has written, and where it lies.

import { Buffer } from "node:buffer";
import { totalLength } from "./data.js";
import type { Borrowed } from "./descriptor.js";
import { importedConstant } from "./host.js";
import { kindOfSocket } from "./kind.js";
import { type Landed, Piece, takeLanded } from "./landing.js";
import type { ReceivePlan } from "./receive.js";

const TRUNC = importedConstant("MSG_TRUNC");
const AF_INET = importedConstant("AF_INET");
const AF_INET6 = importedConstant("AF_INET6");
const SOCK_STREAM = importedConstant("SOCK_STREAM");

/** Bytes that the kernel has written, at most, where it answered `bytes`. */
export function bytesWritten({ flags }: ReceivePlan, socket: Borrowed, bytes: number): number {
  return (flags & TRUNC) !== 0 && discards(socket) ? 0 : bytes;
}

/** The data of a message for which recvmsg answered `bytes`. */
export function takeData(plan: ReceivePlan, socket: Borrowed, bytes: number): Landed {
  const { into, pool, flags } = plan;
  // With MSG_TRUNC as a flag the kernel answers more than it wrote.
  const length = (flags & TRUNC) === 0 ? bytes : bytesIn(plan, socket, bytes);
  if (pool !== undefined) return pool.lend(length);
  return into === undefined ? takeLanded(length) : takeTargets(into, length);
}

function bytesIn(plan: ReceivePlan, socket: Borrowed, bytes: number): number {
  const { into, dataLimit } = plan;
  const room = into === undefined ? dataLimit : totalLength(into);
  return Math.min(bytesWritten(plan, socket, bytes), room);
}

/** Whether MSG_TRUNC as a flag makes the kernel drop data unread: then it wrote nothing, whatever it answers. See tcp(7). */
function discards(socket: Borrowed): boolean {
  const kind = kindOfSocket(socket);
  const internet = kind?.family === AF_INET || kind?.family === AF_INET6;
  return internet && kind?.type === SOCK_STREAM;
}

function takeTargets(into: readonly Uint8Array[], bytes: number): Landed {
  const only = into[0];
  if (into.length !== 1 || only === undefined) return Buffer.alloc(0);
  return new Piece(only, 0, bytes);
}
