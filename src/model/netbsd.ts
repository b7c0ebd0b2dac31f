// NetBSD: SCM_RIGHTS arrives whole or ends it; any other message is cut with its cmsg_len as it was.

import type { Area } from "./area.js";
import type { ModelPlace, SentMessage } from "./message.js";
import { type Delivery, lost, type Received, type ReceiveRule, whole } from "./rule.js";

function deliver(messages: readonly SentMessage[], place: ModelPlace, area: Area): Received {
  const { limit, layout } = place;
  let used = 0;
  let truncated = false;
  let ended = limit === 0;
  const deliveries = messages.map((message, i): Delivery => {
    const room = Math.max(limit - used, 0);
    const { space, length, rights } = message;
    if (ended)
      return lost(
        message,
        "closed",
        "The buffer is full, or a message in front of it did not fit.",
      );
    const fits = space <= room;
    if (!fits) truncated = true;
    if (!fits && rights) {
      ended = true;
      return lost(
        message,
        "closed",
        `SCM_RIGHTS is not cut: it takes ${space} bytes, ${room} are left.`,
      );
    }
    const at = used;
    const copied = Math.min(space, room);
    area.write(at, message, length, copied, true);
    // The end is rounded up when another message follows, even beyond the buffer.
    const { align } = layout.cmsg;
    used += i < messages.length - 1 ? Math.ceil(copied / align) * align : copied;
    ended = used >= limit;
    if (fits) return whole(message, at);
    if (copied >= length)
      return whole(message, at, "Only its padding does not fit, and MSG_CTRUNC is set for that.");
    return {
      fate: "cut",
      offset: at,
      claimed: length,
      available: copied,
      delivered: 0,
      closed: 0,
      leaked: 0,
      reason: `It takes ${space} bytes, ${room} are left; cmsg_len still says ${length}.`,
    };
  });
  const notes: string[] = [];
  if (!truncated && deliveries.some(({ fate }) => fate === "lost")) {
    notes.push(
      "MSG_CTRUNC stays clear: the buffer ended exactly behind a message, or had no room at all.",
    );
  }
  if (used > limit)
    notes.push(`msg_controllen says ${used}, more than the ${limit} bytes of the buffer.`);
  return { deliveries, controlLength: used, truncated, notes };
}

/** NetBSD, by its source. */
export const NETBSD: ReceiveRule = {
  system: "netbsd",
  abis: ["netbsd"],
  source: "NetBSD sys/kern/uipc_syscalls.c, copyout_msg_control and free_control_mbuf",
  tested: false,
  deliver,
};
