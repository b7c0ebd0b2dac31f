// UDP with others at the other end: node:dgram, CPython, one socket of many messages, groups of this machine.

import { createSocket } from "node:dgram";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { type InternetAddress, UdpSocket } from "cmsg";
import { assert, throws } from "../support/assert.js";
import { closed } from "../support/net.js";
import { HAS_PYTHON, withPython } from "../support/python.js";
import { suite } from "../support/suite.js";
import { HAS_IPV6, portOf } from "../support/udp.js";

const test = suite("UdpSocket: peers");

const IN_TIME = { timeoutMs: 10_000 };

test("1,000 datagrams in a burst arrive whole and in order, by every way to receive", async () => {
  const count = 1000;
  const expected = Array.from({ length: count }, (_, i) => `${i}`.padEnd(i % 50, "."));
  const options = { host: "127.0.0.1", receiveBuffer: 1 << 21 };
  for (const way of ["receive", "messages", "onMessage"] as const) {
    await using receiver = UdpSocket.bind(options);
    await using sender = await UdpSocket.connect({ host: "127.0.0.1", port: portOf(receiver) });
    const arrived: string[] = [];
    const done = (async () => {
      if (way === "receive") {
        while (arrived.length < count) arrived.push((await receiver.receive()).data.toString());
      } else if (way === "messages") {
        for await (const { data } of receiver.messages()) {
          if (arrived.push(data.toString()) === count) break;
        }
      } else {
        await new Promise<void>((resolve) => {
          const stop = receiver.onMessage(({ data }) => {
            if (arrived.push(data.toString()) < count) return;
            stop();
            resolve();
          }, assert.unreachable);
        });
      }
    })();
    await Promise.all(expected.map((text) => sender.send(text)));
    await done;
    assert.equal(arrived, expected, way);
  }
});

test("node:dgram at the other end", async () => {
  for (const type of HAS_IPV6 ? (["udp4", "udp6"] as const) : (["udp4"] as const)) {
    const host = type === "udp4" ? "127.0.0.1" : "::1";
    const peer = createSocket(type);
    try {
      peer.bind(0, host);
      await once(peer, "listening");
      await using socket = UdpSocket.bind({ host });
      const to = { host, port: peer.address().port };
      const arrived = once(peer, "message");
      await socket.send("from cmsg", { to, ecn: 2 });
      const [data, info] = await arrived;
      assert.is(String(data), "from cmsg");
      assert.equal([info.address, info.port], [host, portOf(socket)]);
      peer.send("from Node", portOf(socket), host);
      const message = await socket.receive(IN_TIME);
      assert.is(message.data.toString(), "from Node");
      assert.equal([message.address.host, message.address.port], [to.host, to.port]);
      assert.is(message.localAddress?.host, host);
    } finally {
      await closed(peer);
    }
  }
});

/** Answers what comes with the source, TOS, TTL and time that the kernel says, and with values of its own. */
const PEER = `
import time
SO_TIMESTAMPNS = 35
v6 = s.family == socket.AF_INET6
names = {(0, 8): "info", (41, 50): "info", (0, 1): "tos", (41, 67): "tos", (0, 2): "ttl", (41, 52): "ttl"}
for level, option in [(41, 49), (41, 66), (41, 51)] if v6 else [(0, 8), (0, 13), (0, 12)]:
    s.setsockopt(level, option, 1)
u = s
u.sendto(b"hello", (sys.argv[1], int(sys.argv[2])))
data, anc, flags, address = u.recvmsg(2048, 1024)
seen = {names[(l, t)]: list(d) for l, t, d in anc}
reply = [(41, 67, struct.pack("i", 0xb9)), (41, 52, struct.pack("i", 11))] if v6 else [(0, 1, b"\\xb9"), (0, 2, struct.pack("i", 11))]
u.sendmsg([b"answer"], reply, 0, address)
say({"data": data.decode(), "seen": seen, "port": address[1]})
`;

for (const host of HAS_IPV6 ? ["127.0.0.1", "::1"] : ["127.0.0.1"]) {
  if (!HAS_PYTHON) {
    test.skip(`CPython at ${host}`, "python3 is not installed (package python3)");
    continue;
  }
  test(`CPython at ${host} sees what was sent, and is seen`, async () => {
    await using socket = UdpSocket.bind({ host, report: ["ecn", "ttl", "timestamp", "interface"] });
    const said = await pythonPeer(host, portOf(socket), async () => {
      const { address } = await socket.receive(IN_TIME);
      await socket.send("question", { to: address, ecn: 3, dscp: 5, ttl: 77, from: host });
      const answer = await socket.receive(IN_TIME);
      assert.is(answer.data.toString(), "answer");
      assert.equal([answer.ecn, answer.dscp, answer.ttl], [1, 46, 11]);
      assert.ok((answer.timestamp ?? 0n) > 0n);
      return answer.interface;
    });
    const { data, seen, port } = said.said as {
      data: string;
      seen: Record<string, number[]>;
      port: number;
    };
    assert.equal([data, port], ["question", portOf(socket)]);
    assert.equal([seen.tos?.[0], seen.ttl?.[0]], [(5 << 2) | 3, 77]);
    const info = Buffer.from(seen.info ?? []);
    const index = host === "::1" ? info.readInt32LE(16) : info.readInt32LE(0);
    assert.is(said.done, index, "the same interface");
  });
}
