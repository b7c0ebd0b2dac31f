// A send that a full stream takes in part: what went is said exactly, and nothing goes twice.

import {
  Fd,
  type Sent,
  SO_SNDBUF,
  SOL_SOCKET,
  sendFds,
  setNonBlocking,
  setsockopt,
  tryRecvFds,
  trySendFds,
} from "cmsg";
import { assert } from "../support/assert.js";
import { gather } from "../support/gather.js";
import { upTo, withFiles, withPair } from "../support/message.js";
import { suite } from "../support/suite.js";

const test = suite("a part of a send");

/** Sends until a stream is full: what went, message by message. */
function fill(left: Fd, send: () => Sent | null): Sent[] {
  const sent: Sent[] = [];
  setsockopt(left, SOL_SOCKET, SO_SNDBUF, 4096);
  for (let one = send(); one !== null; one = send()) {
    sent.push(one);
    if (sent.length > 100_000) throw new Error("never full");
  }
  return sent;
}

test("trySendFds answers null only when nothing was sent", () => {
  withPair("stream", (left, right) => {
    const small = () => trySendFds(left, [left], { data: "x" });
    const count = fill(left, small).length;
    assert.is(trySendFds(left, new Array<Fd>(600).fill(left), { data: "abc" }), null);
    let received = 0;
    for (let got = tryRecvFds(right); got !== null; got = tryRecvFds(right)) {
      assert.equal([got.data.toString(), got.fds.length], ["x", 1]);
      Fd.closeAll(got.fds);
      received++;
    }
    assert.is(received, count);
  });
});

test("a full stream takes a part, and the rest can follow exactly", () => {
  withPair("stream", (left, right) =>
    withFiles(520, (files) => {
      const data = Buffer.alloc(300_000, "0123456789");
      setNonBlocking(left, true);
      setsockopt(left, SOL_SOCKET, SO_SNDBUF, 4096);
      let [bytes, fds] = [0, 0];
      let [rounds, got] = [0, { data: "", indices: [] as number[] }];
      while (bytes < data.length) {
        const sent = trySendFds(left, files.slice(fds), { data: data.subarray(bytes) });
        bytes += sent?.bytes ?? 0;
        fds += sent?.fds ?? 0;
        const more = gather(right);
        got = { data: got.data + more.data, indices: [...got.indices, ...more.indices] };
        assert.ok(++rounds < 100_000);
      }
      assert.ok(rounds > 1);
      assert.is(fds, 520);
      assert.is(got.data, data.toString());
      assert.equal(got.indices, upTo(520));
    }),
  );
});

test("a split send that is full in the middle answers what went", () => {
  withPair("stream", (left, right) => {
    const fds = new Array<Fd>(253 * 400).fill(left);
    setsockopt(left, SOL_SOCKET, SO_SNDBUF, 4096);
    for (const send of [
      () => trySendFds(left, fds, { data: Buffer.alloc(400) }),
      () => sendFds(left, fds, { data: Buffer.alloc(400), timeoutMs: 0 }),
      () => sendFds(left, fds, { data: Buffer.alloc(400), timeoutMs: 20 }),
    ]) {
      const sent = send() as Sent;
      assert.ok(sent.bytes > 0 && sent.bytes < 400, `${sent.bytes} bytes`);
      assert.is(sent.fds, sent.bytes * 253);
      let received = 0;
      for (let got = tryRecvFds(right); got !== null; got = tryRecvFds(right)) {
        received += got.fds.length;
        Fd.closeAll(got.fds);
      }
      assert.is(received, sent.fds);
    }
  });
});

test.run();
