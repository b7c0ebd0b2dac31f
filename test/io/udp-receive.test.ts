// What a received datagram says of itself: addresses, interface, traffic class, hops, times, losses.

import { readFileSync } from "node:fs";
import { networkInterfaces } from "node:os";
import { inspect } from "node:util";
import {
  explain,
  hopLimit,
  packetInfo,
  packetInfo6,
  setsockopt,
  timestampNs,
  tos,
  trafficClass,
  ttl,
  type UdpFact,
  type UdpMessage,
  UdpSocket,
  udpGro,
} from "cmsg";
import { assert, throws } from "../support/assert.js";
import { suite } from "../support/suite.js";
import { noteWays, overWay, portOf, WAYS } from "../support/udp.js";

const test = suite("UdpSocket: receiving");
noteWays(test);

const loopback = Object.entries(networkInterfaces()).find(([, list]) => list?.[0]?.internal);
const LOOPBACK = Number(readFileSync(`/sys/class/net/${loopback?.[0]}/ifindex`, "utf8"));

const ALL: readonly UdpFact[] = [
  "localAddress",
  "ecn",
  "ttl",
  "timestamp",
  "originalDestination",
  "dropped",
  "segmentSize",
];

for (const way of WAYS) {
  test(`${way.name}: without being asked, local address, interface and traffic class`, async () => {
    await overWay(way, {}, async (receiver, sender) => {
      await sender.send("hello", { ecn: 1, dscp: 10 });
      const message = await receiver.receive();
      assert.is(message.data.toString(), "hello");
      assert.equal([message.bytes, message.flags, message.fds], [5, 0, []]);
      assert.is(message.address.host, way.shown);
      assert.is(message.address.port, portOf(sender));
      assert.is(message.localAddress?.host, way.shown);
      assert.is(message.localAddress?.port, portOf(receiver));
      assert.equal(message.destination, message.localAddress);
      assert.is(message.interface, LOOPBACK);
      assert.equal([message.ecn, message.dscp], [1, 10]);
      const { ttl, timestamp, originalDestination, dropped, segmentSize } = message;
      assert.equal(
        [ttl, timestamp, originalDestination, dropped, segmentSize],
        new Array(5).fill(undefined),
      );
    });
  });

  test(`${way.name}: everything that can be asked for`, async () => {
    await overWay(way, { report: ALL }, async (receiver, sender) => {
      const before = BigInt(Date.now()) * 1_000_000n;
      await sender.send("hello", { ttl: 7, ecn: 3, dscp: 63 });
      const message = await receiver.receive();
      const after = BigInt(Date.now() + 1) * 1_000_000n;
      assert.equal([message.ttl, message.ecn, message.dscp], [7, 3, 63]);
      const { timestamp = 0n, originalDestination: original } = message;
      assert.ok(before <= timestamp && timestamp <= after, `${before} ${timestamp} ${after}`);
      assert.equal([original?.host, original?.port], [way.to, portOf(receiver)]);
      assert.is(message.dropped, 0);
      assert.is(message.segmentSize, undefined, "nothing was put together");
      assert.equal(message.problems, []);
    });
  });

  test(`${way.name}: each ECN codepoint, DSCP and TTL arrives as it was sent, and none sticks`, async () => {
    await overWay(way, { report: ["ecn", "ttl"] }, async (receiver, sender) => {
      await sender.send("usual");
      const { ttl: usual } = await receiver.receive();
      for (const [ecn, dscp, ttl] of [
        [0, 0, 1],
        [1, 1, 2],
        [2, 46, 128],
        [3, 63, 255],
      ] as const) {
        await sender.send("x", { ecn, dscp, ttl });
        const message = await receiver.receive();
        assert.equal([message.ecn, message.dscp, message.ttl], [ecn, dscp, ttl]);
      }
      await sender.send("usual");
      const message = await receiver.receive();
      assert.equal([message.ecn, message.dscp, message.ttl], [0, 0, usual]);
    });
  });

  test(`${way.name}: what is read in place is what decoding says`, async () => {
    await overWay(way, { report: ALL }, async (receiver, sender) => {
      for (const ecn of [0, 1, 2, 3]) {
        await sender.send(Buffer.alloc(300), {
          ecn,
          dscp: 60 - ecn,
          ttl: 255 - ecn,
          segmentSize: 100,
        });
        const message = await receiver.receive();
        const four = message.find(packetInfo);
        const six = message.find(packetInfo6);
        const byte = message.find(trafficClass) ?? message.find(tos) ?? -1;
        const { ttl: hops, timestamp, segmentSize, destination, interface: index } = message;
        assert.equal([message.ecn, message.dscp], [byte & 3, byte >> 2]);
        assert.is(hops, message.find(hopLimit) ?? message.find(ttl));
        assert.is(timestamp, message.find(timestampNs));
        assert.is(segmentSize, message.find(udpGro));
        assert.equal([destination?.host, index], [(six ?? four)?.addr, (six ?? four)?.ifindex]);
        const source = message.localAddress?.host.replace("::ffff:", "");
        assert.is(source, four?.specDst ?? six?.addr);
      }
    });
  });

  test(`${way.name}: an empty datagram is a datagram`, async () => {
    await overWay(way, {}, async (receiver, sender) => {
      assert.equal(await sender.send(""), { bytes: 0, fds: 0 });
      await sender.send([]);
      for (let i = 0; i < 2; i++) {
        const message = await receiver.receive();
        assert.equal([message.bytes, message.data.length], [0, 0]);
        assert.equal([...message.segments()].length, 1);
        assert.is(message.localAddress?.host, way.shown);
      }
    });
  });
}

