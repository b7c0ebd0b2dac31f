// Random datagrams by every way over loopback: each arrives once, whole and in order, with what it was sent with, and what was not
// given is as the socket has it. CMSG_TEST_SEED repeats a run.

import { type UdpSendOptions, UdpSocket } from "cmsg";
import { assert } from "../support/assert.js";
import { Random, seed } from "../support/random.js";
import { suite } from "../support/suite.js";
import { noteWays, portOf, WAYS, type Way } from "../support/udp.js";

const DATAGRAMS = 300;

const test = suite("random datagrams");
noteWays(test);

/** A datagram to send, and the parts in which it arrives. */
interface Sent {
  readonly options: UdpSendOptions;
  readonly parts: readonly Buffer[];
}

/** `make()`, or nothing. */
function perhaps<K extends string, T>(random: Random, name: K, make: () => T): { [N in K]?: T } {
  return random.below(2) === 0 ? {} : ({ [name]: make() } as { [N in K]?: T });
}

function datagram(random: Random, way: Way): { data: Buffer; sent: Sent } {
  const data = Buffer.from(random.bytes(random.pick([0, 1, 7, 100, 1000, 3000])));
  const segmentSize = 1 + Math.floor(data.length / (1 + random.below(8)));
  const options: UdpSendOptions = {
    ...perhaps(random, "ecn", () => random.below(4)),
    ...perhaps(random, "dscp", () => random.below(64)),
    ...perhaps(random, "ttl", () => 1 + random.below(255)),
    ...perhaps(random, "from", () => sourceFor(random, way)),
    ...perhaps(random, "segmentSize", () => segmentSize),
  };
  const size = options.segmentSize ?? Math.max(data.length, 1);
  const count = Math.max(Math.ceil(data.length / size), 1);
  const parts = Array.from({ length: count }, (_, i) => data.subarray(i * size, (i + 1) * size));
  return { data, sent: { options, parts } };
}

/** Every address of 127.0.0.0/8 is one of this machine. */
function sourceFor(random: Random, { to }: Way): string {
  if (to === "::1") return to;
  const host = `127.${random.below(256)}.${random.below(256)}.${1 + random.below(254)}`;
  return random.below(4) === 0 ? `::ffff:${host}` : host;
}

for (const way of WAYS) {
  test(`${way.name} (seed ${seed})`, async () => {
    const random = new Random();
    const usual = { ecn: random.below(4), dscp: random.below(64), ttl: 1 + random.below(255) };
    const report = ["localAddress", "ecn", "ttl", "timestamp"] as const;
    await using receiver = UdpSocket.bind({ host: way.bound, report, receiveBuffer: 1 << 22 });
    const host = way.to === "::1" ? "::" : "0.0.0.0";
    await using sender = UdpSocket.bind({ host, ...usual });
    const to = { host: way.to, port: portOf(receiver) };
    for (let i = 0; i < DATAGRAMS; i++) {
      const { data, sent } = datagram(random, way);
      await sender.send(data, { to, ...sent.options });
      for (const part of sent.parts) {
        const message = await receiver.receive({ timeoutMs: 10_000 });
        const told = JSON.stringify(sent.options);
        assert.is(Buffer.compare(message.data, part), 0, told);
        const { ecn, dscp, ttl, timestamp = 0n, localAddress } = message;
        const { from, segmentSize: _, ...given } = sent.options;
        assert.equal({ ecn, dscp, ttl }, { ...usual, ...given }, told);
        const source = String(from ?? way.to).replace("::ffff:", "");
        assert.is(message.address.host.replace("::ffff:", ""), source, told);
        assert.is(localAddress?.host, way.shown);
        assert.ok(timestamp > 0n);
      }
    }
    const over = await receiver.receive({ timeoutMs: 0 }).catch(({ code }) => code);
    assert.is(over, "ETIMEDOUT", "nothing came twice");
  });
}

test.run();
