// Datagrams and seqpacket records: one message is one receive, cut messages, empty ones, too large ones, and gone peers.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  accept,
  bind,
  connect,
  Fd,
  getsockname,
  getsockopt,
  listen,
  MSG_TRUNC,
  recvFds,
  recvmsg,
  rights,
  SO_SNDBUF,
  SOL_SOCKET,
  sendFds,
  sendmsg,
  setNonBlocking,
  socket,
  socketpair,
  tryRecvmsg,
  trySendmsg,
} from "cmsg";
import { assert, throws } from "../support/assert.js";
import { indices, MESSAGE_TYPES, text, upTo, withFiles, withPair } from "../support/message.js";
import { suite } from "../support/suite.js";

const test = suite("message boundaries");

for (const type of MESSAGE_TYPES) {
  test(`${type}: each send is one receive, also beside descriptors`, () => {
    withPair(type, (left, right) =>
      withFiles(3, (files) => {
        const words = ["one", "", "three", "A", "five", "BC", ""];
        let next = 0;
        for (const word of words) {
          const count = word === word.toUpperCase() ? word.length : 0;
          sendFds(left, files.slice(next, next + count), { data: word });
          next += count;
        }
        const seen = words.map(() => {
          using got = recvFds(right, { dataLimit: 1000 });
          assert.equal([got.flags, got.bytes], [0, got.data.length]);
          return [got.data.toString(), ...indices(got.fds)].join("+");
        });
        assert.equal(seen, ["one", "", "three", "A+0", "five", "BC+1+2", ""]);
        assert.is(tryRecvmsg(right), null);
      }),
    );
  });

  for (const [size, dataLimit] of [
    [15, 12],
    [15, 14],
    [15, 15],
    [15, 16],
    [15, 0],
    [1, 0],
    [5000, 4096],
    [5000, 4999],
  ] as const) {
    test(`${type}: ${size} bytes received with room for ${dataLimit}`, () => {
      withPair(type, (left, right) => {
        const data = Buffer.from(upTo(size).map((i) => i % 256));
        const [cut, length] = [dataLimit < size, Math.min(dataLimit, size)];
        for (const asked of [0, MSG_TRUNC]) {
          sendmsg(left, { data });
          const got = recvmsg(right, { dataLimit, flags: asked });
          assert.ok(got.data.equals(data.subarray(0, length)));
          assert.equal([got.dataTruncated, got.flags], [cut, cut ? MSG_TRUNC : 0]);
          assert.is(got.bytes, asked === 0 ? length : size);
          assert.is(tryRecvmsg(right), null, "the rest is lost");
          sendmsg(left, { data });
          const into = [Buffer.alloc(3, "."), Buffer.alloc(dataLimit, ".")];
          const scattered = recvmsg(right, { into, dataLimit, flags: asked });
          assert.equal([scattered.bytes, scattered.dataTruncated], [got.bytes, cut]);
          const expected = Buffer.alloc(3 + dataLimit, ".");
          data.copy(expected, 0, 0, length);
          assert.ok(Buffer.concat(into).equals(expected), "nothing behind the data is touched");
        }
      });
    });
  }

  test(`${type}: empty messages are messages`, () => {
    withPair(type, (left, right) => {
      for (const word of ["", "haha", "", ""])
        assert.is(sendmsg(left, { data: text(word) }), word.length);
      sendmsg(left);
      sendmsg(left, { data: [] });
      sendmsg(left, { data: [Buffer.alloc(0), Buffer.alloc(0)] });
      const sizes = upTo(7).map(() => recvmsg(right).bytes);
      assert.equal(sizes, [0, 4, 0, 0, 0, 0, 0]);
      assert.is(tryRecvmsg(right), null);
    });
  });

  test(`${type}: a message that is too large is EMSGSIZE, which says how large it may be`, () => {
    withPair(type, (left, right) => {
      const room = getsockopt(left, SOL_SOCKET, SO_SNDBUF);
      for (const size of [room, 10_000_000]) {
        for (const control of [[], [rights([left])]]) {
          const data = Buffer.alloc(size);
          const error = throws(() => sendmsg(left, { data, control }), {
            name: "SyscallError",
            code: "EMSGSIZE",
            syscall: "sendmsg",
          });
          assert.match(error.message, new RegExp(`${size} bytes .* SO_SNDBUF is ${room}`));
        }
        throws(() => sendFds(left, [left], { data: Buffer.alloc(size) }), { code: "EMSGSIZE" });
      }
      assert.is(tryRecvmsg(right), null);
      assert.is(sendmsg(left, { data: Buffer.alloc(room - 1000) }), room - 1000);
      assert.is(recvmsg(right, { dataLimit: room }).bytes, room - 1000);
    });
  });

  test(`${type}: a full queue is EAGAIN, then null, and nothing is lost`, () => {
    withPair(type, (left, right) =>
      withFiles(1, (files) => {
        setNonBlocking(left, true);
        let sent = 0;
        const data = Buffer.alloc(512);
        while (trySendmsg(left, { data, control: [rights(files)] }) !== null) sent++;
        assert.ok(sent > 0 && sent < 100_000);
        throws(() => sendmsg(left, { data }), { code: "EAGAIN", syscall: "sendmsg" });
        throws(() => sendFds(left, files, { data }), { code: "EAGAIN" });
        for (let i = 0; i < sent; i++) {
          using got = recvFds(right);
          assert.equal([got.bytes, got.fds.length], [512, 1]);
        }
        assert.is(tryRecvmsg(right), null);
      }),
    );
  });
}

