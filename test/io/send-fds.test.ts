// sendFds, trySendFds, and descriptors in sendmsg: what arrives, in which order, and what is refused before the kernel drops it.

import { open } from "node:fs/promises";
import { createServer } from "node:net";
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
  sendFds,
  sendmsg,
  socket,
  socketpair,
  tryRecvFds,
  tryRecvmsg,
} from "cmsg";
import { assert, throws } from "../support/assert.js";
import { identity, indices, TYPES, text, upTo, withFiles, withPair } from "../support/message.js";
import { readNumber } from "../support/raw.js";
import { suite } from "../support/suite.js";

const test = suite("sendFds");

for (const type of TYPES) {
  for (const count of [1, 2, 3, 10, 99, 252, 253]) {
    test(`${type}: ${count} descriptors arrive in order`, () => {
      withPair(type, (left, right) =>
        withFiles(count, (files) => {
          assert.equal(sendFds(left, files, { data: "some words" }), { bytes: 10, fds: count });
          const got = recvFds(right);
          assert.is(got.data.toString(), "some words");
          assert.equal(indices(got.fds), upTo(count));
          assert.equal([got.flags, got.surplus], [0, 0]);
          assert.equal(got.fds.map(identity), files.map(identity));
          assert.not.ok(got.fds.some((fd) => files.some((file) => file.number === fd.number)));
          Fd.closeAll(got.fds);
        }),
      );
    });
  }

  test(`${type}: no descriptors is plain data`, () => {
    withPair(type, (left, right) => {
      assert.equal(sendFds(left, [], { data: "plain" }), { bytes: 5, fds: 0 });
      const got = recvmsg(right);
      assert.equal([got.data.toString(), got.control, got.flags], ["plain", [], 0]);
    });
  });

  test(`${type}: the same descriptor twice arrives as two`, () => {
    withPair(type, (left, right) =>
      withFiles(1, ([file]) => {
        sendFds(left, [file as Fd, file as Fd], { data: "x" });
        const got = recvFds(right);
        assert.is(new Set(got.fds.map((fd) => fd.number)).size, 2);
        assert.is(new Set(got.fds.map(identity)).size, 1);
        Fd.closeAll(got.fds);
      }),
    );
  });

  test(`${type}: the sender may close everything before the other end receives`, () => {
    const pair = socketpair({ type });
    withFiles(1, (files) => {
      sendFds(pair[0], files, { data: "x" });
    });
    // A datagram socket forgets nothing that is queued either.
    pair[0].close();
    const got = recvFds(pair[1]);
    assert.equal(indices(got.fds), [0]);
    Fd.closeAll([...got.fds, pair[1]]);
  });

  test(`${type}: two messages stay two, each with its own`, () => {
    withPair(type, (left, right) =>
      withFiles(3, ([a, b, c]) => {
        sendFds(left, [a as Fd], { data: "A" });
        sendFds(left, [b as Fd, c as Fd], { data: "BC" });
        for (const [words, expected] of [
          ["A", [0]],
          ["BC", [1, 2]],
        ] as const) {
          const got = recvFds(right);
          assert.equal([got.data.toString(), indices(got.fds)], [words, expected]);
          Fd.closeAll(got.fds);
        }
        assert.is(tryRecvFds(right), null);
      }),
    );
  });

  test(`${type}: several items in control become one list`, () => {
    withPair(type, (left, right) =>
      withFiles(5, ([a, b, c, d, e]) => {
        const control = [rights([b, c] as Fd[]), rights([]), rights([d, e] as Fd[])];
        assert.equal(sendFds(left, [a as Fd], { data: "x", control }), { bytes: 1, fds: 1 });
        const got = recvFds(right);
        assert.equal(indices(got.fds), [0, 1, 2, 3, 4]);
        Fd.closeAll(got.fds);
      }),
    );
  });

  for (const [name, bad] of [
    ["closed", 1_000_000],
    ["the largest number", 0x7fffffff],
  ] as const) {
    test(`${type}: a number that is not open (${name}) is EBADF, and nothing is sent`, () => {
      withPair(type, (left, right) =>
        withFiles(1, ([file]) => {
          for (const send of [
            () => sendFds(left, [file as Fd, bad], { data: "x" }),
            () => sendmsg(left, { data: text("x"), control: [rights([file as Fd, bad])] }),
          ]) {
            const error = throws(send, { name: "SyscallError", code: "EBADF", syscall: "sendmsg" });
            assert.match(error.message, /one of the descriptors to send is not/);
            assert.is(error["fd"], left.number);
          }
          assert.is(tryRecvFds(right), null);
        }),
      );
    });
  }

  test(`${type}: wrong arguments are refused before anything is sent`, () => {
    withPair(type, (left, right) => {
      const bad: readonly [unknown, string][] = [
        [[1.5], "TypeError"],
        [["1"], "TypeError"],
        [[null], "TypeError"],
        [[Number.NaN], "TypeError"],
        [[true], "TypeError"],
        [[undefined], "TypeError"],
        [[0, {}], "TypeError"],
        [[[0]], "TypeError"],
        [new Array(1), "TypeError"],
        [[-1], "RangeError"],
        [[0, 2 ** 31], "RangeError"],
        [0, "TypeError"],
        ["0", "TypeError"],
        [Int32Array.of(0), "TypeError"],
        [new ArrayBuffer(4), "TypeError"],
        [{ 0: 0, length: 1 }, "TypeError"],
        [undefined, "TypeError"],
        [null, "TypeError"],
      ];
      for (const [fds, name] of bad) {
        throws(() => sendFds(left, fds as number[], { data: "x" }), { name });
      }
      for (const options of [{ data: 1 }, { data: {} }, { data: ["x"] }, { data: null }, "x"]) {
        throws(() => sendFds(left, [0], options as object), { name: "TypeError" });
      }
      sendFds(left, [], { data: "first" });
      assert.is(recvFds(right).data.toString(), "first");
    });
  });
}

