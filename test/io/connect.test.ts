// connect: streams, seqpacket and datagram sockets, peers of a datagram socket, and every way to be refused.

import { mkdirSync, writeFileSync } from "node:fs";
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
  tryRecvmsg,
} from "cmsg";
import { assert, throws } from "../support/assert.js";
import { abstractName, inDirectory } from "../support/directory.js";
import { suite } from "../support/suite.js";

const test = suite("connect");

for (const type of ["stream", "seqpacket"] as const) {
  for (const kind of ["path", "abstract"] as const) {
    test(`${type} to ${kind}: both ends know the names`, async () => {
      await inDirectory((directory) => {
        const name = kind === "path" ? join(directory, "door") : abstractName();
        const address = { [kind]: name } as unknown as Address;
        using server = socket({ type });
        bind(server, address);
        listen(server);
        using client = socket({ type });
        connect(client, address);
        using connection = accept(server);
        sendmsg(client, { data: Buffer.from("knock") });
        assert.is(recvmsg(connection).data.toString(), "knock");
        assert.equal([getpeername(client), getsockname(connection)], [address, address]);
        const unnamed = { unnamed: true };
        assert.equal([getsockname(client), getpeername(connection)], [unnamed, unnamed]);
      });
    });
  }
}

for (const [family, host] of [
  ["inet", "127.0.0.1"],
  ["inet6", "::1"],
] as const) {
  test(`${family}: a stream connects to where somebody listens`, () => {
    using server = socket({ family });
    bind(server, { host, port: 0 });
    listen(server);
    for (const options of [undefined, { timeoutMs: 60_000 }]) {
      using client = socket({ family });
      connect(client, getsockname(server), options);
      using connection = accept(server);
      assert.equal(getpeername(client), getsockname(connection));
      assert.equal(getsockname(client), getpeername(connection));
      sendmsg(connection, { data: Buffer.from("x") });
      assert.is(recvmsg(client).bytes, 1);
    }
  });
}

test("the name of a client that is bound is what the server sees", () => {
  const [serverName, clientName] = [{ abstract: abstractName() }, { abstract: abstractName() }];
  using server = socket();
  bind(server, serverName);
  listen(server);
  using client = socket();
  bind(client, clientName);
  connect(client, serverName);
  using connection = accept(server);
  assert.equal(getpeername(connection), clientName);
});

test("a datagram socket changes its peer, and has none after the family of nothing", () => {
  using a = socket({ type: "dgram" });
  using b = socket({ type: "dgram" });
  using sender = socket({ type: "dgram" });
  for (const fd of [a, b]) bind(fd, { abstract: abstractName() });
  for (const [fd, text] of [
    [a, "to a"],
    [b, "to b"],
  ] as const) {
    connect(sender, getsockname(fd));
    sendmsg(sender, { data: Buffer.from(text) });
    assert.equal(getpeername(sender), getsockname(fd));
    assert.is(tryRecvmsg(fd)?.data.toString(), text);
  }
  connect(sender, { family: 0, data: new Uint8Array(14) });
  throws(() => getpeername(sender), { code: "ENOTCONN", syscall: "getpeername" });
  throws(() => sendmsg(sender, { data: Buffer.from("x") }), { code: "ENOTCONN" });
});

test("a datagram socket takes messages of its peer alone", () => {
  using a = socket({ type: "dgram" });
  using b = socket({ type: "dgram" });
  for (const fd of [a, b]) bind(fd, { abstract: abstractName() });
  connect(a, getsockname(a));
  throws(() => connect(b, getsockname(a)), { code: "EPERM" });
});

const limits = [undefined, { timeoutMs: 0 }, { timeoutMs: 60_000 }] as const;

for (const options of limits) {
  const limit = options === undefined ? "no limit" : `a limit of ${options.timeoutMs}`;
  test(`with ${limit} the kernel's refusals are errors at once`, async () => {
    await inDirectory((directory) => {
      const at = (name: string): Address => ({ path: join(directory, name) });
      writeFileSync(join(directory, "file"), "");
      mkdirSync(join(directory, "dir"));
      using bound = socket();
      bind(bound, at("bound"));
      using server = socket();
      bind(server, at("server"));
      listen(server);
      const refusals: readonly (readonly [Address, string, "stream" | "dgram" | "seqpacket"])[] = [
        [at("missing"), "ENOENT", "stream"],
        [at("file/x"), "ENOTDIR", "stream"],
        [at("file"), "ECONNREFUSED", "stream"],
        [at("dir"), "ECONNREFUSED", "stream"],
        [at("bound"), "ECONNREFUSED", "stream"],
        [{ abstract: abstractName() }, "ECONNREFUSED", "stream"],
        [{ unnamed: true }, "EINVAL", "stream"],
        [at("server"), "EPROTOTYPE", "dgram"],
        [at("server"), "EPROTOTYPE", "seqpacket"],
      ];
      for (const [address, code, type] of refusals) {
        using client = socket({ type });
        const error = throws(() => connect(client, address, options), {
          name: "SyscallError",
          code,
        });
        assert.equal([error["syscall"], error["fd"]], ["connect", client.number]);
        assert.is(error["path"], "path" in address ? address.path : undefined);
        throws(() => getpeername(client), { code: "ENOTCONN" });
        // The socket is as good as new.
        if (type !== "stream") continue;
        connect(client, at("server"), options);
        throws(() => connect(client, at("server"), options), { code: "EISCONN" });
      }
      throws(() => connect(server, at("server"), options), { code: "EINVAL" });
    });
  });
}

test("nobody at a port is ECONNREFUSED, with and without a limit", () => {
  using held = socket({ family: "inet" });
  bind(held, { host: "127.0.0.1", port: 0 });
  for (const options of [undefined, { timeoutMs: 60_000 }]) {
    using client = socket({ family: "inet" });
    throws(() => connect(client, getsockname(held), options), { code: "ECONNREFUSED" });
  }
});

test("a socket of a pair is connected already", () => {
  using pair = socketpair();
  using server = socket();
  bind(server, { abstract: abstractName() });
  listen(server);
  throws(() => connect(pair[0], getsockname(server)), { code: "EISCONN" });
});

test("what is no socket is refused as the kernel refuses it, whatever the limit", () => {
  for (const options of limits) {
    throws(() => connect(0x7fffffff, { path: "x" }, options), {
      code: "EBADF",
      syscall: "connect",
    });
  }
});

test.run();
