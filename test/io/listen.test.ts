// listen: its preconditions, the queue of connections that wait, and the state that the kernel reports.

import { bind, connect, getsockopt, listen, shutdown, socket, socketpair } from "cmsg";
import { assert, throws } from "../support/assert.js";
import { abstractName } from "../support/directory.js";
import { suite } from "../support/suite.js";

const test = suite("listen");

test("unbound is EINVAL, bound works, again works, connected is EINVAL", () => {
  for (const type of ["stream", "seqpacket"] as const) {
    using fd = socket({ type });
    throws(() => listen(fd), { name: "SyscallError", code: "EINVAL", syscall: "listen" });
    bind(fd, { abstract: abstractName() });
    listen(fd);
    listen(fd, { backlog: 3 });
    using pair = socketpair({ type });
    throws(() => listen(pair[0]), { code: "EINVAL" });
    bind(pair[0], { abstract: abstractName() });
    throws(() => listen(pair[0]), { code: "EINVAL" });
  }
});

test("a TCP socket without a name gets one", () => {
  using fd = socket({ family: "inet" });
  listen(fd);
  assert.is(getsockopt(fd, "SOL_SOCKET", "SO_ACCEPTCONN"), 1);
});

test("SO_ACCEPTCONN tells a listening socket from a bound and a connected one", () => {
  const listens = (fd: Parameters<typeof getsockopt>[0]): number =>
    getsockopt(fd, "SOL_SOCKET", "SO_ACCEPTCONN");
  using fd = socket();
  bind(fd, { abstract: abstractName() });
  assert.is(listens(fd), 0);
  listen(fd);
  assert.is(listens(fd), 1);
  using pair = socketpair();
  assert.is(listens(pair[0]), 0);
  const description = fd.describe();
  assert.is(description.kind === "socket" && description.listening, true);
});

/** How many connections wait to be accepted before the next one is refused. */
function queueLength(backlog: number | undefined, most: number): number {
  const abstract = abstractName();
  using server = socket();
  bind(server, { abstract });
  listen(server, backlog === undefined ? {} : { backlog });
  const clients = [];
  try {
    for (;;) {
      const client = socket();
      clients.push(client);
      connect(client, { abstract }, { timeoutMs: 0 });
      if (clients.length > most) return clients.length;
    }
  } catch (error) {
    assert.is((error as { code?: string }).code, "EAGAIN");
    return clients.length - 1;
  } finally {
    for (const client of clients) client.close();
  }
}

test("a backlog of n lets n + 1 connections wait; the next is EAGAIN", () => {
  for (const backlog of [0, 1, 5, 17]) assert.is(queueLength(backlog, 100), backlog + 1);
});

test("a negative backlog is the kernel's largest, and none given is large", () => {
  assert.ok(queueLength(-1, 100) > 100);
  assert.ok(queueLength(-0x80000000, 100) > 100);
  assert.ok(queueLength(0x7fffffff, 100) > 100);
  assert.ok(queueLength(undefined, 100) > 100);
});

test("a backlog that is no int is refused, and the socket does not listen", () => {
  using fd = socket();
  bind(fd, { abstract: abstractName() });
  for (const [backlog, name] of [
    [0x80000000, "RangeError"],
    [-0x80000001, "RangeError"],
    [1.5, "TypeError"],
    [Number.NaN, "TypeError"],
    [Number.POSITIVE_INFINITY, "TypeError"],
    ["5", "TypeError"],
    [true, "TypeError"],
    [null, "TypeError"],
    [5n, "TypeError"],
  ] as const) {
    throws(() => listen(fd, { backlog: backlog as number }), { name, message: /backlog/ });
  }
  assert.is(getsockopt(fd, "SOL_SOCKET", "SO_ACCEPTCONN"), 0);
});

test("a socket that was shut down does not take connections any more", () => {
  const abstract = abstractName();
  using server = socket();
  bind(server, { abstract });
  listen(server);
  shutdown(server, "both");
  using client = socket();
  throws(() => connect(client, { abstract }), { code: "ECONNREFUSED" });
});

test("datagram sockets do not listen", () => {
  for (const family of ["unix", "inet"] as const) {
    using fd = socket({ family, type: "dgram" });
    throws(() => listen(fd), { code: "EOPNOTSUPP", syscall: "listen" });
  }
});

test("what is no socket is refused as the kernel refuses it", () => {
  throws(() => listen(0x7fffffff), { code: "EBADF" });
});

test.run();
