// FreeBSD: messages arrive whole, with their padding, or not at all; the first that does not fit ends it, and descriptors are closed.

import type { Area } from "./area.js";
import type { ModelPlace, SentMessage } from "./message.js";
import { type Delivery, lost, type Received, type ReceiveRule, whole } from "./rule.js";

function deliver(messages: readonly SentMessage[], { limit }: ModelPlace, area: Area): Received {
  let used = 0;
  let truncated = false;
  const deliveries = messages.map((message): Delivery => {
    const room = limit - used;
    if (truncated) return lost(message, "closed", "A message in front of it did not fit.");
    if (message.space > room) {
      truncated = true;
      const { length, space } = message;
      const padding = length <= room ? " Room without its padding is not enough." : "";
      return lost(message, "closed", `It takes ${space} bytes, ${room} are left.${padding}`);
    }
    const at = used;
    area.write(at, message, message.length, message.space, true);
    used += message.space;
    return whole(message, at);
  });
  return { deliveries, controlLength: used, truncated, notes: [] };
}

/** FreeBSD since 12, by its source. */
export const FREEBSD: ReceiveRule = {
  system: "freebsd",
  abis: ["freebsd"],
  source: "FreeBSD sys/kern/uipc_syscalls.c, kern_recvit and m_dispose_extcontrolm",
  tested: false,
  deliver,
};
