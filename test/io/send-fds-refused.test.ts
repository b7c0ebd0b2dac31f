// Descriptors that the kernel would drop or refuse: no data on a stream, no AF_UNIX socket, a receiver that takes none.

import {
  accept,
  bind,
  connect,
  Fd,
  getsockname,
  listen,
  recvFds,
  recvmsg,
  rights,
  SO_PASSRIGHTS,
  SOL_SOCKET,
  sendFds,
  sendmsg,
  setsockopt,
  socket,
  tryRecvmsg,
  trySendFds,
} from "cmsg";
import { assert, throws } from "../support/assert.js";
import {
  indices,
  MESSAGE_TYPES,
  optionProblem,
  text,
  withFiles,
  withPair,
} from "../support/message.js";
import { suite } from "../support/suite.js";

const test = suite("sendFds refused");

for (const [name, data] of [
  ["none", undefined],
  ["an empty string", ""],
  ["an empty buffer", Buffer.alloc(0)],
  ["an empty list", []],
  ["empty buffers", [Buffer.alloc(0), Buffer.alloc(0)]],
] as const) {
  test(`a stream refuses descriptors with ${name} as data, however they are given`, () => {
    withPair("stream", (left, right) =>
      withFiles(2, ([a, b]) => {
        const given = data === undefined ? {} : { data };
        const bytes = typeof data === "string" || data === undefined ? {} : { data };
        const raw = { level: SOL_SOCKET, type: 1, payload: Int32Array.of((a as Fd).number) };
        const sends = [
          () => sendFds(left, [a as Fd], given),
          () => trySendFds(left, [a as Fd], given),
          () => sendFds(left.number, [a as Fd], given),
          () => sendFds(left, [], { ...given, control: [rights([a as Fd])] }),
          () => sendmsg(left, { ...bytes, control: [rights([a as Fd])] }),
          () => sendmsg(left.number, { ...bytes, control: [rights([a as Fd])] }),
          () => sendmsg(left, { ...bytes, control: [rights([]), rights([b as Fd])] }),
          () => sendmsg(left, { ...bytes, control: [raw] }),
        ];
        for (const send of sends) {
          throws(send, { name: "Error", code: "ERR_CMSG_FDS_WITHOUT_DATA", message: /one byte/ });
        }
        assert.is(sendmsg(left, { ...bytes, control: [rights([])] }), 0);
        assert.equal(sendFds(left, [], given), { bytes: 0, fds: 0 });
        assert.is(tryRecvmsg(right), null);
      }),
    );
  });
}

for (const type of MESSAGE_TYPES) {
  test(`${type}: descriptors travel without data`, () => {
    withPair(type, (left, right) =>
      withFiles(3, ([a, b, c]) => {
        assert.equal(sendFds(left, [a as Fd]), { bytes: 0, fds: 1 });
        assert.is(sendmsg(left, { control: [rights([b as Fd]), rights([c as Fd])] }), 0);
        for (const expected of [[0], [1, 2]]) {
          const got = recvFds(right);
          assert.equal([got.bytes, indices(got.fds)], [0, expected]);
          Fd.closeAll(got.fds);
        }
      }),
    );
  });
}

for (const family of ["inet", "inet6"] as const) {
  for (const type of ["stream", "dgram"] as const) {
    test(`${family} ${type}: sendFds refuses, sendmsg passes on what the kernel drops`, () => {
      const host = family === "inet" ? "127.0.0.1" : "::1";
      const server = socket({ family, type });
      const client = socket({ family, type });
      const sockets = [server, client];
      try {
        bind(server, { host, port: 0 });
        if (type === "stream") listen(server);
        connect(client, getsockname(server));
        const end = type === "stream" ? accept(server, { timeoutMs: 10_000 }) : server;
        sockets.push(end);
        const refused = { code: "ERR_CMSG_NOT_UNIX", message: /AF_UNIX/ };
        throws(() => sendFds(client, [0], { data: "x" }), refused);
        throws(() => sendFds(client.number, [0], { data: "x" }), refused);
        throws(() => sendFds(client, [], { data: "x", control: [rights([0])] }), refused);
        throws(() => sendFds(client, new Array(254).fill(0), { data: "x" }), refused);
        assert.equal(sendFds(client, [], { data: "plain" }), { bytes: 5, fds: 0 });
        assert.is(recvFds(end, { timeoutMs: 10_000 }).data.toString(), "plain");
        assert.is(sendmsg(client, { data: text("raw"), control: [rights([0])] }), 3);
        const got = recvmsg(end, { timeoutMs: 10_000 });
        assert.equal([got.data.toString(), got.fds], ["raw", []]);
      } finally {
        Fd.closeAll(sockets);
      }
    });
  }
}

const receiverRefuses = (): void => {
  withPair("stream", (left, right) => {
    setsockopt(right, SOL_SOCKET, SO_PASSRIGHTS, false);
    const refused = { code: "EPERM", syscall: "sendmsg", message: /SO_PASSRIGHTS/ };
    throws(() => sendFds(left, [0], { data: "x" }), refused);
    throws(() => sendmsg(left, { data: text("x"), control: [rights([0])] }), refused);
    assert.equal(sendFds(left, [], { data: "plain" }), { bytes: 5, fds: 0 });
    assert.is(recvFds(right).data.toString(), "plain");
  });
};
const lacking = optionProblem("SO_PASSRIGHTS");
const title = "a receiver that takes no descriptors makes the send EPERM";
if (lacking === undefined) test(title, receiverRefuses);
else test.skip(title, lacking);

test("after the peer has closed, every send is EPIPE and no signal", () => {
  for (const type of ["stream", "seqpacket"] as const) {
    withPair(type, (left, right) => {
      right.close();
      const sends = [
        () => sendFds(left, [0], { data: "x" }),
        () => sendFds(left, [], { data: "x" }),
        () => sendmsg(left, { data: [text("x"), text("y")] }),
        () => sendmsg(left, { data: text("x"), control: [rights([0])] }),
      ];
      for (const send of sends) {
        throws(send, { name: "SyscallError", code: "EPIPE", syscall: "sendmsg" });
      }
    });
  }
});

test.run();
