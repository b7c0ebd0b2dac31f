// TCP over loopback: bytes that are left, times of bytes, statistics of the connection, zero-copy sends.

import { readFileSync } from "node:fs";
import {
  type EnableItem,
  enable,
  type Fd,
  getsockopt,
  ipRecvErr,
  MSG_ERRQUEUE,
  MSG_PEEK,
  optStats,
  type ReceivedMessage,
  recvmsg,
  sendmsg,
  setsockopt,
  tcpInq,
  timestamping,
  timestampNs,
  tryRecvmsg,
} from "cmsg";
import { assert } from "../support/assert.js";
import { text } from "../support/message.js";
import { keepStamping, within } from "./support/clock.js";
import { firstOf, optionProblem, socketProblem } from "./support/features.js";
import { enterNamespace } from "./support/namespace.js";
import { noPython, pythonReceives } from "./support/python.js";
import { withConnection } from "./support/sockets.js";
import { kernelSuite } from "./support/suite.js";

enterNamespace(import.meta.url);
const test = kernelSuite("tcp");

keepStamping();

const timeoutMs = 10_000;
const flags = MSG_ERRQUEUE;

const TCP = { family: "inet", type: "stream" } as const;

test.unless(
  firstOf(noPython, optionProblem(TCP, 6, 36)),
  "bytes that are left are those that can be read",
  () => {
    withConnection((client, server) => {
      enable(server, tcpInq);
      sendmsg(client, { data: Buffer.alloc(5000) });
      for (const dataLimit of [1, 99, 2900]) {
        const left = test.received(recvmsg(server, { dataLimit }), tcpInq);
        assert.is(recvmsg(server, { flags: MSG_PEEK }).bytes, left);
      }
      assert.is(test.received(recvmsg(server, { flags: MSG_PEEK, dataLimit: 1500 }), tcpInq), 2000);
      const [received] = pythonReceives(server, 1);
      assert.equal(received?.control, [{ level: 6, type: 36, hex: "00000000", values: [0] }]);
      assert.is((received?.data.length ?? 0) / 2, 2000);
    });
  },
);

const MPTCP = { ...TCP, protocol: 262 } as const;

test.unless(
  firstOf(socketProblem(MPTCP, "MPTCP"), optionProblem(MPTCP, 6, 36)),
  "a connection of several paths says it, too",
  () => {
    withConnection((client, server) => {
      enable(server, tcpInq);
      sendmsg(client, { data: Buffer.alloc(3000) });
      assert.is(recvmsg(server, { flags: MSG_PEEK, timeoutMs }).bytes, 3000);
      assert.is(test.received(recvmsg(server, { dataLimit: 1234 }), tcpInq), 3000 - 1234);
    }, MPTCP.protocol);
  },
);

test("times of arrival, between the clock before and after", () => {
  withConnection((client, server) => {
    enable(server, timestampNs);
    within(1n, () => {
      sendmsg(client, { data: text("x") });
      return test.received(recvmsg(server, { timeoutMs }), timestampNs);
    });
  });
  withConnection((client, server) => {
    enable(server, timestamping);
    within(1n, () => {
      sendmsg(client, { data: text("x") });
      return test.received(recvmsg(server, { timeoutMs }), timestamping).software as bigint;
    });
  });
});

const bits = (...names: readonly string[]): EnableItem => [
  timestamping,
  names.map((name) => `SOF_TIMESTAMPING_${name}`),
];

/** What an entry of the error queue says of the byte that it is about. */
function stampOf(message: ReceivedMessage) {
  const { info, data, origin } = test.received(message, ipRecvErr);
  assert.is(origin, "SO_EE_ORIGIN_TXSTATUS");
  return { kind: info, byte: data, time: test.received(message, timestamping).software as bigint };
}

