// UDP over IPv4: messages that say where a datagram was going, and how it travelled; each chosen by the sender, and seen by the
// receiver, by Python and by the kernel's own names for sockets.

import {
  enable,
  type InternetAddress,
  ipChecksum,
  ipFragmentSize,
  originalDestination,
  packetInfo,
  type ReceivedMessage,
  recvmsg,
  sendmsg,
  setsockopt,
  socket,
  tos,
  ttl,
  UdpSocket,
} from "cmsg";
import { assert, throws } from "../support/assert.js";
import { text } from "../support/message.js";
import { CAP_NET_RAW, capabilityProblem, firstOf } from "./support/features.js";
import { enterNamespace } from "./support/namespace.js";
import { noPython, receivedTwice } from "./support/python.js";
import { interfaceIndex, withUdp } from "./support/sockets.js";
import { kernelSuite, namesOf } from "./support/suite.js";

const noNamespace = enterNamespace(import.meta.url);
const test = kernelSuite("udp-ipv4");

const timeoutMs = 10_000;
const data = text("x");

// The event loop's descriptors are made with its first socket and stay.
UdpSocket.bind({ host: "127.0.0.1" }).close();

const hostOf = (message: ReceivedMessage) => (message.address as InternetAddress).host;

const WAYS = [
  ["127.0.0.2", "127.0.0.1"],
  ["127.9.8.7", "127.0.0.5"],
  ["127.0.0.1", "127.255.255.254"],
] as const;

test.unless(noPython, "packet info: the chosen source, the destination, the interface", () => {
  const lo = interfaceIndex("lo");
  withUdp("0.0.0.0", [packetInfo], (receiver, sender, at) => {
    for (const ifindex of [undefined, lo]) {
      const sends = WAYS.map(([specDst, to]) => () => {
        sendmsg(sender, { data, to: at(to), control: [packetInfo({ specDst, ifindex })] });
      });
      receivedTwice(receiver, sends).forEach(({ message, python }, i) => {
        const [source, to] = WAYS[i] as (typeof WAYS)[number];
        assert.is(hostOf(message), source);
        const value = test.received(message, packetInfo);
        assert.equal(value, { ifindex: lo, specDst: to, addr: to });
        assert.equal(python, { "0 8": [lo, to, to] });
      });
    }
  });
  test.sent(packetInfo);
});

test("packet info holds for one datagram; what this machine lacks is refused", () => {
  withUdp("0.0.0.0", [packetInfo], (receiver, sender, at) => {
    const to = at("127.0.0.1");
    const send = (specDst?: string, ifindex?: number) =>
      sendmsg(sender, { data, to, control: [packetInfo({ specDst, ifindex })] });
    send("127.0.0.2");
    sendmsg(sender, { data, to });
    send();
    const hosts = [1, 2, 3].map(() => hostOf(recvmsg(receiver, { timeoutMs })));
    assert.equal(hosts, ["127.0.0.2", "127.0.0.1", "127.0.0.1"]);
    throws(() => send(undefined, 0x7fffffff), { code: "ENODEV" });
    throws(() => send("203.0.113.1"), { name: "SyscallError" });
  });
});

const HEADERS = [
  [1, 0],
  [2, 1],
  [64, 0xb8],
  [128, 0x6e],
  [255, 255],
] as const;

test.unless(noPython, "time to live and type of service: each value as it was sent", () => {
  withUdp("127.0.0.1", [ttl, tos], (receiver, sender, at) => {
    const to = at("127.0.0.1");
    const sends = HEADERS.map(([hops, byte]) => () => {
      sendmsg(sender, { data, to, control: [ttl(hops), tos(byte)] });
    });
    receivedTwice(receiver, sends).forEach(({ message, python }, i) => {
      const [hops, byte] = HEADERS[i] as (typeof HEADERS)[number];
      assert.equal([test.received(message, ttl), test.received(message, tos)], [hops, byte]);
      assert.equal(python, { "0 2": [hops], "0 1": [byte] });
    });
  });
  test.sent(ttl, tos);
});

test("time to live and type of service of a socket that says nothing are those of its options", () => {
  withUdp("127.0.0.1", [ttl, tos], (receiver, sender, at) => {
    const [IP_TTL, IP_TOS] = [2, 1];
    setsockopt(sender, 0, IP_TTL, 77);
    setsockopt(sender, 0, IP_TOS, 0x28);
    sendmsg(sender, { data, to: at("127.0.0.1") });
    const message = recvmsg(receiver, { timeoutMs });
    assert.equal([test.received(message, ttl), test.received(message, tos)], [77, 0x28]);
    const lengths = message.control.map(({ payload }) => payload.length);
    assert.equal(
      [namesOf(message), lengths],
      [
        ["IP_TTL", "IP_TOS"],
        [4, 1],
      ],
    );
  });
});

