// What a datagram leaves with: source, traffic class, hops, segments, time; and what is refused.

import { readFileSync } from "node:fs";
import { networkInterfaces } from "node:os";
import { getsockopt, type IpFamily, type UdpMessage, type UdpSendOptions, UdpSocket } from "cmsg";
import { assert, throws } from "../support/assert.js";
import { rejects } from "../support/loop.js";
import { suite } from "../support/suite.js";
import {
  HAS_IPV6,
  mayUseClock,
  noteWays,
  overWay,
  portOf,
  WAYS,
  type Way,
} from "../support/udp.js";

const test = suite("UdpSocket: sending");
noteWays(test);

async function take(socket: UdpSocket, count: number): Promise<UdpMessage[]> {
  const messages: UdpMessage[] = [];
  while (messages.length < count) messages.push(await socket.receive({ timeoutMs: 10_000 }));
  return messages;
}

const SOURCES = ["127.0.0.2", "127.0.0.9", "127.1.2.3"];

for (const bound of HAS_IPV6 ? ["0.0.0.0", "::"] : ["0.0.0.0"]) {
  test(`a socket at ${bound} sends from the address that it is told, for that datagram alone`, async () => {
    await using receiver = UdpSocket.bind({ host: "127.0.0.1" });
    await using sender = UdpSocket.bind({ host: bound });
    const to = receiver.localAddress;
    for (const from of SOURCES) {
      await sender.send("x", { to, from });
      assert.equal((await receiver.receive()).address, { host: from, port: portOf(sender) });
      await sender.send("x", { to, from: { host: `::ffff:${from}` } });
      assert.is((await receiver.receive()).address.host, from);
    }
    await sender.send("x", { to });
    assert.is((await receiver.receive()).address.host, "127.0.0.1");
  });

  test(`a server at ${bound} answers from the address that was asked`, async () => {
    await using server = UdpSocket.bind({ host: bound });
    for (const asked of HAS_IPV6 && bound === "::" ? [...SOURCES, "::1"] : SOURCES) {
      await using client = await UdpSocket.connect({ host: asked, port: portOf(server) });
      await client.send("question");
      const { address, localAddress, interface: index } = await server.receive();
      assert.is(localAddress?.host.replace("::ffff:", ""), asked);
      await server.send("answer", { to: address, from: localAddress, interface: index });
      // A connected socket takes nothing from another address.
      const answer = await client.receive({ timeoutMs: 10_000 });
      assert.is(answer.data.toString(), "answer");
    }
  });
}

test("an address in the other form is taken as the socket needs it", async () => {
  await using four = UdpSocket.bind({ host: "127.0.0.1" });
  await four.send("x", { to: { host: "::ffff:127.0.0.1", port: portOf(four) } });
  assert.is((await four.receive()).address.host, "127.0.0.1");
  if (!HAS_IPV6) return;
  await using six = UdpSocket.bind({ host: "::" });
  await six.send("x", { to: { host: "127.0.0.1", port: portOf(six) } });
  assert.is((await six.receive()).address.host, "::ffff:127.0.0.1");
});

/** Families of sockets that can send over a way. */
const familiesFor = (way: Way): readonly IpFamily[] => {
  if (way.to.includes(":")) return ["inet6"];
  return HAS_IPV6 ? ["inet", "inet6"] : ["inet"];
};

for (const [way, family] of WAYS.flatMap((w) => familiesFor(w).map((f) => [w, f] as const))) {
  test(`${way.name} from ${family}: the socket's own ecn, dscp and ttl hold where a datagram has none`, async () => {
    await using receiver = UdpSocket.bind({ host: way.bound, report: ["ecn", "ttl"] });
    const port = portOf(receiver);
    const usual = { ecn: 1, dscp: 20, ttl: 33, family };
    await using sender = await UdpSocket.connect({ host: way.to, port, ...usual });
    for (const [given, expected] of [
      [{}, [1, 20, 33]],
      [{ ecn: 2 }, [2, 20, 33]],
      [{ dscp: 0 }, [1, 0, 33]],
      [{ ttl: 5 }, [1, 20, 5]],
      [{ ecn: 0, dscp: 1, ttl: 6 }, [0, 1, 6]],
      [{}, [1, 20, 33]],
    ] as const) {
      await sender.send("x", given);
      const { ecn, dscp, ttl } = await receiver.receive();
      assert.equal([ecn, dscp, ttl], expected);
    }
  });
}

