// SOL_RDS: messages of reliable datagram sockets (AF_RDS), for remote direct memory access.

import { builtIn } from "../definition.js";
import { i32, u8, u32, u64 } from "../field.js";
import { array, counted } from "../field-list.js";
import { flags, named } from "../field-name.js";
import { converted, padded, struct } from "../field-struct.js";

/** linux/rds.h. */
const RDMA_FLAGS = {
  RDS_RDMA_READWRITE: 0x1,
  RDS_RDMA_FENCE: 0x2,
  RDS_RDMA_INVALIDATE: 0x4,
  RDS_RDMA_USE_ONCE: 0x8,
  RDS_RDMA_DONTWAIT: 0x10,
  RDS_RDMA_NOTIFY_ME: 0x20,
  RDS_RDMA_SILENT: 0x40,
} as const;

const rdmaFlags = flags(u64("flags"), RDMA_FLAGS);

/** A struct rds_iovec: memory of this process or the peer. */
const vector = (name: string) =>
  struct({ addr: u64(`${name}.addr`), bytes: u64(`${name}.bytes`, "bytes") });

const sent = {
  direction: "send",
  since: "2.6.30",
  source: "linux/rds.h; Linux net/rds/send.c, rds_cmsg_send",
} as const;

const received = {
  direction: "receive",
  since: "2.6.30",
  source: "linux/rds.h; Linux net/rds/recv.c",
} as const;

/** Memory of the peer to read or write while a message is sent (RDS_CMSG_RDMA_ARGS, struct rds_rdma_args). */
export const rdsRdmaArgs = builtIn("RDS_CMSG_RDMA_ARGS", "SOL_RDS", () => ({
  ...sent,
  fields: {
    cookie: u64("cookie"),
    remoteVec: vector("remote_vec"),
    localVecAddr: u64("local_vec_addr"),
    nrLocal: u64("nr_local"),
    flags: rdmaFlags,
    userToken: u64("user_token"),
  },
}));

/** The cookie of memory that the peer may use (RDS_CMSG_RDMA_DEST). */
export const rdsRdmaDestination = builtIn("RDS_CMSG_RDMA_DEST", "SOL_RDS", () => ({
  ...sent,
  direction: "both",
  value: u64("cookie"),
}));

/** Memory of this process that the peer is to be given a cookie of (RDS_CMSG_RDMA_MAP, struct rds_get_mr_args). */
export const rdsRdmaMap = builtIn("RDS_CMSG_RDMA_MAP", "SOL_RDS", () => ({
  ...sent,
  fields: { vec: vector("vec"), cookieAddr: u64("cookie_addr"), flags: rdmaFlags },
}));

/** How an operation ended (RDS_CMSG_RDMA_STATUS, struct rds_rdma_notify). */
export const rdsRdmaStatus = builtIn("RDS_CMSG_RDMA_STATUS", "SOL_RDS", () => ({
  ...received,
  enable: ["RDS_RECVERR"],
  needs: "RDS_RDMA_NOTIFY_ME among the flags of the operation",
  fields: {
    userToken: u64("user_token"),
    status: named(i32("status"), {
      RDS_RDMA_SUCCESS: 0,
      RDS_RDMA_REMOTE_ERROR: 1,
      RDS_RDMA_CANCELED: 2,
      RDS_RDMA_DROPPED: 3,
      RDS_RDMA_OTHER_ERROR: 4,
    }),
  },
}));

/** Ports that are no longer congested (RDS_CMSG_CONG_UPDATE): bit n stands for all ports that are n modulo 64. */
export const rdsCongestionUpdate = builtIn("RDS_CMSG_CONG_UPDATE", "SOL_RDS", () => ({
  ...received,
  enable: ["RDS_CONG_MONITOR"],
  value: u64("mask"),
}));

/** A struct rds_atomic_args: its operands are a union of 32 bytes. */
const atomic = <O>(operands: O) =>
  ({
    cookie: u64("cookie"),
    localAddr: u64("local_addr"),
    remoteAddr: u64("remote_addr"),
    ...operands,
    flags: rdmaFlags,
    userToken: u64("user_token"),
  }) as const;

