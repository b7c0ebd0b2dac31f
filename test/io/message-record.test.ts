// MessageRecord: what it says of each message, whose the descriptors are, and that nothing of one message is left in the next.

import { inspect } from "node:util";
import {
  bind,
  connect,
  credentials,
  Fd,
  getsockname,
  MessageRecord,
  MSG_TRUNC,
  recvmsg,
  rights,
  sendFds,
  sendmsg,
  setsockopt,
  shutdown,
  socket,
  tryRecvmsg,
} from "cmsg";
import { assert, throws } from "../support/assert.js";
import { withSockets } from "../support/loop.js";
import { indices, TYPES, text, upTo, withFiles, withPair } from "../support/message.js";
import { fdCount, suite } from "../support/suite.js";

const test = suite("MessageRecord");

function closeNumber(number: number): void {
  new Fd(number).close();
}

for (const type of TYPES) {
  test(`${type}: says what recvmsg says, message by message`, () => {
    withPair(type, (left, right) =>
      withFiles(3, (files) => {
        using record = new MessageRecord(right, { dataLimit: 100 });
        for (const count of [0, 1, 3, 2, 0]) {
          const words = `with ${count}`;
          for (let i = 0; i < 2; i++) sendFds(left, files.slice(0, count), { data: words });
          using message = recvmsg(right, { dataLimit: words.length });
          assert.is(record.receive(), record);
          assert.equal(record.data, message.data);
          assert.equal([record.bytes, record.flags], [message.bytes, message.flags]);
          assert.equal(record.address, message.address);
          assert.is(record.fdCount, count);
          assert.equal(indices(record.fds), upTo(count));
          assert.is(record.control.length, message.control.length);
          assert.is(record.controlBytes.length, message.controlBytes.length);
        }
        assert.is(record.tryReceive(), null);
        assert.equal([record.bytes, record.data.length, record.fdCount], [0, 0, 0]);
        assert.equal([record.fds.length, record.control.length], [0, 0]);
      }),
    );
  });

  test(`${type}: descriptors that nobody takes are closed by the next fill, also one that finds nothing`, () => {
    withPair(type, (left, right) =>
      withFiles(5, (files) => {
        const before = fdCount();
        const record = new MessageRecord(right);
        for (const count of [5, 1, 4]) {
          sendFds(left, files.slice(0, count), { data: "x" });
          record.receive();
          assert.is(fdCount(), before + count);
        }
        assert.is(record.tryReceive(), null);
        assert.is(fdCount(), before);
        sendFds(left, files, { data: "x" });
        record.receive();
        record.close();
        assert.is(fdCount(), before);
        record[Symbol.dispose]();
        throws(() => record.receive(), { code: "ERR_CMSG_FD_CLOSED" });
        throws(() => record.tryReceive(), { code: "ERR_CMSG_FD_CLOSED" });
      }),
    );
  });
}

test("take gives a descriptor away, once; the others stay the record's", () => {
  withPair("seqpacket", (left, right) =>
    withFiles(3, (files) => {
      const before = fdCount();
      const record = new MessageRecord(right);
      sendFds(left, files, { data: "x" });
      record.receive();
      const numbers = [0, 1, 2].map((i) => record.fd(i));
      assert.is(record.take(1), numbers[1]);
      throws(() => record.take(1), { code: "ERR_CMSG_FD_CLOSED" });
      throws(() => record.fd(1), { code: "ERR_CMSG_FD_CLOSED" });
      const { fds } = record;
      assert.equal(
        fds.map((fd) => fd.closed),
        [false, true, false],
      );
      assert.is(record.fds, fds);
      assert.is(record.take(0), numbers[0]);
      throws(() => record.take(0), { code: "ERR_CMSG_FD_CLOSED" });
      assert.is(fds[0]?.closed, true);
      for (const index of [-1, 3]) throws(() => record.take(index), { name: "RangeError" });
      for (const index of [1.5, Number.NaN, "0"]) {
        throws(() => record.take(index as number), { name: "TypeError" });
      }
      record.close();
      assert.is(fdCount(), before + 2);
      for (const number of numbers.slice(0, 2)) closeNumber(number);
      assert.is(fdCount(), before);
    }),
  );
});

test("an Fd taken from fds outlives the record", () => {
  withPair("stream", (left, right) =>
    withFiles(2, (files) => {
      const record = new MessageRecord(right);
      sendFds(left, files, { data: "x" });
      const [first, second] = record.receive().fds;
      const number = first?.take() ?? -1;
      record.close();
      assert.is(second?.closed, true);
      using kept = new Fd(number);
      assert.equal(indices([kept]), [0]);
    }),
  );
});

test("253 descriptors, then as many again, and runs of numbers with gaps", () => {
  withPair("stream", (left, right) =>
    withFiles(253, (files) => {
      const before = fdCount();
      using record = new MessageRecord(right);
      for (let i = 0; i < 3; i++) {
        sendFds(left, files, { data: "x" });
        assert.is(record.receive().fdCount, 253);
        const taken = [7, 8, 100, 252].map((index) => record.take(index));
        assert.is(record.tryReceive(), null);
        assert.is(fdCount(), before + 4);
        for (const number of taken) closeNumber(number);
      }
    }),
  );
});

