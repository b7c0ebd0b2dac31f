// The error queue of a UDP socket: ICMP errors, local ones, times of sending; and calls that are not refused for earlier datagrams.

import { isIPv6 } from "node:net";
import { type ErrorReport, sendmsg, setsockopt, UdpSocket } from "cmsg";
import { assert } from "../support/assert.js";
import { after, isSettled, rejects, turns } from "../support/loop.js";
import { runModule } from "../support/message.js";
import { RUNTIME } from "../support/runtime.js";
import { suite } from "../support/suite.js";
import { deadAddress, noteWays, overWay, portOf, WAYS } from "../support/udp.js";

const test = suite("UdpSocket: error queue");
noteWays(test);

const IN_TIME = { timeoutMs: 10_000 };

async function nextOf(errors: AsyncIterator<ErrorReport>): Promise<ErrorReport> {
  const { value, done } = await errors.next();
  assert.not.ok(done);
  return value;
}

for (const { name, bound, to, shown } of WAYS) {
  test(`${name}: a datagram to a closed port comes back with who says so and where it was to go`, async () => {
    await using socket = UdpSocket.bind({ host: bound });
    const errors = socket.errors(IN_TIME);
    for (const text of ["lost", "", "lost again"]) {
      using dead = deadAddress(to);
      await socket.send(text, { to: dead });
      const report = await nextOf(errors);
      const six = isIPv6(shown) && !shown.includes(".");
      assert.is(report.errno, "ECONNREFUSED");
      assert.is(report.origin, six ? "SO_EE_ORIGIN_ICMP6" : "SO_EE_ORIGIN_ICMP");
      assert.is(report.type, six ? "ICMPV6_DEST_UNREACH" : "ICMP_DEST_UNREACH");
      assert.is(report.code, six ? "ICMPV6_PORT_UNREACH" : "ICMP_PORT_UNREACH");
      assert.is(report.offender?.host, shown);
      assert.equal([report.to?.host, report.to?.port], [shown, dead.port]);
      assert.is(report.data.toString(), text);
      assert.equal([report.info, report.id], [0, 0]);
    }
  });

  test(`${name}: what is too large is reported with what is not`, async () => {
    await using socket = UdpSocket.bind({ host: bound, errors: true });
    const data = Buffer.alloc(65_530, "x");
    using dead = deadAddress(to);
    await rejects(socket.send(data, { to: dead }), { code: "EMSGSIZE" });
    const report = await nextOf(socket.errors(IN_TIME));
    assert.equal([report.errno, report.origin], ["EMSGSIZE", "SO_EE_ORIGIN_LOCAL"]);
    assert.ok((report.info as number) > 1000, `MTU ${report.info}`);
    assert.is(report.offender, null);
    assert.not.ok(await isSettled(socket.errors().next()), "once");
  });

  test(`${name}: a send is not refused for an earlier one`, async () => {
    await overWay({ name, bound, to, shown }, {}, async (receiver, sender) => {
      const errors = receiver.errors(IN_TIME);
      using dead = deadAddress(to);
      for (let i = 0; i < 20; i++) {
        await receiver.send(`lost ${i}`, { to: dead });
        await receiver.send(`found ${i}`, { to: sender.localAddress });
      }
      for (let i = 0; i < 20; i++) {
        assert.is((await sender.receive(IN_TIME)).data.toString(), `found ${i}`);
        assert.is((await nextOf(errors)).data.toString(), `lost ${i}`);
      }
    });
  });
}

test("a loop over errors goes on until the socket is closed", async () => {
  const socket = UdpSocket.bind({ host: "127.0.0.1" });
  const seen: string[] = [];
  const loop = (async () => {
    for await (const { data, errno } of socket.errors()) seen.push(`${errno} ${data}`);
  })();
  using to = deadAddress();
  for (let i = 0; i < 300; i++) {
    await socket.send(String(i), { to });
    while (seen.length <= i) await turns(1);
  }
  assert.not.ok(await isSettled(loop));
  socket.close();
  await loop;
  assert.equal(
    seen,
    Array.from({ length: 300 }, (_, i) => `ECONNREFUSED ${i}`),
  );
  assert.ok((await socket.errors().next()).done, "a closed socket has none");
});

test("reports wait in the kernel for who reads them late", async () => {
  await using socket = UdpSocket.bind({ host: "127.0.0.1", errors: true });
  const dead = Array.from({ length: 10 }, () => deadAddress());
  for (const to of dead) await socket.send(String(to.port), { to });
  await turns();
  const errors = socket.errors(IN_TIME);
  for (const { host, port } of dead) assert.equal((await nextOf(errors)).to, { host, port });
  for (const each of dead) each[Symbol.dispose]();
});

test("an unread report lets the event loop sleep, and data and sends pass it", async () => {
  await using socket = UdpSocket.bind({ host: "127.0.0.1", errors: true });
  await using peer = UdpSocket.bind({ host: "127.0.0.1" });
  const waiting = socket.receive();
  using dead = deadAddress();
  await socket.send("lost", { to: dead });
  // Other runtimes do not say how busy they are.
  if (RUNTIME === "node") {
    const before = performance.eventLoopUtilization();
    await after(200);
    const { utilization } = performance.eventLoopUtilization(before);
    assert.ok(utilization < 0.8, `the loop was busy for ${utilization} of the time`);
  }
  assert.not.ok(await isSettled(waiting));
  await socket.send("ping", { to: { host: "127.0.0.1", port: portOf(peer) } });
  await peer.send("pong", { to: (await peer.receive(IN_TIME)).address });
  assert.is((await waiting).data.toString(), "pong");
  assert.is((await nextOf(socket.errors(IN_TIME))).data.toString(), "lost");
});

