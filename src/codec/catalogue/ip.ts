// IPPROTO_IP: messages of IPv4 sockets.

import type { Definition, FieldValues } from "../definition.js";
import { control } from "../definition.js";
import { type Field, u8, u32 } from "../field.js";
import { sockaddrIn } from "../field-address.js";

/** An entry of the error queue with the address of the node that reported it (IP_RECVERR, struct sock_extended_err). */
export const ipRecvErr: Definition<
  FieldValues<{
    errno: Field<number>;
    origin: Field<number>;
    type: Field<number>;
    code: Field<number>;
    pad: Field<number>;
    info: Field<number>;
    data: Field<number>;
    offender: Field<{ readonly host: string; readonly port: number } | null>;
  }>
> = control("IP_RECVERR", {
  level: "SOL_IP",
  direction: "receive",
  enable: ["IP_RECVERR"],
  fields: {
    errno: u32("ee_errno"),
    origin: u8("ee_origin"),
    type: u8("ee_type"),
    code: u8("ee_code"),
    pad: u8("ee_pad"),
    info: u32("ee_info"),
    data: u32("ee_data"),
    offender: sockaddrIn("offender"),
  },
  source: "ip(7), struct sock_extended_err",
});
