// SOL_SOCKET: what network cards and their drivers say of a message, or are told.

import { SERVICE_CLASSES } from "../constants/service-class.js";
import { builtIn } from "../definition.js";
import { i32, octets, u32, u64 } from "../field.js";
import { named, yesNo } from "../field-name.js";
import { converted, struct } from "../field-struct.js";

/** Whether a transmitted frame was acknowledged (SCM_WIFI_STATUS). */
export const wifiStatus = builtIn("SCM_WIFI_STATUS", "SOL_SOCKET", () => ({
  direction: "receive",
  enable: ["SO_WIFI_STATUS"],
  needs: "IEEE 802.11; the error queue (MSG_ERRQUEUE)",
  since: "3.3",
  value: yesNo(i32("acked")),
  source: "Linux net/socket.c, __sock_recv_wifi_status",
}));

/** A struct dmabuf_cmsg. */
const dmabufCmsg = {
  fragOffset: u64("frag_offset", "bytes"),
  fragSize: u32("frag_size", "bytes"),
  fragToken: u32("frag_token"),
  dmabufId: u32("dmabuf_id"),
  flags: u32("flags"),
};

/** How many of the received bytes were copied to the buffer, of a socket with device memory (SCM_DEVMEM_LINEAR, struct dmabuf_cmsg). */
export const devmemLinear = builtIn("SCM_DEVMEM_LINEAR", "SOL_SOCKET", () => ({
  direction: "receive",
  needs: "MSG_SOCK_DEVMEM, and a card that splits headers",
  since: "6.12",
  fields: dmabufCmsg,
  source: "Linux Documentation/networking/devmem.rst, struct dmabuf_cmsg",
}));

/**
 * Where received bytes lie in device memory; SO_DEVMEM_DONTNEED gives `fragToken` back (SCM_DEVMEM_DMABUF, struct dmabuf_cmsg).
 */
export const devmemDmabuf = builtIn("SCM_DEVMEM_DMABUF", "SOL_SOCKET", () => ({
  direction: "receive",
  needs: "MSG_SOCK_DEVMEM, and a card that splits headers",
  since: "6.12",
  fields: dmabufCmsg,
  source: "Linux Documentation/networking/devmem.rst, struct dmabuf_cmsg",
}));

/** The id of the device memory that a message is sent from (SCM_DEVMEM_DMABUF, sent). */
export const devmemDmabufId = builtIn("SCM_DEVMEM_DMABUF", "SOL_SOCKET", () => ({
  direction: "send",
  needs: "MSG_ZEROCOPY on a TCP socket whose interface the memory is bound to",
  since: "6.16",
  value: u32("dmabuf_id"),
  source: "Linux Documentation/networking/devmem.rst; net/core/sock.c, __sock_cmsg_send",
}));

/** The interface that a packet with a hardware stamp came to, and its length there in bytes (SCM_TIMESTAMPING_PKTINFO, struct scm_ts_pktinfo). */
export const timestampPktinfo = builtIn("SCM_TIMESTAMPING_PKTINFO", "SOL_SOCKET", () => ({
  direction: "receive",
  enable: ["SO_TIMESTAMPING"],
  needs: "SOF_TIMESTAMPING_OPT_PKTINFO, and a card that stamps",
  since: "4.13",
  value: converted(
    struct({
      ifindex: u32("if_index"),
      length: u32("pkt_length", "bytes"),
      reserved: octets("reserved", 8),
    }),
    {
      read: ({ ifindex, length }) => ({ ifindex, length }),
      write: (value: { readonly ifindex: number; readonly length: number }) => ({
        ...value,
        reserved: new Uint8Array(8),
      }),
    },
  ),
  source: "Linux Documentation/networking/timestamping.rst, struct scm_ts_pktinfo",
}));

/** The class of service of a packet on Darwin (SO_TRAFFIC_CLASS). */
export const serviceClass = builtIn("SO_TRAFFIC_CLASS", "SOL_SOCKET", () => ({
  direction: "both",
  enable: ["SO_RECV_TRAFFIC_CLASS"],
  value: named(i32("traffic_class"), SERVICE_CLASSES),
  source: "XNU bsd/sys/socket_private.h",
}));
