// What a kernel has to deliver: messages with their lengths in an ABI, and how many descriptors each carries.

import { type AbiOption, constantOf, resolveAbi } from "../codec/abi.js";
import { standardCore } from "../codec/core.js";
import type { MessageInput } from "../codec/encode.js";
import {
  CMSG_LEN,
  CMSG_SPACE,
  decodeControl,
  encodeControl,
  type Layout,
  layout,
} from "../codec.js";

/** A control message that waits to be received. */
export interface SentMessage {
  readonly level: number;
  readonly type: number;
  readonly payload: Uint8Array;
  /** CMSG_LEN and CMSG_SPACE of its payload. */
  readonly length: number;
  readonly space: number;
  /** Whether it is SCM_RIGHTS. */
  readonly rights: boolean;
  /** Whether it is SCM_PIDFD. */
  readonly pidfd: boolean;
  /** Descriptors in it. */
  readonly descriptors: number;
}

/** Where messages are laid out. */
export interface ModelPlace {
  readonly option: AbiOption;
  readonly layout: Layout;
  readonly limit: number;
}

/** The messages of a control buffer, or those that were given. */
export function sentMessages(
  given: Iterable<MessageInput> | ArrayBufferView | ArrayBufferLike,
  option: AbiOption,
): readonly SentMessage[] {
  const isBytes = ArrayBuffer.isView(given) || !(Symbol.iterator in Object(given));
  const bytes = isBytes
    ? (given as ArrayBufferView)
    : encodeControl(given as Iterable<MessageInput>, { abi: option });
  const abi = resolveAbi(standardCore(), option);
  const socket = constantOf(abi, "SOL_SOCKET") ?? 1;
  return decodeControl(bytes, { abi: option }).messages.map(({ level, type, payload }) => {
    const rights = level === socket && type === constantOf(abi, "SCM_RIGHTS");
    const pidfd = level === socket && type === constantOf(abi, "SCM_PIDFD");
    return Object.freeze({
      level,
      type,
      payload,
      length: CMSG_LEN(payload.length, { abi: option }),
      space: CMSG_SPACE(payload.length, { abi: option }),
      rights,
      pidfd,
      descriptors: rights ? Math.floor(payload.length / 4) : pidfd ? 1 : 0,
    });
  });
}

/** The place of messages in an ABI, with so much room. */
export function placeOf(option: AbiOption, limit: number): ModelPlace {
  return { option, layout: layout(option), limit };
}
