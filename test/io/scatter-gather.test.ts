// Data from many buffers and into many: any number, any kind of view, and every size around the limit below which it is copied.

import {
  type DataInput,
  type Fd,
  recvFds,
  recvmsg,
  sendFds,
  sendmsg,
  tryRecvFds,
  tryRecvmsg,
  trySendFds,
  trySendmsg,
} from "cmsg";
import { assert, throws } from "../support/assert.js";
import { TYPES, text, upTo, withPair } from "../support/message.js";
import { suite } from "../support/suite.js";

const test = suite("scatter and gather");

/** Bytes that differ from their neighbours and from those 256 further on. */
function pattern(size: number, seed = 0): Buffer {
  return Buffer.from(upTo(size).map((i) => (i * 31 + (i >> 8) + seed) & 255));
}

/** Cuts bytes into `count` parts, some of them empty. */
function cut(data: Buffer, count: number): Buffer[] {
  const ends = upTo(count).map((i) => Math.floor(((i + 1) * data.length) / count));
  return ends.map((end, i) => data.subarray(ends[i - 1] ?? 0, end));
}

for (const type of TYPES) {
  for (const size of [0, 1, 31, 32, 33, 4095, 4096, 4097, 8192, 65_536, 150_000]) {
    test(`${type}: ${size} bytes out of and into 1, 2, 7 and 1024 buffers`, () => {
      withPair(type, (left, right) => {
        const data = pattern(size);
        for (const count of [1, 2, 7, 1024]) {
          assert.is(sendmsg(left, { data: cut(data, count) }), size);
          if (size === 0 && type === "stream") continue;
          const target = Buffer.alloc(size + 8, 0xee);
          const got = recvmsg(right, { into: cut(target, count) });
          assert.is(got.bytes, size);
          assert.ok(target.subarray(0, size).equals(data), `${count} buffers`);
          assert.ok(target.subarray(size).every((byte) => byte === 0xee));
          assert.is(got.data.length, count === 1 ? size : 0);
        }
        assert.is(tryRecvmsg(right), null);
      });
    });
  }
}

test("several MiB through a stream, gathered here and scattered there", () => {
  withPair("stream", (left, right) => {
    const data = pattern(5 << 20);
    const target = Buffer.alloc(data.length);
    let [sent, received] = [0, 0];
    while (received < data.length) {
      if (sent < data.length) {
        sent += trySendmsg(left, { data: cut(data.subarray(sent, sent + (3 << 20)), 11) }) ?? 0;
      }
      received += tryRecvmsg(right, { into: cut(target.subarray(received), 5) })?.bytes ?? 0;
    }
    assert.ok(target.equals(data));
  });
});

test("several MiB with a descriptor: it comes with the first byte, once", () => {
  withPair("stream", (left, right) => {
    const data = pattern(3 << 20, 7);
    const target = Buffer.alloc(data.length);
    let [sent, received, fds] = [0, 0, 0];
    while (received < data.length) {
      const first = sent === 0 ? [left] : [];
      const rest = data.subarray(sent);
      if (sent < data.length) sent += trySendFds(left, first, { data: rest })?.bytes ?? 0;
      using got = tryRecvFds(right, { into: target.subarray(received) });
      if (got === null) continue;
      if (received === 0) assert.is(got.fds.length, 1);
      fds += got.fds.length;
      received += got.bytes;
    }
    assert.ok(target.equals(data));
    assert.is(fds, 1);
  });
});

