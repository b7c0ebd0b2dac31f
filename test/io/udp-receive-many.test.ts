// receiveMany of UdpSocket: what receive says of a datagram, of each; limits, waiting, giving up, errors of earlier datagrams.

import { type UdpMessage, UdpSocket, type UdpSocketOptions } from "cmsg";
import { assert } from "../support/assert.js";
import { rejects } from "../support/loop.js";
import { text, upTo } from "../support/message.js";
import { suite } from "../support/suite.js";
import { deadAddress, noteWays, overWay, portOf, WAYS } from "../support/udp.js";

const test = suite("UdpSocket.receiveMany");
noteWays(test);

/** Everything that a message says, but for its time, which no two share. */
function said(message: UdpMessage): unknown {
  const { data, bytes, flags, address, localAddress, destination, ecn, dscp, ttl } = message;
  const types = message.control.map(({ level, type, payload }) => [level, type, payload.length]);
  const facts = [message.interface, ecn, dscp, ttl, message.dropped, message.segmentSize];
  return [String(data), bytes, flags, address, localAddress, destination, facts, types];
}

const REPORT: UdpSocketOptions = {
  report: ["localAddress", "ecn", "ttl", "timestamp", "dropped"],
};

for (const way of WAYS) {
  test(`${way.name}: the same as one by one`, async () => {
    await overWay(way, REPORT, async (receiver, sender) => {
      const send = async () => {
        for (const i of upTo(40))
          await sender.send(`datagram ${i}`, { ecn: (i % 3) as 0 | 1 | 2, ttl: 1 + i });
      };
      await send();
      const singly: unknown[] = [];
      for (const _ of upTo(40)) singly.push(said(await receiver.receive()));
      await send();
      const many = await receiver.receiveMany();
      assert.is(many.length, 40);
      assert.equal(many.map(said), singly);
      const times = many.map(({ timestamp }) => timestamp as bigint);
      assert.ok(times.every((time, i) => i === 0 || time >= (times[i - 1] as bigint)));
    });
  });
}

const [way] = WAYS;

test("at most 64, at most the limit, at least one that is waited for", async () => {
  await overWay(way as (typeof WAYS)[number], {}, async (receiver, sender) => {
    for (const i of upTo(100)) await sender.send(`${i}`);
    const counts: number[] = [];
    const found: string[] = [];
    for (const limit of [1, 7, 64, 1000]) {
      const many = await receiver.receiveMany({ limit });
      counts.push(many.length);
      found.push(...many.map(({ data }) => String(data)));
    }
    assert.equal(counts, [1, 7, 64, 28]);
    assert.equal(found, upTo(100).map(String));
    const later = receiver.receiveMany();
    await sender.send("later");
    assert.equal(
      (await later).map(({ data }) => String(data)),
      ["later"],
    );
  });
});

test("it takes its turn among other calls that wait", async () => {
  await overWay(way as (typeof WAYS)[number], {}, async (receiver, sender) => {
    const [first, many, last] = [receiver.receive(), receiver.receiveMany(), receiver.receive()];
    await sender.send("a");
    await sender.send("b");
    assert.is(String((await first).data), "a");
    assert.is(String((await many)[0]?.data), "b");
    await sender.send("c");
    assert.is(String((await last).data), "c");
  });
});

test("data that does not fit is cut in its own datagram", async () => {
  await overWay(way as (typeof WAYS)[number], {}, async (receiver, sender) => {
    for (const size of [3, 2000, 10]) await sender.send(Buffer.alloc(size, size));
    const many = await receiver.receiveMany({ dataLimit: 10 });
    assert.equal(
      many.map(({ data, dataTruncated }) => [data.length, dataTruncated]),
      [
        [3, false],
        [10, true],
        [10, false],
      ],
    );
  });
});

test("giving up, closing and bad options", async () => {
  const socket = UdpSocket.bind({ host: "127.0.0.1" });
  await rejects(socket.receiveMany({ timeoutMs: 5 }), { code: "ETIMEDOUT" });
  await rejects(socket.receiveMany({ signal: AbortSignal.abort() }), { name: "AbortError" });
  for (const limit of [0, -1, 1.5, "x"]) {
    await rejects(socket.receiveMany({ limit: limit as number }), { message: /limit/ });
  }
  await rejects(socket.receiveMany({ dataLimit: 0 }), { message: /dataLimit/ });
  await rejects(socket.receiveMany(5 as never), { name: "TypeError" });
  const waits = socket.receiveMany();
  socket.close();
  await rejects(waits, { code: "ERR_CMSG_SOCKET_CLOSED" });
  await rejects(socket.receiveMany(), { code: "ERR_CMSG_SOCKET_CLOSED" });
});

test("refusals of earlier datagrams are passed over where `errors` takes them", async () => {
  await using socket = UdpSocket.bind({ host: "127.0.0.1", errors: true });
  const to = { host: "127.0.0.1", port: portOf(socket) };
  using dead = deadAddress("127.0.0.1");
  await socket.send("lost", { to: dead });
  await socket.send(text("found"), { to });
  const many = await socket.receiveMany({ timeoutMs: 5000 });
  assert.equal(
    many.map(({ data }) => String(data)),
    ["found"],
  );
});

test.run();
