// Error queues over IPv4 and IPv6: reports by ICMP, of this host and of zero-copy sends.

import {
  enable,
  type Fd,
  getsockname,
  getsockopt,
  type InternetAddress,
  ipRecvErr,
  ipv6RecvErr,
  MSG_ERRQUEUE,
  recvmsg,
  sendmsg,
  setsockopt,
  socket,
  UdpSocket,
} from "cmsg";
import { assert, throws } from "../support/assert.js";
import { text } from "../support/message.js";
import { firstOf, optionProblem } from "./support/features.js";
import { enterNamespace, noIpv6 } from "./support/namespace.js";
import { noPython, receivedTwice } from "./support/python.js";
import { bound } from "./support/sockets.js";
import { kernelSuite } from "./support/suite.js";

const noNamespace = enterNamespace(import.meta.url);
const test = kernelSuite("error-queue");

UdpSocket.bind({ host: "127.0.0.1" }).close();

const flags = MSG_ERRQUEUE;
const timeoutMs = 10_000;

/** Numbers of asm-generic/errno.h, linux/errqueue.h, linux/icmp.h and linux/icmpv6.h. */
const [ECONNREFUSED, EMSGSIZE] = [111, 90];
const [LOCAL, ICMP, ICMP6] = [1, 2, 3];

interface Family {
  readonly name: "inet" | "inet6";
  readonly loopback: string;
  readonly definition: typeof ipRecvErr | typeof ipv6RecvErr;
  /** Level and number of the option that forbids to cut datagrams: IP_MTU_DISCOVER, IPV6_MTU_DISCOVER. */
  readonly discover: readonly [level: number, option: number];
  /** Level and number of the message. */
  readonly key: string;
  /** What a closed port is reported as: names, and the numbers behind them. */
  readonly refused: readonly [origin: string, type: string, code: string];
  readonly numbers: readonly [origin: number, type: number, code: number];
  readonly reason: string | undefined;
}

const FAMILIES: readonly Family[] = [
  {
    name: "inet",
    loopback: "127.0.0.1",
    definition: ipRecvErr,
    discover: [0, 10],
    key: "0 11",
    refused: ["SO_EE_ORIGIN_ICMP", "ICMP_DEST_UNREACH", "ICMP_PORT_UNREACH"],
    numbers: [ICMP, 3, 3],
    reason: noPython,
  },
  {
    name: "inet6",
    loopback: "::1",
    definition: ipv6RecvErr,
    discover: [41, 23],
    key: "41 25",
    refused: ["SO_EE_ORIGIN_ICMP6", "ICMPV6_DEST_UNREACH", "ICMPV6_PORT_UNREACH"],
    numbers: [ICMP6, 1, 4],
    reason: firstOf(noIpv6(), noPython),
  },
];

/** An address where nobody is. */
function dead(host: string): InternetAddress {
  using nobody = bound(host);
  return getsockname(nobody) as InternetAddress;
}

/** Sends from a socket whose earlier errors would be reported by the call. */
function sendFresh(from: Fd, data: Uint8Array, to: InternetAddress): void {
  getsockopt(from, "SOL_SOCKET", "SO_ERROR");
  sendmsg(from, { data, to });
}

for (const { name, loopback, definition, discover, key, refused, numbers, reason } of FAMILIES) {
  test.unless(
    reason,
    `${name}: a closed port, by names, with what was sent and who reported it`,
    () => {
      using sender = socket({ family: name, type: "dgram" });
      enable(sender, definition);
      const to = dead(loopback);
      const [twice] = receivedTwice(sender, [() => sendFresh(sender, text("lost"), to)], flags);
      const { message, python } = twice as NonNullable<typeof twice>;
      const { errno, origin, type, code, info, data, offender } = test.received(
        message,
        definition,
      );
      assert.equal([errno, origin, type, code, info, data], ["ECONNREFUSED", ...refused, 0, 0]);
      assert.equal([message.data.toString(), message.address], ["lost", to]);
      assert.is(offender?.host, loopback);
      const v6 = name === "inet6" ? [0] : [];
      const [kind, ...rest] = numbers;
      const expected = [ECONNREFUSED, kind, ...rest, 0, 0, 0, 0, ...v6, loopback];
      assert.equal(python, { [key]: expected });
    },
  );

  const alone = firstOf(noNamespace, reason);
  test.unless(alone, `${name}: this host refuses what exceeds the MTU, and says it`, () => {
    using sender = socket({ family: name, type: "dgram" });
    enable(sender, definition);
    const IP_PMTUDISC_DO = 2;
    setsockopt(sender, ...discover, IP_PMTUDISC_DO);
    const to = dead(loopback);
    const send = () => {
      throws(() => sendmsg(sender, { data: Buffer.alloc(1501), to }), { code: "EMSGSIZE" });
    };
    const [twice] = receivedTwice(sender, [send], flags);
    const { message, python } = twice as NonNullable<typeof twice>;
    const report = test.received(message, definition);
    assert.equal(
      [report.errno, report.origin, report.info],
      ["EMSGSIZE", "SO_EE_ORIGIN_LOCAL", 1500],
    );
    assert.is((message.address as InternetAddress).host, loopback);
    const values = python[key] ?? [];
    assert.equal([values[0], values[1], values[5]], [EMSGSIZE, LOCAL, 1500]);
  });

  const zeroCopy = firstOf(reason, optionProblem({ family: name, type: "dgram" }, 1, 60));
  test.unless(zeroCopy, `${name}: zero-copy sends are numbered, and each is reported once`, () => {
    using receiver = bound(loopback);
    using sender = socket({ family: name, type: "dgram" });
    const [SO_ZEROCOPY, MSG_ZEROCOPY] = [60, 0x4000000];
    setsockopt(sender, 1, SO_ZEROCOPY, true);
    const to = getsockname(receiver);
    const count = 5;
    for (let i = 0; i < count; i++) {
      sendmsg(sender, { data: Buffer.alloc(1000, i), to, flags: MSG_ZEROCOPY });
      assert.equal(recvmsg(receiver, { timeoutMs }).data, Buffer.alloc(1000, i));
    }
    for (let next = 0; next < count; ) {
      const message = recvmsg(sender, { flags, timeoutMs });
      const report = test.received(message, definition);
      assert.equal([report.errno, report.origin], [0, "SO_EE_ORIGIN_ZEROCOPY"]);
      assert.equal(
        [report.code, report.info],
        ["SO_EE_CODE_ZEROCOPY_COPIED", next],
        "loopback copies",
      );
      assert.ok(report.data >= next && report.data < count);
      next = report.data + 1;
    }
  });
}

test("a UdpSocket tells of a closed port by its errors", async () => {
  await using sender = UdpSocket.bind({ host: "127.0.0.1", errors: true });
  const to = dead("127.0.0.1");
  await sender.send("lost", { to });
  const { value: report } = await sender.errors().next();
  assert.equal([report?.errno, `${report?.data}`, report?.to], ["ECONNREFUSED", "lost", to]);
  assert.is(report?.offender?.host, "127.0.0.1");
});

test.run();
