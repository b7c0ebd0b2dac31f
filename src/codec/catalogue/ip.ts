// IPPROTO_IP: messages of IPv4 sockets.

import { control } from "../definition.js";
import { sockaddrIn } from "../field-address.js";
import { reportedError } from "../field-error.js";

/** An entry of the error queue with the address of the node that reported it (IP_RECVERR, struct sock_extended_err). */
export const ipRecvErr = control("IP_RECVERR", {
  level: "SOL_IP",
  direction: "receive",
  enable: ["IP_RECVERR"],
  counterpart: "IPV6_RECVERR",
  proven: true,
  since: "2.2",
  value: reportedError(sockaddrIn("offender")),
  source: "ip(7), struct sock_extended_err",
});
