// UServer of cmsg/compat/usocket, and connecting to it: what code that was written for npm usocket does with them.

import { once } from "node:events";
import { closeSync, existsSync, openSync, writeFileSync } from "node:fs";
import { setImmediate as loopTurn } from "node:timers/promises";
import { UnixSocket } from "cmsg";
import { UServer, USocket } from "cmsg/compat/usocket";
import { assert, throws } from "../support/assert.js";
import { isOpen } from "../support/descriptors.js";
import { abstractName, temporaryDirectory } from "../support/directory.js";
import { turns } from "../support/loop.js";
import { allClosed, tally, until } from "../support/streams.js";
import { suite } from "../support/suite.js";

const test = suite("compat/usocket: UServer");

test("the quick start of its README", async () => {
  using directory = temporaryDirectory();
  const path = directory.file("socket");
  const server = new UServer();
  const client = new USocket();
  server.listen(path, () => client.connect(path));
  server.on("connection", (connection: USocket) => {
    const fd = openSync("/etc/hostname", "r");
    connection.end({ data: Buffer.from("message"), fds: [fd], callback: () => closeSync(fd) });
    connection.resume();
  });
  client.on("connected", () => client.read(0));
  const closed = once(client, "close");
  const got: unknown[] = [];
  client.on("readable", () => {
    const message = client.read(7, 1);
    if (message === null) return;
    got.push(String(message.data), message.fds.map(isOpen));
    closeSync(message.fds[0] as number);
    server.close();
    client.end();
  });
  await closed;
  assert.equal(got, ["message", [true]]);
  assert.not(existsSync(path));
});

test("paths, abstract names and descriptors; the number is known, 'connected' comes once", async () => {
  using directory = temporaryDirectory();
  for (const path of [directory.file("s"), `\0${abstractName("s")}`]) {
    const server = new UServer();
    server.listen({ path, backlog: 5 });
    await once(server, "listening");
    assert.ok(server.listening && isOpen(server.fd as number));
    throws(() => server.listen(path), { message: /already listened/ });
    const accepted = once(server, "connection");
    const client = new USocket(path);
    const counts = tally(client, "connected", "error");
    assert.is(client.fd, undefined);
    const [connection] = await accepted;
    assert.ok(isOpen(connection.fd));
    if (counts.connected === 0) await once(client, "connected");
    assert.ok(isOpen(client.fd as number));
    assert.equal(counts, { connected: 1, error: 0 });
    throws(() => client.connect(path), { message: /already connected/ });
    server.close();
    await allClosed(client, connection);
  }
});

test("what cannot be connected is an error and a close; wrong places throw", async () => {
  using directory = temporaryDirectory();
  const stale = directory.file("file");
  writeFileSync(stale, "");
  for (const [place, code] of [
    [directory.file("nobody"), "ENOENT"],
    [stale, "ECONNREFUSED"],
    [`\0${abstractName("nobody")}`, "ECONNREFUSED"],
    [{ fd: 1000000 }, "EBADF"],
  ] as const) {
    const socket = new USocket(place);
    const counts = tally(socket, "connected", "error", "close");
    const [error] = await once(socket, "error");
    assert.is(error.code, code);
    await loopTurn();
    assert.equal(counts, { connected: 0, error: 1, close: 1 });
  }
  const socket = new USocket();
  throws(() => socket.connect({}), { message: /expects string path/ });
  throws(() => new UServer().listen(5 as never), { message: /valid path/ });
  const server = new UServer();
  server.listen(stale);
  const [error] = await once(server, "error");
  assert.is(error.code, "EADDRINUSE");
  assert.ok(existsSync(stale));
  await allClosed(socket);
});

test("a paused server emits no connection; a closed one, and one without a listener, keep none", async () => {
  const name = abstractName("s");
  const server = new UServer();
  const connections: USocket[] = [];
  server.on("connection", (socket: USocket) => {
    connections.push(socket);
    server.pause();
  });
  server.listen(`\0${name}`);
  await once(server, "listening");
  const clients = await Promise.all([1, 2, 3].map(() => UnixSocket.connect({ abstract: name })));
  await until(() => connections.length > 0);
  assert.is(connections.length, 1);
  server.resume();
  await until(() => connections.length > 1);
  assert.is(connections.length, 2);
  server.removeAllListeners("connection");
  server.resume();
  assert.is(await clients[2]?.receive(), null);
  server.pause();
  const last = await UnixSocket.connect({ abstract: name });
  await turns(20);
  server.close();
  assert.is(await last.receive(), null);
  for (const each of [...clients, last]) each.close();
  await allClosed(...connections);
  const early = new UServer();
  early.listen(`\0${name}`);
  early.close();
  await turns(20);
  const refused = await UnixSocket.connect({ abstract: name }).catch((error) => error);
  assert.is(refused.code, "ECONNREFUSED");
});

test.run();
