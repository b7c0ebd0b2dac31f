// SOL_LLC: messages of AF_LLC sockets (IEEE 802.2).

import { builtIn } from "../definition.js";
import { i32, u8 } from "../field.js";
import { mac } from "../field-mac.js";
import { named } from "../field-name.js";

/** Service access points: linux/llc.h. */
const ACCESS_POINTS = {
  LLC_SAP_NULL: 0x00,
  LLC_SAP_LLC: 0x02,
  LLC_SAP_SNA: 0x04,
  LLC_SAP_IP: 0x06,
  LLC_SAP_PNM: 0x0e,
  LLC_SAP_BSPAN: 0x42,
  LLC_SAP_MMS: 0x4e,
  LLC_SAP_8208: 0x7e,
  LLC_SAP_3COM: 0x80,
  LLC_SAP_PRO: 0x8e,
  LLC_SAP_SNAP: 0xaa,
  LLC_SAP_BANYAN: 0xbc,
  LLC_SAP_RM: 0xd4,
  LLC_SAP_LAR: 0xdc,
  LLC_SAP_IPX: 0xe0,
  LLC_SAP_NETBEUI: 0xf0,
  LLC_SAP_LANMGR: 0xf4,
  LLC_SAP_IMPL: 0xf8,
  LLC_SAP_DISC: 0xfc,
  LLC_SAP_OSI: 0xfe,
  LLC_SAP_GLOBAL: 0xff,
} as const;

/** Where a packet came in, and what it was addressed to (LLC_OPT_PKTINFO, struct llc_pktinfo). */
export const llcPacketInfo = builtIn("LLC_OPT_PKTINFO", "SOL_LLC", () => ({
  direction: "receive",
  enable: ["LLC_OPT_PKTINFO"],
  needs: "a datagram socket",
  since: "2.6.36",
  fields: {
    ifindex: i32("lpi_ifindex"),
    sap: named(u8("lpi_sap"), ACCESS_POINTS),
    mac: mac("lpi_mac"),
  },
  source: "linux/llc.h; Linux net/llc/af_llc.c, llc_cmsg_rcv",
}));
