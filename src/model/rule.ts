// What is asked of a system: what becomes of each message, what recvmsg answers, and where its kernel says so.

import type { Area } from "./area.js";
import type { ModelPlace, SentMessage } from "./message.js";

/** Systems whose rules are known. */
export type ModelSystem = "linux" | "darwin" | "freebsd" | "netbsd";

/** What became of a message: all of it arrived, a part of it, or nothing. */
export type Fate = "whole" | "cut" | "lost";

/** What became of one message. */
export interface Delivery {
  readonly fate: Fate;
  /** Offset of its header in the control buffer; null when it is lost. */
  readonly offset: number | null;
  /** The cmsg_len that was written; null when it is lost. */
  readonly claimed: number | null;
  /** Bytes of it in the control buffer, header included, padding not. */
  readonly available: number;
  /** Descriptors whose numbers the program is told. */
  readonly delivered: number;
  /** Descriptors that the kernel closed. */
  readonly closed: number;
  /** Descriptors that are open in the program, which is not told their numbers. */
  readonly leaked: number;
  /** Why, as a sentence. */
  readonly reason: string;
}

/** What recvmsg answers. */
export interface Received {
  readonly deliveries: readonly Delivery[];
  /** msg_controllen afterwards. */
  readonly controlLength: number;
  /** Whether MSG_CTRUNC is set. */
  readonly truncated: boolean;
  readonly notes: readonly string[];
}

/** How a system delivers. */
export interface ReceiveRule {
  readonly system: ModelSystem;
  /** Beginnings of the names of its ABIs. */
  readonly abis: readonly string[];
  /** Its file and function. */
  readonly source: string;
  /** Whether tests hold it against a running kernel. */
  readonly tested: boolean;
  deliver(messages: readonly SentMessage[], place: ModelPlace, area: Area): Received;
}

/** A message that arrived as it was sent. */
export function whole(message: SentMessage, offset: number, reason = "It fits."): Delivery {
  const { length, descriptors } = message;
  return {
    fate: "whole",
    offset,
    claimed: length,
    available: length,
    delivered: descriptors,
    closed: 0,
    leaked: 0,
    reason,
  };
}

/** A message that did not arrive. */
export function lost(
  { descriptors }: SentMessage,
  end: "closed" | "leaked",
  reason: string,
): Delivery {
  return {
    fate: "lost",
    offset: null,
    claimed: null,
    available: 0,
    delivered: 0,
    closed: end === "closed" ? descriptors : 0,
    leaked: end === "leaked" ? descriptors : 0,
    reason,
  };
}