test("the kernel takes the type of service as an int as well, and nothing of another length", () => {
  withUdp("127.0.0.1", [tos], (receiver, sender, at) => {
    const send = (type: string, payload: Uint8Array) =>
      sendmsg(sender, { data, to: at("127.0.0.1"), control: [{ level: "SOL_IP", type, payload }] });
    for (const payload of [Int32Array.of(0x68), Uint8Array.of(0x68)]) {
      send("IP_TOS", new Uint8Array(payload.buffer));
      assert.is(test.received(recvmsg(receiver, { timeoutMs }), tos), 0x68);
    }
    for (const length of [0, 2, 3, 5, 8]) {
      throws(() => send("IP_TOS", new Uint8Array(length)), { code: "EINVAL" });
    }
    for (const hops of [0, 256, -1]) {
      const payload = new Uint8Array(Int32Array.of(hops).buffer);
      throws(() => send("IP_TTL", payload), { code: "EINVAL" });
    }
  });
});

test("the two bits of ECN arrive through a UdpSocket as they were in the byte", async () => {
  await using receiver = UdpSocket.bind({ host: "127.0.0.1" });
  using sender = socket({ family: "inet", type: "dgram" });
  const to = receiver.localAddress as InternetAddress;
  for (const byte of [0, 1, 2, 3, 0xb9, 0xff]) {
    sendmsg(sender, { data, to, control: [tos(byte)] });
    const message = await receiver.receive();
    assert.equal([message.ecn, message.dscp], [byte & 3, byte >> 2]);
  }
});

test.unless(noPython, "original destination: the address and port that the sender named", () => {
  withUdp("0.0.0.0", [originalDestination], (receiver, sender, at) => {
    const hosts = ["127.0.0.1", "127.3.2.1"];
    const sends = hosts.map((host) => () => sendmsg(sender, { data, to: at(host) }));
    receivedTwice(receiver, sends).forEach(({ message, python }, i) => {
      const to = at(hosts[i] as string);
      assert.equal(test.received(message, originalDestination), to);
      assert.equal(python, { "0 20": [to.port, to.host] });
    });
  });
});

test.unless(
  firstOf(noNamespace, noPython),
  "fragments: the size of the largest, at an MTU of 1500",
  () => {
    withUdp("127.0.0.1", [ipFragmentSize], (receiver, sender, at) => {
      const to = at("127.0.0.1");
      sendmsg(sender, { data: Buffer.alloc(1472), to });
      assert.equal(namesOf(recvmsg(receiver, { timeoutMs })), [], "it was one packet");
      const lengths = [1473, 4000, 20_000];
      const sends = lengths.map(
        (length) => () => sendmsg(sender, { data: Buffer.alloc(length, 7), to }),
      );
      receivedTwice(receiver, sends).forEach(({ message, python }, i) => {
        assert.equal([message.bytes, test.received(message, ipFragmentSize)], [lengths[i], 1500]);
        assert.equal(python, { "0 25": [1500] });
      });
    });
  },
);

/** RFC 1071: the sum of 16-bit words in ones' complement. */
function onesComplement(bytes: Uint8Array): number {
  let sum = 0;
  for (let i = 0; i < bytes.length; i += 2) sum += ((bytes[i] ?? 0) << 8) | (bytes[i + 1] ?? 0);
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  return sum;
}

/** The bytes of a sum of words that were read in the order of the machine. */
function bytesOf(sum: number): Uint8Array {
  return new Uint8Array(Uint32Array.of(sum).buffer);
}

/** A UDP packet with an IPv4 header in front, and its checksum. */
function packet(to: InternetAddress, data: Uint8Array): Buffer {
  const address = (host: string) => Buffer.from(host.split(".").map(Number));
  const udp = Buffer.concat([Buffer.alloc(8), data]);
  udp.writeUInt16BE(4321, 0);
  udp.writeUInt16BE(to.port, 2);
  udp.writeUInt16BE(udp.length, 4);
  const addresses = Buffer.concat([address("127.0.0.1"), address(to.host)]);
  const pseudo = Buffer.concat([addresses, Buffer.from([0, 17, 0, udp.length])]);
  udp.writeUInt16BE(0xffff - onesComplement(Buffer.concat([pseudo, udp])), 6);
  const head = Buffer.from([0x45, 0, 0, 20 + udp.length, 0, 1, 0, 0, 64, 17, 0, 0]);
  return Buffer.concat([head, addresses, udp]);
}

const noRaw = firstOf(noNamespace, capabilityProblem(CAP_NET_RAW, "CAP_NET_RAW"), noPython);

test.unless(noRaw, "checksum: of the data, where the kernel has summed the whole packet", () => {
  withUdp("127.0.0.1", [], (receiver, _, at) => {
    enable(receiver, ipChecksum);
    const IPPROTO_RAW = 255;
    using raw = socket({ family: "inet", type: "raw", protocol: IPPROTO_RAW });
    const to = at("127.0.0.1");
    const texts = ["an even number of bytes.", "and an odd one"].map(text);
    const sends = texts.map(
      (words) => () => sendmsg(raw, { data: packet(to, words), to: { ...to, port: 0 } }),
    );
    receivedTwice(receiver, sends).forEach(({ message, python }, i) => {
      const words = texts[i] as Buffer;
      assert.is(message.data.toString(), words.toString());
      const sum = test.received(message, ipChecksum);
      assert.is(onesComplement(bytesOf(sum)), onesComplement(words));
      assert.equal(python, { "0 23": [sum] });
    });
  });
});

test.run();