test("an iterable of descriptors is consumed once", () => {
  withPair("stream", (left, right) =>
    withFiles(4, (files) => {
      let begun = 0;
      function* each(): Generator<Fd> {
        begun++;
        yield* files;
      }
      for (const fds of [each(), new Set(files)]) {
        sendFds(left, fds, { data: "x" });
        const got = recvFds(right);
        assert.equal(indices(got.fds), [0, 1, 2, 3]);
        Fd.closeAll(got.fds);
      }
      assert.is(begun, 1);
    }),
  );
});

test("numbers, Fds, FileHandles and servers are descriptors; they stay the sender's", async () => {
  using pair = socketpair();
  using file = Fd.open("package.json");
  const handle = await open("package.json");
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  assert.is(sendFds(pair[0], [file.number, file, handle, server], { data: "x" }).fds, 4);
  using got = recvFds(pair[1]);
  assert.equal(
    got.fds.map((fd) => fd.describe().kind),
    ["file", "file", "file", "socket"],
  );
  assert.equal(got.fds.slice(0, 3).map(identity), new Array(3).fill(identity(file)));
  assert.is(file.closed, false);
  await handle.close();
  await new Promise((resolve) => server.close(resolve));
});

test("an Fd that was closed or taken is refused", () => {
  withPair("stream", (left, right) => {
    const file = Fd.open("package.json");
    file.close();
    throws(() => sendFds(left, [file], { data: "x" }), { code: "ERR_CMSG_FD_CLOSED" });
    throws(() => sendmsg(left, { data: text("x"), control: [rights([file])] }), {
      code: "ERR_CMSG_FD_CLOSED",
    });
    assert.is(tryRecvFds(right), null);
  });
});

test("the offset of a file is shared", () => {
  withPair("stream", (left, right) =>
    withFiles(1, ([file]) => {
      (file as Fd).write("abcdef", { position: 0 });
      assert.is((file as Fd).read(1).toString(), "a");
      sendFds(left, [file as Fd], { data: "x" });
      const { fds } = recvFds(right);
      assert.is((fds[0] as Fd).read(10).toString(), "bcdef");
      assert.is((file as Fd).read(10).length, 0);
      Fd.closeAll(fds);
    }),
  );
});

test("an end of a pair and a listening socket work where they arrive", () => {
  withPair("stream", (left, right) => {
    const talk = socketpair({ type: "seqpacket" });
    const server = socket({ family: "inet" });
    bind(server, { host: "127.0.0.1", port: 0 });
    listen(server);
    sendFds(left, [talk[1], server], { data: "x" });
    Fd.closeAll([talk[1], server]);
    const [end, listener] = recvFds(right).fds as [Fd, Fd];
    sendmsg(end, { data: text("from there") });
    assert.is(recvmsg(talk[0]).data.toString(), "from there");
    sendmsg(talk[0], { data: text("from here") });
    assert.is(recvmsg(end).data.toString(), "from here");
    const client = socket({ family: "inet" });
    connect(client, getsockname(listener));
    const connection = accept(listener, { timeoutMs: 10_000 });
    Fd.closeAll([talk[0], end, listener, client, connection]);
  });
});

test("a socket can be sent over itself", () => {
  withPair("stream", (left, right) => {
    sendFds(left, [left, right], { data: "x" });
    const got = recvFds(right);
    assert.equal(got.fds.map(identity), [identity(left), identity(right)]);
    Fd.closeAll(got.fds);
  });
});

test("received descriptors that are sent on are those of their owners", () => {
  withPair("stream", (left, right) =>
    withFiles(2, (files) => {
      sendFds(left, files, { data: "x" });
      const message = recvmsg(right);
      sendmsg(left, { data: text("on"), control: message.control });
      const again = recvFds(right);
      assert.equal(indices(again.fds), [0, 1]);
      Fd.closeAll([...message.fds, ...again.fds]);
      // By now the numbers in the bytes of the message may belong to other files.
      throws(() => sendmsg(left, { data: text("on"), control: message.control }), {
        code: "ERR_CMSG_FD_CLOSED",
      });
      assert.is(tryRecvmsg(right), null);
    }),
  );
});

test("a plain read takes the data and drops the descriptors", () => {
  withPair("stream", (left, right) =>
    withFiles(1, (files) => {
      sendFds(left, files, { data: "seen" });
      const buffer = Buffer.alloc(10);
      assert.is(readNumber(right.number, buffer), 4);
      sendFds(left, files, { data: "next" });
      const got = recvFds(right);
      assert.equal([got.data.toString(), indices(got.fds)], ["next", [0]]);
      Fd.closeAll(got.fds);
    }),
  );
});

test.run();
