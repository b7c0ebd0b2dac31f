// How long recvmmsg waits, and what it says at the end of a connection.

import {
  type Fd,
  type ReceivedMessage,
  recvmmsg,
  sendmmsg,
  sendmsg,
  setsockopt,
  shutdown,
  tryRecvmmsg,
} from "cmsg";
import { assert, throws } from "../support/assert.js";
import { text, upTo, withPair } from "../support/message.js";
import { suite } from "../support/suite.js";

const test = suite("recvmmsg waits");

/** Has the kernel keep `count` numbered datagrams, as long as its queue allows. */
function queue(left: Fd, count: number): void {
  assert.is(
    sendmmsg(
      left,
      upTo(count).map((i) => ({ data: text(`${i}`) })),
    ).count,
    count,
  );
}

function texts(messages: readonly ReceivedMessage[] | null): string[] {
  return (messages ?? []).map(({ data }) => data.toString());
}

const names = (from: number, to: number): string[] => upTo(to - from).map((i) => `${from + i}`);

test("waiting: for the first by default, for none in the try form, with a limit, for all on request", () => {
  withPair("dgram", (left, right) => {
    assert.is(tryRecvmmsg(right), null);
    assert.is(tryRecvmmsg(right, { waitForAll: true, limit: 2 }), null);
    throws(() => recvmmsg(right, { timeoutMs: 0 }), { code: "EAGAIN", syscall: "recvmmsg" });
    throws(() => recvmmsg(right, { timeoutMs: 5 }), { code: "ETIMEDOUT", syscall: "recvmmsg" });
    queue(left, 2);
    assert.equal(texts(recvmmsg(right, { limit: 5 })), ["0", "1"]);
    queue(left, 2);
    assert.equal(texts(recvmmsg(right, { limit: 5, timeoutMs: 1000 })), ["0", "1"]);
    queue(left, 2);
    const some = recvmmsg(right, { limit: 5, timeoutMs: 5, waitForAll: true });
    assert.equal([texts(some), some.error], [["0", "1"], undefined]);
    queue(left, 5);
    assert.equal(texts(recvmmsg(right, { limit: 5, waitForAll: true })), names(0, 5));
  });
});

test("the end of a stream: once, and only when nothing is in front of it", () => {
  for (const pass of [false, true]) {
    withPair("stream", (left, right) => {
      setsockopt(right, "SOL_SOCKET", "SO_PASSCRED", pass);
      sendmsg(left, { data: text("last words") });
      shutdown(left, "write");
      assert.equal(texts(recvmmsg(right)), ["last words"]);
      for (const limit of [1, 64, 500]) {
        const end = recvmmsg(right, { limit });
        assert.equal(texts(end), [""]);
        assert.equal(end[0]?.control, []);
      }
    });
  }
});

test("the end of a seqpacket connection, and empty records that are none", () => {
  withPair("seqpacket", (left, right) => {
    sendmmsg(
      left,
      upTo(70).map(() => ({})),
    );
    assert.is(recvmmsg(right).length, 64);
    assert.is(recvmmsg(right).length, 6);
    sendmmsg(left, [{}, { data: text("x") }]);
    shutdown(left, "write");
    assert.equal(texts(recvmmsg(right)), ["", "x"]);
    assert.equal(texts(recvmmsg(right)), [""]);
  });
  withPair("seqpacket", (left, right) => {
    setsockopt(right, "SOL_SOCKET", "SO_PASSCRED", true);
    sendmmsg(left, [{}, {}, {}]);
    shutdown(left, "write");
    assert.is(recvmmsg(right).length, 3, "records have a sender");
  });
});

test.run();
