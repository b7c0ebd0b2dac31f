// SOL_IEEE802154: messages of sockets of wireless personal area networks.

import { builtIn } from "../definition.js";
import { u8 } from "../field.js";

/**
 * The quality of the link that a packet came over, best at 255 (WPAN_WANTLQI). The level has the number of SOL_IP, for which `decodeControl`
 * takes it: give this definition among its `definitions` to read it.
 */
export const wpanLinkQuality = builtIn("WPAN_WANTLQI", "SOL_IEEE802154", () => ({
  direction: "receive",
  enable: ["WPAN_WANTLQI"],
  needs: "a datagram socket",
  since: "4.20",
  value: u8("lqi"),
  source: "Linux net/ieee802154/socket.c, dgram_recvmsg",
}));