/** Adds to a number of the peer's memory (RDS_CMSG_ATOMIC_FADD). */
export const rdsAtomicAdd = builtIn("RDS_CMSG_ATOMIC_FADD", "SOL_RDS", () => ({
  ...sent,
  since: "2.6.37",
  fields: atomic({ add: padded(u64("fadd.add"), "fadd.unused", 24) }),
}));

/** Replaces a number of the peer's memory if it is as expected (RDS_CMSG_ATOMIC_CSWP). */
export const rdsAtomicCompareSwap = builtIn("RDS_CMSG_ATOMIC_CSWP", "SOL_RDS", () => ({
  ...sent,
  since: "2.6.37",
  fields: atomic({
    compare: u64("cswp.compare"),
    swap: padded(u64("cswp.swap"), "cswp.unused", 16),
  }),
}));

/** Adds to bit fields of a number of the peer's memory (RDS_CMSG_MASKED_ATOMIC_FADD). */
export const rdsMaskedAtomicAdd = builtIn("RDS_CMSG_MASKED_ATOMIC_FADD", "SOL_RDS", () => ({
  ...sent,
  since: "2.6.37",
  fields: atomic({
    add: u64("m_fadd.add"),
    nocarryMask: padded(u64("m_fadd.nocarry_mask"), "m_fadd.unused", 16),
  }),
}));

/** Replaces bits of a number of the peer's memory if others are as expected (RDS_CMSG_MASKED_ATOMIC_CSWP). */
export const rdsMaskedAtomicCompareSwap = builtIn("RDS_CMSG_MASKED_ATOMIC_CSWP", "SOL_RDS", () => ({
  ...sent,
  since: "2.6.37",
  fields: atomic({
    compare: u64("m_cswp.compare"),
    swap: u64("m_cswp.swap"),
    compareMask: u64("m_cswp.compare_mask"),
    swapMask: u64("m_cswp.swap_mask"),
  }),
}));

const POINTS = {
  RDS_MSG_RX_HDR_TO_DGRAM_START: 0,
  RDS_MSG_RX_DGRAM_REASSEMBLE: 1,
  RDS_MSG_RX_DGRAM_DELIVERED: 2,
} as const;

/** What a received message waited for on its way, in ns (RDS_CMSG_RXPATH_LATENCY, struct rds_cmsg_rx_trace). */
export const rdsReceivePathLatency = builtIn("RDS_CMSG_RXPATH_LATENCY", "SOL_RDS", () => ({
  ...received,
  enable: ["SO_RDS_MSG_RXPATH_LATENCY"],
  since: "4.11",
  value: converted(
    struct({
      points: counted(u8("rx_traces"), array(named(u8("rx_trace_pos"), POINTS), 3)),
      latencies: array(u64("rx_trace", "ns"), 3),
    }),
    {
      read: ({ points, latencies }) =>
        points.map((point, i) => ({ point, latency: latencies[i] as bigint })),
      write: (
        traces: readonly {
          readonly point: keyof typeof POINTS | number;
          readonly latency: bigint;
        }[],
      ) => ({
        points: traces.map(({ point }) => point),
        latencies: traces.map(({ latency }) => latency),
      }),
    },
  ),
}));

/** The number by which the completion of this zero-copy send is known (RDS_CMSG_ZCOPY_COOKIE). */
export const rdsZeroCopyCookie = builtIn("RDS_CMSG_ZCOPY_COOKIE", "SOL_RDS", () => ({
  ...sent,
  needs: "SO_ZEROCOPY on the socket, and MSG_ZEROCOPY",
  since: "4.17",
  value: u32("cookie"),
}));

/** Numbers of zero-copy sends that are complete (RDS_CMSG_ZCOPY_COMPLETION, struct rds_zcopy_cookies). */
export const rdsZeroCopyCompletion = builtIn("RDS_CMSG_ZCOPY_COMPLETION", "SOL_RDS", () => ({
  ...received,
  enable: ["SO_ZEROCOPY"],
  since: "4.17",
  value: counted(u32("num"), array(u32("cookies"), 8)),
}));
