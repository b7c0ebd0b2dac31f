// SOL_SOCKET: points in time, of reception and of transmission.

import { TIMESTAMPING_FLAGS } from "../constants/timestamping.js";
import { builtIn } from "../definition.js";
import { octets, u32, u64 } from "../field.js";
import { flags } from "../field-name.js";
import { converted, optional, struct } from "../field-struct.js";
import { bintime, timespec, timeval } from "../field-time.js";

/** Linux keeps 64-bit numbers in the new structs everywhere, and in the old ones of x32. */
const WIDE = { seconds: 64, part: 64 } as const;

/** When a message arrived, in nanoseconds since 1970; the kernel keeps microseconds (SCM_TIMESTAMP, struct timeval). */
export const timestamp = builtIn("SCM_TIMESTAMP", () => ({
  level: "SOL_SOCKET",
  direction: "receive",
  proven: true,
  since: "2.2",
  forms: [
    { type: "SO_TIMESTAMP_OLD", enable: ["SO_TIMESTAMP_OLD"], value: timeval() },
    {
      on: ["linux-x32"],
      type: "SO_TIMESTAMP_OLD",
      enable: ["SO_TIMESTAMP_OLD"],
      value: timeval("", WIDE),
    },
    {
      on: ["linux-sparc64"],
      type: "SO_TIMESTAMP_OLD",
      enable: ["SO_TIMESTAMP_OLD"],
      value: timeval("", { part: 32 }),
    },
    { type: "SO_TIMESTAMP_NEW", enable: ["SO_TIMESTAMP_NEW"], value: timeval("", WIDE) },
    // AF_UNIX of FreeBSD: the sender attaches it, and the kernel fills it in.
    {
      on: ["freebsd"],
      direction: "both" as const,
      enable: ["SO_TIMESTAMP"],
      value: timeval("", { seconds: 64 }),
    },
    {
      on: ["freebsd-i386"],
      direction: "both" as const,
      enable: ["SO_TIMESTAMP"],
      value: timeval(),
    },
    { on: ["openbsd"], enable: ["SO_TIMESTAMP"], value: timeval("", { seconds: 64 }) },
    {
      on: ["darwin", "netbsd"],
      enable: ["SO_TIMESTAMP"],
      value: timeval("", { seconds: 64, part: 32 }),
    },
    {
      on: ["dragonfly", "illumos", "hurd"],
      enable: ["SO_TIMESTAMP"],
      value: timeval(),
    },
    { on: ["netbsd"], type: "SCM_OTIMESTAMP", enable: ["SO_OTIMESTAMP"], value: timeval() },
  ],
  source:
    "socket(7), struct timeval; Linux net/socket.c, __sock_recv_timestamp; FreeBSD setsockopt(2)",
}));

/** When a message arrived, in nanoseconds since 1970 (SCM_TIMESTAMPNS, struct timespec). */
export const timestampNs = builtIn("SCM_TIMESTAMPNS", () => ({
  level: "SOL_SOCKET",
  direction: "receive",
  proven: true,
  since: "2.6.22",
  forms: [
    { type: "SO_TIMESTAMPNS_OLD", enable: ["SO_TIMESTAMPNS_OLD"], value: timespec() },
    {
      on: ["linux-x32"],
      type: "SO_TIMESTAMPNS_OLD",
      enable: ["SO_TIMESTAMPNS_OLD"],
      value: timespec("", WIDE),
    },
    { type: "SO_TIMESTAMPNS_NEW", enable: ["SO_TIMESTAMPNS_NEW"], value: timespec("", WIDE) },
  ],
  source: "socket(7), struct timespec; Linux net/socket.c, __sock_recv_timestamp",
}));

/** Three struct timespec, of which those that are 0 say nothing. */
function stamps(widths?: typeof WIDE) {
  const stamp = (name: string) =>
    optional(
      converted(timespec(name, widths), {
        read: (time): bigint | null => (time === 0n ? null : time),
        write: (time: bigint | null) => time ?? 0n,
      }),
      null,
    );
  return struct({ software: stamp("ts[0]"), legacy: stamp("ts[1]"), hardware: stamp("ts[2]") });
}

