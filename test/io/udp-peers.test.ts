// UDP with others at the other end: node:dgram, CPython, one socket of many messages, groups of this machine.

import { createSocket } from "node:dgram";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { networkInterfaces } from "node:os";
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

/** Says what came with a question, and sends an answer with values of its own. */
const peerOf = (host: string, port: number): string => `
v6 = ":" in "${host}"
u = socket.socket(socket.AF_INET6 if v6 else socket.AF_INET, socket.SOCK_DGRAM)
for option in [49, 66, 51] if v6 else [8, 13, 12]:
    u.setsockopt(41 if v6 else 0, option, 1)
names = {50: "info", 67: "tos", 52: "ttl"} if v6 else {8: "info", 1: "tos", 2: "ttl"}
u.sendto(b"hello", ("${host}", ${port}))
data, anc, flags, address = u.recvmsg(2048, 1024)
say({"data": data.decode(), "port": address[1], "seen": {names[t]: list(d) for l, t, d in anc}})
word = struct.Struct("i").pack
reply = [(41, 67, word(0xb9)), (41, 52, word(11))] if v6 else [(0, 1, bytes([0xb9])), (0, 2, word(11))]
u.sendmsg([b"answer"], reply, 0, address)
`;

for (const host of HAS_IPV6 ? ["127.0.0.1", "::1"] : ["127.0.0.1"]) {
  if (!HAS_PYTHON) {
    test.skip(`CPython at ${host}`, "python3 is not installed (package python3)");
    continue;
  }
  test(`CPython at ${host} sees what was sent, and is seen`, async () => {
    await using socket = UdpSocket.bind({ host, report: ["ecn", "ttl", "timestamp", "interface"] });
    const script = peerOf(host, portOf(socket));
    const { said, done } = await withPython("stream", script, async () => {
      const { address } = await socket.receive(IN_TIME);
      await socket.send("question", { to: address, ecn: 3, dscp: 5, ttl: 77, from: host });
      const answer = await socket.receive(IN_TIME);
      assert.is(answer.data.toString(), "answer");
      assert.equal([answer.ecn, answer.dscp, answer.ttl], [1, 46, 11]);
      assert.ok((answer.timestamp ?? 0n) > 0n);
      return answer.interface;
    });
    const { data, seen, port } = said as {
      data: string;
      seen: Record<string, number[]>;
      port: number;
    };
    assert.equal([data, port], ["question", portOf(socket)]);
    assert.equal([seen["tos"]?.[0], seen["ttl"]?.[0]], [(5 << 2) | 3, 77]);
    const info = Buffer.from(seen["info"] ?? []);
    const index = host === "::1" ? info.readInt32LE(16) : info.readInt32LE(0);
    assert.is(await done, index, "the same interface");
  });
}

const IFINDEX = Number(readFileSync("/sys/class/net/lo/ifindex", "utf8"));

const GROUPS = HAS_IPV6 ? ["239.255.7.9", "ff01::7:9"] : ["239.255.7.9"];

for (const group of GROUPS) {
  test(`what is sent to the group ${group} comes while the socket is in it`, async () => {
    const host = group.includes(":") ? "::" : "0.0.0.0";
    await using socket = UdpSocket.bind({ host, report: ["destination", "ttl"] });
    const to: InternetAddress = { host: group, port: portOf(socket) };
    await using sender = UdpSocket.bind({
      host,
      multicastInterface: IFINDEX,
      multicastTtl: 3,
      multicastLoopback: true,
    });
    socket.joinGroup(group, { interface: IFINDEX });
    throws(() => socket.joinGroup(group, { interface: IFINDEX }), { code: "EADDRINUSE" });
    const refused = await sender.send("to all", { to }).catch((error) => error);
    if (refused.code === "ENETUNREACH") {
      console.log(`SKIP sending to ${group}: the loopback interface has no route for groups`);
    } else {
      const message = await socket.receive(IN_TIME);
      assert.is(message.data.toString(), "to all");
      assert.equal([message.destination?.host, message.ttl], [group, 3]);
      assert.is.not(message.localAddress?.host, group, "no answer can come from a group");
    }
    socket.leaveGroup(group, { interface: IFINDEX });
    throws(() => socket.leaveGroup(group, { interface: IFINDEX }), { code: "EADDRNOTAVAIL" });
  });
}

/** An interface with a link-local address of IPv6. */
const LINK = Object.values(networkInterfaces())
  .flatMap((list) => list ?? [])
  .find((address) => address.family === "IPv6" && address.scopeid > 0);

if (LINK?.family !== "IPv6") {
  test.skip("link-local addresses", "no interface has one");
} else {
  const { address: host, scopeid: scopeId } = LINK;

  test("link-local addresses come with their interface, and are answered from", async () => {
    await using server = UdpSocket.bind({ host: "::" });
    const port = portOf(server);
    await using client = await UdpSocket.connect({ host, port, scopeId });
    await client.send("question");
    const message = await server.receive(IN_TIME);
    assert.equal([message.address.host, message.address.scopeId], [host, scopeId]);
    assert.equal(message.localAddress, { host, port, flowInfo: 0, scopeId });
    // The interface of `from` alone says which link is meant.
    await server.send("answer", { to: message.address, from: message.localAddress });
    assert.is((await client.receive(IN_TIME)).data.toString(), "answer");
    const [name = ""] =
      Object.entries(networkInterfaces()).find(([, list]) =>
        list?.some(({ address }) => address === host),
      ) ?? [];
    for (const zone of [scopeId, name]) {
      const there = { host: `${host}%${zone}`, port };
      await using other = await UdpSocket.connect({ ...there, bind: { host: `${host}%${zone}` } });
      await using plain = await UdpSocket.connect(there);
      assert.equal(plain.remoteAddress, { host, port, flowInfo: 0, scopeId });
      await other.send("zone");
      assert.equal((await server.receive(IN_TIME)).address, other.localAddress);
      await server.send("back", { to: { ...there, port: portOf(other) }, from: there.host });
      assert.is((await other.receive(IN_TIME)).data.toString(), "back");
    }
    await using bound = UdpSocket.bind({ host, scopeId });
    assert.equal(bound.localAddress, { host, port: portOf(bound), flowInfo: 0, scopeId });
  });

  test("what came to a group of a link has no address to answer from", async () => {
    await using socket = UdpSocket.bind({
      host: "::",
      multicastInterface: scopeId,
      multicastTtl: 0,
    });
    const group = "ff12::7:9";
    socket.joinGroup(group, { interface: scopeId });
    await socket.send("to all", { to: { host: group, port: portOf(socket) } });
    const message = await socket.receive(IN_TIME);
    assert.equal([message.destination?.host, message.interface], [group, scopeId]);
    assert.is(message.localAddress, undefined);
    await socket.send("answer", { to: message.address, from: message.localAddress });
    assert.is((await socket.receive(IN_TIME)).data.toString(), "answer");
  });
}

test("what is no group is refused", async () => {
  await using socket = UdpSocket.bind();
  for (const group of [
    "127.0.0.1",
    "223.255.255.255",
    "240.0.0.0",
    "fe80::1",
    "all",
    1,
    undefined,
  ]) {
    const wrong = { name: "TypeError", code: "ERR_CMSG_INVALID_ARG_TYPE" };
    throws(() => socket.joinGroup(group as string), wrong);
    throws(() => socket.leaveGroup(group as string), wrong);
  }
  throws(() => socket.joinGroup("224.0.0.251", { interface: -1 }), { name: "RangeError" });
  throws(() => socket.joinGroup("224.0.0.251", { interface: 0x7ffffff0 }), { code: "ENODEV" });
});

test.run();
