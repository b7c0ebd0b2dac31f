// SOL_TLS: messages of TCP sockets on which the kernel does TLS (kTLS).

import { builtIn } from "../definition.js";
import { u8 } from "../field.js";
import { named } from "../field-name.js";

/** Content types of TLS records: RFC 8446 section B.1; Linux include/net/tls_prot.h. */
const RECORD_TYPES = {
  TLS_RECORD_TYPE_CHANGE_CIPHER_SPEC: 20,
  TLS_RECORD_TYPE_ALERT: 21,
  TLS_RECORD_TYPE_HANDSHAKE: 22,
  TLS_RECORD_TYPE_DATA: 23,
  TLS_RECORD_TYPE_HEARTBEAT: 24,
  TLS_RECORD_TYPE_TLS12_CID: 25,
  TLS_RECORD_TYPE_ACK: 26,
} as const;

/** The content type of the TLS record to send (TLS_SET_RECORD_TYPE). */
export const tlsSetRecordType = builtIn("TLS_SET_RECORD_TYPE", "SOL_TLS", () => ({
  direction: "send",
  needs: "TCP_ULP tls with a transmit key (TLS_TX), and no MSG_MORE",
  since: "4.13",
  value: named(u8("record_type"), RECORD_TYPES),
  source: "Linux Documentation/networking/tls.rst; net/tls/tls_main.c, tls_process_cmsg",
}));

/** The content type of a received TLS record (TLS_GET_RECORD_TYPE). */
export const tlsGetRecordType = builtIn("TLS_GET_RECORD_TYPE", "SOL_TLS", () => ({
  direction: "receive",
  needs: "TCP_ULP tls with a receive key (TLS_RX)",
  since: "4.17",
  value: named(u8("record_type"), RECORD_TYPES),
  source: "Linux Documentation/networking/tls.rst; net/tls/tls_sw.c, tls_record_content_type",
}));
