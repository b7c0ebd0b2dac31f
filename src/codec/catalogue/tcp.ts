// SOL_TCP: messages of TCP sockets.

import { builtIn } from "../definition.js";
import { i32 } from "../field.js";

/** Bytes that can be read after this message (TCP_CM_INQ). */
export const tcpInq = builtIn("TCP_CM_INQ", "SOL_TCP", () => ({
  direction: "receive",
  proven: true,
  enable: ["TCP_INQ"],
  since: "4.18",
  value: i32("inq", "bytes"),
  source: "Linux net/ipv4/tcp.c, tcp_recvmsg; linux/tcp.h",
}));
