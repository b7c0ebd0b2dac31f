// SOL_SOCKET: statistics of a TCP connection that come with its transmit stamps.

import { builtIn } from "../definition.js";
import { netlinkAttributes } from "../field-netlink.js";

/** TCP_NLA_* of linux/tcp.h, with the widths of net/ipv4/tcp.c, tcp_get_timestamping_opt_stats. */
const TCP_ATTRIBUTES = {
  TCP_NLA_BUSY: [1, 64],
  TCP_NLA_RWND_LIMITED: [2, 64],
  TCP_NLA_SNDBUF_LIMITED: [3, 64],
  TCP_NLA_DATA_SEGS_OUT: [4, 64],
  TCP_NLA_TOTAL_RETRANS: [5, 64],
  TCP_NLA_PACING_RATE: [6, 64],
  TCP_NLA_DELIVERY_RATE: [7, 64],
  TCP_NLA_SND_CWND: [8, 32],
  TCP_NLA_REORDERING: [9, 32],
  TCP_NLA_MIN_RTT: [10, 32],
  TCP_NLA_RECUR_RETRANS: [11, 8],
  TCP_NLA_DELIVERY_RATE_APP_LMT: [12, 8],
  TCP_NLA_SNDQ_SIZE: [13, 32],
  TCP_NLA_CA_STATE: [14, 8],
  TCP_NLA_SND_SSTHRESH: [15, 32],
  TCP_NLA_DELIVERED: [16, 32],
  TCP_NLA_DELIVERED_CE: [17, 32],
  TCP_NLA_BYTES_SENT: [18, 64],
  TCP_NLA_BYTES_RETRANS: [19, 64],
  TCP_NLA_DSACK_DUPS: [20, 32],
  TCP_NLA_REORD_SEEN: [21, 32],
  TCP_NLA_SRTT: [22, 32],
  TCP_NLA_TIMEOUT_REHASH: [23, 16],
  TCP_NLA_BYTES_NOTSENT: [24, 32],
  TCP_NLA_EDT: [25, 64],
  TCP_NLA_TTL: [26, 8],
  TCP_NLA_REHASH: [27, 32],
} as const;

/**
 * Statistics of the connection at the time of a transmit stamp, by the names of linux/tcp.h: times in microseconds (TCP_NLA_EDT in
 * nanoseconds), rates in bytes a second (SCM_TIMESTAMPING_OPT_STATS).
 */
export const optStats = builtIn("SCM_TIMESTAMPING_OPT_STATS", "SOL_SOCKET", () => ({
  direction: "receive",
  proven: true,
  enable: ["SO_TIMESTAMPING"],
  needs:
    "SOF_TIMESTAMPING_OPT_STATS and _OPT_TSONLY, a TCP socket, and the error queue (MSG_ERRQUEUE)",
  // 256 bytes are those of today's names; kernels add more.
  limit: 512,
  since: "4.10",
  value: netlinkAttributes(TCP_ATTRIBUTES),
  source:
    "Linux Documentation/networking/timestamping.rst; net/ipv4/tcp.c, tcp_get_timestamping_opt_stats",
}));
