// What the kernel does not take of a batch: how many messages it has, why no more, nothing twice, nothing lost.

import {
  type Fd,
  type MessageToSend,
  recvmsg,
  rights,
  sendmmsg,
  tryRecvmsg,
  trySendmmsg,
} from "cmsg";
import { assert, throws } from "../support/assert.js";
import { indices, MESSAGE_TYPES, text, upTo, withFiles, withPair } from "../support/message.js";
import { suite } from "../support/suite.js";

const test = suite("sendmmsg in part");

/** Messages that hold their own number. */
function numbered(count: number): MessageToSend[] {
  return upTo(count).map((i) => ({ data: text(`message ${i}`) }));
}

/** All data that waits, by single calls. */
function drain(fd: Fd): string[] {
  const found: string[] = [];
  for (;;) {
    const message = tryRecvmsg(fd);
    if (message === null) return found;
    found.push(message.data.toString());
  }
}

for (const type of MESSAGE_TYPES) {
  test(`${type}: a full queue: how many were sent, why no more, and nothing of it twice`, () => {
    withPair(type, (left, right) => {
      const messages = numbered(1000);
      const found: string[] = [];
      let calls = 0;
      for (let sent = 0; sent < 1000; calls++) {
        const result = trySendmmsg(left, messages.slice(sent));
        if (result === null) throw new Error("an empty queue takes nothing");
        sent += result.count;
        assert.is(result.bytes.length, result.count);
        assert.is(result.error?.code, sent < 1000 ? "EAGAIN" : undefined);
        if (sent < 1000) {
          assert.is(result.error?.syscall, "sendmmsg");
          assert.is(trySendmmsg(left, messages.slice(sent)), null);
          throws(() => sendmmsg(left, messages.slice(sent), { timeoutMs: 0 }), { code: "EAGAIN" });
          throws(() => sendmmsg(left, messages.slice(sent), { timeoutMs: 5 }), {
            code: "ETIMEDOUT",
          });
        }
        found.push(...drain(right));
      }
      assert.ok(calls > 1);
      assert.equal(
        found,
        messages.map(({ data }) => String(data)),
      );
    });
  });
}

test("a full stream: the last message in part, its descriptors once, and the rest goes on from there", () => {
  withFiles(40, (files) => {
    withPair("stream", (left, right) => {
      const messages = files.map((file, i) => ({
        data: Buffer.alloc(150_000, i),
        control: [rights([file])],
      }));
      const got: Buffer[] = [];
      const seen: number[] = [];
      const take = () => {
        for (let m = tryRecvmsg(right); m !== null; m = tryRecvmsg(right)) {
          got.push(m.data);
          seen.push(...indices(m.fds));
          m[Symbol.dispose]();
        }
      };
      let left_: MessageToSend[] = messages;
      let parts = 0;
      while (left_.length > 0) {
        const result = trySendmmsg(left, left_);
        if (result === null) throw new Error("an empty stream takes nothing");
        const { count, bytes } = result;
        const last = left_[count - 1]?.data as Buffer;
        const rest = last.subarray(bytes[count - 1]);
        parts += rest.length > 0 ? 1 : 0;
        assert.is(
          result.error?.code,
          count < left_.length || rest.length > 0 ? "EAGAIN" : undefined,
        );
        left_ = [...(rest.length > 0 ? [{ data: rest }] : []), ...left_.slice(count)];
        take();
      }
      assert.ok(parts > 0);
      assert.equal(seen, upTo(40));
      assert.ok(Buffer.concat(got).equals(Buffer.concat(messages.map(({ data }) => data))));
    });
  });
});

test("what the kernel refuses in the middle: those in front are sent, the error is of the next", () => {
  withPair("seqpacket", (left, right) => {
    const [small, large] = [{ data: text("small") }, { data: Buffer.alloc(8 << 20) }];
    const { count, bytes, error } = sendmmsg(left, [small, small, large, small]);
    assert.equal([count, bytes, error?.code], [2, [5, 5], "EMSGSIZE"]);
    assert.match(error?.message ?? "", /SO_SNDBUF/);
    assert.equal(drain(right), ["small", "small"]);
    throws(() => sendmmsg(left, [large, small]), { code: "EMSGSIZE", syscall: "sendmmsg" });
    assert.equal(drain(right), []);
    right.close();
    throws(() => sendmmsg(left, [small]), { code: "EPIPE" });
  });
});

test("a closed descriptor in the middle of a batch", () => {
  withFiles(1, ([file]) => {
    withPair("dgram", (left, right) => {
      const spare = (file as Fd).dup();
      const number = spare.number;
      spare.close();
      const messages = [file as Fd, number].map((fd) => ({
        data: text("x"),
        control: [rights([fd])],
      }));
      const { count, error } = sendmmsg(left, messages);
      assert.equal([count, error?.code], [1, "EBADF"]);
      recvmsg(right)[Symbol.dispose]();
      assert.is(tryRecvmsg(right), null);
    });
  });
});

test.run();
