// Datagram and seqpacket sockets on the event loop: names, destinations, full receivers, empty messages.

import { getsockopt, setsockopt, socketpair, UnixServer, UnixSocket } from "cmsg";
import { assert } from "../../support/assert.js";
import { abstractName, temporaryDirectory } from "../../support/directory.js";
import { after, isSettled, rejects, shrink, turns, withSockets } from "../../support/loop.js";
import { MESSAGE_TYPES, runModule, upTo } from "../../support/message.js";
import { suite } from "../../support/suite.js";

const test = suite("UnixSocket: messages");

test("bound sockets send to each other and answer the sender's address", async () => {
  using directory = temporaryDirectory();
  const [here, there] = [directory.file("here"), directory.file("there")];
  await using left = UnixSocket.bound({ path: here });
  await using right = UnixSocket.bound({ path: there });
  assert.equal(await left.send("question", { to: { path: there }, fds: [0] }), {
    bytes: 8,
    fds: 1,
  });
  const question = await right.receive();
  assert.equal(question?.address, { path: here });
  assert.is(question?.fds.length, 1);
  question?.[Symbol.dispose]();
  await right.send("answer", { to: question?.address ?? null });
  assert.is((await left.receive())?.data.toString(), "answer");
});

test("abstract names and names of the kernel's choice", async () => {
  const name = abstractName();
  await using server = UnixSocket.bound({ abstract: name });
  assert.equal(server.localAddress, { abstract: name });
  await using client = UnixSocket.bound({ unnamed: true });
  assert.ok("abstract" in client.localAddress, "the kernel chose one");
  await client.send("hello", { to: { abstract: name } });
  const message = await server.receive();
  assert.equal(message?.address, client.localAddress);
  await server.send("back", { to: client.localAddress });
  assert.is((await client.receive())?.data.toString(), "back");
});

test("a connected datagram socket needs no destination, and has a name when it asks for one", async () => {
  const name = abstractName();
  const mine = abstractName("mine");
  await using server = UnixSocket.bound({ abstract: name });
  await using client = await UnixSocket.connect({
    type: "dgram",
    abstract: name,
    bind: { abstract: mine },
  });
  await client.send("x");
  assert.equal((await server.receive())?.address, { abstract: mine });
  assert.equal(client.remoteAddress, { abstract: name });
});

test("wrong destinations are refused with the kernel's reason", async () => {
  await using socket = UnixSocket.bound({ unnamed: true });
  await rejects(socket.send("x"), { code: "ENOTCONN" });
  await rejects(socket.send("x", { to: { abstract: abstractName() } }), { code: "ECONNREFUSED" });
  const gone = await rejects(socket.send("x", { to: { path: "/nowhere/at/all" } }), {
    code: "ENOENT",
  });
  assert.is(gone.path, "/nowhere/at/all");
  await rejects(UnixSocket.connect({ type: "dgram", abstract: abstractName() }), {
    code: "ECONNREFUSED",
  });
  using directory = temporaryDirectory();
  const path = directory.file("stream");
  await using server = await UnixServer.listen({ path });
  await rejects(UnixSocket.connect({ type: "seqpacket", path }), {
    code: "EPROTOTYPE",
    syscall: "connect",
  });
  assert.not.ok(server.closed);
});