test("nothing is asked for where report is empty, and the names of a fact mean the same", async () => {
  const [way] = WAYS;
  const facts: [UdpFact[], (keyof UdpMessage)[]][] = [
    [[], []],
    [["interface"], ["localAddress", "destination", "interface"]],
    [["destination"], ["localAddress", "destination", "interface"]],
    [["dscp"], ["ecn", "dscp"]],
    [["dropped"], ["dropped"]],
    [["timestamp"], ["timestamp"]],
  ];
  const names = ["localAddress", "destination", "interface", "ecn", "dscp", "timestamp", "dropped"];
  for (const [report, expected] of facts) {
    await overWay(way as (typeof WAYS)[number], { report }, async (receiver, sender) => {
      await sender.send("x");
      const message = await receiver.receive();
      const known = names.filter((name) => message[name as keyof UdpMessage] !== undefined);
      assert.equal(known, expected);
    });
  }
});

test("what is lost because the buffer is full is counted", async () => {
  const [way] = WAYS;
  const options = { report: ["dropped"] as const, receiveBuffer: 1 };
  await overWay(way as (typeof WAYS)[number], options, async (receiver, sender) => {
    const sent = 50;
    for (let i = 0; i < sent; i++) await sender.send(Buffer.alloc(1000));
    let arrived = 0;
    for (;;) {
      const message = await receiver.receive({ timeoutMs: 0 }).catch(() => null);
      if (message === null) break;
      arrived++;
    }
    assert.ok(arrived > 0 && arrived < sent, `${arrived} of ${sent}`);
    await sender.send("after");
    assert.is((await receiver.receive()).dropped, sent - arrived);
  });
});

test("a short dataLimit cuts one datagram only", async () => {
  const [way] = WAYS;
  await overWay(way as (typeof WAYS)[number], { dataLimit: 5 }, async (receiver, sender) => {
    for (const text of ["0123456789", "01234", "0123456789"]) await sender.send(text);
    const cut = await receiver.receive();
    assert.equal([cut.data.toString(), cut.dataTruncated], ["01234", true]);
    const whole = await receiver.receive();
    assert.equal([whole.data.toString(), whole.dataTruncated], ["01234", false]);
    assert.is((await receiver.receive({ dataLimit: 100 })).data.toString(), "0123456789");
  });
});

test("messages are what they were when the socket is closed, and print their facts", async () => {
  const [way] = WAYS;
  const message = await overWay(way as (typeof WAYS)[number], {}, async (receiver, sender) => {
    await sender.send("late", { ecn: 2 });
    return receiver.receive();
  });
  const shown = inspect(message);
  assert.match(shown, /^UdpMessage \{/);
  assert.match(shown, /localAddress: \{ host: '127\.0\.0\.1', port: \d+ \}/);
  assert.match(shown, /ecn: 2/);
  assert.not.match(shown, /timestamp/);
  assert.is(message.control.length, 2);
  assert.match(String(explain(message.controlBytes)), /IP_PKTINFO/);
});

test("messages that nobody asked for by name are there as control messages", async () => {
  const [way] = WAYS;
  await overWay(way as (typeof WAYS)[number], { report: [] }, async (receiver, sender) => {
    setsockopt(receiver.fd, "SOL_IP", "IP_RECVTTL", true);
    await sender.send("x", { ttl: 3 });
    const message = await receiver.receive();
    assert.equal(
      message.control.map(({ level, type }) => [level, type]),
      [[0, 2]],
    );
    assert.is(message.ttl, 3);
  });
});

test("wrong names and values are refused before there is a socket", () => {
  const bind = (options: object) => () => UdpSocket.bind(options).close();
  const type = { name: "TypeError", code: "ERR_CMSG_INVALID_ARG_TYPE" };
  const range = { name: "RangeError", code: "ERR_CMSG_OUT_OF_RANGE" };
  for (const [options, expected] of [
    [{ report: "ecn" }, type],
    [{ report: ["colour"] }, { ...range, message: /report\[0\].*localAddress/ }],
    [{ report: [1] }, type],
    [{ report: 1 }, type],
    [{ host: "localhost" }, type],
    [{ host: 1 }, type],
    [{ port: -1 }, range],
    [{ port: 65536 }, range],
    [{ port: "53" }, type],
    [{ family: "unix" }, range],
    [{ family: "inet", host: "::1" }, range],
    [{ ecn: 4 }, range],
    [{ dscp: 64 }, range],
    [{ ttl: 0 }, range],
    [{ ttl: 256 }, range],
    [{ dataLimit: 0 }, range],
    [{ queueBytes: -1 }, range],
    [{ idleTimeoutMs: 0 }, range],
    [{ errors: 1 }, type],
    [{ reusePort: "yes" }, type],
    [{ transmitClock: "sundial" }, range],
    [{ transmitClock: 1 }, type],
    [{ multicastTtl: 256 }, range],
  ] as const) {
    throws(bind(options), expected);
  }
});

test.run();
