// Times of arrival and of sending, by the clock of this process: kernel and test read the same one.

import {
  connect,
  type Definition,
  type EnableItem,
  enable,
  type Fd,
  getsockname,
  type InternetAddress,
  ipRecvErr,
  ipv6RecvErr,
  MSG_ERRQUEUE,
  type ReceivedMessage,
  recvmsg,
  sendmsg,
  setsockopt,
  socket,
  socketpair,
  timestamp,
  timestamping,
  timestampingRequest,
  timestampNs,
  tryRecvmsg,
  tsOptId,
  txTime,
} from "cmsg";
import { assert, throws } from "../support/assert.js";
import { text } from "../support/message.js";
import { keepStamping, nanoseconds, within } from "./support/clock.js";
import { messageProblem } from "./support/features.js";
import { enterNamespace, noIpv6 } from "./support/namespace.js";
import { noPython, pythonReceives } from "./support/python.js";
import { bound, withUdp } from "./support/sockets.js";
import { kernelSuite } from "./support/suite.js";

enterNamespace(import.meta.url);
const test = kernelSuite("timestamps");

keepStamping();

const timeoutMs = 10_000;
const data = text("x");

/** What is asked for by an option of asm-generic/socket.h, and how many nanoseconds the second part counts in. */
const STAMPS = [
  [timestamp, "SO_TIMESTAMP_OLD", 29, 1, 1000n],
  [timestamp, "SO_TIMESTAMP_NEW", 63, 1, 1000n],
  [timestampNs, "SO_TIMESTAMPNS_OLD", 35, 1, 1n],
  [timestampNs, "SO_TIMESTAMPNS_NEW", 64, 1, 1n],
  [timestamping, "SO_TIMESTAMPING_OLD", 37, 24, 1n],
  [timestamping, "SO_TIMESTAMPING_NEW", 65, 24, 1n],
] as const;

/** The time that a message brings, whatever definition it is of. */
function timeIn(message: ReceivedMessage, definition: (typeof STAMPS)[number][0]): bigint {
  if (definition === timestamping) {
    const { software, legacy, hardware } = test.received(message, timestamping);
    assert.equal([legacy, hardware], [null, null]);
    return software as bigint;
  }
  return test.received(message, definition as Definition<bigint>);
}

/** Sends twice over connected ends: between the two times of the clock the package says when the first arrived, Python the other. */
function compareTimes(
  left: Fd,
  right: Fd,
  [definition, option, number, value, unit]: (typeof STAMPS)[number],
): void {
  setsockopt(right, "SOL_SOCKET", option, value);
  const ours = within(unit, () => {
    sendmsg(left, { data });
    return timeIn(recvmsg(right, { timeoutMs }), definition);
  });
  const theirs = within(unit, () => {
    sendmsg(left, { data });
    const [received] = pythonReceives(right, 1);
    const message = received?.control.find(({ type }) => type === number);
    return nanoseconds(message?.values ?? [], unit);
  });
  assert.ok(ours <= theirs, `${ours} ${theirs}`);
}

for (const stamp of STAMPS) {
  const [, option] = stamp;
  test.unless(noPython, `UDP, ${option}: between the clock before and after`, () => {
    withUdp("127.0.0.1", [], (receiver, sender, at) => {
      connect(sender, at("127.0.0.1"));
      compareTimes(sender, receiver, stamp);
    });
  });
  for (const type of ["dgram", "seqpacket"] as const) {
    if (option.startsWith("SO_TIMESTAMPING")) continue;
    test.unless(noPython, `AF_UNIX ${type}, ${option}: between the clock before and after`, () => {
      using pair = socketpair({ type });
      compareTimes(pair[0], pair[1], stamp);
    });
  }
}

/** An entry of an error queue: its times, and what it says of them. */
function entry(from: Fd, six: boolean) {
  const message = recvmsg(from, { flags: MSG_ERRQUEUE, timeoutMs });
  const time = test.received(message, timestamping).software as bigint;
  const report = test.received(message, six ? ipv6RecvErr : ipRecvErr);
  assert.equal([report.origin, report.errno], ["SO_EE_ORIGIN_TXSTATUS", "ENOMSG"]);
  return { time, kind: report.info, id: report.data, data: message.data };
}

/** A sender that is connected to a receiver which nobody reads. */
function withSender(host: string, items: readonly EnableItem[], work: (sender: Fd) => void): void {
  using receiver = bound(host);
  using sender = socket({ family: host === "::1" ? "inet6" : "inet", type: "dgram" });
  connect(sender, getsockname(receiver));
  enable(sender, ...items);
  work(sender);
}

