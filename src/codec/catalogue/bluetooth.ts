// SOL_BLUETOOTH: messages of Bluetooth sockets above the host controller.

import { builtIn } from "../definition.js";
import { u8 } from "../field.js";
import { extendedError } from "../field-error.js";

/** How well a packet of voice or isochronous data was received, as the host controller flags it: 0 is good (BT_SCM_PKT_STATUS). */
export const btPacketStatus = builtIn("BT_SCM_PKT_STATUS", "SOL_BLUETOOTH", () => ({
  direction: "receive",
  enable: ["BT_PKT_STATUS"],
  needs: "a SCO or ISO socket",
  since: "5.9",
  value: u8("pkt_status"),
  source: "Linux net/bluetooth/af_bluetooth.c, bt_sock_recvmsg",
}));

/** When a packet was sent, on the error queue behind its SCM_TIMESTAMPING (BT_SCM_ERROR, struct sock_extended_err). */
export const btScmError = builtIn("BT_SCM_ERROR", "SOL_BLUETOOTH", () => ({
  direction: "receive",
  enable: ["SO_TIMESTAMPING"],
  needs: "SOF_TIMESTAMPING_TX_… set, and MSG_ERRQUEUE",
  since: "6.15",
  value: extendedError(),
  source: "l2cap(7) of BlueZ; Linux include/net/bluetooth/bluetooth.h",
}));
