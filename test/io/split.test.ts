// More descriptors than one message takes: split over several on a stream, with at least a byte each, and refused elsewhere.

import {
  Fd,
  recvFds,
  recvmsg,
  rights,
  type Sent,
  SOL_SOCKET,
  sendFds,
  sendmsg,
  tryRecvFds,
  trySendFds,
} from "cmsg";
import { assert, throws } from "../support/assert.js";
import { gather } from "../support/gather.js";
import { jsonOf, MESSAGE_TYPES, text, upTo, withFiles, withPair } from "../support/message.js";
import { suite } from "../support/suite.js";

const test = suite("descriptors over several messages");

const TOO_MANY = { name: "RangeError", code: "ERR_CMSG_TOO_MANY_FDS", message: /253/ };

for (const [count, counts] of [
  [254, [253, 1]],
  [506, [253, 253]],
  [507, [253, 253, 1]],
  [700, [253, 253, 194]],
] as const) {
  test(`${count} descriptors go as ${counts.join(" + ")}, in order`, () => {
    withPair("stream", (left, right) =>
      withFiles(count, (files) => {
        const data = "0123456789";
        assert.equal(sendFds(left, files, { data }), { bytes: 10, fds: count });
        const got = gather(right);
        assert.equal([got.data, got.counts], [data, counts]);
        assert.equal(got.indices, upTo(count));
      }),
    );
  });

  test(`${count} descriptors need ${counts.length} bytes of data`, () => {
    withPair("stream", (left, right) => {
      const fds = new Array<number>(count).fill(left.number);
      const least = "x".repeat(counts.length);
      const short = throws(() => sendFds(left, fds, { data: least.slice(1) }), TOO_MANY);
      const why = `these take ${least.length} with a byte of data each, and data has ${least.length - 1}`;
      if (least.length > 1) assert.match(short.message, why);
      assert.is(tryRecvFds(right), null);
      assert.equal(sendFds(left, fds, { data: least }), { bytes: counts.length, fds: count });
      Fd.closeAll(recvFds(right).fds);
    });
  });
}

test("all data but the first bytes goes with the last descriptors", () => {
  withPair("stream", (left, right) => {
    const data = [text("a"), text("bc"), text("defg")];
    sendFds(left, new Array<Fd>(600).fill(right), { data });
    for (const words of ["a", "b", "cdefg"]) {
      const got = recvFds(right);
      assert.is(got.data.toString(), words);
      Fd.closeAll(got.fds);
    }
  });
});

for (const type of MESSAGE_TYPES) {
  test(`${type}: more than one message takes are refused, and nothing is sent`, () => {
    withPair(type, (left, right) => {
      const fds = new Array<Fd>(254).fill(left);
      throws(() => sendFds(left, fds, { data: "enough data" }), TOO_MANY);
      throws(() => sendFds(left, fds), TOO_MANY);
      throws(() => trySendFds(left.number, fds, { data: "enough data" }), TOO_MANY);
      assert.is(tryRecvFds(right), null);
    });
  });
}

for (const [name, control] of [
  ["one item", [254]],
  ["two items", [200, 54]],
  ["a small and a full item", [1, 253]],
  ["many items", new Array<number>(254).fill(1)],
] as const) {
  test(`sendmsg counts ${name} together`, () => {
    withPair("stream", (left, right) => {
      const items = control.map((count) => rights(new Array<Fd>(count).fill(right)));
      const raw = control.map((count) => ({
        level: SOL_SOCKET,
        type: 1,
        payload: new Int32Array(count).fill(right.number),
      }));
      for (const messages of [items, raw, [items[0], ...raw.slice(1)]]) {
        const options = { data: text("data"), control: messages as typeof items };
        throws(() => sendmsg(left, options), TOO_MANY);
      }
      assert.is(tryRecvFds(right), null);
    });
  });
}

test("sendmsg takes 253 descriptors over several items", () => {
  withPair("seqpacket", (left, right) => {
    const control = [200, 53].map((count) => rights(new Array<Fd>(count).fill(left)));
    sendmsg(left, { control });
    using got = recvmsg(right);
    assert.equal([got.control.length, got.fds.length], [1, 253]);
  });
});

