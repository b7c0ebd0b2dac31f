// SOL_DCCP: messages of DCCP sockets, which Linux had up to 6.15.

import { builtIn } from "../definition.js";
import { u32 } from "../field.js";

/** The priority of a packet in the queue (DCCP_SCM_PRIORITY). Up to Linux 6.15. */
export const dccpPriority = builtIn("DCCP_SCM_PRIORITY", "SOL_DCCP", () => ({
  direction: "send",
  needs: "DCCP_SOCKOPT_QPOLICY_ID set to DCCPQ_POLICY_PRIO",
  since: "2.6.38",
  value: u32("priority"),
  source: "Linux Documentation/networking/dccp.rst; net/dccp/proto.c, dccp_msghdr_parse",
}));
