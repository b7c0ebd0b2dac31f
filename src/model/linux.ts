// Linux: every message is cut to the room that is left, SCM_RIGHTS to whole descriptors; what does not fit is closed.

import type { Area } from "./area.js";
import type { ModelPlace, SentMessage } from "./message.js";
import { type Delivery, lost, type Received, type ReceiveRule, whole } from "./rule.js";

/** Bytes of a file descriptor. */
const INT = 4;

function deliver(messages: readonly SentMessage[], place: ModelPlace, area: Area): Received {
  let used = 0;
  let truncated = false;
  const deliveries = messages.map((message): Delivery => {
    const put = message.rights ? putRights : putOrdinary;
    const delivery = put(message, place, area, used);
    const { available, fate, claimed } = delivery;
    if (fate !== "whole" && !isEmpty(message)) truncated = true;
    if (claimed !== null) used += Math.min(spaceOf(place, available), place.limit - used);
    return delivery;
  });
  const isPadded = deliveries.some(({ available }) => available !== spaceOf(place, available));
  const notes = isPadded ? ["Padding is not written: what stood in the buffer stays there."] : [];
  return { deliveries, controlLength: used, truncated, notes };
}

/** SCM_RIGHTS without descriptors: there is nothing of it to lose. */
function isEmpty({ rights, descriptors }: SentMessage): boolean {
  return rights && descriptors === 0;
}

/** What a message of so many bytes takes with its padding. */
function spaceOf({ layout }: ModelPlace, length: number): number {
  const { align } = layout.cmsg;
  return Math.ceil(length / align) * align;
}

/** put_cmsg: a header at least, and as much of the payload as fits. */
function putOrdinary(
  message: SentMessage,
  { layout, limit }: ModelPlace,
  area: Area,
  at: number,
): Delivery {
  const header = layout.cmsg.dataOffset;
  const room = limit - at;
  const { length } = message;
  if (message.pidfd && room < length) {
    return lost(
      message,
      "closed",
      `SCM_PIDFD arrives whole or not: it needs ${length} bytes, ${room} are left.`,
    );
  }
  if (room < header) {
    return lost(
      message,
      "closed",
      `A header needs ${header} bytes, ${room} are left: nothing is written.`,
    );
  }
  const claimed = Math.min(length, room);
  area.write(at, message, claimed, claimed, false);
  if (claimed === length) return whole(message, at);
  return {
    fate: "cut",
    offset: at,
    claimed,
    available: claimed,
    delivered: 0,
    closed: 0,
    leaked: 0,
    reason: `CMSG_LEN(${message.payload.length}) = ${length}, ${room} bytes are left: cmsg_len says ${claimed}.`,
  };
}

/** scm_detach_fds: as many whole descriptors as fit; none is no message. */
function putRights(
  message: SentMessage,
  { layout, limit }: ModelPlace,
  area: Area,
  at: number,
): Delivery {
  const header = layout.cmsg.dataOffset;
  const sent = message.descriptors;
  const room = limit - at;
  const fit = Math.min(sent, Math.max(Math.floor((room - header) / INT), 0));
  if (isEmpty(message)) {
    return lost(message, "closed", "SCM_RIGHTS without descriptors is not delivered.");
  }
  if (fit === 0) {
    const needs = header + INT;
    return lost(
      message,
      "closed",
      `One descriptor needs ${needs} bytes, ${room} are left: all ${sent} are closed.`,
    );
  }
  const claimed = header + INT * fit;
  area.write(at, message, claimed, claimed, false);
  if (fit === sent) return whole(message, at);
  return {
    fate: "cut",
    offset: at,
    claimed,
    available: claimed,
    delivered: fit,
    closed: sent - fit,
    leaked: 0,
    reason: `(${room} - ${header}) / ${INT} = room for ${fit} of ${sent} descriptors: the others are closed.`,
  };
}

/** Linux, as 6.18 does it; a 32-bit program on a 64-bit kernel alike, with its own sizes. */
export const LINUX: ReceiveRule = {
  system: "linux",
  abis: ["linux", "android"],
  source:
    "net/core/scm.c, put_cmsg and scm_detach_fds; include/net/scm.h, scm_pidfd_recv; net/compat.c",
  tested: true,
  deliver,
};