for (const [list, inControl, counts] of [
  [253, 1, [253, 1]],
  [1, 253, [253, 1]],
  [100, 200, [253, 47]],
  [400, 200, [253, 253, 94]],
  [253, 253, [253, 253]],
] as const) {
  test(`${list} descriptors beside ${inControl} in control go as ${counts.join(" + ")}`, () => {
    withPair("stream", (left, right) =>
      withFiles(list + inControl, (files) => {
        const [listed, others] = [files.slice(0, list), files.slice(list)];
        const control = [rights(others.slice(0, 1)), rights(others.slice(1))];
        const options = { data: "0123456789", control };
        assert.equal(sendFds(left, listed, options), { bytes: 10, fds: list });
        const got = gather(right);
        assert.equal([got.data, got.counts], ["0123456789", counts]);
        const first = 253 - inControl;
        const order = [...upTo(list).slice(0, first), ...upTo(list + inControl).slice(list)];
        assert.equal(got.indices, [...order, ...upTo(list).slice(first)]);
      }),
    );
  });
}

test("descriptors in control alone may fill one message only", () => {
  withPair("stream", (left, right) => {
    const control = [rights(new Array<Fd>(254).fill(left))];
    throws(() => sendFds(left, [], { data: "data", control }), TOO_MANY);
    assert.is(tryRecvFds(right), null);
  });
});

for (const type of MESSAGE_TYPES) {
  test(`${type}: descriptors in control count against 253`, () => {
    withPair(type, (left, right) => {
      const control = [rights([left])];
      const fds = new Array<Fd>(253).fill(left);
      throws(() => sendFds(left, fds, { data: "data", control }), TOO_MANY);
      assert.is(sendFds(left, fds.slice(1), { control }).fds, 252);
      const got = recvFds(right);
      assert.is(got.fds.length, 253);
      Fd.closeAll(got.fds);
    });
  });
}

test("a bad descriptor behind the first message says what had been sent", () => {
  withPair("stream", (left, right) => {
    const fds = [...new Array<number>(300).fill(left.number), 1_000_000];
    const error = throws(() => sendFds(left, fds, { data: "abc" }), { code: "EBADF" });
    assert.equal(error["sent"], { bytes: 1, fds: 253 });
    const got = recvFds(right);
    assert.equal([got.data.toString(), got.fds.length], ["a", 253]);
    Fd.closeAll(got.fds);
    assert.is(tryRecvFds(right), null);
    const first = throws(() => sendFds(left, [1_000_000, ...fds], { data: "abc" }), {
      code: "EBADF",
    });
    assert.is(first["sent"], undefined);
    assert.is(tryRecvFds(right), null);
  });
});

test("the time of a split send is for all of its messages", async () => {
  // A reader that makes room again and again: each message alone would be in time for ever.
  const result = await jsonOf(`
    import { Worker } from "node:worker_threads";
    import { once } from "node:events";
    import { socketpair, sendFds, setsockopt } from "cmsg";
    const [left, right] = socketpair();
    setsockopt(left, "SOL_SOCKET", "SO_SNDBUF", 4096);
    const reader = encodeURIComponent(\`
      import { parentPort, workerData } from "node:worker_threads";
      import { readSync } from "node:fs";
      parentPort.postMessage("ready");
      const one = Buffer.alloc(1);
      const pause = new Int32Array(new SharedArrayBuffer(4));
      for (;;) { Atomics.wait(pause, 0, 0, 40); readSync(workerData, one); }
    \`);
    const url = new URL("data:text/javascript," + reader);
    const worker = new Worker(url, { workerData: right.number });
    await once(worker, "message");
    const fds = new Array(253 * 1000).fill(left);
    const sent = sendFds(left, fds, { data: Buffer.alloc(1000), timeoutMs: 300 });
    console.log(JSON.stringify(sent));
    process.exit(0);
  `);
  const { bytes, fds } = result as Sent;
  assert.ok(bytes > 0 && bytes < 1000, `${bytes} bytes`);
  assert.is(fds, bytes * 253);
});

test.run();
