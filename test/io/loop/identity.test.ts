// Who is at the other end: credentials, pidfds and security labels per message, the peer's identity, and refused descriptors.

import { readFileSync } from "node:fs";
import {
  connect,
  type Fd,
  pidfd,
  recvmsg,
  security,
  setsockopt,
  socket,
  UnixServer,
  UnixSocket,
} from "cmsg";
import { assert } from "../../support/assert.js";
import { abstractName } from "../../support/directory.js";
import { rejects, withSockets } from "../../support/loop.js";
import { fdLimit, jsonOf, optionProblem, TYPES } from "../../support/message.js";
import { startNode } from "../../support/peer.js";
import { ownIds } from "../../support/privilege.js";
import { suite } from "../../support/suite.js";

const test = suite("UnixSocket: identity");

/** A test that needs an option of the kernel. */
function testWith(option: string, title: string, body: () => Promise<void>): void {
  const problem = optionProblem(option);
  if (problem === undefined) test(title, body);
  else test.skip(title, problem);
}

test("passCredentials: the first message is covered, although it was sent before the accept", async () => {
  const name = abstractName();
  await using server = await UnixServer.listen({ abstract: name, passCredentials: true });
  using client = socket();
  connect(client, { abstract: name });
  client.write("early");
  await using connection = await server.accept();
  const message = await connection.receive();
  assert.is(message?.data.toString(), "early");
  assert.equal(
    message?.control.map((one) => one.value),
    [ownIds()],
  );
  client.close();
  assert.is(await connection.receive(), null);
});

test("passCredentials on a connection: the server's first message is covered", async () => {
  const name = abstractName();
  await using server = await UnixServer.listen({ abstract: name });
  await using client = await UnixSocket.connect({ abstract: name, passCredentials: true });
  await using connection = await server.accept();
  await connection.send("first");
  assert.equal((await client.receive())?.control[0]?.value, ownIds());
  await client.send("back");
  assert.equal((await connection.receive())?.control, [], "nobody asked here");
});

test("the credentials that the kernel invents at the end of a stream are never reported", async () => {
  await withSockets({ passCredentials: true }, async (left, right) => {
    const theirs = right.take();
    left.close();
    // The kernel's own answer, on this kernel, is what makes the rule necessary.
    setsockopt(theirs, "SOL_SOCKET", "SO_PASSCRED", true);
    assert.equal(recvmsg(theirs).control, []);
    theirs.close();
  });
  for (const framed of [false, true]) {
    await withSockets({ passCredentials: true, framed }, async (left, right) => {
      await left.send("x");
      left.close();
      const seen: unknown[] = [];
      for await (const { control } of right.messages()) seen.push(...control.map((c) => c.value));
      assert.equal(seen, [ownIds()]);
    });
  }
});

test("streams do not mix what different credentials sent", async () => {
  await withSockets({ passCredentials: true }, async (left, right) => {
    const child = startNode(
      `import { UnixSocket } from "cmsg";
       const socket = UnixSocket.adopt(3);
       await socket.send("child");
       socket.close();`,
      { inherit: [left.fd] },
    );
    const pid = child.child.pid as number;
    assert.is((await child.ended).status, 0);
    await left.send("parent");
    const first = await right.receive();
    const second = await right.receive();
    assert.equal([first?.data.toString(), second?.data.toString()], ["child", "parent"]);
    assert.equal(first?.control[0]?.value, { ...ownIds(), pid });
    assert.equal(second?.control[0]?.value, ownIds());
  });
});

testWith("SO_PASSPIDFD", "passPidfd: each message brings a descriptor of its sender", async () => {
  for (const type of TYPES) {
    await withSockets({ type, passPidfd: true }, async (left, right) => {
      await left.send("x", { fds: [0] });
      const message = await right.receive();
      const one = message?.control.find((each) => each.is(pidfd));
      const fd = one?.value as Fd;
      assert.match(
        readFileSync(`/proc/self/fdinfo/${fd.number}`, "utf8"),
        new RegExp(`^Pid:\\s+${process.pid}$`, "m"),
      );
      assert.is(message?.fds.length, 1);
      message?.[Symbol.dispose]();
      assert.ok(fd.closed);
      left.close();
      if (type !== "dgram") assert.is(await right.receive(), null);
    });
  }
});

testWith("SO_PASSSEC", "passSecurity: a label where a security module gives one", async () => {
  await withSockets({ passSecurity: true }, async (left, right) => {
    await left.send("x");
    const message = await right.receive();
    assert.is(message?.data.toString(), "x");
    assert.ok(message?.control.every((one) => one.is(security)));
  });
});

