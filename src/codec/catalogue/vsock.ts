// SOL_VSOCK: messages of AF_VSOCK sockets, between a machine and its guests.

import { builtIn } from "../definition.js";
import { extendedError } from "../field-error.js";

/** Zero-copy sends that are complete, on the error queue (VSOCK_RECVERR, struct sock_extended_err). */
export const vsockRecvErr = builtIn("VSOCK_RECVERR", "SOL_VSOCK", () => ({
  direction: "receive",
  enable: ["SO_ZEROCOPY"],
  needs: "MSG_ZEROCOPY when sending, and MSG_ERRQUEUE",
  since: "6.7",
  value: extendedError(),
  source: "linux/vm_sockets.h; Linux net/vmw_vsock/af_vsock.c",
}));
