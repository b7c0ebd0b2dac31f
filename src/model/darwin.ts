// macOS: messages are copied byte by byte until the buffer is full; cmsg_len stays, and descriptors are open before anybody counts.

import type { Area } from "./area.js";
import type { ModelPlace, SentMessage } from "./message.js";
import { type Delivery, lost, type Received, type ReceiveRule, whole } from "./rule.js";

function deliver(messages: readonly SentMessage[], place: ModelPlace, area: Area): Received {
  const { limit } = place;
  const notes: string[] = [];
  let used = 0;
  let truncated = false;
  const deliveries = messages.map((message): Delivery => {
    const room = limit - used;
    const at = used;
    if (room === 0) {
      const open =
        message.descriptors === 0
          ? ""
          : " Its descriptors are open, and nobody knows their numbers.";
      return lost(message, "leaked", `No room is left: it is not even counted.${open}`);
    }
    const copied = Math.min(message.space, room);
    area.write(at, message, message.length, copied, true);
    used += copied;
    if (copied === message.space) return whole(message, at);
    truncated = true;
    return cut(message, place, at, copied);
  });
  if (!truncated && deliveries.some(({ fate }) => fate === "lost")) {
    notes.push("MSG_CTRUNC stays clear: the buffer ended exactly behind a message.");
  }
  if (deliveries.some(({ leaked }) => leaked > 0)) {
    notes.push(
      "All descriptors were installed before the copy: those that are not told stay open until the program ends.",
    );
  }
  return { deliveries, controlLength: used, truncated, notes };
}

/** What the copy ends in. Without its padding alone a message has lost nothing but is reported as cut. */
function cut(
  message: SentMessage,
  { layout }: ModelPlace,
  offset: number,
  copied: number,
): Delivery {
  const { length, space, descriptors } = message;
  const header = layout.cmsg.dataOffset;
  const told = Math.min(Math.max(Math.floor((copied - header) / 4), 0), descriptors);
  const what =
    copied >= length
      ? "only its padding does not fit, and MSG_CTRUNC is set for that"
      : copied < header
        ? "not even its header is whole"
        : `cmsg_len still says ${length}: whoever believes it reads behind the buffer`;
  return {
    fate: copied >= length ? "whole" : "cut",
    offset,
    claimed: length,
    available: Math.min(copied, length),
    delivered: told,
    closed: 0,
    leaked: descriptors - told,
    reason: `It takes ${space} bytes, ${copied} are left: ${what}.`,
  };
}

/** macOS, by its published source. */
export const DARWIN: ReceiveRule = {
  system: "darwin",
  abis: ["darwin"],
  source: "xnu bsd/kern/uipc_syscalls.c, copyout_control; bsd/kern/uipc_usrreq.c, unp_externalize",
  tested: false,
  deliver,
};