for (const host of ["127.0.0.1", "::1"]) {
  const six = host === "::1";
  test.unless(
    six ? noIpv6() : undefined,
    `${host}: scheduled and sent, in order, by the ids of messages`,
    () => {
      const bits = ["TX_SCHED", "TX_SOFTWARE", "SOFTWARE", "OPT_ID"];
      const setting = bits.map((bit) => `SOF_TIMESTAMPING_${bit}`);
      withSender(host, [[timestamping, setting]], (sender) => {
        for (const id of [0, 1, 2]) {
          const entries: ReturnType<typeof entry>[] = [];
          within(1n, () => {
            sendmsg(sender, { data: Buffer.alloc(100, id) });
            entries.push(entry(sender, six), entry(sender, six));
            return entries[0]?.time ?? 0n;
          });
          const [scheduled, sent] = entries;
          assert.equal([scheduled?.kind, sent?.kind], ["SCM_TSTAMP_SCHED", "SCM_TSTAMP_SND"]);
          assert.equal([scheduled?.id, sent?.id], [id, id]);
          assert.ok((scheduled?.time as bigint) <= (sent?.time as bigint));
          assert.ok(sent?.data.includes(Buffer.alloc(100, id)), "the packet comes back");
        }
        assert.is(tryRecvmsg(sender, { flags: MSG_ERRQUEUE }), null);
      });
    },
  );
}

test("SOF_TIMESTAMPING_OPT_TSONLY: the stamp without the packet", () => {
  const setting = ["TX_SOFTWARE", "SOFTWARE", "OPT_ID", "OPT_TSONLY"].map(
    (bit) => `SOF_TIMESTAMPING_${bit}`,
  );
  withSender("127.0.0.1", [[timestamping, setting]], (sender) => {
    sendmsg(sender, { data });
    const { kind, data: packet } = entry(sender, false);
    assert.equal([kind, packet.length], ["SCM_TSTAMP_SND", 0]);
  });
});

test("a message asks for stamps of its own; others have none", () => {
  const setting = ["SOF_TIMESTAMPING_SOFTWARE", "SOF_TIMESTAMPING_OPT_ID"];
  withSender("127.0.0.1", [[timestamping, setting]], (sender) => {
    sendmsg(sender, { data: text("silent") });
    sendmsg(sender, {
      data: text("stamped"),
      control: [timestampingRequest(["SOF_TIMESTAMPING_TX_SOFTWARE"])],
    });
    sendmsg(sender, { data: text("silent") });
    const only = entry(sender, false);
    assert.is(only.kind, "SCM_TSTAMP_SND");
    assert.ok(only.data.includes("stamped"));
    assert.is(tryRecvmsg(sender, { flags: MSG_ERRQUEUE }), null);
    const both = ["SOF_TIMESTAMPING_TX_SOFTWARE", "SOF_TIMESTAMPING_TX_SCHED"] as const;
    sendmsg(sender, { data, control: [timestampingRequest(both)] });
    assert.equal(
      [entry(sender, false).kind, entry(sender, false).kind],
      ["SCM_TSTAMP_SCHED", "SCM_TSTAMP_SND"],
    );
    const refused = [timestampingRequest(["SOF_TIMESTAMPING_RX_SOFTWARE"])];
    throws(() => sendmsg(sender, { data, control: refused }), { code: "EINVAL" });
  });
  test.sent(timestampingRequest);
});

// SCM_TS_OPT_ID on a socket with SOF_TIMESTAMPING_OPT_ID and two bits more, of SO_TIMESTAMPING.
const noOptId = messageProblem(1, 81, Int32Array.of(1), [1, 37, 0x92]);

const optId: EnableItem = [
  timestamping,
  ["TX_SOFTWARE", "SOFTWARE", "OPT_ID"].map((bit) => `SOF_TIMESTAMPING_${bit}`),
];

test.unless(noOptId, "the id that a message chooses comes back", () => {
  for (const host of noIpv6() === undefined ? ["127.0.0.1", "::1"] : ["127.0.0.1"]) {
    withSender(host, [optId], (sender) => {
      for (const id of [4242, 0, 0xffffffff]) {
        sendmsg(sender, { data, control: [tsOptId(id)] });
        assert.is(entry(sender, host === "::1").id, id);
      }
    });
    withSender(host, [], (sender) => {
      throws(() => sendmsg(sender, { data, control: [tsOptId(1)] }), { code: "EINVAL" });
    });
  }
  test.sent(tsOptId);
});

test("a time to send at is taken where SO_TXTIME has set a clock, and EINVAL elsewhere", () => {
  using receiver = bound("127.0.0.1");
  using sender = socket({ family: "inet", type: "dgram" });
  const to = getsockname(receiver) as InternetAddress;
  const send = () => sendmsg(sender, { data, to, control: [txTime(process.hrtime.bigint())] });
  throws(send, { code: "EINVAL", syscall: "sendmsg" });
  enable(sender, txTime);
  assert.is(send(), 1);
  assert.is(recvmsg(receiver, { timeoutMs }).data.toString(), "x");
  test.sent(txTime);
});

test.run();
