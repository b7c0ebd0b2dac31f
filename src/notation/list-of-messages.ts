// A control buffer as a list of messages, where the macros of its ABI would make exactly these bytes of them.

import type { AbiOption } from "../codec/abi.js";
import type { AnyDefinition } from "../codec/definition.js";
import type { ControlMessage } from "../codec/message.js";
import { decodeControl, encodeControl } from "../codec.js";

/** Messages that give the bytes again. */
export interface MessageList {
  readonly messages: readonly ControlMessage[];
  /** Whether the buffer ends at CMSG_LEN of the last message instead of CMSG_SPACE. */
  readonly trimLast: boolean;
}

/** What bytes are made of; a sentence where the macros would make others. */
export function listMessages(
  bytes: Uint8Array,
  abi: AbiOption | undefined,
  definitions: readonly AnyDefinition[],
): MessageList | string {
  const options = abi === undefined ? {} : { abi };
  const { messages, problems } = decodeControl(bytes, { ...options, definitions });
  const broken = problems.find(({ code }) => /LENGTH|WALK/.test(code));
  if (broken !== undefined) return broken.message;
  for (const trimLast of [false, true]) {
    if (isSame(encodeControl(messages, { ...options, trimLast }), bytes))
      return { messages, trimLast };
  }
  return "the bytes between or behind the messages are not those that the macros leave";
}

/** Whether two byte arrays are equal. */
export function isSame(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && one.every((byte, i) => byte === other[i]);
}