for (const type of MESSAGE_TYPES) {
  test(`${type}: boundaries hold, a short dataLimit cuts one message only`, async () => {
    await withSockets({ type }, async (left, right) => {
      for (const text of ["first", "second", "third"]) await left.send(text);
      const cut = await right.receive({ dataLimit: 3 });
      assert.is(cut?.data.toString(), "fir");
      assert.ok(cut?.dataTruncated);
      assert.is((await right.receive())?.data.toString(), "second");
      assert.is((await right.receive())?.data.toString(), "third");
      assert.ok(left.keepsMessages && !left.isStream);
    });
  });

  test(`${type}: more than 253 descriptors, and messages larger than the buffer, are refused`, async () => {
    await withSockets({ type }, async (left, right) => {
      await rejects(left.send("x", { fds: new Array(254).fill(0) }), {
        name: "RangeError",
        code: "ERR_CMSG_TOO_MANY_FDS",
      });
      await rejects(left.send(Buffer.alloc(4_000_000)), { code: "EMSGSIZE" });
      await left.send("", { fds: new Array(253).fill(0) });
      const message = await right.receive();
      assert.equal([message?.bytes, message?.fds.length], [0, 253]);
      message?.[Symbol.dispose]();
    });
  });

  test(`${type}: a full receiver makes messages wait, and room lets them go in order`, async () => {
    await withSockets({ type }, async (left, right) => {
      shrink(left);
      const sends = upTo(300).map((i) => left.send(String(i), { fds: i % 10 === 0 ? [0] : [] }));
      assert.ok(left.queuedBytes > 0);
      const seen: number[] = [];
      for (const _ of sends) {
        const message = await right.receive();
        assert.is(message?.fds.length, seen.length % 10 === 0 ? 1 : 0);
        seen.push(Number(message?.data.toString()));
        message?.[Symbol.dispose]();
      }
      assert.equal(seen, upTo(300));
      await Promise.all(sends);
    });
  });
}

test("seqpacket: an empty message is no end, also when the peer has gone behind it", async () => {
  for (const options of [{}, { passCredentials: true }]) {
    await withSockets({ type: "seqpacket", ...options }, async (left, right) => {
      await left.send("");
      await left.send("between");
      await left.send("");
      assert.is((await right.receive())?.bytes, 0);
      left.close();
      const between = await right.receive();
      assert.is(between?.data.toString(), "between");
      const empty = await right.receive();
      assert.is(empty?.bytes, 0);
      assert.is(empty?.control.length, "passCredentials" in options ? 1 : 0);
      assert.is(await right.receive(), null);
      assert.is(await right.receive(), null);
    });
  }
});

test("seqpacket: telling an empty message from the end keeps descriptors, options and the name", async () => {
  await withSockets({ type: "seqpacket" }, async (left, right) => {
    await left.send("", { fds: [0, 1] });
    left.shutdown("write");
    const { localAddress } = right;
    const message = await right.receive();
    assert.equal([message?.bytes, message?.fds.length], [0, 2]);
    message?.[Symbol.dispose]();
    assert.is(await right.receive(), null);
    assert.is(getsockopt(right.fd, "SOL_SOCKET", "SO_PASSCRED"), 0);
    assert.equal(right.localAddress, localAddress);
    await right.send("the other way");
    assert.is((await left.receive())?.control.length, 0);
  });
});

test("dgram: an empty message is a message, and there is no end", async () => {
  await withSockets({ type: "dgram" }, async (left, right) => {
    await left.send("");
    left.close();
    assert.is((await right.receive())?.bytes, 0);
    const waiting = right.receive();
    assert.not.ok(await isSettled(waiting));
    right.close();
    await rejects(waiting, { code: "ERR_CMSG_SOCKET_CLOSED" });
  });
});

test("an unconnected sender waits for room at a full receiver, and is told", async () => {
  const name = abstractName();
  await using receiver = UnixSocket.bound({ abstract: name });
  await using sender = UnixSocket.bound({ unnamed: true });
  const to = { abstract: name };
  const sends = upTo(900).map((i) => sender.send(String(i), { to, fds: i % 100 === 0 ? [0] : [] }));
  assert.ok(sender.queuedBytes > 0, "the receiver's queue is bounded");
  await after(20);
  const seen: number[] = [];
  for (const _ of sends) {
    const message = await receiver.receive();
    seen.push(Number(message?.data.toString()));
    message?.[Symbol.dispose]();
  }
  assert.equal(seen, upTo(900));
  await Promise.all(sends);
});

