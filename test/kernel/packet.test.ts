// Packet sockets: what the kernel says of a frame beside its bytes, and when one was sent.

import { existsSync, writeFileSync } from "node:fs";
import {
  bind,
  enable,
  type Fd,
  getsockname,
  MSG_ERRQUEUE,
  MSG_PEEK,
  packetAuxdata,
  packetTxTimestamp,
  type ReceivedMessage,
  recvFds,
  recvmsg,
  sendmsg,
  socket,
  timestamping,
  tryRecvFds,
  tryRecvmsg,
} from "cmsg";
import { assert } from "../support/assert.js";
import { within } from "./support/clock.js";
import { CAP_NET_RAW, capabilityProblem, firstOf, socketProblem } from "./support/features.js";
import { enterNamespace } from "./support/namespace.js";
import { noPython, receivedTwice } from "./support/python.js";
import { LOOPBACK, makeVeth } from "./support/rtnetlink.js";
import { bound } from "./support/sockets.js";
import { kernelSuite } from "./support/suite.js";

const noNamespace = enterNamespace(import.meta.url);
const test = kernelSuite("packet");

const timeoutMs = 10_000;
const [AF_PACKET, ETH_P_IP, ETH_P_ALL] = [17, 0x0800, 3];
/** IEEE 802 keeps this type for experiments. */
const ETH_P_EXPERIMENT = 0x88b5;
const [LEFT, RIGHT] = [7001, 7002];

const reason = firstOf(
  noNamespace,
  capabilityProblem(CAP_NET_RAW, "CAP_NET_RAW"),
  socketProblem({ family: AF_PACKET, type: "raw" }, "AF_PACKET"),
  noPython,
);

if (reason === undefined) {
  // IPv6 would send frames of its own.
  const setting = "/proc/sys/net/ipv6/conf/default/disable_ipv6";
  if (existsSync(setting)) writeFileSync(setting, "1");
  makeVeth(LEFT, RIGHT);
}

/** A packet socket on an interface: struct sockaddr_ll behind its family. */
function packetSocket(type: "raw" | "dgram", protocol: number, index: number): Fd {
  const made = socket({ family: AF_PACKET, type });
  const data = Buffer.alloc(18);
  data.writeUInt16BE(protocol, 0);
  data.set(new Uint8Array(Int32Array.of(index).buffer), 2);
  bind(made, { family: AF_PACKET, data });
  return made;
}

for (const [type, header] of [
  ["dgram", 0],
  ["raw", 14],
] as const) {
  test.unless(reason, `${type}: the length of a packet, and where its headers begin`, () => {
    using tap = packetSocket(type, ETH_P_IP, LOOPBACK);
    enable(tap, packetAuxdata);
    using sender = bound("127.0.0.1");
    const sizes = [0, 11, 1000];
    const sends = sizes.map(
      (size) => () => sendmsg(sender, { data: Buffer.alloc(size), to: getsockname(sender) }),
    );
    receivedTwice(tap, sends).forEach(({ message, python }, i) => {
      // The headers of IPv4 and of UDP.
      const length = header + 20 + 8 + (sizes[i] as number);
      assert.is(message.bytes, length);
      const { status, ...rest } = test.received(message, packetAuxdata);
      assert.ok(status.includes("TP_STATUS_USER"), `${status}`);
      assert.equal(rest, {
        len: length,
        snaplen: length,
        mac: 0,
        net: header,
        vlanTci: 0,
        vlanTpid: 0,
      });
      const [bits, ...others] = python["263 8"] ?? [];
      assert.is((bits as number) & 1, 1);
      assert.equal(others, [length, length, 0, header, 0, 0]);
    });
  });
}

