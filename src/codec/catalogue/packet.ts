// SOL_PACKET: messages of AF_PACKET sockets.

import { builtIn } from "../definition.js";
import { u16, u32 } from "../field.js";
import { extendedError } from "../field-error.js";
import { flags, named } from "../field-name.js";

/** tp_status of a received packet: linux/if_packet.h. */
const STATUS = {
  TP_STATUS_USER: 0x1,
  TP_STATUS_COPY: 0x2,
  TP_STATUS_LOSING: 0x4,
  TP_STATUS_CSUMNOTREADY: 0x8,
  TP_STATUS_VLAN_VALID: 0x10,
  TP_STATUS_BLK_TMO: 0x20,
  TP_STATUS_VLAN_TPID_VALID: 0x40,
  TP_STATUS_CSUM_VALID: 0x80,
  TP_STATUS_GSO_TCP: 0x100,
  TP_STATUS_TS_SOFTWARE: 0x20000000,
  TP_STATUS_TS_SYS_HARDWARE: 0x40000000,
  TP_STATUS_TS_RAW_HARDWARE: 0x80000000,
} as const;

/** Lengths, header offsets and VLAN tag of a received packet (PACKET_AUXDATA, struct tpacket_auxdata). */
export const packetAuxdata = builtIn("PACKET_AUXDATA", "SOL_PACKET", () => ({
  direction: "receive",
  proven: true,
  enable: ["PACKET_AUXDATA"],
  since: "2.6.21",
  fields: {
    status: flags(u32("tp_status"), STATUS),
    len: u32("tp_len", "bytes"),
    snaplen: u32("tp_snaplen", "bytes"),
    mac: u16("tp_mac", "bytes"),
    net: u16("tp_net", "bytes"),
    vlanTci: u16("tp_vlan_tci"),
    vlanTpid: named(u16("tp_vlan_tpid"), { ETH_P_8021Q: 0x8100, ETH_P_8021AD: 0x88a8 }),
  },
  source: "packet(7); linux/if_packet.h",
}));

/** When a packet was sent, on the error queue behind its SCM_TIMESTAMPING (PACKET_TX_TIMESTAMP, struct sock_extended_err). */
export const packetTxTimestamp = builtIn("PACKET_TX_TIMESTAMP", "SOL_PACKET", () => ({
  direction: "receive",
  proven: true,
  enable: ["SO_TIMESTAMPING"],
  needs: "SOF_TIMESTAMPING_TX_… set, and MSG_ERRQUEUE",
  since: "2.6.37",
  value: extendedError(),
  source: "Linux Documentation/networking/timestamping.rst; net/packet/af_packet.c",
}));