for (const full of ["the receiver's queue", "its own buffer"] as const) {
  test(`an unconnected sender sleeps while ${full} is full`, async () => {
    const name = abstractName();
    await using receiver = UnixSocket.bound({ abstract: name });
    await using sender = UnixSocket.bound({ unnamed: true });
    if (full === "its own buffer") shrink(sender);
    const to = { abstract: name };
    const sends: Promise<unknown>[] = [];
    while (sender.queuedBytes < 5000) sends.push(sender.send(Buffer.alloc(1000), { to }));
    await turns(10);
    const before = process.cpuUsage();
    await after(200);
    const { user, system } = process.cpuUsage(before);
    assert.ok(user + system < 100_000, `busy for ${user + system} of 200,000 microseconds`);
    for (const _ of sends) await receiver.receive();
    await Promise.all(sends);
  });
}

test("the first in line that gives up lets the next go to its own destination", async () => {
  const [full, free] = [abstractName("full"), abstractName("free")];
  await using crowded = UnixSocket.bound({ abstract: full });
  await using empty = UnixSocket.bound({ abstract: free });
  await using sender = UnixSocket.bound({ unnamed: true });
  while (sender.queuedBytes === 0) {
    const controller = new AbortController();
    const sent = sender.send("x", { to: { abstract: full }, signal: controller.signal });
    if (sender.queuedBytes === 0) {
      await sent;
      continue;
    }
    const next = sender.send("next", { to: { abstract: free } });
    // Events of the sender's own that might let it go all the same are over.
    await turns(10);
    controller.abort();
    await rejects(sent, { name: "AbortError" });
    assert.equal(await next, { bytes: 4, fds: 0 });
    break;
  }
  assert.is((await empty.receive())?.data.toString(), "next");
  assert.not.ok(crowded.closed);
});

test("a full descriptor table: messages that wait for room at an address still go", async () => {
  const { code, stdout, stderr } = await runModule(
    `
    import { UnixSocket, Fd } from "cmsg";
    const receiver = UnixSocket.bound({ unnamed: true });
    const sender = UnixSocket.bound({ unnamed: true });
    const to = receiver.localAddress;
    const sends = [];
    const filler = [];
    sends.push(sender.send("first", { to }));
    const probe = Fd.open("/dev/null");
    try { for (;;) filler.push(probe.dup()); } catch (error) { if (error.code !== "EMFILE") throw error; }
    while (sender.queuedBytes === 0) sends.push(sender.send("x", { to }));
    sends.push(sender.send("last", { to }));
    let count = 0, last;
    while (last !== "last") { last = String((await receiver.receive()).data); count++; }
    await Promise.all(sends);
    console.log(count === sends.length);
    process.exit(0);
  `,
    ["sh", "-c", 'ulimit -n 64 && exec "$@"', "sh"],
  );
  assert.is(code, 0, stderr);
  assert.is(stdout, "true\n");
});

test("adopted message sockets keep their type", async () => {
  for (const type of MESSAGE_TYPES) {
    using pair = socketpair({ type });
    const left = UnixSocket.adopt(pair[0]);
    const right = UnixSocket.adopt(pair[1].take());
    await left.send("adopted");
    assert.is((await right.receive())?.data.toString(), "adopted");
    assert.ok(right.keepsMessages);
    for (const socket of [left, right]) socket.close();
  }
});

test("a datagram receiver that goes away refuses what waits for it", async () => {
  const name = abstractName();
  const receiver = UnixSocket.bound({ abstract: name });
  await using sender = await UnixSocket.connect({ type: "dgram", abstract: name });
  setsockopt(sender.fd, "SOL_SOCKET", "SO_SNDBUF", 1);
  const sends: Promise<unknown>[] = [];
  while (sender.queuedBytes === 0) sends.push(sender.send(Buffer.alloc(500)));
  receiver.close();
  const outcomes = await Promise.allSettled(sends);
  const last = outcomes.at(-1) as PromiseRejectedResult;
  assert.is(last.reason.code, "ECONNREFUSED");
});

test.run();
