// SOL_NETLINK: messages of AF_NETLINK sockets.

import { builtIn } from "../definition.js";
import { i32, u32 } from "../field.js";

/** The multicast group that a message was sent to, 0 for this socket alone (NETLINK_PKTINFO, struct nl_pktinfo). */
export const netlinkPacketInfo = builtIn("NETLINK_PKTINFO", "SOL_NETLINK", () => ({
  direction: "receive",
  proven: true,
  enable: ["NETLINK_PKTINFO"],
  since: "2.6.14",
  fields: { group: u32("group") },
  source: "netlink(7); linux/netlink.h",
}));

/** The id of the network namespace that a message comes from (NETLINK_LISTEN_ALL_NSID). */
export const netlinkNamespace = builtIn("NETLINK_LISTEN_ALL_NSID", "SOL_NETLINK", () => ({
  direction: "receive",
  proven: true,
  enable: ["NETLINK_LISTEN_ALL_NSID"],
  needs: "a message of another namespace, to which this one has given an id",
  since: "4.2",
  value: i32("nsid"),
  source: "netlink(7); Linux net/netlink/af_netlink.c, netlink_cmsg_listen_all_nsid",
}));
