// UDP segmentation and its reverse: one send becomes several datagrams, and several become one receive.

import {
  type InternetAddress,
  recvmsg,
  sendmsg,
  tryRecvmsg,
  UdpSocket,
  udpGro,
  udpSegment,
} from "cmsg";
import { assert, throws } from "../support/assert.js";
import { firstOf, messageProblem, optionProblem } from "./support/features.js";
import { enterNamespace, noIpv6 } from "./support/namespace.js";
import { noPython, receivedTwice } from "./support/python.js";
import { withUdp } from "./support/sockets.js";
import { kernelSuite, namesOf } from "./support/suite.js";

enterNamespace(import.meta.url);
const test = kernelSuite("segmentation");

UdpSocket.bind({ host: "127.0.0.1" }).close();

const timeoutMs = 10_000;
const noSegments = messageProblem(17, 103, Uint16Array.of(1000));
const noGro = firstOf(
  noPython,
  noSegments,
  optionProblem({ family: "inet", type: "dgram" }, 17, 104),
);

/** Bytes that all differ from their neighbours. */
const pattern = (length: number): Buffer => Buffer.from(Array.from({ length }, (_, i) => i % 251));

for (const host of ["127.0.0.1", "::1"]) {
  const six = host === "::1" ? noIpv6() : undefined;

  test.unless(
    firstOf(six, noSegments),
    `${host}: a send is cut into datagrams of the chosen size`,
    () => {
      withUdp(host, [], (receiver, sender, at) => {
        for (const [total, size] of [
          [2500, 1000],
          [3000, 1000],
          [1000, 1000],
          [7, 1],
          [8000, 1400],
        ] as const) {
          const data = pattern(total);
          sendmsg(sender, { data, to: at(host), control: [udpSegment(size)] });
          for (let at = 0; at < total; at += size) {
            const message = recvmsg(receiver, { timeoutMs });
            assert.equal(message.data, data.subarray(at, at + size));
          }
          assert.is(tryRecvmsg(receiver), null);
        }
        for (const length of [0, 1, 3, 4]) {
          const control = [
            { level: "SOL_UDP", type: "UDP_SEGMENT", payload: new Uint8Array(length) },
          ];
          throws(() => sendmsg(sender, { data: pattern(9), to: at(host), control }), {
            code: "EINVAL",
          });
        }
      });
      test.sent(udpSegment);
    },
  );

  test.unless(
    firstOf(six, noGro),
    `${host}: datagrams of one flow arrive as one, with their size`,
    () => {
      withUdp(host, [udpGro], (receiver, sender, at) => {
        const cases = [
          [5000, 1000],
          [4200, 1400],
          [2500, 1000],
        ] as const;
        const sends = cases.map(([total, size]) => () => {
          sendmsg(sender, { data: pattern(total), to: at(host), control: [udpSegment(size)] });
        });
        receivedTwice(receiver, sends).forEach(({ message, python }, i) => {
          const [total, size] = cases[i] as (typeof cases)[number];
          assert.equal(message.data, pattern(total));
          assert.is(test.received(message, udpGro), size);
          assert.equal(python, { "17 104": [size] });
        });
        sendmsg(sender, { data: pattern(100), to: at(host) });
        assert.equal(
          namesOf(recvmsg(receiver, { timeoutMs })),
          [],
          "one datagram alone has no size",
        );
      });
    },
  );
}

test.unless(noGro, "a UdpSocket cuts and tells the segments of what it has received", async () => {
  await using receiver = UdpSocket.bind({ host: "127.0.0.1", report: ["segmentSize"] });
  await using sender = await UdpSocket.connect(receiver.localAddress as InternetAddress);
  await sender.send(pattern(2500), { segmentSize: 1000 });
  const message = await receiver.receive();
  assert.equal([message.segmentSize, message.bytes], [1000, 2500]);
  const lengths = [...message.segments()].map(({ length }) => length);
  assert.equal(lengths, [1000, 1000, 500]);
});

test.run();
