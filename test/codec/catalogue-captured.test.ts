// What a kernel wrote: payloads of Linux 6.18 on x86-64, received with raw calls. Each is read, and written again byte by byte.

import {
  type AnyOutgoing,
  destinationOptions,
  flowInfo,
  hopByHopOptions,
  ipOptions,
  ipRecvErr,
  ipRetOptions,
  optStats,
  timestamping,
} from "cmsg/codec";
import { assert, bytes } from "../support/assert.js";
import { read, sent } from "../support/payload.js";
import { suite } from "../support/suite.js";

const test = suite("catalogue: captured");

const abi = "linux-x86_64-glibc";
const NOTHING = new Uint8Array(0);

/** Messages, and the payloads that the kernel wrote for them. */
const CAPTURED: readonly (readonly [AnyOutgoing, hex: string])[] = [
  // A datagram over loopback with a record-route option, and the options to reply with.
  [
    ipOptions([
      { type: "IPOPT_RR", data: Uint8Array.of(12, 127, 0, 0, 1, 127, 0, 0, 1) },
      { type: "IPOPT_NOOP", data: NOTHING },
    ]),
    "070b0c7f0000017f00000101",
  ],
  [
    ipRetOptions([
      { type: "IPOPT_RR", data: Uint8Array.of(12, 127, 0, 0, 1, 127, 0, 0, 1) },
      { type: "IPOPT_END", data: NOTHING },
    ]),
    "070b0c7f0000017f00000100",
  ],
  // A datagram with both kinds of options, of which the first is followed by the second and that by UDP.
  [
    hopByHopOptions({
      nextHeader: 60,
      options: [
        { type: "IPV6_TLV_ROUTERALERT", data: Uint8Array.of(0, 0) },
        { type: "IPV6_TLV_PADN", data: NOTHING },
      ],
    }),
    "3c00050200000100",
  ],
  [
    destinationOptions({
      nextHeader: 17,
      options: [{ type: "IPV6_TLV_PADN", data: new Uint8Array(4) }],
    }),
    "1100010400000000",
  ],
  [flowInfo(0xf7123), "000f7123"],
  // The error queue of a TCP socket: the transmit stamp of five bytes, and the statistics that came with it.
  [
    timestamping({ software: 1795290368830351323n, legacy: null, hardware: null }),
    `00f5016b00000000db277e3100000000${"00".repeat(32)}`,
  ],
  [
    ipRecvErr({
      errno: "ENOMSG",
      origin: "SO_EE_ORIGIN_TXSTATUS",
      type: 0,
      code: 0,
      info: "SCM_TSTAMP_SND",
      data: 4,
      offender: null,
    }),
    `2a000000040000000000000004000000${"00".repeat(16)}`,
  ],
  [
    optStats({
      TCP_NLA_BUSY: 0n,
      TCP_NLA_RWND_LIMITED: 0n,
      TCP_NLA_SNDBUF_LIMITED: 0n,
      TCP_NLA_DATA_SEGS_OUT: 1n,
      TCP_NLA_TOTAL_RETRANS: 0n,
      TCP_NLA_PACING_RATE: 27520268361n,
      TCP_NLA_DELIVERY_RATE: 0n,
      TCP_NLA_SND_CWND: 10,
      TCP_NLA_REORDERING: 3,
      TCP_NLA_MIN_RTT: 34,
      TCP_NLA_RECUR_RETRANS: 0,
      TCP_NLA_DELIVERY_RATE_APP_LMT: 1,
      TCP_NLA_SND_SSTHRESH: 2147483647,
      TCP_NLA_DELIVERED: 1,
      TCP_NLA_DELIVERED_CE: 0,
      TCP_NLA_SNDQ_SIZE: 5,
      TCP_NLA_CA_STATE: 0,
      TCP_NLA_BYTES_SENT: 5n,
      TCP_NLA_BYTES_RETRANS: 0n,
      TCP_NLA_DSACK_DUPS: 0,
      TCP_NLA_REORD_SEEN: 0,
      TCP_NLA_SRTT: 34,
      TCP_NLA_TIMEOUT_REHASH: 0,
      TCP_NLA_BYTES_NOTSENT: 5,
      TCP_NLA_EDT: 16687404672754n,
      TCP_NLA_REHASH: 0,
    }),
    [
      "0c00010000000000000000000c00020000000000000000000c00030000000000000000000c0004000100000000000000",
      "0c00050000000000000000000c00060049f85568060000000c0007000000000000000000080008000a00000008000900",
      "0300000008000a002200000005000b000000000005000c000100000008000f00ffffff7f080010000100000008001100",
      "0000000008000d000500000005000e00000000000c00120005000000000000000c001300000000000000000008001400",
      "0000000008001500000000000800160022000000060017000000000008001800050000000c001900f2e6d3562d0f0000",
      "08001b0000000000",
    ].join(""),
  ],
];

test("payloads that a kernel wrote are read as what they say, and written again as they were", () => {
  for (const [message, hex] of CAPTURED) {
    const payload = Buffer.from(hex, "hex");
    const back = read(abi, message, payload);
    assert.is(back?.definition, message.definition, message.definition.name);
    assert.equal(back?.value, message.value, message.definition.name);
    bytes(sent(abi, message), payload, message.definition.name);
  }
});

test.run();