test("control messages are decoded when asked for, from what came with this message", () => {
  withPair("stream", (left, right) =>
    withFiles(1, (files) => {
      setsockopt(right, "SOL_SOCKET", "SO_PASSCRED", true);
      using record = new MessageRecord(right);
      sendFds(left, files, { data: "first" });
      record.receive();
      // Others use the frame in between.
      tryRecvmsg(right);
      withPair("dgram", (a, b) => {
        sendFds(a, [...files, ...files], { data: "other" });
        recvmsg(b)[Symbol.dispose]();
      });
      const { control } = record;
      assert.is(record.control, control);
      const [one, two] = [
        control.find((m) => m.is(rights)),
        control.find((m) => m.is(credentials)),
      ];
      assert.is(control.length, 2);
      assert.is(two?.is(credentials) && two.value.pid, process.pid);
      assert.is(one?.is(rights) && one.value[0], record.fds[0]);
      assert.equal(record.problems, []);
    }),
  );
});

test("the end of a stream brings no credentials of nobody", () => {
  withPair("stream", (left, right) => {
    setsockopt(right, "SOL_SOCKET", "SO_PASSCRED", true);
    using record = new MessageRecord(right);
    shutdown(left, "both");
    assert.equal([record.receive().bytes, record.control.length, record.fdCount], [0, 0, 0]);
  });
});

test("data lies in memory of the caller's with into, and is cut by dataLimit", () => {
  withPair("dgram", (left, right) => {
    const into = new Uint8Array(10);
    using record = new MessageRecord(right, { into: into.subarray(2), dataLimit: 4 });
    sendmsg(left, { data: text("abcdef") });
    record.receive();
    assert.equal([...into], [0, 0, ...text("abcd"), 0, 0, 0, 0]);
    assert.is(record.data.buffer, into.buffer);
    assert.equal([record.data.toString(), record.dataTruncated], ["abcd", true]);
    sendmsg(left, { data: text("x") });
    assert.equal([`${record.receive().data}`, record.dataTruncated], ["x", false]);
  });
});

test("MSG_TRUNC as a flag answers the whole length, data has what was written", () => {
  withPair("dgram", (left, right) => {
    using record = new MessageRecord(right, { dataLimit: 3, flags: MSG_TRUNC });
    sendmsg(left, { data: text("abcdef") });
    assert.equal([record.receive().bytes, `${record.data}`], [6, "abc"]);
  });
});

test("the address of a datagram's sender", () => {
  using receiver = socket({ type: "dgram" });
  using sender = socket({ type: "dgram" });
  const name = { abstract: `record-${process.pid}` };
  bind(receiver, name);
  bind(sender, { abstract: `sender-${process.pid}` });
  connect(sender, name);
  using record = new MessageRecord(receiver);
  sendmsg(sender, { data: text("x") });
  record.receive();
  getsockname(receiver);
  assert.equal(record.address, getsockname(sender));
});

test("timeoutMs and a closed socket", () => {
  withPair("stream", (_left, right) => {
    using record = new MessageRecord(right, { timeoutMs: 1 });
    throws(() => record.receive(), { code: "ETIMEDOUT" });
    assert.is(record.tryReceive(), null);
    right.close();
    throws(() => record.receive(), { code: "ERR_CMSG_FD_CLOSED" });
  });
});

test("control data that was cut short shows, and what came is owned", () => {
  withPair("stream", (left, right) =>
    withFiles(4, (files) => {
      using record = new MessageRecord(right, { controlLimit: 24 });
      sendFds(left, files, { data: "x" });
      assert.is(record.receive().controlTruncated, true);
      assert.equal(indices(record.fds), upTo(record.fdCount));
      sendFds(left, files.slice(0, 1), { data: "x" });
      assert.is(record.receive().controlTruncated, false);
    }),
  );
});

test("a socket on the event loop lends itself while no call of its own waits", async () => {
  await withSockets({}, async (left, right) => {
    using record = new MessageRecord(right);
    await left.send("hello");
    assert.is(record.receive().data.toString(), "hello");
    const waiting = right.receive();
    throws(() => record.tryReceive(), { code: "ERR_CMSG_RECEIVES_PENDING" });
    await left.send("for the call");
    assert.is((await waiting)?.data.toString(), "for the call");
  });
});

test("memory that was transferred away is not written to", () => {
  withPair("stream", (left, right) => {
    using record = new MessageRecord(right, { dataLimit: 16 });
    sendmsg(left, { data: text("one") });
    const { buffer } = record.receive().data;
    structuredClone(buffer, { transfer: [buffer as ArrayBuffer] });
    sendmsg(left, { data: text("two") });
    throws(() => record.receive(), { name: "TypeError" });
    assert.is(recvmsg(right).data.toString(), "two");
  });
});

test("bad arguments are refused when the record is made", () => {
  withPair("stream", (_left, right) => {
    throws(() => new MessageRecord("3" as never), { name: "TypeError" });
    throws(() => new MessageRecord(right, { dataLimit: -1 }), { name: "RangeError" });
    throws(() => new MessageRecord(right, { into: "text" as never }), { name: "TypeError" });
    throws(() => new MessageRecord(right, { into: [Buffer.alloc(1)] as never }), {
      name: "TypeError",
    });
    throws(() => new MessageRecord(right, { controlLimit: 1.5 }), { name: "TypeError" });
  });
});

test("it prints what it holds", () => {
  withPair("stream", (left, right) => {
    using record = new MessageRecord(right, { dataLimit: 8 });
    sendmsg(left, { data: text("ab") });
    assert.match(inspect(record.receive()), /^MessageRecord \{ data: <Buffer 61 62>, bytes: 2/);
  });
});

test.run();
