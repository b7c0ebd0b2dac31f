// listenUnix: what it replaces and what it refuses, who wins when servers start together, permissions, and what it leaves behind.

import {
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import {
  accept,
  bind,
  connect,
  type Fd,
  getpeername,
  getsockname,
  listen,
  listenUnix,
  recvmsg,
  sendmsg,
  shutdown,
  socket,
  tryRecvmsg,
} from "cmsg";
import { assert, throws } from "../support/assert.js";
import { abstractName, inDirectory } from "../support/directory.js";
import { fdCount, suite } from "../support/suite.js";

const test = suite("listenUnix");

/** Whether somebody accepts and answers there. */
function serves(
  server: Fd,
  path: string | Uint8Array,
  type: "stream" | "seqpacket" = "stream",
): void {
  using client = socket({ type });
  connect(client, { path });
  using connection = accept(server);
  sendmsg(connection, { data: Buffer.from("served") });
  assert.is(recvmsg(client).data.toString(), "served");
}

/** The only file of a directory is the socket: no lock and no name of passage is left. */
function onlySocket(directory: string, name = "door"): void {
  assert.equal(readdirSync(directory), [name]);
  assert.ok(lstatSync(join(directory, name)).isSocket());
}

for (const type of ["stream", "seqpacket"] as const) {
  test(`${type}: a free path is taken, and stays when the server closes`, async () => {
    await inDirectory((directory) => {
      const path = join(directory, "door");
      {
        using server = listenUnix({ path, type });
        assert.equal(getsockname(server), { path });
        serves(server, path, type);
        using client = socket({ type });
        connect(client, { path });
        assert.equal(getpeername(client), { path });
      }
      onlySocket(directory);
    });
  });

  test(`${type}: the file of a server that is gone is replaced, of whatever type it was`, async () => {
    await inDirectory((directory) => {
      const path = join(directory, "door");
      for (const before of ["stream", "seqpacket", "dgram"] as const) {
        rmSync(path, { force: true });
        {
          using gone = socket({ type: before });
          bind(gone, { path });
        }
        using server = listenUnix({ path, type });
        serves(server, path, type);
        onlySocket(directory);
      }
    });
  });
}

test("paths that are not UTF-8, relative paths and the longest ones work as any other", async () => {
  await inDirectory((directory) => {
    const before = process.cwd();
    process.chdir(directory);
    try {
      const names = [
        Buffer.from("ff80fe", "hex"),
        Buffer.from("r"),
        Buffer.from("./here"),
        Buffer.concat([Buffer.from(`${directory}/`), Buffer.alloc(106 - directory.length, 0x70)]),
        Buffer.concat([Buffer.from(`${directory}/`), Buffer.alloc(106 - directory.length, 0xff)]),
      ];
      for (const path of names) {
        for (let round = 0; round < 2; round++) {
          using server = listenUnix({ path });
          serves(server, path);
        }
      }
      assert.is(readdirSync(directory).length, names.length);
    } finally {
      process.chdir(before);
    }
  });
});

test("abstract names have no file, and are free when their server is gone", () => {
  const abstract = abstractName();
  for (let round = 0; round < 2; round++) {
    using server = listenUnix({ abstract, type: "seqpacket" });
    throws(() => listenUnix({ abstract, type: "seqpacket" }), {
      name: "SyscallError",
      code: "EADDRINUSE",
    });
    using client = socket({ type: "seqpacket" });
    connect(client, { abstract });
    accept(server).close();
  }
});

test("a live server keeps its path: of any type, of Node, with a full queue, and when it does not accept", async () => {
  await inDirectory(async (directory) => {
    const at = (name: string): { path: string } => ({ path: join(directory, name) });
    using stream = listenUnix({ ...at("stream"), backlog: 0 });
    using full = socket();
    connect(full, at("stream"));
    using seqpacket = listenUnix({ ...at("seqpacket"), type: "seqpacket" });
    using datagram = socket({ type: "dgram" });
    bind(datagram, at("dgram"));
    const node = createServer().listen(at("node").path);
    await new Promise((resolve) => node.once("listening", resolve));
    const before = fdCount();
    for (const name of ["stream", "seqpacket", "dgram", "node"]) {
      const file = lstatSync(at(name).path, { bigint: true });
      for (const type of ["stream", "seqpacket"] as const) {
        const refused = {
          name: "SyscallError",
          code: "EADDRINUSE",
          message: /a live server has it/,
        };
        const error = throws(() => listenUnix({ ...at(name), type }), refused);
        assert.equal([error["syscall"], error["path"]], ["bind", at(name).path]);
      }
      const now = lstatSync(at(name).path, { bigint: true });
      assert.equal([now.ino, now.ctimeNs], [file.ino, file.ctimeNs], name);
    }
    assert.is(fdCount(), before);
    assert.is(readdirSync(directory).length, 4);
    accept(stream).close();
    serves(stream, at("stream").path);
    node.close();
    await new Promise((resolve) => node.once("close", resolve));
    assert.ok(seqpacket.number >= 0 && datagram.number >= 0);
  });
});

test("a server whose file was renamed is found at its new name, and keeps it", async () => {
  await inDirectory((directory) => {
    const [old, path] = [join(directory, "old"), join(directory, "new")];
    using server = listenUnix({ path: old });
    renameSync(old, path);
    throws(() => listenUnix({ path }), { code: "EADDRINUSE", message: /live/ });
    using second = listenUnix({ path: old });
    serves(second, old);
    serves(server, path);
  });
});

test("what is no socket is refused and left alone", async () => {
  await inDirectory((directory) => {
    writeFileSync(join(directory, "file"), "content");
    mkdirSync(join(directory, "dir"));
    symlinkSync("nowhere", join(directory, "dangling"));
    listenUnix({ path: join(directory, "stale") }).close();
    symlinkSync("stale", join(directory, "link"));
    const names = readdirSync(directory);
    const before = fdCount();
    for (const name of ["file", "dir", "dangling", "link"]) {
      const path = join(directory, name);
      const refused = { name: "SyscallError", code: "EADDRINUSE", message: /it is no socket/ };
      assert.is(throws(() => listenUnix({ path }), refused)["path"], path);
    }
    for (const [name, code] of [
      ["file/door", "ENOTDIR"],
      ["missing/door", "ENOENT"],
    ] as const) {
      const path = join(directory, name);
      const error = throws(() => listenUnix({ path }), { name: "SyscallError", code });
      assert.is(error["path"], path);
    }
    assert.equal(readdirSync(directory), names);
    assert.is(statSync(join(directory, "file")).size, 7);
    assert.is(fdCount(), before);
  });
});

test("a stale file with a second name loses only the one that is taken", async () => {
  await inDirectory((directory) => {
    const [path, second] = [join(directory, "door"), join(directory, "second")];
    listenUnix({ path }).close();
    linkSync(path, second);
    using server = listenUnix({ path });
    serves(server, path);
    assert.is.not(lstatSync(second).ino, lstatSync(path).ino);
  });
});

test("whoever holds the socket has the path: before it listens, and after it was shut down", async () => {
  await inDirectory((directory) => {
    const path = join(directory, "door");
    using early = socket();
    bind(early, { path });
    throws(() => listenUnix({ path }), { code: "EADDRINUSE", message: /live/ });
    listen(early);
    serves(early, path);
    shutdown(early, "both");
    throws(() => listenUnix({ path }), { code: "EADDRINUSE", message: /live/ });
    early.close();
    using next = listenUnix({ path });
    serves(next, path);
  });
});

test("a server does not notice that somebody has asked for its path", async () => {
  await inDirectory((directory) => {
    const path = join(directory, "door");
    for (const type of ["stream", "seqpacket"] as const) {
      using server = listenUnix({ path, type });
      throws(() => listenUnix({ path, type }), { code: "EADDRINUSE" });
      throws(() => accept(server, { timeoutMs: 0 }), { code: "EAGAIN" });
    }
    using datagram = socket({ type: "dgram" });
    const name = { path: join(directory, "dgram") };
    bind(datagram, name);
    throws(() => listenUnix(name), { code: "EADDRINUSE" });
    assert.is(tryRecvmsg(datagram), null);
  });
});

test("flags are those of any socket", () => {
  using server = listenUnix({ abstract: abstractName(), nonBlocking: true, closeOnExec: false });
  throws(() => accept(server), { code: "EAGAIN" });
  const description = server.describe();
  assert.is(description.kind === "socket" && description.closeOnExec, false);
});

test("the backlog is that of listen", async () => {
  await inDirectory((directory) => {
    const path = join(directory, "door");
    using server = listenUnix({ path, backlog: 1 });
    using first = socket();
    using second = socket();
    using third = socket();
    for (const fd of [first, second]) connect(fd, { path }, { timeoutMs: 0 });
    throws(() => connect(third, { path }, { timeoutMs: 0 }), { code: "EAGAIN" });
    assert.ok(server.number >= 0);
  });
});

test.run();
