// Options of IPv4 packets and extension headers of IPv6 packets: what a sender puts into a packet, as the receiver sees it, and the
// wire itself through a raw socket.

import {
  destinationOptions,
  destinationOptions2292,
  enable,
  hopByHopOptions,
  hopByHopOptions2292,
  type InternetAddress,
  ipOptions,
  ipRetOptions,
  recvmsg,
  routingHeader,
  routingHeader2292,
  routingHeaderDestinationOptions,
  sendmsg,
  socket,
} from "cmsg";
import { assert, bytes, throws } from "../support/assert.js";
import { text } from "../support/message.js";
import { CAP_NET_RAW, capabilityProblem, firstOf } from "./support/features.js";
import { enterNamespace, noIpv6 } from "./support/namespace.js";
import { noPython, pythonReceives, receivedTwice } from "./support/python.js";
import { withUdp } from "./support/sockets.js";
import { kernelSuite, valuesOf } from "./support/suite.js";

enterNamespace(import.meta.url);
const test = kernelSuite("options-headers");
const noRaw = firstOf(capabilityProblem(CAP_NET_RAW, "CAP_NET_RAW"), noPython);
const noSix = firstOf(noIpv6(), noRaw);

const data = text("x");
const timeoutMs = 10_000;

/** Record route (RFC 791 section 3.1) with room for two addresses, and a byte that ends the options. */
const RECORD_ROUTE = Uint8Array.of(7, 11, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0);

test.unless(
  noPython,
  "record route: options of a packet as it came, and those to reply with",
  () => {
    withUdp("127.0.0.1", [ipOptions, ipRetOptions], (receiver, sender, at) => {
      const to = at("127.0.0.1");
      const route = [{ type: "IPOPT_RR", data: RECORD_ROUTE.subarray(2, 11) } as const];
      // The same options, as bytes and as a list.
      for (const given of [RECORD_ROUTE, route]) {
        const send = () => sendmsg(sender, { data, to, control: [ipRetOptions(given)] });
        send();
        const message = recvmsg(receiver, { timeoutMs });
        // Each end of loopback has recorded itself: the pointer has gone on by eight.
        const recorded = Uint8Array.of(12, 127, 0, 0, 1, 127, 0, 0, 1);
        assert.equal(test.received(message, ipOptions), [
          { type: "IPOPT_RR", data: recorded },
          { type: "IPOPT_END", data: new Uint8Array(0) },
        ]);
        const reply = test.received(message, ipRetOptions);
        assert.is(reply instanceof Uint8Array ? undefined : reply[0]?.type, "IPOPT_RR");
        send();
        const [theirs] = pythonReceives(receiver, 1);
        const seen = theirs?.control.map(({ level, type, hex }) => [level, type, hex]);
        const [, second] = message.control;
        assert.equal(seen, [
          [0, 6, `070b${Buffer.from(recorded).toString("hex")}00`],
          [0, 7, Buffer.from(second?.payload ?? []).toString("hex")],
        ]);
        // What was received as a reply's options is taken as such.
        sendmsg(sender, { data, to, control: [ipRetOptions(reply)] });
        const [answered] = valuesOf(recvmsg(receiver, { timeoutMs }), ipOptions);
        assert.is(answered instanceof Uint8Array ? undefined : answered?.[0]?.type, "IPOPT_RR");
      }
      const broken = [ipRetOptions(Uint8Array.of(7, 200, 4, 0))];
      throws(() => sendmsg(sender, { data, to, control: broken }), { code: "EINVAL" });
    });
    test.sent(ipRetOptions);
  },
);

/** Router alert for the hops on the way, and an experimental option (RFC 4727) that a destination may pass over. */
const ALERT = { type: "IPV6_TLV_ROUTERALERT", data: Uint8Array.of(0, 0) } as const;
const EXPERIMENT = { type: 0x1e, data: text("eight by") };

