// What is said of messages that are not sent.

import { ownError } from "../errors.js";
import { type Queueable, sentOf } from "./queued.js";

/** Refusals that pass when a receiver takes something, or memory is freed. */
export const PASSING: ReadonlySet<string> = new Set(["ETOOMANYREFS", "ENOBUFS", "ENOMEM"]);

/** The peer's end is the end of all messages: each is refused by the kernel itself. */
export const ENDED: ReadonlySet<string> = new Set(["EPIPE", "ECONNRESET", "ENOTCONN"]);

/** The error says what the kernel had taken of its message. */
export function withSent(error: Error, message: Queueable): Error {
  return message.bytes === 0 ? error : Object.assign(error, { sent: sentOf(message) });
}

/** Of a message whose memory the caller has taken away, or resized, while it waited. */
export function dataGone(): Error {
  const message =
    "data must stay as it is until its promise settles: while it waited, its memory was transferred away or resized";
  return Object.assign(new TypeError(message), { code: "ERR_CMSG_INVALID_ARG_TYPE" });
}

/** Of everything behind a message that was cut short. */
export function torn(cause: Error): Error {
  const message = "an earlier message was cut short on this stream: nothing can follow it";
  return Object.assign(new Error(message, { cause }), { code: "ERR_CMSG_STREAM_TORN" });
}

/** Of a message for which the queue has no room. */
export function queueFull(): Error {
  const message =
    "too much waits to be sent on this socket: await earlier sends, or raise queueBytes or queueFds";
  return ownError("ERR_CMSG_QUEUE_FULL", message);
}

/** Of a message that was to go around the queue. */
export function writesPending(): Error {
  const message =
    "this socket has messages queued, which this one would overtake: use its own send(), or await what was sent";
  return ownError("ERR_CMSG_WRITES_PENDING", message);
}
