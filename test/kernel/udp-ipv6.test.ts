// UDP over IPv6: messages that say where a datagram was going, and how it travelled, by their numbers of RFC 3542 and of RFC 2292.

import {
  type Definition,
  dontFragment,
  enable,
  flowInfo,
  getsockname,
  hopLimit,
  hopLimit2292,
  type InternetAddress,
  ipv6FragmentSize,
  originalDestination6,
  packetInfo,
  packetInfo6,
  packetInfo2292,
  pathMtu,
  recvmsg,
  sendmsg,
  setsockopt,
  socket,
  trafficClass,
  tryRecvmsg,
} from "cmsg";
import { assert, throws } from "../support/assert.js";
import { text } from "../support/message.js";
import { firstOf } from "./support/features.js";
import { enterNamespace, noIpv6 } from "./support/namespace.js";
import { noPython, receivedTwice } from "./support/python.js";
import { addAddress } from "./support/rtnetlink.js";
import { bound, interfaceIndex, withUdp } from "./support/sockets.js";
import { kernelSuite, namesOf } from "./support/suite.js";

const noNamespace = enterNamespace(import.meta.url);
const test = kernelSuite("udp-ipv6");
const noSix = firstOf(noIpv6(), noPython);
const alone = firstOf(noNamespace, noSix);

const timeoutMs = 10_000;
const data = text("x");
const SOURCES = noNamespace === undefined ? ["::1", "fd00::2", "fd00::3"] : ["::1"];
if (alone === undefined) for (const host of SOURCES.slice(1)) addAddress(1, host, 128);

type PacketInfo6 = Definition<{ readonly addr: string; readonly ifindex: number }>;

/** What python's struct module reads by each number. */
const NUMBERS = [
  ["RFC 3542", packetInfo6, hopLimit, 50, 52],
  ["RFC 2292", packetInfo2292, hopLimit2292, 2, 8],
] as const;

for (const [rfc, info, limit, infoNumber, limitNumber] of NUMBERS) {
  test.unless(noSix, `${rfc}: packet info chooses the source, and says where it went`, () => {
    const lo = interfaceIndex("lo");
    withUdp("::", [info as PacketInfo6], (receiver, sender, at) => {
      const ways = SOURCES.flatMap((from) => SOURCES.map((to) => [from, to] as const));
      const sends = ways.map(([addr, to]) => () => {
        sendmsg(sender, { data, to: at(to), control: [info({ addr, ifindex: lo })] });
      });
      receivedTwice(receiver, sends).forEach(({ message, python }, i) => {
        const [from, to] = ways[i] as (typeof ways)[number];
        assert.is((message.address as InternetAddress).host, from);
        assert.equal(test.received(message, info), { addr: to, ifindex: lo });
        assert.equal(python, { [`41 ${infoNumber}`]: [to, lo] });
      });
    });
    test.sent(info);
  });

  test.unless(noSix, `${rfc}: hop limits arrive as they were sent; -1 is the socket's own`, () => {
    withUdp("::1", [limit], (receiver, sender, at) => {
      const IPV6_UNICAST_HOPS = 16;
      setsockopt(sender, 41, IPV6_UNICAST_HOPS, 33);
      const hops = [0, 1, 64, 255, -1];
      const sends = hops.map((hop) => () => {
        sendmsg(sender, { data, to: at("::1"), control: [limit(hop)] });
      });
      receivedTwice(receiver, sends).forEach(({ message, python }, i) => {
        const hop = hops[i] === -1 ? 33 : hops[i];
        assert.is(test.received(message, limit), hop);
        assert.equal(python, { [`41 ${limitNumber}`]: [hop] });
      });
    });
    test.sent(limit);
  });
}

test.unless(noSix, "traffic class and flow: chosen by the sender, together in one number", () => {
  withUdp("::1", [trafficClass, flowInfo], (receiver, sender, at) => {
    const cases = [
      [0, 0x1],
      [0xb9, 0xabcde],
      [255, 0xfffff],
    ] as const;
    const sends = cases.map(([octet, label]) => () => {
      const control = [trafficClass(octet), flowInfo(label)];
      sendmsg(sender, { data, to: at("::1"), control });
    });
    receivedTwice(receiver, sends).forEach(({ message, python }, i) => {
      const [octet, label] = cases[i] as (typeof cases)[number];
      const both = octet * 2 ** 20 + label;
      assert.equal(
        [test.received(message, trafficClass), test.received(message, flowInfo)],
        [octet, both],
      );
      assert.equal(python, { "41 67": [octet], "41 11": [both] });
    });
  });
  test.sent(trafficClass, flowInfo);
});