test("a gone peer: queued messages first; then a datagram socket waits and a seqpacket one is at its end", () => {
  for (const [type, refused, again] of [
    // The first refusal disconnects a datagram socket.
    ["dgram", "ECONNREFUSED", "ENOTCONN"],
    ["seqpacket", "EPIPE", "EPIPE"],
  ] as const) {
    withPair(type, (left, right) => {
      sendFds(left, [0], { data: "queued" });
      left.close();
      using got = recvFds(right);
      assert.equal([got.data.toString(), got.fds.length], ["queued", 1]);
      if (type === "dgram") assert.is(tryRecvmsg(right), null);
      else assert.equal([recvmsg(right).bytes, recvmsg(right).bytes], [0, 0]);
      throws(() => sendmsg(right, { data: text("x") }), { code: refused, syscall: "sendmsg" });
      throws(() => sendFds(right, [0]), { code: again });
    });
  }
});

test("no destination: ENOTCONN, and EDESTADDRREQ on UDP", () => {
  for (const [family, type, code] of [
    ["unix", "dgram", "ENOTCONN"],
    ["unix", "seqpacket", "ENOTCONN"],
    ["inet", "dgram", "EDESTADDRREQ"],
    ["inet6", "dgram", "EDESTADDRREQ"],
  ] as const) {
    using lone = socket({ family, type });
    throws(() => sendmsg(lone, { data: text("x") }), { code, syscall: "sendmsg" });
    throws(() => sendmsg(lone, { data: text("x"), to: null }), { code });
  }
});

test("destinations that are not there: code, call and path", () => {
  const directory = mkdtempSync(join(tmpdir(), "cmsg-to-"));
  try {
    const [stale, stream, missing] = ["stale", "stream", "missing"].map((n) =>
      join(directory, n),
    ) as [string, string, string];
    using client = socket({ type: "dgram" });
    const closed = socket({ type: "dgram" });
    bind(closed, { path: stale });
    closed.close();
    using listener = socket();
    bind(listener, { path: stream });
    listen(listener);
    for (const [path, code] of [
      [missing, "ENOENT"],
      [stale, "ECONNREFUSED"],
      [stream, "EPROTOTYPE"],
    ] as const) {
      for (const name of [path, Buffer.from(path)]) {
        const error = throws(() => sendmsg(client, { data: text("x"), to: { path: name } }), {
          code,
          syscall: "sendmsg",
        });
        assert.is(error["path"], path);
        assert.match(error.message, path);
      }
    }
    const abstract = `cmsg-nobody-${process.pid}`;
    const error = throws(() => sendmsg(client, { data: text("x"), to: { abstract } }), {
      code: "ECONNREFUSED",
    });
    assert.is("path" in error, false);
  } finally {
    rmSync(directory, { recursive: true });
  }
});

