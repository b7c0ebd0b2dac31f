// SOL_RXRPC: messages of AF_RXRPC sockets, the remote procedure calls of AFS. Messages without a payload say something by being there.

import { errnoNames } from "../constants/errno.js";
import { RXRPC_ABORTS } from "../constants/rxrpc.js";
import { builtIn } from "../definition.js";
import { i64, repeat, rest, u8, u16, u32, u64, ulong } from "../field.js";
import { between } from "../field-list.js";
import { named, namedBy } from "../field-name.js";
import { none, optional, padded } from "../field-struct.js";

const either = {
  direction: "both",
  since: "2.6.22",
  source: "Linux Documentation/networking/rxrpc.rst; linux/rxrpc.h",
} as const;

const sent = { ...either, direction: "send" } as const;
const received = { ...either, direction: "receive" } as const;

/** The call that a message belongs to, by a number of the program's own choice (RXRPC_USER_CALL_ID). */
export const rxrpcUserCallId = builtIn("RXRPC_USER_CALL_ID", "SOL_RXRPC", () => ({
  ...either,
  value: ulong("user_call_ID"),
}));

/** A call was ended, or is to be ended, with this code (RXRPC_ABORT). */
export const rxrpcAbort = builtIn("RXRPC_ABORT", "SOL_RXRPC", () => ({
  ...either,
  value: named(u32("abort_code"), RXRPC_ABORTS),
}));

/** The client has everything of the reply: the call is over (RXRPC_ACK). */
export const rxrpcAck = builtIn("RXRPC_ACK", "SOL_RXRPC", () => ({
  ...received,
  needs: "a server's call",
  value: none(),
}));

/** The network failed, and the call with it (RXRPC_NET_ERROR). */
export const rxrpcNetError = builtIn("RXRPC_NET_ERROR", "SOL_RXRPC", () => ({
  ...received,
  value: namedBy(u32("errno"), errnoNames),
}));

/** The server was busy and took no call (RXRPC_BUSY). */
export const rxrpcBusy = builtIn("RXRPC_BUSY", "SOL_RXRPC", () => ({
  ...received,
  needs: "a client's call",
  value: none(),
}));

/** This host failed, and the call with it (RXRPC_LOCAL_ERROR). */
export const rxrpcLocalError = builtIn("RXRPC_LOCAL_ERROR", "SOL_RXRPC", () => ({
  ...received,
  value: namedBy(u32("errno"), errnoNames),
}));

/** A call waits for a server (RXRPC_NEW_CALL). */
export const rxrpcNewCall = builtIn("RXRPC_NEW_CALL", "SOL_RXRPC", () => ({
  ...received,
  needs: "a listening socket",
  value: none(),
}));

/** The call shall have a connection of its own (RXRPC_EXCLUSIVE_CALL). */
export const rxrpcExclusiveCall = builtIn("RXRPC_EXCLUSIVE_CALL", "SOL_RXRPC", () => ({
  ...sent,
  value: none(),
}));

/** The server may answer as the newer service (RXRPC_UPGRADE_SERVICE). */
export const rxrpcUpgradeService = builtIn("RXRPC_UPGRADE_SERVICE", "SOL_RXRPC", () => ({
  ...sent,
  needs: "the first message of a client's call",
  since: "4.14",
  value: none(),
}));

/** How much data the call will send, in bytes (RXRPC_TX_LENGTH). */
export const rxrpcTxLength = builtIn("RXRPC_TX_LENGTH", "SOL_RXRPC", () => ({
  ...sent,
  since: "4.14",
  value: i64("tx_total_len", "bytes"),
}));

/**
 * Limits of a call's time (RXRPC_SET_CALL_TIMEOUT), one to three numbers: its whole life in s, the wait for the next packet in ms, and
 * the wait for the next packet of data in ms.
 */
export const rxrpcSetCallTimeout = builtIn("RXRPC_SET_CALL_TIMEOUT", "SOL_RXRPC", () => ({
  ...sent,
  since: "4.16",
  limit: 12,
  value: between(repeat(u32("timeout", "s, then ms")), 1, 3),
}));

/** A call id for a call to come (RXRPC_CHARGE_ACCEPT). */
export const rxrpcChargeAccept = builtIn("RXRPC_CHARGE_ACCEPT", "SOL_RXRPC", () => ({
  ...sent,
  needs: "a listening socket, and RXRPC_USER_CALL_ID beside it",
  since: "5.11",
  value: none(),
}));

/** The message beside the calls that this belongs to (RXRPC_OOB_ID). */
export const rxrpcOobId = builtIn("RXRPC_OOB_ID", "SOL_RXRPC", () => ({
  ...either,
  since: "6.16",
  value: u64("oob_id"),
}));

/** A server asks a client who it is (RXRPC_CHALLENGED, struct rxrpc_challenge): what follows belongs to the security class. */
export const rxrpcChallenged = builtIn("RXRPC_CHALLENGED", "SOL_RXRPC", () => ({
  ...received,
  since: "6.16",
  // Of all classes RxGK appends the most: four bytes.
  limit: 8,
  fields: {
    serviceId: u16("service_id"),
    securityIndex: padded(
      named(u8("security_index"), {
        RXRPC_SECURITY_NONE: 0,
        RXRPC_SECURITY_RXKAD: 2,
        RXRPC_SECURITY_RXGK: 4,
        RXRPC_SECURITY_RXK5: 5,
      }),
      "pad",
      1,
    ),
    more: optional(rest("more"), new Uint8Array(0)),
  },
}));

/** The answer to a challenge (RXRPC_RESPOND). */
export const rxrpcRespond = builtIn("RXRPC_RESPOND", "SOL_RXRPC", () => ({
  ...sent,
  needs: "RXRPC_OOB_ID of the challenge beside it",
  since: "6.16",
  value: none(),
}));

/** A client has answered a challenge (RXRPC_RESPONDED). */
export const rxrpcResponded = builtIn("RXRPC_RESPONDED", "SOL_RXRPC", () => ({
  ...received,
  since: "6.16",
  value: none(),
}));

/** Data of the application in an answer to a challenge of class RxGK (RXRPC_RESP_RXGK_APPDATA). */
export const rxrpcRespRxgkAppData = builtIn("RXRPC_RESP_RXGK_APPDATA", "SOL_RXRPC", () => ({
  ...sent,
  since: "6.16",
  value: rest("appdata"),
}));
