// UnixSocket and UnixServer as the socket of every synchronous call, and as descriptors to pass.

import {
  accept,
  bind,
  connect,
  getpeername,
  getsockname,
  getsockopt,
  listen,
  peerCredentials,
  peerPidfd,
  type Received,
  recvFds,
  recvmsg,
  rights,
  sendFds,
  sendmsg,
  setNonBlocking,
  setsockopt,
  shutdown,
  socket,
  tryRecvFds,
  tryRecvmsg,
  trySendFds,
  trySendmsg,
  UnixServer,
  UnixSocket,
} from "cmsg";
import { assert, throws } from "../../support/assert.js";
import { type Call, RECEIVES, SENDS } from "../../support/calls.js";
import { abstractName } from "../../support/directory.js";
import { rejects, withSockets } from "../../support/loop.js";
import { TYPES } from "../../support/message.js";
import { passesAs, refused } from "../../support/passing.js";
import { ownIds } from "../../support/privilege.js";
import { suite } from "../../support/suite.js";

const test = suite("our sockets as the socket of a call");

const CLOSED = { code: "ERR_CMSG_SOCKET_CLOSED" };
const data = Buffer.from("x");

function dispose(message: Received | null): void {
  message?.[Symbol.dispose]();
}

async function withServer(
  work: (server: UnixServer, client: UnixSocket) => Promise<void>,
): Promise<void> {
  const abstract = abstractName();
  await using server = await UnixServer.listen({ abstract });
  await using client = await UnixSocket.connect({ abstract });
  await work(server, client);
}

for (const type of TYPES) {
  test(`sending and receiving on a ${type} socket`, async () => {
    await withSockets({ type }, async (left, right) => {
      assert.equal(sendFds(left, [0, 1], { data: "a" }), { bytes: 1, fds: 2 });
      assert.equal(trySendFds(left, [0], { data: "b" }), { bytes: 1, fds: 1 });
      assert.is(sendmsg(left, { data: Buffer.from("c"), control: [rights([0])] }), 1);
      assert.is(trySendmsg(left, { data: Buffer.from("d") }), 1);
      await left.send("e");
      const got = [
        recvFds(right, { dataLimit: 1 }),
        tryRecvFds(right, { dataLimit: 1 }),
        recvmsg(right, { dataLimit: 1 }),
        tryRecvmsg(right, { dataLimit: 1 }),
        await right.receive(),
      ];
      const seen = got.map((one) => [`${one?.data}`, one?.fds.length, one?.address]);
      const unnamed = { unnamed: true };
      assert.equal(seen, [
        ["a", 2, unnamed],
        ["b", 1, unnamed],
        ["c", 1, unnamed],
        ["d", 0, unnamed],
        ["e", 0, unnamed],
      ]);
      got.forEach(dispose);
      for (const receive of [recvFds, recvmsg]) throws(() => receive(right), { code: "EAGAIN" });
      for (const receive of [tryRecvFds, tryRecvmsg]) assert.is(receive(right), null);
    });
  });
}

test("the rules of a stream hold, and the end of one brings no credentials of its own", async () => {
  await withSockets({ passCredentials: true }, async (left, right) => {
    throws(() => sendFds(left, [0]), { code: "ERR_CMSG_FDS_WITHOUT_DATA" });
    throws(() => sendmsg(left, { control: [rights([0])] }), { code: "ERR_CMSG_FDS_WITHOUT_DATA" });
    sendmsg(left, { data });
    assert.equal(recvmsg(right).control[0]?.value, ownIds());
    left.close();
    assert.equal([recvmsg(right).control, recvFds(right).control], [[], []]);
  });
});

test("asking about a socket and setting it up", async () => {
  await withSockets({}, (left) => {
    assert.equal(getsockname(left), { unnamed: true });
    assert.equal(getpeername(left), { unnamed: true });
    assert.is(getsockopt(left, "SOL_SOCKET", "SO_PASSCRED"), 0);
    setsockopt(left, "SOL_SOCKET", "SO_PASSCRED", true);
    assert.is(getsockopt(left.fd, "SOL_SOCKET", "SO_PASSCRED"), 1);
    assert.equal(peerCredentials(left), ownIds());
    const peers = [peerPidfd(left), peerPidfd(left.fd)];
    assert.is(peers[0]?.state, peers[1]?.state);
    for (const { pidfd } of peers) pidfd?.close();
    setNonBlocking(left, false);
    setNonBlocking(left, true);
    shutdown(left, "write");
    throws(() => sendmsg(left, { data }), { code: "EPIPE" });
  });
  const name = abstractName();
  await using receiver = UnixSocket.bound({ abstract: name });
  await using sender = UnixSocket.bound({ unnamed: true });
  connect(sender, { abstract: name });
  throws(() => bind(sender, { abstract: name }), { code: "EINVAL" });
  throws(() => listen(sender), { code: "EOPNOTSUPP" });
  sendmsg(sender, { data });
  assert.equal(recvmsg(receiver).address, sender.localAddress);
});