testWith("SO_PASSRIGHTS", "acceptFds: false: the kernel refuses to send descriptors", async () => {
  await withSockets({ acceptFds: false }, async (left, right) => {
    await rejects(left.send("x", { fds: [0] }), { code: "EPERM", message: /SO_PASSRIGHTS/ });
    await left.send("plain");
    assert.is((await right.receive())?.data.toString(), "plain");
  });
  const name = abstractName();
  await using server = await UnixServer.listen({ abstract: name, acceptFds: false });
  await using client = await UnixSocket.connect({ abstract: name });
  await rejects(client.send("early", { fds: [0] }), { code: "EPERM" });
  await using connection = await server.accept();
  await rejects(client.send("late", { fds: [0] }), { code: "EPERM" });
  await connection.send("the other way", { fds: [0] });
  const message = await client.receive();
  assert.is(message?.fds.length, 1);
  message?.[Symbol.dispose]();
});

test("acceptFds: false: descriptors that come all the same are closed and counted", async () => {
  for (const framed of [false, true]) {
    await withSockets({ acceptFds: false, framed }, async (left, right) => {
      // As on kernels without the option.
      if (optionProblem("SO_PASSRIGHTS") === undefined) {
        setsockopt(right.fd, "SOL_SOCKET", "SO_PASSRIGHTS", true);
      }
      await left.send("x", { fds: [0, 1, 2] });
      const message = await right.receive(framed ? {} : { fdLimit: 10 });
      assert.equal([message?.fds.length, message?.surplus], [0, 3]);
    });
  }
});

test("a full descriptor table: an error with the data, or a flag; then the next message", async () => {
  const seen = await jsonOf(
    `
    import { Fd, UnixSocket } from "cmsg";
    const results = [];
    const probe = Fd.open("/dev/null");
    for (const truncation of ["throw", "report"]) {
      const [left, right] = UnixSocket.pair({ truncation });
      await left.send("cut", { fds: [0, 0, 0] });
      await left.send("next", { fds: [0] });
      const filler = [];
      try { for (;;) filler.push(probe.dup()); } catch (error) { if (error.code !== "EMFILE") throw error; }
      filler.pop().close();
      filler.pop().close();
      const got = await right.receive().catch((error) => error);
      const { data, fds, flags, controlTruncated } = got;
      results.push([got.code ?? null, String(data), fds.length, controlTruncated ?? flags !== 0]);
      if (got.code === undefined) got[Symbol.dispose]();
      await new Promise((resolve) => setTimeout(resolve, 5));
      results.push(fds.every((fd) => fd.closed));
      const next = await right.receive();
      results.push([String(next.data), next.fds.length]);
      next[Symbol.dispose]();
      Fd.closeAll(filler);
      left.close();
      right.close();
    }
    console.log(JSON.stringify(results));
  `,
    fdLimit(64),
  );
  assert.equal(seen, [
    ["ERR_CMSG_TRUNCATED", "cut", 2, true],
    true,
    ["next", 1],
    [null, "cut", 2, true],
    true,
    ["next", 1],
  ]);
});

test("peerCredentials and peerPidfd of both ends of a connection", async () => {
  const name = abstractName();
  await using server = await UnixServer.listen({ abstract: name });
  await using client = await UnixSocket.connect({ abstract: name });
  await using connection = await server.accept();
  for (const socket of [client, connection]) {
    assert.equal(socket.peerCredentials(), ownIds());
    const peer = socket.peerPidfd();
    if (optionProblem("SO_PASSPIDFD") !== undefined) {
      assert.equal(peer, { state: "unpinned", pidfd: null });
      continue;
    }
    assert.is(peer.state, "pinned");
    using fd = peer.pidfd as Fd;
    assert.match(readFileSync(`/proc/self/fdinfo/${fd.number}`, "utf8"), `Pid:\t${process.pid}\n`);
  }
});

testWith("SO_PASSPIDFD", "peerPidfd: a process that has ended is gone, not pinned", async () => {
  const name = abstractName();
  await using server = await UnixServer.listen({ abstract: name });
  const child = startNode(
    `import { UnixSocket } from "cmsg";
     const socket = await UnixSocket.connect({ abstract: process.argv.at(-1) });
     await socket.receive();
     socket.close();`,
    { args: [name] },
  );
  await using connection = await server.accept();
  assert.is(connection.peerCredentials().pid, child.child.pid);
  const running = connection.peerPidfd();
  assert.is(running.state, "pinned");
  running.pidfd?.close();
  await connection.send("you may go");
  assert.is((await child.ended).status, 0);
  const ended = connection.peerPidfd();
  assert.is(ended.state, "gone");
  ended.pidfd?.close();
  assert.is(connection.peerCredentials().pid, child.child.pid, "as they were");
});

test("a socket without a recorded peer says so", async () => {
  await using bound = UnixSocket.bound({ unnamed: true });
  assert.throws(() => bound.peerCredentials(), /ENOTCONN/);
  assert.throws(() => bound.remoteAddress, /ENOTCONN/);
});

test.run();