for (const count of [1025, 3000]) {
  for (const size of [count, 20_000, 150_000]) {
    test(`${size} bytes out of ${count} buffers still go as one message`, () => {
      withPair("seqpacket", (left, right) => {
        const data = pattern(size);
        assert.is(sendmsg(left, { data: cut(data, count) }), size);
        assert.ok(recvmsg(right, { dataLimit: size + 1 }).data.equals(data));
      });
    });
  }

  test(`${count} buffers to receive into are refused before anything is received`, () => {
    withPair("seqpacket", (left, right) => {
      const target = Buffer.alloc(count);
      const refused = { name: "RangeError", code: "ERR_CMSG_OUT_OF_RANGE", message: /1024/ };
      sendmsg(left, { data: text("waits") });
      throws(() => recvmsg(right, { into: cut(target, count) }), refused);
      throws(() => recvFds(right, { into: cut(target, count) }), refused);
      // Empty ones do not count.
      const into = [...cut(target, 1024), ...upTo(500).map(() => Buffer.alloc(0))];
      assert.is(recvmsg(right, { into }).bytes, 5);
      assert.is(target.toString("utf8", 0, 5), "waits");
    });
  });
}

test("[3, the rest] is one message; [4, a slice of 7, 14] is filled in order", () => {
  withPair("dgram", (left, right) => {
    const words = text("a message of 22 bytes.");
    assert.is(sendmsg(left, { data: [words.subarray(0, 3), words.subarray(3)] }), 22);
    const middle = Buffer.alloc(10, ".");
    const [head, tail] = [Buffer.alloc(4), Buffer.alloc(14, "-")];
    const got = recvmsg(right, { into: [head, middle.subarray(1, 8), tail] });
    assert.is(got.bytes, 22);
    assert.is(head.toString(), "a me");
    assert.is(middle.toString(), ".ssage o..");
    assert.is(tail.toString(), "f 22 bytes.---");
  });
});

test("empty buffers inside the lists", () => {
  withPair("stream", (left, right) => {
    const data = ["012", "34", "", "5678", "9"].map(text);
    assert.is(sendmsg(left, { data }), 10);
    const into = [5, 0, 5].map((size) => Buffer.alloc(size));
    assert.is(recvmsg(right, { into }).bytes, 10);
    assert.equal(into.map(String), ["01234", "", "56789"]);
  });
});

test("a buffer for each byte", () => {
  withPair("stream", (left, right) => {
    const words = text("HELLO-R-U-THERE");
    sendmsg(left, { data: Array.from(words, (byte) => Uint8Array.of(byte)) });
    const into = upTo(15).map(() => new Uint8Array(1));
    assert.is(recvmsg(right, { into }).bytes, 15);
    assert.is(Buffer.concat(into).toString(), words.toString());
  });
});

test("no buffers at all: a stream keeps its data, a record is consumed", () => {
  for (const type of TYPES) {
    withPair(type, (left, right) => {
      assert.is(sendmsg(left, { data: [] }), 0);
      assert.is(tryRecvmsg(right)?.bytes, type === "stream" ? undefined : 0);
      sendmsg(left, { data: text("words") });
      for (const into of [[], [Buffer.alloc(0)], Buffer.alloc(0)]) {
        if (type !== "stream") sendmsg(left, { data: text("words") });
        const got = recvmsg(right, { into });
        assert.equal([got.bytes, got.dataTruncated], [0, type !== "stream"]);
      }
      assert.is(recvmsg(right).data.toString(), "words");
      assert.is(tryRecvmsg(right), null);
    });
  }
});

test("one buffer to receive into is the data of the result, not a copy", () => {
  withPair("stream", (left, right) => {
    const into = new Uint8Array(100).subarray(10, 60);
    sendmsg(left, { data: text("words") });
    const { data } = recvmsg(right, { into });
    assert.equal([data.toString(), data.buffer === into.buffer], ["words", true]);
    into[0] = 87;
    assert.is(data.toString(), "Words");
  });
});

test("dataLimit limits what goes into buffers too", () => {
  withPair("stream", (left, right) => {
    sendmsg(left, { data: text("0123456789") });
    for (const [dataLimit, expected] of [
      [0, ["...", "..."]],
      [2, ["01.", "..."]],
      [4, ["234", "5.."]],
      [99, ["678", "9.."]],
    ] as const) {
      const into = [Buffer.alloc(3, "."), Buffer.alloc(3, ".")];
      recvmsg(right, { into, dataLimit });
      assert.equal(into.map(String), expected);
    }
    sendmsg(left, { data: text("0123456789") });
    assert.is(recvmsg(right, { into: Buffer.alloc(8), dataLimit: 3 }).data.toString(), "012");
  });
});