for (const [definition, option, number] of [
  [hopByHopOptions, ALERT, 54],
  [destinationOptions, EXPERIMENT, 59],
  [hopByHopOptions2292, ALERT, 3],
  [destinationOptions2292, EXPERIMENT, 4],
] as const) {
  test.unless(
    noSix,
    `${definition.name}: the options that were sent, and the header's bytes`,
    () => {
      withUdp("::1", [definition], (receiver, sender, at) => {
        const control = [definition({ options: [option] })];
        const send = () => sendmsg(sender, { data, to: at("::1"), control });
        send();
        const value = test.received(recvmsg(receiver, { timeoutMs }), definition);
        if (value instanceof Uint8Array) throw new Error("it is not a whole header");
        const IPPROTO_UDP = 17;
        assert.is(value.nextHeader, IPPROTO_UDP);
        const { type, data: content } = value.options[0] ?? {};
        assert.is(type, option.type);
        bytes(content as Uint8Array, option.data);
        send();
        const [theirs] = pythonReceives(receiver, 1);
        const [only] = theirs?.control ?? [];
        const wire = Buffer.from(only?.hex ?? "", "hex");
        assert.equal([only?.level, only?.type, wire[0]], [41, number, IPPROTO_UDP]);
        assert.is(wire.length, ((wire[1] as number) + 1) * 8);
        const code = typeof option.type === "number" ? option.type : 5;
        bytes(
          wire.subarray(2, 4 + option.data.length),
          Uint8Array.of(code, option.data.length, ...option.data),
        );
      });
      test.sent(definition);
    },
  );
}

/** An IPv6 packet with a routing header of type 0 (RFC 2460 section 4.4) that is at its end, and UDP in it. */
function routed(to: InternetAddress, source: string): Buffer {
  const address = (host: string) => Buffer.from([...Array(15).fill(0), Number(host.slice(2))]);
  const udp = Buffer.alloc(8 + data.length);
  udp.writeUInt16BE(4321, 0);
  udp.writeUInt16BE(to.port, 2);
  udp.writeUInt16BE(udp.length, 4);
  udp.set(data, 8);
  const addresses = Buffer.concat([address(source), address(to.host)]);
  const pseudo = Buffer.concat([addresses, Buffer.from([0, 0, 0, udp.length, 0, 0, 0, 17]), udp]);
  let sum = 0;
  for (let i = 0; i < pseudo.length; i += 2) sum += ((pseudo[i] ?? 0) << 8) | (pseudo[i + 1] ?? 0);
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  udp.writeUInt16BE(0xffff - sum, 6);
  const routing = Buffer.concat([Buffer.from([17, 2, 0, 0, 0, 0, 0, 0]), address("::1")]);
  const head = Buffer.from([0x60, 0, 0, 0, 0, routing.length + udp.length, 43, 64]);
  return Buffer.concat([head, addresses, routing, udp]);
}

for (const [definition, number] of [
  [routingHeader, 57],
  [routingHeader2292, 5],
] as const) {
  test.unless(noSix, `${definition.name}: the routing header of a packet that has arrived`, () => {
    withUdp("::1", [], (receiver, _, at) => {
      enable(receiver, definition);
      const IPPROTO_RAW = 255;
      using raw = socket({ family: "inet6", type: "raw", protocol: IPPROTO_RAW });
      const send = () =>
        sendmsg(raw, { data: routed(at("::1"), "::1"), to: { host: "::1", port: 0 } });
      const [twice] = receivedTwice(receiver, [send]);
      const { message } = twice as NonNullable<typeof twice>;
      const value = test.received(message, definition);
      const reserved = Buffer.alloc(4);
      const ofLoopback = Buffer.from([...Array(15).fill(0), 1]);
      assert.equal(value, {
        nextHeader: 17,
        type: "IPV6_SRCRT_TYPE_0",
        segmentsLeft: 0,
        data: Uint8Array.from([...reserved, ...ofLoopback]),
      });
      assert.is(message.control[0]?.type, number);
    });
  });
}

test.unless(
  noSix,
  "destination options that have no routing header to stand in front of are not sent",
  () => {
    withUdp("::1", [destinationOptions], (receiver, sender, at) => {
      const send = (given: Parameters<typeof routingHeaderDestinationOptions>[0]) =>
        sendmsg(sender, { data, to: at("::1"), control: [routingHeaderDestinationOptions(given)] });
      send({ options: [EXPERIMENT] });
      assert.equal(recvmsg(receiver, { timeoutMs }).control, []);
      // Shorter than the length byte says.
      throws(() => send(Uint8Array.of(0, 1, 1, 4, 0, 0, 0, 0)), { code: "EINVAL" });
    });
  },
);

test.unless(noSix, "a routing header of type 0, which RFC 5095 has ended, is not sent", () => {
  withUdp("::1", [], (_, sender, at) => {
    for (const definition of [routingHeader, routingHeader2292]) {
      const header = definition({ type: 0, segmentsLeft: 1, data: new Uint8Array(20) });
      throws(() => sendmsg(sender, { data, to: at("::1"), control: [header] }), { code: "EINVAL" });
    }
  });
});

test.run();