test("a datagram goes with descriptors to a name, and the answer to the address that it reports", () => {
  const directory = mkdtempSync(join(tmpdir(), "cmsg-to-"));
  try {
    for (const length of [1, 17, 60]) {
      const at = (name: string) => ({ path: join(directory, name.repeat(length)) });
      using server = socket({ type: "dgram" });
      using client = socket({ type: "dgram" });
      bind(server, at("s"));
      bind(client, at("c"));
      sendFds(client, [client], { data: "ask", to: at("s") });
      using asked = recvFds(server);
      assert.equal([asked.address, asked.fds.length], [at("c"), 1]);
      sendmsg(server, { data: text("answer"), to: asked.address });
      const answered = recvmsg(client);
      assert.equal([answered.data.toString(), answered.address], ["answer", at("s")]);
    }
  } finally {
    rmSync(directory, { recursive: true });
  }
});

test("seqpacket connections keep their records apart", () => {
  using server = socket({ type: "seqpacket" });
  bind(server, { abstract: `cmsg-seqpacket-${process.pid}` });
  listen(server);
  const ends: [Fd, Fd][] = upTo(3).map(() => {
    const client = socket({ type: "seqpacket" });
    connect(client, getsockname(server));
    return [client, accept(server, { timeoutMs: 10_000 })];
  });
  ends.forEach(([client], i) => {
    for (const n of upTo(5)) sendmsg(client, { data: Uint8Array.of(i * 10 + n) });
  });
  const sums = ends.map(([, end]) =>
    upTo(5).reduce((sum) => {
      const got = recvmsg(end, { dataLimit: 100 });
      assert.equal([got.bytes, got.flags], [1, 0]);
      return sum + (got.data[0] as number);
    }, 0),
  );
  assert.equal(sums, [10, 60, 110]);
  Fd.closeAll(ends.flat());
});

test("UDP: 65507 bytes go, more are EMSGSIZE with the limit", () => {
  using receiver = socket({ family: "inet", type: "dgram" });
  using sender = socket({ family: "inet", type: "dgram" });
  bind(receiver, { host: "127.0.0.1", port: 0 });
  connect(sender, getsockname(receiver));
  assert.is(sendmsg(sender, { data: Buffer.alloc(65_507) }), 65_507);
  assert.is(recvmsg(receiver, { timeoutMs: 10_000 }).bytes, 65_507);
  for (const size of [65_508, 70_000]) {
    const error = throws(() => sendmsg(sender, { data: Buffer.alloc(size) }), { code: "EMSGSIZE" });
    assert.match(error.message, new RegExp(`${size} bytes .* 65507`));
  }
});

test("a new default peer gets what is sent from then on", () => {
  using pair = socketpair({ type: "dgram" });
  using client = socket({ type: "dgram" });
  const servers = ["a", "b"].map((name) => {
    const server = socket({ type: "dgram" });
    bind(server, { abstract: `cmsg-default-${name}-${process.pid}` });
    connect(client, getsockname(server));
    sendmsg(client, { data: text(name) });
    return server;
  });
  assert.equal(
    servers.map((server) => recvmsg(server).data.toString()),
    ["a", "b"],
  );
  assert.is(tryRecvmsg(pair[0]), null);
  Fd.closeAll(servers);
});

test.run();
