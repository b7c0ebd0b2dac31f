// Control data of a message whose descriptors are owned, decoded after it has left the frame.

import { ARENA_CONTROL } from "../codec/core.js";
import { decodeFound, type Found, findSafely } from "../codec/decode.js";
import type { AnyDefinition } from "../codec/definition.js";
import type { ControlMessage } from "../codec/message.js";
import type { Problem } from "../codec/problem.js";
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

/** The owner of a descriptor by the number that it came as; null where nobody owns it. */
export type Owners = (number: number) => Fd | null;

/** Decodes a control buffer. `ownersIn` answers who owns the descriptors in what was found in it. */
export function decodeKept(
  bytes: Uint8Array,
  ownersIn: (found: readonly Found[]) => Owners,
  own: readonly AnyDefinition[],
): DecodedControl {
  const { core, abi } = currentHost();
  const at = core.arena + ARENA_CONTROL;
  core.bytes.set(bytes, at);
  const { found, problems } = findSafely(core, abi, bytes.length);
  clearPadding(bytes, found);
  const decoded = decodeFound<Fd>(core, found, at, { abi, descriptor: ownersIn(found) }, own);
  return {
    control: decoded.messages,
    problems: [...problems, ...decoded.problems],
    controlBytes: bytes,
  };
}

/** Decodes a control buffer whose descriptors are those that are held. */
export function decodeHeld(bytes: Uint8Array, held: HeldFds): DecodedControl {
  const owners = new Map(held.fds.map((fd, i) => [held.cameAs(i), fd]));
  return decodeKept(bytes, () => (number) => owners.get(number) ?? null, []);
}
