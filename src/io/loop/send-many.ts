// Many waiting messages of one socket, sent by one system call.

import { OPENED_LENGTH } from "../../../assembly/shared/message.js";
import { BATCH_LIMIT, type BatchFrame, hasBatches, theBatches } from "../batch.js";
import { type BatchedMessage, layOutBatch } from "../batch-send.js";
import { release } from "../data.js";
import { theFrame } from "../frame.js";
import { IS_LINUX } from "../host.js";
import { FD_LIMIT } from "../send-plan.js";
import { hasData, type Queueable, type Queued } from "./queued.js";

/** Messages in one call at most: no more, so that one socket does not keep others waiting. */
const MANY = Math.min(32, BATCH_LIMIT);

/** Whether many messages can go by one call: of a stream not where the C library goes on behind one that was taken in part. */
function sendsMany(stream: boolean): boolean {
  if (!stream) return hasBatches();
  return IS_LINUX && !theFrame().abi.name.includes("musl");
}

/** Whether a message is one piece, of which nothing was sent yet. */
function isWhole(message: Queueable, stream: boolean): boolean {
  const { bytes, fds, numbers, plan, total } = message;
  if (bytes > 0 || fds > 0 || plan.control.length > 0 || numbers.length > FD_LIMIT) return false;
  return (total > 0 || !stream) && hasData(message);
}

/** The messages from `first` on that can go by one call; `mayTake` says of each behind it whether it may go now. */
export function manyFrom(first: Queued, stream: boolean, mayTake: () => boolean): Queueable[] {
  const messages: Queueable[] = [];
  if (first.after === undefined || !sendsMany(stream)) return messages;
  for (let next: Queued | undefined = first; next !== undefined; next = next.after) {
    const { message } = next;
    if (messages.length === MANY || !isWhole(message, stream)) break;
    if (messages.length > 0 && !mayTake()) break;
    messages.push(message);
  }
  return messages;
}

/**
 * Sends messages by one call: those that the kernel has now, the last of them perhaps in part; none when it refused the first, or
 * when there are not many. `count` is told of each before and behind it.
 */
export function sendMany(
  fd: number,
  messages: readonly Queueable[],
  count: (message: Queueable, sign: 1 | -1) => void,
): readonly Queueable[] {
  if (messages.length < 2) return [];
  for (const message of messages) count(message, -1);
  const sent = sendBatch(fd, messages);
  for (const message of messages) count(message, 1);
  return messages.slice(0, sent);
}

/** How many of them the kernel has now. */
function sendBatch(fd: number, messages: readonly Queueable[]): number {
  const batches = theBatches();
  const batch = messages.map(({ plan, numbers, parts, total }): BatchedMessage => {
    return { plan, numbers: numbers.length > 0 ? numbers : undefined, parts, total, rest: false };
  });
  const count = layOutBatch(batches, batch, 0);
  const sent = callOnce(batches, fd, count, messages[0]?.plan.flags ?? 0);
  if (sent <= 0) return 0;
  batches.outgoing.call("sent", sent);
  for (let i = 0; i < sent; i++) {
    const message = messages[i] as Queueable;
    message.bytes = Math.min(batches.outgoing.envelope(i).get(OPENED_LENGTH), message.total);
    message.fds = message.numbers.length;
  }
  return sent;
}

function callOnce({ frame, outgoing }: BatchFrame, fd: number, count: number, flags: number) {
  const address = outgoing.address(0);
  let result: number;
  do result = frame.system.sendmmsg(fd, address, count, flags);
  while (result === -frame.EINTR);
  release();
  return result;
}