test.unless(
  reason,
  "every form of receiving is taken, though a packet socket knows no MSG_CMSG_CLOEXEC",
  () => {
    using tap = packetSocket("dgram", ETH_P_IP, LOOPBACK);
    using sender = bound("127.0.0.1");
    const send = (data: string) =>
      sendmsg(sender, { data: Buffer.from(data), to: getsockname(sender) });
    const forms = [recvmsg, tryRecvmsg, recvFds, tryRecvFds];
    for (const [i, form] of forms.entries()) {
      assert.is(tryRecvmsg(tap), null);
      send(`${i}`);
      for (const closeOnExec of [undefined, true, false]) {
        const flags = closeOnExec === false ? 0 : MSG_PEEK;
        const message = form(tap, closeOnExec === undefined ? { flags } : { flags, closeOnExec });
        assert.is(message?.data.subarray(28).toString(), `${i}`);
      }
    }
  },
);

/** A frame to everybody with a VLAN tag. */
function tagged(tpid: number, tci: number): Buffer {
  const frame = Buffer.alloc(60, 0xaa);
  frame.fill(0xff, 0, 6);
  frame.set([2, 0, 0, 0, 0, 1], 6);
  for (const [i, word] of [tpid, tci, ETH_P_EXPERIMENT].entries())
    frame.writeUInt16BE(word, 12 + 2 * i);
  return frame;
}

test.unless(reason, "a VLAN tag is taken out of the frame, and told beside it", () => {
  using sender = packetSocket("raw", ETH_P_EXPERIMENT, LEFT);
  // What asks for one protocol gets the frame behind the handling of VLANs, without the tag.
  using tap = packetSocket("raw", ETH_P_ALL, RIGHT);
  enable(tap, packetAuxdata);
  const cases = [
    [0x8100, 0x2abc, "ETH_P_8021Q"],
    [0x88a8, 0x0fff, "ETH_P_8021AD"],
  ] as const;
  const sends = cases.map(
    ([tpid, tci]) =>
      () =>
        sendmsg(sender, { data: tagged(tpid, tci) }),
  );
  receivedTwice(tap, sends).forEach(({ message, python }, i) => {
    const [tpid, tci, name] = cases[i] as (typeof cases)[number];
    assert.equal([message.bytes, message.data.readUInt16BE(12)], [56, ETH_P_EXPERIMENT]);
    const { status, len, vlanTci, vlanTpid } = test.received(message, packetAuxdata);
    assert.equal([len, vlanTci, vlanTpid], [56, tci, name]);
    assert.ok(status.includes("TP_STATUS_VLAN_VALID"), `${status}`);
    assert.ok(status.includes("TP_STATUS_VLAN_TPID_VALID"), `${status}`);
    const [bits, ...others] = python["263 8"] ?? [];
    const [VLAN_VALID, VLAN_TPID_VALID] = [0x10, 0x40];
    assert.is((bits as number) & (VLAN_VALID | VLAN_TPID_VALID), VLAN_VALID | VLAN_TPID_VALID);
    assert.equal(others.slice(-2), [tci, tpid]);
  });
});

test.unless(reason, "when a frame was sent, with the id of the message", () => {
  using sender = packetSocket("raw", ETH_P_EXPERIMENT, LEFT);
  const bits = ["TX_SOFTWARE", "SOFTWARE", "OPT_ID", "OPT_TSONLY"];
  enable(sender, [timestamping, bits.map((bit) => `SOF_TIMESTAMPING_${bit}`)]);
  let id = 0;
  const stampOf = (message: ReceivedMessage): bigint => {
    const report = test.received(message, packetTxTimestamp);
    assert.equal(
      [report.errno, report.origin, report.info],
      ["ENOMSG", "SO_EE_ORIGIN_TXSTATUS", "SCM_TSTAMP_SND"],
    );
    assert.is(report.data, id++);
    return test.received(message, timestamping).software as bigint;
  };
  const send = () => sendmsg(sender, { data: tagged(0x8100, 1) });
  const flags = MSG_ERRQUEUE;
  for (let i = 0; i < 3; i++) {
    within(1n, () => {
      send();
      return stampOf(recvmsg(sender, { flags, timeoutMs }));
    });
  }
  const [twice] = receivedTwice(sender, [send], flags);
  const { message, python } = twice as NonNullable<typeof twice>;
  stampOf(message);
  const [ENOMSG, TXSTATUS] = [42, 4];
  assert.equal(python["263 16"], [ENOMSG, TXSTATUS, 0, 0, 0, 0, id]);
});

test.run();