for (const way of WAYS) {
  test(`${way.name}: one buffer leaves as many datagrams`, async () => {
    await overWay(way, {}, async (receiver, sender) => {
      for (const [total, segmentSize] of [
        [6, 2],
        [2500, 1000],
        [64, 1],
        [1000, 1000],
        [10, 1000],
        [0, 7],
        [63 * 900 + 1, 900],
      ] as const) {
        const data = Buffer.from(Array.from({ length: total }, (_, i) => i % 251));
        assert.is((await sender.send(data, { segmentSize })).bytes, total);
        const parts = await take(receiver, Math.max(Math.ceil(total / segmentSize), 1));
        assert.equal(Buffer.concat(parts.map((part) => part.data)), data);
        for (const part of parts.slice(0, -1)) assert.is(part.bytes, segmentSize);
      }
    });
  });

  test(`${way.name}: many datagrams arrive as one buffer with their size`, async () => {
    await overWay(way, { report: ["segmentSize"] }, async (receiver, sender) => {
      for (const [total, segmentSize] of [
        [6, 2],
        [5000, 1000],
        [5001, 1000],
      ] as const) {
        const data = Buffer.from(Array.from({ length: total }, (_, i) => i % 251));
        await sender.send(data, { segmentSize });
        const message = await receiver.receive();
        assert.equal([message.bytes, message.segmentSize], [total, segmentSize]);
        const segments = [...message.segments()];
        assert.is(segments.length, Math.ceil(total / segmentSize));
        assert.equal(Buffer.concat(segments), data);
      }
      await sender.send("single");
      const single = await receiver.receive();
      assert.equal([single.segmentSize, [...single.segments()].length], [undefined, 1]);
    });
  });
}

test("a datagram with a time leaves, and none is taken on a socket without a clock", async () => {
  await using receiver = UdpSocket.bind({ host: "127.0.0.1" });
  const port = portOf(receiver);
  for (const transmitClock of ["monotonic", "tai", "realtime"] as const) {
    const number = { realtime: 0, monotonic: 1, tai: 11 }[transmitClock];
    const connecting = UdpSocket.connect({ host: "127.0.0.1", port, transmitClock });
    if (!mayUseClock(number)) {
      await rejects(connecting, { code: "EPERM", syscall: "setsockopt" });
      continue;
    }
    await using sender = await connecting;
    assert.is(getsockopt(sender.fd, "SOL_SOCKET", "SO_TXTIME", 8).readInt32LE(), number);
    await sender.send(transmitClock, { transmitAt: process.hrtime.bigint() });
    assert.is((await receiver.receive()).data.toString(), transmitClock);
  }
  await rejects(receiver.send("x", { transmitAt: 1n, to: receiver.localAddress }), {
    name: "TypeError",
    message: /transmitClock/,
  });
});

test("an interface is known by its index and by its name", async () => {
  const [name = ""] = Object.entries(networkInterfaces()).find(([, l]) => l?.[0]?.internal) ?? [];
  const index = Number(readFileSync(`/sys/class/net/${name}/ifindex`, "utf8"));
  if (HAS_IPV6) {
    await using six = UdpSocket.bind({ host: "::1", multicastInterface: name });
    assert.is(getsockopt(six, "SOL_IPV6", "IPV6_MULTICAST_IF"), index);
  }
  await using socket = UdpSocket.bind({ host: "127.0.0.1", multicastInterface: name });
  for (const by of [name, index]) {
    await socket.send("x", { to: socket.localAddress, interface: by });
    assert.is((await socket.receive()).interface, index);
  }
  throws(() => socket.joinGroup("224.0.0.251", { interface: "no-such" }), {
    name: "SyscallError",
    code: "ENODEV",
    message: /no interface is called "no-such"/,
  });
  await rejects(socket.send("x", { to: socket.localAddress, interface: "no-such" }), {
    code: "ENODEV",
  });
});

test("what the kernel refuses is explained", async () => {
  await using socket = UdpSocket.bind({ host: "0.0.0.0" });
  const to = { host: "127.0.0.1", port: portOf(socket) };
  for (const [data, options, expected] of [
    ["x", {}, { code: "EDESTADDRREQ", message: /say where `to`/ }],
    [Buffer.alloc(65508), { to }, { code: "EMSGSIZE", message: /65508 bytes .* 65507/ }],
    ["x", { to, interface: 0x7ffffff0 }, { code: "ENODEV", message: /no interface/ }],
    [
      "x",
      { to: { host: "255.255.255.255", port: 9 }, interface: 1 },
      { code: "EACCES", message: /SO_BROADCAST/ },
    ],
  ] as const) {
    const error = await rejects(socket.send(data, options), { name: "SyscallError", ...expected });
    assert.is(error.syscall, "sendmsg");
  }
  await rejects(socket.send("x", { to, from: "203.0.113.77" }), {
    name: "SyscallError",
    message: /source address has to be one of this machine/,
  });
  await socket.send("fine", { to });
  assert.is((await socket.receive()).data.toString(), "fine");
});

