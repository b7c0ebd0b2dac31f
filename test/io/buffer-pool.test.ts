// BufferPool: whose its buffers are at any time, and that data is lent to one message alone.

import {
  BufferPool,
  type Fd,
  recvFds,
  recvmsg,
  sendFds,
  sendmsg,
  setsockopt,
  tryRecvmsg,
} from "cmsg";
import { assert, throws } from "../support/assert.js";
import { indices, TYPES, text, upTo, withFiles, withPair } from "../support/message.js";
import { suite, turn } from "../support/suite.js";

const test = suite("BufferPool");

for (const type of TYPES) {
  test(`${type}: a buffer is lent to one message, and again when that is disposed of`, () => {
    withPair(type, (left, right) => {
      const pool = new BufferPool({ size: 100, keep: 2 });
      for (const words of ["one", "two!", "three"]) sendmsg(left, { data: text(words) });
      const limit = (dataLimit: number) => recvmsg(right, { pool, dataLimit });
      const one = limit(3);
      const two = limit(4);
      assert.is(pool.free, 0);
      const three = recvFds(right, { pool });
      assert.equal([`${one.data}`, `${two.data}`, `${three.data}`], ["one", "two!", "three"]);
      const memory = new Set([one, two, three].map(({ data }) => data.buffer));
      assert.is(memory.size, 3);
      assert.is(one.data, one.data);
      for (const message of [one, two, three]) message[Symbol.dispose]();
      assert.is(pool.free, 2);
      sendmsg(left, { data: text("four") });
      using four = recvmsg(right, { pool });
      assert.ok(memory.has(four.data.buffer));
      assert.is(pool.free, 1);
    });
  });
}

test("data of a message that was disposed of throws, and its buffer comes back once", () => {
  withPair("stream", (left, right) => {
    const pool = new BufferPool();
    sendmsg(left, { data: text("x") });
    const message = recvmsg(right, { pool });
    message[Symbol.dispose]();
    throws(() => message.data, { code: "ERR_CMSG_DATA_RELEASED" });
    message[Symbol.dispose]();
    assert.is(pool.free, 1);
  });
});

test("nothing is lent when nothing comes", () => {
  withPair("stream", (left, right) => {
    const pool = new BufferPool();
    assert.is(tryRecvmsg(right, { pool }), null);
    assert.is(pool.free, 1);
    left.close();
    throws(() => recvmsg(left, { pool }), { code: "ERR_CMSG_FD_CLOSED" });
    assert.is(pool.free, 1);
    using end = recvmsg(right, { pool });
    assert.equal([end.bytes, end.data.length], [0, 0]);
  });
});

test("descriptors and other control messages come with lent data, and go with it", () => {
  withPair("dgram", (left, right) =>
    withFiles(3, (files) => {
      const pool = new BufferPool({ size: 10 });
      for (const passes of [false, true]) {
        setsockopt(right, "SOL_SOCKET", "SO_PASSCRED", passes);
        for (const receive of [recvmsg, recvFds]) {
          sendFds(left, files, { data: "longer than ten bytes" });
          const message = receive(right, { pool });
          assert.equal([`${message.data}`, message.dataTruncated], ["longer tha", true]);
          assert.equal(indices(message.fds), upTo(3));
          message[Symbol.dispose]();
          assert.is(pool.free, 1);
          assert.ok(message.fds.every((fd: Fd) => fd.closed));
        }
      }
    }),
  );
});

test("dataLimit takes less than a buffer", () => {
  withPair("stream", (left, right) => {
    const pool = new BufferPool({ size: 10 });
    sendmsg(left, { data: text("abcdef") });
    using first = recvmsg(right, { pool, dataLimit: 4 });
    using second = recvmsg(right, { pool, dataLimit: 1000 });
    assert.equal([`${first.data}`, `${second.data}`], ["abcd", "ef"]);
  });
});

test("a TruncationError keeps data of its own", async () => {
  let error: { readonly data?: unknown } & Partial<Error> = {};
  const pool = new BufferPool();
  withPair("stream", (left, right) =>
    withFiles(3, (files) => {
      sendFds(left, files, { data: "kept" });
      error = throws(() => recvFds(right, { pool, controlLimit: 20 }), {
        code: "ERR_CMSG_TRUNCATED",
      });
    }),
  );
  await turn();
  assert.is(pool.free, 1);
  withPair("stream", (left, right) => {
    sendmsg(left, { data: text("over") });
    recvmsg(right, { pool })[Symbol.dispose]();
  });
  assert.is(Buffer.from(error.data as Uint8Array).toString(), "kept");
});

test("a buffer that was transferred away is not lent again", () => {
  withPair("stream", (left, right) => {
    const pool = new BufferPool({ size: 100 });
    for (const before of [true, false]) {
      sendmsg(left, { data: text("x") });
      const message = recvmsg(right, { pool });
      const { buffer } = message.data;
      if (!before) message[Symbol.dispose]();
      structuredClone(buffer, { transfer: [buffer as ArrayBuffer] });
      if (before) message[Symbol.dispose]();
    }
    sendmsg(left, { data: text("y") });
    using message = recvmsg(right, { pool });
    assert.is(`${message.data}`, "y");
  });
});

test("bad arguments", () => {
  withPair("stream", (_left, right) => {
    throws(() => new BufferPool({ size: 0 }), { name: "RangeError" });
    throws(() => new BufferPool({ keep: -1 }), { name: "RangeError" });
    throws(() => new BufferPool(5 as never), { name: "TypeError" });
    throws(() => recvmsg(right, { pool: {} as never }), { name: "TypeError" });
    const pool = new BufferPool();
    throws(() => recvmsg(right, { pool, into: Buffer.alloc(1) }), { name: "TypeError" });
  });
});

test.run();
