// bind: names of every kind, the socket file that it makes, and what the kernel refuses.

import {
  existsSync,
  lstatSync,
  mkdirSync,
  renameSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import {
  type Address,
  accept,
  bind,
  connect,
  getpeername,
  getsockname,
  listen,
  recvmsg,
  sendmsg,
  socket,
  socketpair,
} from "cmsg";
import { assert, throws } from "../support/assert.js";
import { abstractName, inDirectory } from "../support/directory.js";
import { suite } from "../support/suite.js";

const test = suite("bind");

test("a path, as text or bytes, makes a socket file with that name", async () => {
  await inDirectory((directory) => {
    for (const name of ["text", "bytes"]) {
      const path = join(directory, name);
      using server = socket();
      bind(server, { path: name === "text" ? path : new TextEncoder().encode(path) });
      assert.ok(lstatSync(path).isSocket());
      assert.equal(getsockname(server), { path });
    }
  });
});

test("the socket file stays when the socket is closed, and has to be removed before the name is free", async () => {
  await inDirectory((directory) => {
    const path = join(directory, "door");
    {
      using first = socket();
      bind(first, { path });
    }
    assert.ok(lstatSync(path).isSocket());
    using second = socket();
    const error = throws(() => bind(second, { path }), { code: "EADDRINUSE", syscall: "bind" });
    assert.equal([error["path"], error["fd"]], [path, second.number]);
    assert.match(error.message, /remove it first/);
    unlinkSync(path);
    bind(second, { path });
    assert.equal(getsockname(second), { path });
  });
});

test("a name and its connections outlive the file; new ones do not find it", async () => {
  await inDirectory((directory) => {
    const path = join(directory, "door");
    using server = socket();
    bind(server, { path });
    listen(server);
    using client = socket();
    connect(client, { path });
    using connection = accept(server);
    unlinkSync(path);
    sendmsg(client, { data: Buffer.from("still here") });
    assert.is(recvmsg(connection).data.toString(), "still here");
    assert.equal([getsockname(server), getpeername(client)], [{ path }, { path }]);
    using late = socket();
    throws(() => connect(late, { path }), { code: "ENOENT", syscall: "connect" });
  });
});

test("a file that is renamed is found under its new name, the socket keeps its old one", async () => {
  await inDirectory((directory) => {
    const [path, moved] = [join(directory, "old"), join(directory, "new")];
    using server = socket();
    bind(server, { path });
    listen(server);
    renameSync(path, moved);
    using client = socket();
    connect(client, { path: moved });
    assert.equal([getsockname(server), getpeername(client)], [{ path }, { path }]);
  });
});

test("an abstract name is in use until its socket is closed, and makes no file", () => {
  const abstract = abstractName();
  {
    using first = socket();
    bind(first, { abstract });
    using second = socket();
    const error = throws(() => bind(second, { abstract }), { code: "EADDRINUSE" });
    assert.is(error["path"], undefined);
    assert.is(existsSync(abstract), false);
  }
  using third = socket();
  bind(third, { abstract });
  assert.equal(getsockname(third), { abstract });
});

test("the unnamed address makes the kernel choose a new abstract name", () => {
  using first = socket();
  using second = socket();
  for (const fd of [first, second]) bind(fd, { unnamed: true });
  const names = [first, second].map((fd) => {
    const name = getsockname(fd);
    return "abstract" in name ? String(name.abstract) : "";
  });
  for (const name of names) assert.match(name, /^[0-9a-f]{5}$/);
  assert.is.not(names[0], names[1]);
  using third = socket();
  throws(() => bind(third, { abstract: names[0] ?? "" }), { code: "EADDRINUSE" });
  listen(first);
  using client = socket();
  connect(client, { abstract: names[0] ?? "" });
  assert.equal(getpeername(client), { abstract: names[0] });
});

test("an empty abstract name is a name: the kernel's unnamed one is another", () => {
  using fd = socket({ type: "dgram" });
  // One name for the whole system: in use by somebody else is the only other answer.
  try {
    bind(fd, { abstract: "" });
  } catch (error) {
    assert.is((error as { code?: string }).code, "EADDRINUSE");
    return;
  }
  assert.equal(getsockname(fd), { abstract: "" });
});

for (const [family, host] of [
  ["inet", "127.0.0.1"],
  ["inet6", "::1"],
] as const) {
  for (const type of ["stream", "dgram"] as const) {
    test(`${family} ${type}: port 0 becomes a free one, which nobody else can have`, () => {
      using fd = socket({ family, type });
      bind(fd, { host, port: 0 });
      const name = getsockname(fd) as { host: string; port: number };
      assert.is(name.host, host);
      assert.ok(name.port > 0 && name.port < 65536);
      using other = socket({ family, type });
      throws(() => bind(other, name), { code: "EADDRINUSE" });
    });
  }
}

test("the kernel refuses, with the path that it refused", async () => {
  await inDirectory((directory) => {
    writeFileSync(join(directory, "file"), "");
    mkdirSync(join(directory, "dir"));
    symlinkSync("nowhere", join(directory, "link"));
    const refusals: readonly (readonly [path: string, code: string])[] = [
      ["missing/door", "ENOENT"],
      ["file/door", "ENOTDIR"],
      ["file", "EADDRINUSE"],
      ["dir", "EADDRINUSE"],
      ["link", "EADDRINUSE"],
    ];
    for (const [name, code] of refusals) {
      using fd = socket();
      const path = join(directory, name);
      const error = throws(() => bind(fd, { path }), { name: "SyscallError", code });
      assert.is(error["path"], path);
      assert.equal(getsockname(fd), { unnamed: true });
    }
    // The dangling link was not followed.
    assert.is(existsSync(join(directory, "nowhere")), false);
  });
});

test("a second bind is EINVAL, also behind listen", () => {
  using fd = socket();
  bind(fd, { abstract: abstractName() });
  throws(() => bind(fd, { abstract: abstractName() }), { code: "EINVAL" });
  listen(fd);
  throws(() => bind(fd, { abstract: abstractName() }), { code: "EINVAL" });
});

test("a family that is not the socket's own is refused, and the socket is as before", () => {
  const mismatches: readonly (readonly [family: "unix" | "inet" | "inet6", Address])[] = [
    ["unix", { host: "127.0.0.1", port: 0 }],
    ["unix", { family: 0, data: new Uint8Array(14) }],
    ["inet", { path: "/tmp/cmsg-never" }],
    ["inet", { abstract: abstractName() }],
    ["inet6", { host: "127.0.0.1", port: 0 }],
  ];
  for (const [family, address] of mismatches) {
    using fd = socket({ family });
    const { code } = throws(() => bind(fd, address), { name: "SyscallError", syscall: "bind" });
    assert.ok(code === "EINVAL" || code === "EAFNOSUPPORT", String(code));
    if (family === "unix") assert.equal(getsockname(fd), { unnamed: true });
    else assert.is((getsockname(fd) as { port: number }).port, 0);
  }
  assert.is(existsSync("/tmp/cmsg-never"), false);
});

test("an address shorter than its family is EINVAL", () => {
  using fd = socket({ family: "inet" });
  throws(() => bind(fd, { family: 2, data: new Uint8Array(3) }), { code: "EINVAL" });
});

test("a connected end of a pair takes a name as well", () => {
  const abstract = abstractName();
  using pair = socketpair();
  bind(pair[0], { abstract });
  assert.equal([getsockname(pair[0]), getpeername(pair[1])], [{ abstract }, { abstract }]);
});

test("what is no socket is refused as the kernel refuses it", () => {
  throws(() => bind(0x7fffffff, { abstract: abstractName() }), { code: "EBADF", syscall: "bind" });
});

test.run();
