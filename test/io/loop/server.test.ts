// UnixServer: socket files, connections, a full backlog, an empty descriptor table, hand-over.

import {
  chmodSync,
  existsSync,
  lstatSync,
  renameSync,
  statSync,
  unlinkSync,
  writeFileSync,
} from "node:fs";
import { inspect } from "node:util";
import { type Fd, listenUnix, recvFds, sendFds, socketpair, UnixServer, UnixSocket } from "cmsg";
import { assert } from "../../support/assert.js";
import { abstractName, temporaryDirectory } from "../../support/directory.js";
import { rejects } from "../../support/loop.js";
import { identity, upTo } from "../../support/message.js";
import { runNode } from "../../support/peer.js";
import { suite } from "../../support/suite.js";

const test = suite("UnixServer");

const CLOSED = { code: "ERR_CMSG_SOCKET_CLOSED" };

for (const type of ["stream", "seqpacket"] as const) {
  test(`${type}: an echo server at a path, with descriptors`, async () => {
    using directory = temporaryDirectory();
    const path = directory.file("echo");
    const server = await UnixServer.listen({ path, type, mode: 0o600 });
    assert.equal(server.localAddress, { path });
    assert.match(inspect(server), /^UnixServer \d+ \(.+\)$/);
    const serving = (async () => {
      for await (const peer of server) {
        for await (const message of peer.messages()) {
          await peer.send(message.data, { fds: message.fds });
          message[Symbol.dispose]();
        }
        peer.close();
      }
    })();
    for (const text of ["one", "two"]) {
      await using client = await UnixSocket.connect({ path, type });
      assert.equal(client.remoteAddress, { path });
      await client.send(text, { fds: [0] });
      const message = await client.receive();
      assert.is(message?.data.toString(), text);
      assert.is(identity(message?.fds[0] as Fd), identity(0));
      message?.[Symbol.dispose]();
    }
    server.close();
    await serving;
    assert.not.ok(existsSync(path), "its file is gone");
    server.close();
    assert.match(inspect(server), /closed/);
    await rejects(server.accept(), CLOSED);
  });
}

test("mode and owner of the socket file, from the first moment", async () => {
  using directory = temporaryDirectory();
  for (const mode of [0o600, 0o660, 0o777, 0o000]) {
    const path = directory.file(`mode-${mode}`);
    await using server = await UnixServer.listen({ path, mode });
    const stat = statSync(path);
    assert.is(stat.mode & 0o777, mode);
    assert.is(stat.uid, process.geteuid?.());
    assert.ok(stat.isSocket());
    assert.not.ok(server.closed);
  }
});

test("a stale file is replaced; a live server and another file are refused and stay", async () => {
  using directory = temporaryDirectory();
  const path = directory.file("socket");
  // Closing the bare socket leaves its file.
  listenUnix({ path }).close();
  assert.ok(existsSync(path));
  const server = await UnixServer.listen({ path });
  const inUse = { code: "EADDRINUSE", syscall: "bind" };
  await rejects(UnixServer.listen({ path }), inUse);
  await rejects(UnixServer.listen({ path, type: "seqpacket" }), inUse);
  await using client = await UnixSocket.connect({ path });
  assert.not.ok(client.closed);
  server.close();
  writeFileSync(path, "precious");
  await rejects(UnixServer.listen({ path }), inUse);
  assert.ok(lstatSync(path).isFile());
});

test("closing removes only its own file", async () => {
  using directory = temporaryDirectory();
  const path = directory.file("socket");
  const replaced = await UnixServer.listen({ path });
  renameSync(path, directory.file("moved"));
  await using successor = await UnixServer.listen({ path });
  replaced.close();
  assert.ok(existsSync(path), "its successor's file stays");
  assert.ok(existsSync(directory.file("moved")));
  await using client = await UnixSocket.connect({ path });
  assert.equal(client.remoteAddress, successor.localAddress);

  const removed = await UnixServer.listen({ path: directory.file("removed") });
  unlinkSync(directory.file("removed"));
  removed.close();
  assert.ok(removed.closed);
});

test("a relative path is removed after the working directory has changed", async () => {
  using directory = temporaryDirectory();
  const { status, stdout, stderr } = await runNode(
    `
    import { existsSync } from "node:fs";
    import { UnixServer } from ${JSON.stringify(import.meta.resolve("cmsg"))};
    const server = await UnixServer.listen({ path: "relative" });
    const before = existsSync("relative");
    process.chdir("/");
    server.close();
    process.chdir(${JSON.stringify(directory.path)});
    console.log(before, existsSync("relative"));
  `,
    { cwd: directory.path },
  );
  assert.is(status, 0, stderr);
  assert.is(stdout, "true false\n");
});

