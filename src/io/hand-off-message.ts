// The message of a hand-off: what comes, flags, and the head of a connection, in the message itself or in a file.

import { Buffer } from "node:buffer";
import { unlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { typeError } from "../codec/arguments.js";
import { ownError } from "./errors.js";
import { Fd } from "./fd.js";
import { crypto } from "./node-modules.js";
import { UnixSocket } from "./unix-socket.js";

/** First byte: what comes. */
export const CONNECTION = 1;
export const SERVER = 2;
/** What comes, and flags. */
export const PREFIX_BYTES = 2;

/** Flag: The direction to the other end stays open when the other end has ended its own. */
export const HALF_OPEN = 1;
/** Flag: The direction to the other end has been ended. */
export const ENDED = 2;
/** Flag: The head is a file, the second descriptor. */
export const HEAD_IN_FILE = 4;

/** A message of this size and two bytes fits any send buffer that Linux allows. */
export const LONGEST_INLINE_HEAD = 4096;

/** The receiver takes no more into its memory, whoever sends. */
export const LONGEST_HEAD: number = 1 << 24;

/** Refuses channels that would not keep hand-offs apart. */
export function checkChannel(channel: unknown): void {
  if (!(channel instanceof UnixSocket)) throw typeError("channel", "a UnixSocket", channel);
  if (!channel.keepsMessages) throw notFramed();
}

function notFramed(): Error {
  const message =
    "a hand-off needs a channel that keeps messages apart: seqpacket, dgram, or a stream with framed: true at both ends";
  return ownError("ERR_CMSG_NOT_FRAMED", message);
}

/** A file without a name that holds a head. */
export function headFile(head: Uint8Array): Fd {
  const path = join(tmpdir(), `cmsg-head-${crypto().randomUUID()}`);
  const file = Fd.open(path, "wx+", { mode: 0o600 });
  try {
    unlinkSync(path);
    for (let at = 0; at < head.length; ) at += file.write(head.subarray(at));
    return file;
  } catch (error) {
    file.close();
    throw error;
  }
}

/** The head in a file. */
export function readHead(file: Fd): Buffer {
  const about = file.describe();
  if (about.kind !== "file" || about.size > LONGEST_HEAD) throw notHandOff();
  const head = Buffer.allocUnsafe(about.size);
  let position = 0;
  while (position < head.length) {
    const bytes = file.read(head.subarray(position), { position });
    if (bytes === 0) throw notHandOff();
    position += bytes;
  }
  return head;
}

/** The error of a message that something else has sent. */
export function notHandOff(): Error {
  return ownError(
    "ERR_CMSG_NOT_A_HAND_OFF",
    "this message is no hand-off; its descriptors were closed",
  );
}