/**
 * When a message arrived, was queued, left or was acknowledged, by the system's clock and by the network card's, in nanoseconds;
 * null where there is no such stamp (SCM_TIMESTAMPING, struct scm_timestamping). The first messages may come without: the kernel
 * begins to stamp some time after the first socket of the machine has asked.
 */
export const timestamping = builtIn("SCM_TIMESTAMPING", () => ({
  level: "SOL_SOCKET",
  direction: "receive",
  proven: true,
  needs: "SOF_TIMESTAMPING_* bits that say what is stamped and what is reported",
  since: "2.6.30",
  forms: [
    { type: "SO_TIMESTAMPING_OLD", enable: ["SO_TIMESTAMPING_OLD"], value: stamps() },
    {
      on: ["linux-x32"],
      type: "SO_TIMESTAMPING_OLD",
      enable: ["SO_TIMESTAMPING_OLD"],
      value: stamps(WIDE),
    },
    { type: "SO_TIMESTAMPING_NEW", enable: ["SO_TIMESTAMPING_NEW"], value: stamps(WIDE) },
  ],
  source: "Linux Documentation/networking/timestamping.rst, struct scm_timestamping",
}));

const requested = flags(u32("tsflags"), TIMESTAMPING_FLAGS);

/**
 * Which transmit stamps to take of this message alone, by SOF_TIMESTAMPING_TX_* bits; the kernel refuses all others
 * (SCM_TIMESTAMPING, sent).
 */
export const timestampingRequest = builtIn("SCM_TIMESTAMPING", () => ({
  level: "SOL_SOCKET",
  direction: "send",
  proven: true,
  since: "4.7",
  forms: [
    { type: "SO_TIMESTAMPING_OLD", value: requested },
    { type: "SO_TIMESTAMPING_NEW", value: requested },
  ],
  source:
    "Linux Documentation/networking/timestamping.rst, section 1.3.4; net/core/sock.c, __sock_cmsg_send",
}));

/** The number by which the transmit stamps of this message are told apart (SCM_TS_OPT_ID): `data` of their error queue entries. */
export const tsOptId = builtIn("SCM_TS_OPT_ID", () => ({
  level: "SOL_SOCKET",
  direction: "send",
  proven: true,
  enable: ["SO_TIMESTAMPING"],
  needs: "SO_TIMESTAMPING with SOF_TIMESTAMPING_OPT_ID on a UDP or raw socket",
  since: "6.13",
  value: u32("ts_opt_id"),
  source: "Linux Documentation/networking/timestamping.rst; net/core/sock.c, __sock_cmsg_send",
}));

/** When to send a message, in nanoseconds on the clock that SO_TXTIME has set (SCM_TXTIME). */
export const txTime = builtIn("SCM_TXTIME", () => ({
  level: "SOL_SOCKET",
  direction: "send",
  proven: true,
  enable: ["SO_TXTIME"],
  needs: "SO_TXTIME set on the socket, and a queueing discipline that waits: etf or fq",
  since: "4.19",
  value: u64("transmit_time", "ns"),
  source: "Linux net/core/sock.c, __sock_cmsg_send; tc-etf(8)",
}));

const clockStamp = [
  { on: ["freebsd"], enable: ["SO_TS_CLOCK"], value: timespec("", { seconds: 64 }) },
  { on: ["freebsd-i386"], enable: ["SO_TS_CLOCK"], value: timespec() },
] as const;

/** When a message arrived, in nanoseconds since 1970 (SCM_REALTIME, struct timespec). */
export const realTime = builtIn("SCM_REALTIME", () => ({
  level: "SOL_SOCKET",
  direction: "both",
  needs: "SO_TS_CLOCK set to SO_TS_REALTIME; on AF_UNIX a sender that attaches it",
  since: "FreeBSD 12",
  forms: clockStamp,
  source: "FreeBSD setsockopt(2), SO_TS_CLOCK; unix(4)",
}));