test("a server: asked, listening again, and accepting while nobody waits", async () => {
  await withServer(async (server, client) => {
    assert.equal(getsockname(server), server.localAddress);
    assert.equal(peerCredentials(server), ownIds());
    assert.is(getsockopt(server, "SOL_SOCKET", "SO_ACCEPTCONN"), 1);
    listen(server, { backlog: 1 });
    using connection = accept(server);
    await client.send("hello");
    assert.is(`${recvFds(connection).data}`, "hello");
    for (const timeoutMs of [undefined, 0]) {
      const options = timeoutMs === undefined ? {} : { timeoutMs };
      throws(() => accept(server, options), { code: "EAGAIN" });
    }
    throws(() => accept(server, { timeoutMs: 1 }), { code: "ETIMEDOUT" });
    throws(() => recvFds(server), { code: "EINVAL", message: /listens/ });
    throws(() => setNonBlocking(server, false), { name: "TypeError", message: /non-blocking/ });
    setNonBlocking(server, true);
  });
});

test("accepting is refused while the server's own calls wait for connections", async () => {
  await withServer(async (server, client) => {
    const first = await server.accept();
    const accepting = server.accept();
    throws(() => accept(server), { code: "ERR_CMSG_RECEIVES_PENDING" });
    await using another = await UnixSocket.connect(client.remoteAddress as { abstract: string });
    (await accepting).close();
    throws(() => accept(server), { code: "EAGAIN" });
    const loop = server[Symbol.asyncIterator]();
    const next = loop.next();
    throws(() => accept(server), { code: "ERR_CMSG_RECEIVES_PENDING" });
    server.close();
    throws(() => accept(server), CLOSED);
    assert.ok((await next).done);
    for (const each of [first, another]) each.close();
  });
});

test("both can be passed as descriptors, by every way of sending", async () => {
  await withServer(async (server, client) => {
    passesAs(client, client.fd);
    passesAs(server, server.fd);
    await withSockets({}, async (left, right) => {
      await left.send(data, { fds: [client, server, left] });
      const message = await right.receive();
      const names = message?.fds.map((fd) => getsockname(fd));
      assert.equal(names, [{ unnamed: true }, server.localAddress, { unnamed: true }]);
      dispose(message);
      left.close();
      refused(left, CLOSED);
      await rejects(right.send(data, { fds: [left] }), CLOSED);
    });
    client.take().close();
    server.close();
    refused(client, CLOSED);
    refused(server, CLOSED);
  });
});

test("a closed socket and a taken one are refused by every call", async () => {
  const closed = await UnixServer.listen({ abstract: abstractName() });
  closed.close();
  const [left, right] = UnixSocket.pair();
  left.close();
  using taken = right.take();
  using connected = socket();
  const calls: readonly Call[] = [
    ...SENDS,
    ...RECEIVES,
    (one) => getsockname(one),
    (one) => getpeername(one),
    (one) => getsockopt(one, "SOL_SOCKET", "SO_TYPE"),
    (one) => setsockopt(one, "SOL_SOCKET", "SO_PASSCRED", true),
    (one) => peerCredentials(one),
    (one) => peerPidfd(one),
    (one) => setNonBlocking(one, true),
    (one) => shutdown(one, "both"),
    (one) => bind(one, { unnamed: true }),
    (one) => connect(one, { abstract: "nobody" }),
    (one) => listen(one),
    (one) => accept(one),
    (one) => sendFds(connected, [one as never], { data }),
  ];
  for (const one of [closed, left, right])
    for (const call of calls) throws(() => call(one), CLOSED);
  assert.equal(getsockname(taken), { unnamed: true });
});

test.run();