test("a send is scheduled, sent and acknowledged, by the number of its last byte", () => {
  withConnection((client, server) => {
    enable(client, bits("TX_SCHED", "TX_SOFTWARE", "TX_ACK", "SOFTWARE", "OPT_ID", "OPT_TSONLY"));
    let sent = 0;
    for (const length of [10, 1000, 1]) {
      const stamps: ReturnType<typeof stampOf>[] = [];
      within(1n, () => {
        sendmsg(client, { data: Buffer.alloc(length) });
        assert.is(recvmsg(server, { timeoutMs }).bytes, length);
        for (let i = 0; i < 3; i++) stamps.push(stampOf(recvmsg(client, { flags, timeoutMs })));
        return stamps[0]?.time ?? 0n;
      });
      sent += length;
      const kinds = stamps.map(({ kind }) => kind);
      assert.equal(kinds, ["SCM_TSTAMP_SCHED", "SCM_TSTAMP_SND", "SCM_TSTAMP_ACK"]);
      assert.equal(
        stamps.map(({ byte }) => byte),
        new Array(3).fill(sent - 1),
      );
      const times = stamps.map(({ time }) => time);
      assert.equal(
        times,
        [...times].sort((a, b) => Number(a - b)),
      );
    }
    assert.is(tryRecvmsg(client, { flags }), null);
  });
});

test("statistics of the connection come with a stamp", () => {
  withConnection((client, server) => {
    enable(client, bits("TX_ACK", "SOFTWARE", "OPT_ID", "OPT_TSONLY"), optStats);
    let bytes = 0n;
    for (const [i, length] of [100, 50, 1].entries()) {
      const window = congestionWindow(client);
      sendmsg(client, { data: Buffer.alloc(length) });
      recvmsg(server, { timeoutMs });
      const message = recvmsg(client, { flags, timeoutMs });
      bytes += BigInt(length);
      const stats = test.received(message, optStats);
      assert.is(stats.TCP_NLA_BYTES_SENT, bytes);
      assert.is(stats.TCP_NLA_DATA_SEGS_OUT, BigInt(i + 1));
      assert.is(stats.TCP_NLA_DELIVERED, i + 2, "the SYN was delivered, too");
      assert.equal([stats.TCP_NLA_TOTAL_RETRANS, stats.TCP_NLA_BYTES_RETRANS], [0n, 0n]);
      const ttl = Number(readFileSync("/proc/sys/net/ipv4/ip_default_ttl", "utf8"));
      assert.is(stats.TCP_NLA_TTL, ttl);
      assert.is(stats.TCP_NLA_SND_CWND, window, "as it was before the acknowledgement");
      const known = Object.keys(stats).filter((name) => name.startsWith("TCP_NLA_"));
      assert.ok(known.length >= 20, `${known}`);
    }
  });
});

/** tcpi_snd_cwnd of struct tcp_info (linux/tcp.h): behind eight bytes and eighteen 32-bit numbers. */
function congestionWindow(of: Fd): number {
  const TCP_INFO = 11;
  const info = getsockopt(of, 6, TCP_INFO, 232);
  return new DataView(info.buffer, info.byteOffset).getUint32(8 + 18 * 4, true);
}

test.unless(
  optionProblem(TCP, 1, 60),
  "zero-copy sends are numbered, and each is reported once",
  () => {
    withConnection((client, server) => {
      const [SO_ZEROCOPY, MSG_ZEROCOPY] = [60, 0x4000000];
      setsockopt(client, 1, SO_ZEROCOPY, true);
      const count = 4;
      for (let i = 0; i < count; i++) {
        sendmsg(client, { data: Buffer.alloc(1000, i), flags: MSG_ZEROCOPY });
        assert.equal(recvmsg(server, { timeoutMs }).data, Buffer.alloc(1000, i));
      }
      for (let next = 0; next < count; ) {
        const report = test.received(recvmsg(client, { flags, timeoutMs }), ipRecvErr);
        assert.equal([report.origin, report.info], ["SO_EE_ORIGIN_ZEROCOPY", next]);
        assert.ok(report.data >= next && report.data < count);
        next = report.data + 1;
      }
    });
  },
);

test.run();
