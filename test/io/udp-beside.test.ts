// A UdpSocket beside its own calls: as the socket of synchronous ones, as a descriptor to pass, on a worker thread, and refusals that
// only the system can make.

import { Worker } from "node:worker_threads";
import {
  control,
  enable,
  expectControl,
  Fd,
  field,
  getsockname,
  getsockopt,
  recvFds,
  recvmsg,
  sendFds,
  sendmsg,
  setsockopt,
  socketpair,
  tryRecvmsg,
  trySendmsg,
  ttl,
  UdpSocket,
} from "cmsg";
import { assert, throws } from "../support/assert.js";
import { rejects } from "../support/loop.js";
import { runModule } from "../support/message.js";
import { suite } from "../support/suite.js";
import { portOf } from "../support/udp.js";

const test = suite("UdpSocket: beside its calls");

const IN_TIME = { timeoutMs: 10_000 };

test("synchronous calls take it as their socket", async () => {
  await using socket = UdpSocket.bind({ host: "127.0.0.1" });
  const to = getsockname(socket);
  assert.equal(to, socket.localAddress);
  assert.is(sendmsg(socket, { data: Buffer.from("one"), to }), 3);
  assert.is(trySendmsg(socket, { data: Buffer.from("two"), to }), 3);
  assert.is(recvmsg(socket, IN_TIME).data.toString(), "one");
  assert.is(tryRecvmsg(socket)?.data.toString(), "two");
  assert.is(tryRecvmsg(socket), null);
  setsockopt(socket, "SOL_SOCKET", "SO_BROADCAST", true);
  assert.is(getsockopt(socket, "SOL_SOCKET", "SO_BROADCAST"), 1);
  await socket.send("three", { to: socket.localAddress });
  assert.is((await socket.receive()).data.toString(), "three");
});

test("what is enabled later comes as well, and a definition of one's own reads it", async () => {
  const ownTtl = control("OWN_TTL", {
    level: "SOL_IP",
    type: "IP_TTL",
    direction: "receive",
    fields: { hops: field.i32("hops") },
    source: "ip(7)",
  });
  await using socket = UdpSocket.bind({ host: "127.0.0.1", report: [] });
  const to = socket.localAddress;
  await socket.send("x", { to, ttl: 9 });
  const before = await socket.receive();
  assert.equal(
    [before.ttl, before.find(ttl), before.find(ownTtl)],
    [undefined, undefined, undefined],
  );
  throws(() => expectControl(before, ttl, { socket }), { code: "ERR_CMSG_NOT_ENABLED" });
  enable(socket, ttl);
  await socket.send("x", { to, ttl: 9 });
  const message = await socket.receive();
  assert.equal([message.ttl, message.find(ttl), message.find(ownTtl)], [9, 9, { hops: 9 }]);
  assert.is(expectControl(message, ttl, { socket }), 9);
});

test("nothing is taken from calls that wait, and descriptors are not for UDP", async () => {
  await using socket = UdpSocket.bind({ host: "127.0.0.1" });
  const pending = socket.receive();
  throws(() => recvmsg(socket), { code: "ERR_CMSG_RECEIVES_PENDING" });
  throws(() => tryRecvmsg(socket), { code: "ERR_CMSG_RECEIVES_PENDING" });
  await socket.send("mine", { to: socket.localAddress });
  assert.is((await pending).data.toString(), "mine");
  throws(() => sendFds(socket, [0], { data: "x", to: socket.localAddress }), {
    code: "ERR_CMSG_NOT_UNIX",
  });
  socket.close();
  throws(() => recvmsg(socket), { code: "ERR_CMSG_SOCKET_CLOSED" });
  throws(() => sendmsg(socket, { data: Buffer.from("x") }), { code: "ERR_CMSG_SOCKET_CLOSED" });
});

test("it is passed as a descriptor, and taken over at the other end", async () => {
  using pair = socketpair();
  await using socket = UdpSocket.bind({ host: "127.0.0.1" });
  sendFds(pair[0], [socket], { data: "x" });
  using got = recvFds(pair[1]);
  const [fd] = got.fds;
  assert.instance(fd, Fd);
  await using other = UdpSocket.adopt(fd as Fd, { report: ["ttl"] });
  assert.equal(other.localAddress, socket.localAddress);
  socket.close();
  await other.send("hello", { to: { host: "127.0.0.1", port: portOf(other) }, ttl: 8 });
  const message = await other.receive(IN_TIME);
  assert.equal([message.data.toString(), message.ttl], ["hello", 8]);
});

test("it works on a worker thread", async () => {
  const source = `
    const { parentPort } = require("node:worker_threads");
    import("cmsg").then(async ({ UdpSocket }) => {
      const socket = UdpSocket.bind({ host: "127.0.0.1" });
      parentPort.postMessage(socket.localAddress);
      for await (const { data, address, localAddress: from } of socket.messages()) {
        await socket.send("worker " + data, { to: address, from, ecn: 1 });
        if (String(data) === "end") break;
      }
      socket.close();
    });`;
  const worker = new Worker(source, { eval: true });
  const ended = new Promise((resolve) => worker.once("exit", resolve));
  const to = await new Promise<never>((resolve) => worker.once("message", resolve));
  await using socket = await UdpSocket.connect(to);
  for (const text of ["a", "b", "end"]) {
    await socket.send(text);
    const { data, ecn } = await socket.receive(IN_TIME);
    assert.equal([data.toString(), ecn], [`worker ${text}`, 1]);
  }
  await ended;
});

test("a name that is none is refused by the resolver, and nothing is left open", async () => {
  const error = await rejects(UdpSocket.connect({ host: "no such name", port: 9 }), {});
  assert.is(error["syscall"], "getaddrinfo");
  await rejects(UdpSocket.connect({ host: "no such name", port: 9, timeoutMs: 0 }), {});
});

test("where no descriptor is left, binding is refused", async () => {
  const program = `
    import { UdpSocket } from "cmsg";
    const open = [];
    try { for (;;) open.push(UdpSocket.bind({ host: "127.0.0.1" })); }
    catch ({ code, syscall }) { console.log(code, syscall); }
    for (const socket of open) socket.close();
    const socket = UdpSocket.bind({ host: "127.0.0.1" });
    await socket.send("x", { to: socket.localAddress });
    console.log((await socket.receive()).data.toString());`;
  const limited = ["sh", "-c", 'ulimit -n 64 && exec "$@"', "sh"];
  assert.is((await runModule(program, limited)).stdout, "EMFILE socket\nx\n");
});

test.run();
