// What a refused address is told of: which it was, and why a bare EINVAL.

import {
  type Address,
  accept,
  bind,
  connect,
  getsockname,
  listen,
  type SocketOptions,
  sendmsg,
  socket,
} from "cmsg";
import { assert, throws } from "../support/assert.js";
import { suite } from "../support/suite.js";

const test = suite("errors of addresses");

const CALLS: Readonly<Record<string, (fd: ReturnType<typeof socket>, to: Address) => unknown>> = {
  connect,
  sendmsg: (fd, to) => sendmsg(fd, { data: Uint8Array.of(1), to }),
};

for (const [syscall, call] of Object.entries(CALLS)) {
  test(`${syscall}: an abstract name stands in the message, its NULs visible`, () => {
    using fd = socket({ type: "dgram" });
    const error = throws(() => call(fd, { abstract: `no\0body-${process.pid}` }), {
      name: "SyscallError",
      code: "ECONNREFUSED",
      syscall,
    });
    assert.match(error.message, `${syscall} abstract "no\\u0000body-${process.pid}"`);
    assert.not("path" in error);
  });
}

test("host and port stand in the message", () => {
  for (const [family, host, shown] of [
    ["inet", "127.0.0.1", "127.0.0.1"],
    ["inet6", "::1", "[::1]"],
  ] as const) {
    using held = socket({ family });
    try {
      bind(held, { host, port: 0 });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EADDRNOTAVAIL") throw error;
      console.log(`${host}: this machine has no such address`);
      continue;
    }
    const { port } = getsockname(held) as { port: number };
    using second = socket({ family });
    const used = throws(() => bind(second, { host, port }), { code: "EADDRINUSE" });
    assert.match(used.message, `, bind ${shown}:${port}`);
    const refused = throws(() => connect(second, { host, port }), { code: "ECONNREFUSED" });
    assert.match(refused.message, `, connect ${shown}:${port}`);
  }
});

test("an address of another family than the socket's is named as the reason", () => {
  const mixtures: readonly (readonly [SocketOptions, Address, string])[] = [
    [{}, { host: "127.0.0.1", port: 9 }, "the address is of AF_INET, the socket of AF_UNIX"],
    [{}, { host: "::1", port: 9 }, "the address is of AF_INET6, the socket of AF_UNIX"],
    [{ family: "inet" }, { path: "/tmp/none" }, "the address is of AF_UNIX, the socket of AF_INET"],
  ];
  for (const [options, address, reason] of mixtures) {
    for (const type of ["stream", "dgram"] as const) {
      using fd = socket({ ...options, type });
      for (const call of [bind, connect]) {
        const error = throws(() => call(fd, address), { name: "SyscallError" });
        assert.ok(["EINVAL", "EAFNOSUPPORT"].includes(String(error["code"])), error.message);
        assert.match(error.message, reason);
      }
    }
  }
  // A name that is refused for another reason is not blamed on its family.
  using fd = socket();
  const error = throws(() => connect(fd, { unnamed: true }), { code: "EINVAL" });
  assert.not.match(error.message, /the address is of/);
});

test("a socket that does not listen, or cannot: the errors of accept and listen say so", () => {
  using fd = socket();
  const early = throws(() => accept(fd), { code: "EINVAL", syscall: "accept" });
  assert.match(early.message, /\(this socket does not listen\)$/);
  const unbound = throws(() => listen(fd), { code: "EINVAL", syscall: "listen" });
  assert.match(unbound.message, /\(a socket that listens is bound, and not connected\)$/);
  bind(fd, { unnamed: true });
  listen(fd);
  const waits = throws(() => accept(fd, { timeoutMs: 0 }), { code: "EAGAIN" });
  assert.not.match(waits.message, /listen/);
});

test("a path or name that is neither text nor bytes", () => {
  using fd = socket();
  for (const name of [5, null, true, undefined]) {
    for (const key of ["path", "abstract"]) {
      throws(() => bind(fd, { [key]: name } as never), {
        name: "TypeError",
        message: /^address\.(path|abstract) must be a string or bytes, not /,
      });
    }
  }
});

test.run();
