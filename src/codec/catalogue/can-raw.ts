// SOL_CAN_RAW: messages of raw CAN sockets.

import { builtIn } from "../definition.js";
import { extendedError } from "../field-error.js";

/** When a frame was sent, on the error queue behind its SCM_TIMESTAMPING (SCM_CAN_RAW_ERRQUEUE, struct sock_extended_err). */
export const canRawErrorQueue = builtIn("SCM_CAN_RAW_ERRQUEUE", "SOL_CAN_RAW", () => ({
  direction: "receive",
  enable: ["SO_TIMESTAMPING"],
  needs: "SOF_TIMESTAMPING_TX_… set, and MSG_ERRQUEUE",
  since: "6.0",
  value: extendedError(),
  source: "linux/can/raw.h; Linux net/can/raw.c, raw_recvmsg",
}));
