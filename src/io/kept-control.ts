// Control data of a message whose descriptors are owned, decoded after it has left the frame.

import { ARENA_CONTROL } from "../codec/core.js";
import { decodeFound, findSafely } from "../codec/decode.js";
import type { ControlMessage } from "../codec/message.js";
import type { Problem } from "../codec/payload.js";
import type { Fd } from "./fd.js";
import type { HeldFds } from "./held-fds.js";
import { currentHost } from "./host.js";
import { NO_CONTROL } from "./received.js";
import { clearPadding } from "./recvmsg.js";

/** Control data with its values. */
export interface DecodedControl {
  readonly control: readonly ControlMessage<unknown, Fd>[];
  readonly problems: readonly Problem[];
  readonly controlBytes: Uint8Array;
}

/** Of a message without control data. */
export const NOTHING: DecodedControl = Object.freeze({
  control: NO_CONTROL,
  problems: Object.freeze([]),
  controlBytes: new Uint8Array(0),
});

/** Decodes a control buffer. Descriptors in it are those that are held. */
export function decodeKept(bytes: Uint8Array, held: HeldFds): DecodedControl {
  const { core, abi } = currentHost();
  const at = core.arena + ARENA_CONTROL;
  core.bytes.set(bytes, at);
  const { found, problems } = findSafely(core, abi, bytes.length);
  clearPadding(bytes, found);
  const { fds } = held;
  const owners = new Map(fds.map((fd, i) => [held.cameAs(i), fd]));
  const context = { abi, descriptor: (number: number): Fd | null => owners.get(number) ?? null };
  const decoded = decodeFound<Fd>(core, found, at, context, []);
  return {
    control: decoded.messages,
    problems: [...problems, ...decoded.problems],
    controlBytes: bytes,
  };
}