test("iterables are consumed once", () => {
  withPair("stream", (left, right) => {
    const begun: string[] = [];
    function* parts(name: string, ...views: Uint8Array[]): Generator<Uint8Array> {
      begun.push(name);
      yield* views;
    }
    sendmsg(left, { data: parts("data", text("one"), text("two")) });
    const [a, b] = [Buffer.alloc(4), Buffer.alloc(4, ".")];
    assert.is(recvmsg(right, { into: parts("into", a, b) }).bytes, 6);
    assert.equal([a.toString(), b.toString(), begun], ["onet", "wo..", ["data", "into"]]);
    sendFds(left, [], { data: new Set([text("x"), text("y")]) });
    assert.is(recvmsg(right).data.toString(), "xy");
  });
});

test("a list of buffers is left as it was and can be used again", () => {
  withPair("stream", (left, right) => {
    const into = [Buffer.alloc(3), Buffer.alloc(5000)];
    const data = [text("ab"), text("cd")];
    for (let i = 0; i < 3; i++) {
      sendmsg(left, { data });
      assert.is(recvmsg(right, { into }).bytes, 4);
      assert.equal(
        into.map((buffer) => buffer.length),
        [3, 5000],
      );
      assert.equal(data.map(String), ["ab", "cd"]);
    }
  });
});

test("one bad element: nothing is sent, nothing received, nothing written", () => {
  withPair("stream", (left, right) => {
    for (const bad of [{}, "x", 1, null, undefined, [1], Symbol("x"), 1n]) {
      const parts = [text("good"), bad] as DataInput;
      throws(() => sendmsg(left, { data: parts }), { name: "TypeError", message: /^data\[1\]/ });
      const target = Buffer.alloc(4);
      const into = [target, bad] as DataInput;
      throws(() => recvmsg(right, { into }), { name: "TypeError", message: /^into\[1\]/ });
      throws(() => recvmsg(right, { into: bad as DataInput, ...undefinedIs(bad) }), {
        name: "TypeError",
      });
      assert.is(target.toString("latin1"), "\0\0\0\0");
    }
    assert.is(tryRecvmsg(right), null);
  });
});

/** `into: undefined` means none: a wrong limit makes that one a refusal as well. */
function undefinedIs(bad: unknown): { dataLimit?: number } {
  return bad === undefined ? { dataLimit: Number.NaN } : {};
}

test("a receive that fails leaves buffers alone, and the next result has nothing of an earlier one", () => {
  withPair("seqpacket", (left, right) => {
    const into = [Buffer.alloc(3, "."), Buffer.alloc(5000, ".")];
    throws(() => recvmsg(right, { into, timeoutMs: 0 }), { code: "EAGAIN" });
    assert.ok(into.every((buffer) => buffer.every((byte) => byte === 46)));
    sendFds(left, [left, left], { data: "long enough to be cut" });
    using first = recvmsg(right, { dataLimit: 4, controlLimit: 20 });
    assert.equal([first.dataTruncated, first.controlTruncated], [true, true]);
    throws(() => recvmsg(right, { timeoutMs: 0 }), { code: "EAGAIN" });
    sendmsg(left, { data: text("next") });
    const next = recvmsg(right);
    assert.equal([next.data.toString(), next.flags, next.control], ["next", 0, []]);
    assert.equal([next.fds, next.problems, next.controlBytes.length], [[], [], 0]);
  });
});

test("the same buffer several times", () => {
  withPair("stream", (left, right: Fd) => {
    const one = text("ab");
    sendmsg(left, { data: [one, one, one] });
    const target = Buffer.alloc(2);
    assert.is(recvmsg(right, { into: [target, target] }).bytes, 4);
    assert.is(target.toString(), "ab");
    const big = pattern(5000);
    sendmsg(left, { data: [big, big] });
    assert.ok(recvmsg(right).data.equals(Buffer.concat([text("ab"), big, big])));
  });
});

test.run();
