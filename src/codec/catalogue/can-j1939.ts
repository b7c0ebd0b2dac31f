// SOL_CAN_J1939: messages of J1939 sockets, the protocol of commercial vehicles on CAN.

import { builtIn } from "../definition.js";
import { u8, u64 } from "../field.js";
import { extendedError } from "../field-error.js";
import { named } from "../field-name.js";

const received = {
  direction: "receive",
  since: "5.4",
  source: "Linux Documentation/networking/j1939.rst; linux/can/j1939.h",
} as const;

/** The address that a message was sent to (SCM_J1939_DEST_ADDR). */
export const j1939DestinationAddress = builtIn("SCM_J1939_DEST_ADDR", "SOL_CAN_J1939", () => ({
  ...received,
  value: named(u8("dst_addr"), { J1939_IDLE_ADDR: 0xfe, J1939_NO_ADDR: 0xff }),
}));

/** The name of the controller that a message was sent to (SCM_J1939_DEST_NAME). */
export const j1939DestinationName = builtIn("SCM_J1939_DEST_NAME", "SOL_CAN_J1939", () => ({
  ...received,
  needs: "a message that was sent to a name",
  value: u64("dst_name"),
}));

/** The priority of a message: 0, the highest, to 7 (SCM_J1939_PRIO). */
export const j1939Priority = builtIn("SCM_J1939_PRIO", "SOL_CAN_J1939", () => ({
  ...received,
  value: u8("priority"),
}));

/** What becomes of a long message, on the error queue (SCM_J1939_ERRQUEUE, struct sock_extended_err). */
export const j1939ErrorQueue = builtIn("SCM_J1939_ERRQUEUE", "SOL_CAN_J1939", () => ({
  ...received,
  enable: ["SO_J1939_ERRQUEUE"],
  needs: "SO_TIMESTAMPING set, and MSG_ERRQUEUE",
  value: extendedError({
    J1939_EE_INFO_NONE: 0,
    J1939_EE_INFO_TX_ABORT: 1,
    J1939_EE_INFO_RX_RTS: 2,
    J1939_EE_INFO_RX_DPO: 3,
    J1939_EE_INFO_RX_ABORT: 4,
  }),
}));
