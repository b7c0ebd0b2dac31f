// The errors of a queue of messages.

import { ownError } from "../errors.js";
import { type Queueable, sentOf } from "./queued.js";

/** The error says what the kernel had taken of its message. */
export function withSent(error: Error, message: Queueable): Error {
  return message.bytes === 0 ? error : Object.assign(error, { sent: sentOf(message) });
}

/** The error of what would follow a message that was cut short. */
export function torn(cause: Error): Error {
  const message = "an earlier message was cut short on this stream: nothing can follow it";
  return Object.assign(new Error(message, { cause }), { code: "ERR_CMSG_STREAM_TORN" });
}

/** The error of what finds no room in the queue. */
export function queueFull(): Error {
  const message =
    "too much waits to be sent on this socket: await earlier sends, or raise queueBytes or queueFds";
  return ownError("ERR_CMSG_QUEUE_FULL", message);
}