/** When a message arrived, in nanoseconds since the system started (SCM_MONOTONIC, struct timespec). */
export const monotonicTime = builtIn("SCM_MONOTONIC", () => ({
  level: "SOL_SOCKET",
  direction: "both",
  needs: "SO_TS_CLOCK set to SO_TS_MONOTONIC; on AF_UNIX a sender that attaches it",
  since: "FreeBSD 12",
  forms: clockStamp,
  source: "FreeBSD setsockopt(2), SO_TS_CLOCK; unix(4)",
}));

/** When a message arrived, in nanoseconds since 1970; the kernel keeps 2^-64 of a second (SCM_BINTIME, struct bintime). */
export const binTime = builtIn("SCM_BINTIME", () => ({
  level: "SOL_SOCKET",
  direction: "both",
  needs: "on AF_UNIX a sender that attaches it",
  forms: [
    { on: ["freebsd"], enable: ["SO_BINTIME"], value: bintime("", { seconds: 64 }) },
    { on: ["freebsd-i386"], enable: ["SO_BINTIME"], value: bintime() },
  ],
  source: "FreeBSD setsockopt(2), SO_BINTIME; unix(4)",
}));

/** Whether the network card has stamped a message, and how precisely (SCM_TIME_INFO, struct sock_timestamp_info). */
export const timeInfo = builtIn("SCM_TIME_INFO", () => ({
  level: "SOL_SOCKET",
  direction: "receive",
  enable: ["SO_TS_CLOCK"],
  needs: "a card that stamps",
  since: "FreeBSD 12",
  value: converted(
    struct({
      flags: flags(u32("st_info_flags"), { ST_INFO_HW: 1, ST_INFO_HW_HPREC: 2 }),
      pad: u32("st_info_pad0"),
      reserved: octets("st_info_rsv", 56),
    }),
    {
      read: (info) => info.flags,
      write: (given: readonly ("ST_INFO_HW" | "ST_INFO_HW_HPREC" | number)[]) => ({
        flags: given,
        pad: 0,
        reserved: new Uint8Array(56),
      }),
    },
  ),
  source: "FreeBSD setsockopt(2), SO_TS_CLOCK; sys/socket.h, struct sock_timestamp_info",
}));

/** When a message arrived, in ticks of mach_absolute_time, which stands still while the system sleeps (SCM_TIMESTAMP_MONOTONIC). */
export const timestampMonotonic = builtIn("SCM_TIMESTAMP_MONOTONIC", () => ({
  level: "SOL_SOCKET",
  direction: "receive",
  enable: ["SO_TIMESTAMP_MONOTONIC"],
  value: u64("time", "mach ticks"),
  source: "XNU bsd/sys/socket.h; bsd/kern/uipc_socket2.c, sbcreatecontrol_mbuf",
}));

/** When a message arrived, in ticks of mach_continuous_time (SCM_TIMESTAMP_CONTINUOUS). */
export const timestampContinuous = builtIn("SCM_TIMESTAMP_CONTINUOUS", () => ({
  level: "SOL_SOCKET",
  direction: "receive",
  enable: ["SO_TIMESTAMP_CONTINUOUS"],
  value: u64("time", "mach ticks"),
  source: "XNU bsd/sys/socket_private.h",
}));

/** When a message arrived or left, in ticks of the performance counter or of the network card (SO_TIMESTAMP). */
export const windowsTimestamp = builtIn("SO_TIMESTAMP", () => ({
  level: "SOL_SOCKET",
  direction: "receive",
  needs: "SIO_TIMESTAMPING",
  forms: [{ on: ["windows"], value: u64("timestamp", "ticks") }],
  source: "Windows mstcpip.h, SIO_TIMESTAMPING",
}));