test("unlink: false and take leave the file", async () => {
  using directory = temporaryDirectory();
  const [kept, taken] = [directory.file("kept"), directory.file("taken")];
  const server = await UnixServer.listen({ path: kept, unlink: false });
  server.close();
  assert.ok(existsSync(kept));
  const other = await UnixServer.listen({ path: taken });
  const accepting = other.accept();
  using fd = other.take();
  await rejects(accepting, CLOSED);
  assert.ok(existsSync(taken));
  await using adopted = UnixServer.adopt(fd);
  await using client = await UnixSocket.connect({ path: taken });
  await using connection = await adopted.accept();
  await client.send("x");
  assert.is((await connection.receive())?.bytes, 1);
  adopted.close();
  assert.ok(existsSync(taken), "an adopted server does not know whose file it is");
});

test("wrong options are refused before anything is made", async () => {
  using directory = temporaryDirectory();
  const path = directory.file("socket");
  const listen = (options: object) => UnixServer.listen(options as never);
  await rejects(listen({}), { name: "TypeError" });
  await rejects(listen({ path, abstract: "x" }), { name: "TypeError" });
  await rejects(listen({ path, unlink: 1 }), { name: "TypeError" });
  await rejects(listen({ path, mode: 0o1000 }), { name: "RangeError" });
  await rejects(listen({ path, backlog: "9" }), { name: "TypeError" });
  await rejects(listen({ path, fdLimit: -1 }), { name: "RangeError" });
  await rejects(listen({ path, type: "dgram" }), { name: "RangeError" });
  await rejects(listen({ path: `/tmp/${"x".repeat(200)}` }), { code: "ERR_CMSG_PATH_TOO_LONG" });
  await rejects(listen({ path: `${directory.path}/no/where` }), { code: "ENOENT" });
  const connect = (options: object) => UnixSocket.connect(options as never);
  await rejects(connect({}), { name: "TypeError" });
  await rejects(connect({ path, abstract: "x" }), { name: "TypeError" });
  await rejects(connect({ path, signal: 1 }), { name: "TypeError" });
  await rejects(connect({ path, type: "raw" }), { name: "RangeError" });
  const refused = await rejects(connect({ path }), { code: "ENOENT", syscall: "connect" });
  assert.is(refused.path, path);
  assert.not.ok(existsSync(path));
});

test("a framed seqpacket server is refused", async () => {
  const name = abstractName();
  await rejects(UnixServer.listen({ abstract: name, type: "seqpacket", framed: true }), {
    name: "TypeError",
    message: /framed/,
  });
});

test("connections are accepted in order; options of the server hold for them", async () => {
  const name = abstractName();
  await using server = await UnixServer.listen({ abstract: name, dataLimit: 2, framed: false });
  const accepting = upTo(5).map(() => server.accept());
  const clients: UnixSocket[] = [];
  for (const i of upTo(5)) {
    const client = await UnixSocket.connect({ abstract: name });
    clients.push(client);
    await client.send(`${i}23`);
  }
  for (const [i, accepted] of accepting.entries()) {
    await using connection = await accepted;
    assert.is((await connection.receive())?.data.toString(), `${i}2`);
  }
  for (const client of clients) client.close();
});

test("an adopted listener: inherited, received, and refused", async () => {
  const name = abstractName();
  const listener = listenUnix({ abstract: name });
  using pair = socketpair();
  sendFds(pair[0], [listener], { data: "listener" });
  using got = recvFds(pair[1]);
  await using received = UnixServer.adopt(got.fds[0] as Fd);
  listener.close();
  await using client = await UnixSocket.connect({ abstract: name });
  await using connection = await received.accept();
  assert.not.ok(client.closed || connection.closed);

  const { status, stdout, stderr } = await runNode(
    `import { UnixServer } from "cmsg";
     const server = UnixServer.adopt(3);
     const peer = await server.accept();
     console.log(String((await peer.receive()).data));
     peer.close(); server.close();`,
    await (async () => {
      const late = await UnixSocket.connect({ abstract: name });
      await late.send("inherited");
      setTimeout(() => late.close(), 0);
      return { inherit: [received.fd] };
    })(),
  );
  assert.is(status, 0, stderr);
  assert.is(stdout, "inherited\n");

  for (const wrong of [pair[0], pair[0].number]) {
    assert.throws(() => UnixServer.adopt(wrong), /listening AF_UNIX/);
  }
  assert.not.ok(pair[0].closed);
});

test("a file that cannot be connected to is refused with EACCES for an ordinary user", async () => {
  using directory = temporaryDirectory();
  chmodSync(directory.path, 0o755);
  const path = directory.file("private");
  await using server = await UnixServer.listen({ path, mode: 0o600 });
  const { status, stdout, stderr } = await runNode(
    `import { UnixSocket } from "cmsg";
     if (process.geteuid() === 0) process.seteuid(65534);
     const got = await UnixSocket.connect({ path: process.argv.at(-1) }).catch((error) => error);
     console.log(got.code ?? "connected");
     got.close?.();`,
    { args: [path] },
  );
  assert.is(status, 0, stderr);
  // Only root has somebody else to be.
  assert.is(stdout, process.geteuid?.() === 0 ? "EACCES\n" : "connected\n");
  assert.not.ok(server.closed);
});

test.run();
