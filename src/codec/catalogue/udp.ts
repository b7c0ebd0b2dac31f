// SOL_UDP: messages of UDP sockets.

import { builtIn } from "../definition.js";
import { i32, u16, u32 } from "../field.js";

/** The size of the datagrams that the kernel cuts a sent buffer into, in bytes (UDP_SEGMENT; UDP_SEND_MSG_SIZE of Windows). */
export const udpSegment = builtIn(
  "UDP_SEGMENT",
  { levels: ["SOL_UDP", "IPPROTO_UDP"], types: ["UDP_SEGMENT", "UDP_SEND_MSG_SIZE"] },
  () => ({
    direction: "send",
    proven: true,
    since: "4.18",
    forms: [
      { value: u16("segment", "bytes") },
      {
        on: ["windows"],
        level: "IPPROTO_UDP",
        type: "UDP_SEND_MSG_SIZE",
        value: u32("segment", "bytes"),
      },
    ],
    source: "udp(7); Linux net/ipv4/udp.c, __udp_cmsg_send; Windows IPPROTO_UDP socket options",
  }),
);

/** The size of the segments that a received buffer was put together from, in bytes (UDP_GRO; UDP_COALESCED_INFO of Windows). */
export const udpGro = builtIn(
  "UDP_GRO",
  { levels: ["SOL_UDP", "IPPROTO_UDP"], types: ["UDP_GRO", "UDP_COALESCED_INFO"] },
  () => ({
    direction: "receive",
    proven: true,
    enable: ["UDP_GRO"],
    needs: "several datagrams of one flow that were put together",
    since: "5.0",
    forms: [
      { value: i32("segment", "bytes") },
      {
        on: ["windows"],
        level: "IPPROTO_UDP",
        type: "UDP_COALESCED_INFO",
        enable: ["UDP_RECV_MAX_COALESCED_SIZE"],
        value: u32("segment", "bytes"),
      },
    ],
    source: "udp(7); Linux include/linux/udp.h, udp_cmsg_recv; Windows IPPROTO_UDP socket options",
  }),
);
