// SOL_SCTP: messages of SCTP sockets (RFC 6458). Stream numbers are u16, identifiers of associations are the kernel's own.

import { builtIn } from "../definition.js";
import { i32, u16, u32 } from "../field.js";
import { ipv4, ipv6 } from "../field-address.js";
import { flags, named } from "../field-name.js";
import { optional } from "../field-struct.js";

/** How long a message is worth sending: linux/sctp.h, RFC 7496. Two bits of the flags. */
const POLICIES = {
  SCTP_PR_SCTP_PRIO: 0x30,
  SCTP_PR_SCTP_RTX: 0x20,
  SCTP_PR_SCTP_TTL: 0x10,
} as const;

/** sinfo_flags, snd_flags, rcv_flags, nxt_flags of linux/sctp.h. */
const FLAGS = {
  SCTP_UNORDERED: 0x1,
  SCTP_ADDR_OVER: 0x2,
  SCTP_ABORT: 0x4,
  SCTP_SACK_IMMEDIATELY: 0x8,
  ...POLICIES,
  SCTP_SENDALL: 0x40,
  SCTP_PR_SCTP_ALL: 0x80,
  SCTP_EOF: 0x200,
  SCTP_NOTIFICATION: 0x8000,
} as const;

/** Of an outgoing message, members that most senders leave alone are 0. */
const spare = (name: string, unit?: string) => optional(u32(name, unit), 0);
const association = (name: string) => optional(i32(name), 0);
const noFlags = (name: string) => optional(flags(u16(name), FLAGS), []);

/** The protocol of the data, which the kernel does not look at. */
const PROTOCOL = "network byte order by convention";

const received = { direction: "receive" } as const;
const sent = { direction: "send" } as const;

/** What a new association asks for (SCTP_INIT, struct sctp_initmsg). */
export const sctpInit = builtIn("SCTP_INIT", "SOL_SCTP", () => ({
  ...sent,
  needs: "a one-to-many socket without an association to that address",
  since: "2.6",
  fields: {
    numOstreams: u16("sinit_num_ostreams", "streams"),
    maxInstreams: u16("sinit_max_instreams", "streams"),
    maxAttempts: u16("sinit_max_attempts"),
    maxInitTimeo: u16("sinit_max_init_timeo", "ms"),
  },
  source: "sctp(7); RFC 6458 section 5.3.1",
}));

/** Stream and protocol of a message, in the form of both directions (SCTP_SNDRCV, struct sctp_sndrcvinfo). */
export const sctpSendReceiveInfo = builtIn("SCTP_SNDRCV", "SOL_SCTP", () => ({
  direction: "both",
  enable: ["SCTP_EVENTS"],
  needs: "sctp_data_io_event set in the struct of SCTP_EVENTS to receive it",
  since: "2.6",
  fields: {
    stream: u16("sinfo_stream"),
    ssn: optional(u16("sinfo_ssn"), 0),
    flags: noFlags("sinfo_flags"),
    ppid: spare("sinfo_ppid", PROTOCOL),
    context: spare("sinfo_context"),
    timeToLive: spare("sinfo_timetolive", "ms"),
    tsn: spare("sinfo_tsn"),
    cumTsn: spare("sinfo_cumtsn"),
    assocId: association("sinfo_assoc_id"),
  },
  source: "sctp(7); RFC 6458 section 5.3.2",
}));

/** Stream and protocol of a message to send (SCTP_SNDINFO, struct sctp_sndinfo). */
export const sctpSendInfo = builtIn("SCTP_SNDINFO", "SOL_SCTP", () => ({
  ...sent,
  since: "3.17",
  fields: {
    sid: u16("snd_sid"),
    flags: noFlags("snd_flags"),
    ppid: spare("snd_ppid", PROTOCOL),
    context: spare("snd_context"),
    assocId: association("snd_assoc_id"),
  },
  source: "RFC 6458 section 5.3.4",
}));

/** Stream and protocol of a received message (SCTP_RCVINFO, struct sctp_rcvinfo). */
export const sctpReceiveInfo = builtIn("SCTP_RCVINFO", "SOL_SCTP", () => ({
  ...received,
  enable: ["SCTP_RECVRCVINFO"],
  since: "3.17",
  fields: {
    sid: u16("rcv_sid"),
    ssn: u16("rcv_ssn"),
    flags: flags(u16("rcv_flags"), FLAGS),
    ppid: u32("rcv_ppid", PROTOCOL),
    tsn: u32("rcv_tsn"),
    cumTsn: u32("rcv_cumtsn"),
    context: u32("rcv_context"),
    assocId: i32("rcv_assoc_id"),
  },
  source: "RFC 6458 section 5.3.5",
}));

/** The message behind the received one, when it is there already (SCTP_NXTINFO, struct sctp_nxtinfo). */
export const sctpNextInfo = builtIn("SCTP_NXTINFO", "SOL_SCTP", () => ({
  ...received,
  enable: ["SCTP_RECVNXTINFO"],
  needs: "another message in the queue",
  since: "3.17",
  fields: {
    sid: u16("nxt_sid"),
    flags: flags(u16("nxt_flags"), FLAGS),
    ppid: u32("nxt_ppid", PROTOCOL),
    length: u32("nxt_length", "bytes"),
    assocId: i32("nxt_assoc_id"),
  },
  source: "RFC 6458 section 5.3.6",
}));

/** When to give up a message (SCTP_PRINFO, struct sctp_prinfo): a time in ms, a number of transmissions, or a priority. */
export const sctpPartialReliability = builtIn("SCTP_PRINFO", "SOL_SCTP", () => ({
  ...sent,
  since: "4.20",
  fields: {
    policy: named(u16("pr_policy"), { SCTP_PR_SCTP_NONE: 0, ...POLICIES }),
    value: u32("pr_value"),
  },
  source: "RFC 6458 section 5.3.7; RFC 7496",
}));

/** The key that authenticates a message (SCTP_AUTHINFO, struct sctp_authinfo). */
export const sctpAuthInfo = builtIn("SCTP_AUTHINFO", "SOL_SCTP", () => ({
  ...sent,
  since: "4.20",
  fields: { keyNumber: u16("auth_keynumber") },
  source: "RFC 6458 section 5.3.8",
}));

/** One more IPv4 address of the peer to connect to (SCTP_DSTADDRV4). */
export const sctpDestinationV4 = builtIn("SCTP_DSTADDRV4", "SOL_SCTP", () => ({
  ...sent,
  since: "4.20",
  value: ipv4("s_addr"),
  source: "RFC 6458 section 5.3.9",
}));

/** One more IPv6 address of the peer to connect to (SCTP_DSTADDRV6). */
export const sctpDestinationV6 = builtIn("SCTP_DSTADDRV6", "SOL_SCTP", () => ({
  ...sent,
  since: "4.20",
  value: ipv6("s6_addr"),
  source: "RFC 6458 section 5.3.10",
}));