test("segments that fit in no packet are explained", async () => {
  await using receiver = UdpSocket.bind({ host: "127.0.0.1" });
  await using sender = await UdpSocket.connect({ host: "127.0.0.1", port: portOf(receiver) });
  const IP_MTU = 14;
  const mtu = getsockopt(sender.fd, "SOL_IP", IP_MTU);
  if (mtu >= 65507 + 28) {
    // The loopback interface takes any: two segments are more than a datagram then.
    await rejects(sender.send(Buffer.alloc(65508), { segmentSize: 65000 }), { code: "EMSGSIZE" });
  } else {
    await rejects(sender.send(Buffer.alloc(mtu + 1), { segmentSize: mtu }), {
      name: "SyscallError",
      message: /fit into a packet/,
    });
  }
});

test("wrong arguments are refused before any system call, and nothing is sent", async () => {
  await using socket = UdpSocket.bind({ host: "127.0.0.1" });
  const to = { host: "127.0.0.1", port: portOf(socket) };
  const type = { name: "TypeError", code: "ERR_CMSG_INVALID_ARG_TYPE" };
  const range = { name: "RangeError", code: "ERR_CMSG_OUT_OF_RANGE" };
  for (const [options, expected] of [
    [{ to: "127.0.0.1" }, type],
    [{ to: { host: "localhost", port: 1 } }, type],
    [{ to: { host: "127.0.0.1" } }, type],
    [{ to: { host: "127.0.0.1", port: 0 } }, range],
    [{ to: { host: "127.0.0.1", port: 65536 } }, range],
    [{ to: { host: "::1", port: 9 } }, { ...range, message: /to\.host .* the socket/ }],
    [{ to: { host: "fe80::1%", port: 9 } }, range],
    [{ to, from: 1 }, type],
    [{ to, from: "localhost" }, type],
    [
      { to, from: "::1" },
      { ...range, message: /from/ },
    ],
    [{ to, interface: -1 }, range],
    [{ to, interface: "" }, range],
    [{ to, interface: "a/b" }, range],
    [{ to, interface: "sixteen-letters-" }, range],
    [{ to, interface: {} }, type],
    [{ to, ecn: 4 }, range],
    [{ to, ecn: "ce" }, type],
    [{ to, dscp: -1 }, range],
    [{ to, ttl: 0 }, range],
    [{ to, ttl: 256 }, range],
    [{ to, segmentSize: 0 }, range],
    [{ to, segmentSize: 65508 }, range],
    [{ to, segmentSize: 1.5 }, type],
    [{ to, transmitAt: 1 }, type],
    [{ to, transmitAt: -1n }, range],
    [{ to, control: 1 }, type],
    [{ to, signal: 1 }, type],
    [{ to, timeoutMs: -1 }, range],
  ] as const) {
    await rejects(socket.send("x", options as UdpSendOptions), expected);
  }
  for (const data of [1, null, undefined, {}, [1]]) {
    if (data === undefined) continue;
    await rejects(socket.send(data as never, { to }), type);
  }
  for (const [total, segmentSize] of [
    [65, 1],
    [6401, 100],
    [65507, 1023],
  ] as const) {
    await rejects(socket.send(Buffer.alloc(total), { to, segmentSize }), {
      ...range,
      message: /64 datagrams/,
    });
  }
  await rejects(socket.receive({ timeoutMs: 0 }), { code: "ETIMEDOUT" });
});

test("an answer leaves with what its question came with", async () => {
  const socket = UdpSocket.bind({ host: "127.0.0.1", report: ["localAddress", "ecn", "dscp"] });
  await socket.send("question", { to: socket.localAddress, ecn: 2, dscp: 10 });
  const { address: to, localAddress: from, ecn, dscp, ttl } = await socket.receive();
  // Under exactOptionalPropertyTypes, too: what was not reported is undefined.
  await socket.send("answer", { to, from, ecn, dscp, ttl });
  const answer = await socket.receive();
  assert.equal([answer.ecn, answer.dscp, answer.ttl], [2, 10, undefined]);
  socket.close();
});

test.run();