test.unless(noSix, "original destination: the address and port that the sender named", () => {
  withUdp("::", [originalDestination6], (receiver, sender, at) => {
    const sends = SOURCES.map((host) => () => sendmsg(sender, { data, to: at(host) }));
    receivedTwice(receiver, sends).forEach(({ message, python }, i) => {
      const { host, port } = at(SOURCES[i] as string);
      const value = test.received(message, originalDestination6);
      assert.equal([value?.host, value?.port], [host, port]);
      assert.equal(python, { "41 74": [port, 0, host] });
    });
  });
});

test.unless(noIpv6(), "an IPv4 packet on a socket of IPv6: the mapped address", () => {
  using receiver = socket({ family: "inet6", type: "dgram" });
  const IPV6_V6ONLY = 26;
  setsockopt(receiver, 41, IPV6_V6ONLY, false);
  enable(receiver, packetInfo6);
  using own = bound("0.0.0.0");
  withUdp("::", [packetInfo6], (both, _, at) => {
    const { port } = at("::");
    sendmsg(own, { data, to: { host: "127.0.0.9", port } });
    const message = recvmsg(both, { timeoutMs });
    const { port: from } = getsockname(own) as InternetAddress;
    const sender = message.address as InternetAddress;
    assert.equal([sender.host, sender.port], ["::ffff:127.0.0.1", from]);
    assert.is(test.received(message, packetInfo6).addr, "::ffff:127.0.0.9");
    assert.ok(namesOf(message).includes(packetInfo.name));
  });
});

test.unless(alone, "fragments: the size of the largest, at an MTU of 1500", () => {
  withUdp("::1", [ipv6FragmentSize], (receiver, sender, at) => {
    sendmsg(sender, { data: Buffer.alloc(1452), to: at("::1") });
    assert.equal(namesOf(recvmsg(receiver, { timeoutMs })), [], "it was one packet");
    const lengths = [1453, 4000, 20_000];
    const sends = lengths.map((length) => () => {
      sendmsg(sender, { data: Buffer.alloc(length), to: at("::1") });
    });
    // Data of fragments comes in units of eight bytes, behind the headers of IPv6 and of the fragment: RFC 8200 section 4.5.
    const largest = 40 + 8 + Math.floor((1500 - 48) / 8) * 8;
    receivedTwice(receiver, sends).forEach(({ message, python }, i) => {
      assert.equal(
        [message.bytes, test.received(message, ipv6FragmentSize)],
        [lengths[i], largest],
      );
      assert.equal(python, { "41 77": [largest] });
    });
  });
});

test.unless(
  alone,
  "a datagram that must not be cut is refused, and the path MTU is reported",
  () => {
    withUdp("::1", [], (receiver, sender, at) => {
      const to = at("::1");
      const send = (length: number, forbid: boolean) =>
        sendmsg(sender, { data: Buffer.alloc(length), to, control: [dontFragment(forbid)] });
      for (const length of [1452, 1453]) {
        assert.is(send(length, false), length);
        assert.is(recvmsg(receiver, { timeoutMs }).bytes, length);
      }
      assert.is(send(1452, true), 1452);
      throws(() => send(1453, true), { code: "EMSGSIZE", syscall: "sendmsg" });
      assert.is(recvmsg(receiver, { timeoutMs }).bytes, 1452);
      assert.is(tryRecvmsg(receiver), null);
      test.sent(dontFragment);
      enable(sender, pathMtu);
      const tooLarge = () => throws(() => send(9000, true), { code: "EMSGSIZE" });
      const [twice] = receivedTwice(sender, [tooLarge]);
      const { message, python } = twice as NonNullable<typeof twice>;
      const { destination, mtu } = test.received(message, pathMtu);
      assert.equal([message.bytes, destination?.host, mtu], [0, "::1", 1500]);
      assert.is(python["41 61"]?.[1], 1500);
    });
  },
);

test.run();
