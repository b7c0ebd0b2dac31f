// SOL_UDP: messages of UDP sockets.

import { control } from "../definition.js";
import { i32, u16 } from "../field.js";

/** The size of the datagrams that the kernel cuts a sent buffer into, in bytes (UDP_SEGMENT). */
export const udpSegment = control("UDP_SEGMENT", {
  level: "SOL_UDP",
  direction: "send",
  since: "4.18",
  value: u16("segment", "bytes"),
  source: "udp(7); Linux net/ipv4/udp.c, __udp_cmsg_send",
});

/** The size of the segments that a received buffer was put together from, in bytes (UDP_GRO). */
export const udpGro = control("UDP_GRO", {
  level: "SOL_UDP",
  direction: "receive",
  enable: ["UDP_GRO"],
  needs: "several datagrams of one flow that were put together",
  since: "5.0",
  value: i32("segment", "bytes"),
  source: "udp(7); Linux include/linux/udp.h, udp_cmsg_recv",
});
