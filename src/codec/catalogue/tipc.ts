// SOL_TIPC: messages of TIPC sockets.

import { builtIn } from "../definition.js";
import { rest, u32 } from "../field.js";
import { named } from "../field-name.js";

/** linux/tipc.h. */
const ERRORS = {
  TIPC_OK: 0,
  TIPC_ERR_NO_NAME: 1,
  TIPC_ERR_NO_PORT: 2,
  TIPC_ERR_NO_NODE: 3,
  TIPC_ERR_OVERLOAD: 4,
  TIPC_CONN_SHUTDOWN: 5,
} as const;

const received = { direction: "receive", since: "2.6.16" } as const;

/** Why a message came back, and how long it was (TIPC_ERRINFO). */
export const tipcErrorInfo = builtIn("TIPC_ERRINFO", "SOL_TIPC", () => ({
  ...received,
  needs: "a message that was rejected or returned",
  fields: { error: named(u32("error"), ERRORS), length: u32("length", "bytes") },
  source: "tipc(7) of tipc-utils; Linux net/tipc/socket.c, tipc_sk_anc_data_recv",
}));

/** The data of a message that came back (TIPC_RETDATA): its first 1024 bytes. */
export const tipcReturnedData = builtIn("TIPC_RETDATA", "SOL_TIPC", () => ({
  ...received,
  needs: "a message that was rejected or returned",
  limit: 1024,
  value: rest("data"),
  source: "tipc(7) of tipc-utils; Linux net/tipc/socket.c, tipc_sk_anc_data_recv",
}));

/** The service address that a message was sent to (TIPC_DESTNAME). */
export const tipcDestinationName = builtIn("TIPC_DESTNAME", "SOL_TIPC", () => ({
  ...received,
  needs: "a message that was sent to a service address",
  fields: { type: u32("type"), lower: u32("lower"), upper: u32("upper") },
  source: "tipc(7) of tipc-utils; Linux net/tipc/socket.c, tipc_sk_anc_data_recv",
}));
