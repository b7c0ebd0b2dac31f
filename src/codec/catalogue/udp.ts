// SOL_UDP: messages of UDP sockets.

import { control } from "../definition.js";
import { i32 } from "../field.js";

/** The size of the segments that a received buffer was put together from, in bytes (UDP_GRO). */
export const udpGro = control("UDP_GRO", {
  level: "SOL_UDP",
  direction: "receive",
  enable: ["UDP_GRO"],
  value: i32("segment", "bytes"),
  source: "udp(7); Linux include/linux/udp.h, udp_cmsg_recv",
});