test("many reports do not keep datagrams from being received", async () => {
  await using socket = UdpSocket.bind({ host: "127.0.0.1", errors: true });
  await using peer = await UdpSocket.connect({ host: "127.0.0.1", port: portOf(socket) });
  let reports = 0;
  const counting = (async () => {
    for await (const _ of socket.errors()) reports++;
  })();
  using to = deadAddress();
  for (let i = 0; i < 200; i++) {
    await socket.send("lost", { to });
    await peer.send(String(i));
    assert.is((await socket.receive(IN_TIME)).data.toString(), String(i));
  }
  while (reports < 200) await turns(1);
  socket.close();
  await counting;
  assert.is(reports, 200);
});

test("one socket alone that never falls silent is told of reports all the same", async () => {
  using dead = deadAddress();
  const program = `
    import { UdpSocket } from "cmsg";
    const socket = UdpSocket.bind({ host: "127.0.0.1" });
    const to = socket.localAddress;
    let count = 0;
    socket.onMessage(() => {
      if (++count === 50_000) throw new Error("starved");
      socket.send("again", { to });
    }, () => {});
    const report = socket.errors().next();
    await socket.send("first", { to });
    await socket.send("lost", { to: ${JSON.stringify(dead)} });
    console.log((await report).value.data.toString());
    socket.close();`;
  assert.equal(await runModule(program), { code: 0, stdout: "lost\n", stderr: "" });
});

test("without an error queue a connected socket is refused once, by whichever call comes next", async () => {
  using dead = deadAddress();
  await using socket = await UdpSocket.connect(dead);
  await socket.send("lost");
  await rejects(socket.send("not sent"), { code: "ECONNREFUSED", message: /earlier datagram/ });
  const receiving = socket.receive();
  await socket.send("lost");
  await rejects(receiving, { code: "ECONNREFUSED", syscall: "recvmsg" });
});

test("with one neither call is refused, and the error is where it belongs", async () => {
  using dead = deadAddress();
  await using socket = await UdpSocket.connect({ ...dead, errors: true });
  const receiving = socket.receive();
  for (const text of ["first", "second", "third"]) await socket.send(text);
  const errors = socket.errors(IN_TIME);
  for (const text of ["first", "second", "third"]) {
    assert.is((await nextOf(errors)).data.toString(), text);
  }
  assert.not.ok(await isSettled(receiving));
  socket.close();
  await rejects(receiving, { code: "ERR_CMSG_SOCKET_CLOSED" });
});

test("when a datagram was sent is a report without an error, with its number", async () => {
  await using socket = UdpSocket.bind({ host: "127.0.0.1", transmitTimestamps: true });
  const errors = socket.errors(IN_TIME);
  const to = { host: "127.0.0.1", port: portOf(socket) };
  const before = BigInt(Date.now()) * 1_000_000n;
  await socket.send("xyz", { to });
  await socket.send("abcdef", { to, segmentSize: 2 });
  await socket.send("last", { to });
  for (let id = 0; id < 3; id++) {
    const { info, offender, data, timestamp, ...report } = await nextOf(errors);
    assert.equal([report.id, info, offender, data.length], [id, "SCM_TSTAMP_SND", null, 0]);
    const after = BigInt(Date.now() + 1) * 1_000_000n;
    assert.ok(timestamp !== null && before <= timestamp && timestamp <= after, `${timestamp}`);
  }
  using dead = deadAddress();
  const lost = await socket.send("lost", { to: dead }).then(() => nextOf(errors));
  const refusal = lost.timestamp === null ? lost : await nextOf(errors);
  assert.equal([refusal.errno, refusal.timestamp], ["ECONNREFUSED", null]);
});

test("the end of zero copies is a report of which ones", async () => {
  const MSG_ZEROCOPY = 0x4000000;
  await using socket = UdpSocket.bind({ host: "127.0.0.1", errors: true });
  setsockopt(socket, "SOL_SOCKET", "SO_ZEROCOPY", true);
  const data = Buffer.alloc(5000, "z");
  const sent = [0, 1, 2];
  for (const _ of sent) {
    sendmsg(socket, { data, to: socket.localAddress, flags: MSG_ZEROCOPY });
    assert.equal((await socket.receive(IN_TIME)).data, data);
  }
  const ended: number[] = [];
  while (ended.length < sent.length) {
    const { origin, info, id } = await nextOf(socket.errors(IN_TIME));
    assert.is(origin, "SO_EE_ORIGIN_ZEROCOPY");
    for (let i = info as number; i <= id; i++) ended.push(i);
  }
  assert.equal(ended, sent);
});

test("waiting for a report can be given up, and ends with the socket", async () => {
  const socket = UdpSocket.bind({ host: "127.0.0.1" });
  await rejects(socket.errors({ timeoutMs: 5 }).next(), {
    code: "ETIMEDOUT",
    syscall: "recvmsg",
  });
  const controller = new AbortController();
  const aborted = socket.errors({ signal: controller.signal }).next();
  controller.abort(new Error("enough"));
  await rejects(aborted, { name: "AbortError" });
  const pending = socket.errors().next();
  socket.close();
  assert.ok((await pending).done);
});

test.run();
