// ReceiveBatch: filled again and again, the same records for other messages; descriptors are its own until they are taken.

import { inspect } from "node:util";
import {
  credentials,
  Fd,
  packetInfo,
  ReceiveBatch,
  type ReceivedMessage,
  recvmmsg,
  rights,
  sendmmsg,
  sendmsg,
  setsockopt,
  UdpSocket,
} from "cmsg";
import { assert, throws } from "../support/assert.js";
import { identity, TYPES, text, upTo, withFiles, withPair } from "../support/message.js";
import { fdCount, openFds, suite } from "../support/suite.js";
import { portOf } from "../support/udp.js";

const test = suite("ReceiveBatch");

/** What a batch says of its messages, descriptors as the files that they are. */
function saidByRecords(batch: ReceiveBatch): unknown[] {
  return [...batch].map((record) => {
    const { data, bytes, flags, address, problems, control, controlBytes } = record;
    const types = control.map(({ level, type, payload }) => [level, type, payload.length]);
    const files = upTo(record.fdCount).map((i) => identity(record.fd(i)));
    return [data.toString(), bytes, flags, address, problems, types, controlBytes.length, files];
  });
}

/** The same of messages, which are disposed of. */
function saidByMessages(messages: readonly ReceivedMessage[]): unknown[] {
  return messages.map((message) => {
    using got = message;
    const { data, bytes, flags, address, problems, control, controlBytes, fds } = got;
    const types = control.map(({ level, type, payload }) => [level, type, payload.length]);
    const files = fds.map((fd) => identity(fd));
    return [data.toString(), bytes, flags, address, problems, types, controlBytes.length, files];
  });
}

for (const type of TYPES) {
  test(`${type}: each fill is what recvmmsg answers, and closes what came before`, () => {
    withFiles(3, (files) => {
      withPair(type, (left, right) => {
        setsockopt(right, "SOL_SOCKET", "SO_PASSCRED", true);
        const send = (round: number): void => {
          sendmmsg(
            left,
            upTo(9).map((i) => ({
              data: text(`${round} ${i}`.padEnd(4 + ((i * round) % 300), "-")),
              control: (i + round) % 3 === 0 ? [] : [rights(files.slice(0, 1 + (i % 3)))],
            })),
          );
        };
        using batch = new ReceiveBatch({ limit: 16, dataLimit: 200 });
        const before = fdCount();
        for (const round of [1, 2, 3]) {
          send(round);
          const length = batch.receive(right);
          const said = saidByRecords(batch);
          assert.is(batch.length, length);
          batch.clear();
          while (batch.tryReceive(right) > 0) said.push(...saidByRecords(batch));
          send(round);
          const expected = saidByMessages(recvmmsg(right, { dataLimit: 200 }));
          for (;;) {
            using more = batch.tryReceive(right) > 0 ? batch : undefined;
            if (more === undefined) break;
            expected.push(...saidByRecords(more));
          }
          assert.equal(said, expected);
          assert.is(fdCount(), before);
        }
      });
    });
  });
}

test("what is taken stays open, the rest is closed by the next fill, by clear, and at the end", () => {
  withFiles(4, (files) => {
    withPair("seqpacket", (left, right) => {
      const before = openFds();
      const send = (): void => {
        sendmmsg(left, [
          { data: text("x"), control: [rights(files)] },
          { data: text("y"), control: [rights([files[1] as Fd])] },
        ]);
      };
      const batch = new ReceiveBatch();
      send();
      assert.is(batch.receive(right), 2);
      const kept = [batch.at(0)?.take(2), batch.at(1)?.take()] as Fd[];
      assert.equal(
        kept.map(identity),
        [files[2], files[1]].map((file) => identity(file as Fd)),
      );
      throws(() => batch.at(0)?.take(2), { code: "ERR_CMSG_FD_CLOSED" });
      throws(() => batch.at(0)?.fd(2), { code: "ERR_CMSG_FD_CLOSED" });
      assert.is(openFds().length, before.length + 5);
      send();
      assert.is(batch.receive(right), 2);
      assert.is(openFds().length, before.length + 2 + 5);
      batch.clear();
      batch.clear();
      assert.is(openFds().length, before.length + 2);
      assert.is(batch.length, 0);
      send();
      {
        using again = batch;
        assert.is(again.tryReceive(right), 2);
      }
      Fd.closeAll(kept);
      assert.equal(openFds(), before);
    });
  });
});

test("control values are those of the message, descriptors in them the numbers of the batch", () => {
  withFiles(2, (files) => {
    withPair("dgram", (left, right) => {
      setsockopt(right, "SOL_SOCKET", "SO_PASSCRED", true);
      sendmsg(left, { data: text("x"), control: [rights(files)] });
      using batch = new ReceiveBatch();
      batch.receive(right);
      const record = batch.at(0);
      const found = record?.control ?? [];
      const numbers = found.find((one) => one.is(rights))?.value;
      assert.equal(numbers, [record?.fd(0), record?.fd(1)]);
      const sender = found.find((one) => one.is(credentials))?.value as { pid: number } | undefined;
      assert.is(sender?.pid, process.pid);
      assert.match(inspect(record), /BatchRecord \{.*fdCount: 2.*SCM_RIGHTS/s);
    });
  });
});

test("records are the same objects with other contents; behind the last message they are empty", () => {
  withPair("dgram", (left, right) => {
    using batch = new ReceiveBatch({ limit: 4, dataLimit: 8 });
    sendmmsg(
      left,
      ["one", "two", "three"].map((data) => ({ data: text(data) })),
    );
    assert.is(batch.receive(right), 3);
    const [first, second] = [...batch];
    assert.equal(
      [...batch].map(({ data }) => String(data)),
      ["one", "two", "three"],
    );
    const { data } = first as { data: Buffer };
    sendmsg(left, { data: text("TWO and more") });
    assert.is(batch.receive(right), 1);
    assert.is(batch.at(0), first);
    assert.is(batch.at(1), undefined);
    assert.is(String(first?.data), "TWO and ");
    assert.is(first?.dataTruncated, true);
    assert.is(String(data), "TWO");
    assert.equal([second?.bytes, second?.data.length, second?.fdCount], [0, 0, 0]);
    assert.equal([second?.control, second?.problems, second?.address], [[], [], { unnamed: true }]);
    throws(() => second?.fd(), { name: "RangeError" });
  });
});

test("UDP: address and packet information", async () => {
  await using receiver = UdpSocket.bind({ host: "127.0.0.1", report: ["localAddress"] });
  await using sender = UdpSocket.bind({ host: "127.0.0.1" });
  const to = { host: "127.0.0.1", port: portOf(receiver) };
  for (const i of upTo(5)) sendmsg(sender, { data: text(`${i}`), to });
  using batch = new ReceiveBatch({ limit: 64, dataLimit: 2048, controlLimit: 256 });
  assert.is(batch.receive(receiver, { timeoutMs: 5000 }), 5);
  for (const record of batch) {
    assert.equal(record.address, sender.localAddress);
    const found = record.control.find((one) => one.is(packetInfo));
    assert.match(JSON.stringify(found?.value), /127\.0\.0\.1/);
  }
});

test("limits, waiting, ends and bad arguments", () => {
  withPair("seqpacket", (left, right) => {
    using batch = new ReceiveBatch({ limit: 2 });
    assert.is(batch.tryReceive(right), 0);
    throws(() => batch.receive(right, { timeoutMs: 5 }), {
      code: "ETIMEDOUT",
      syscall: "recvmmsg",
    });
    throws(() => batch.receive(right, { timeoutMs: 0 }), { code: "EAGAIN" });
    throws(() => batch.receive(right, { timeoutMs: -1 }), { name: "RangeError" });
    throws(() => batch.receive("x" as never), { name: "TypeError" });
    for (const i of upTo(3)) sendmsg(left, { data: text(`${i}`) });
    assert.is(batch.receive(right), 2);
    assert.is(batch.receive(right), 1);
    left.close();
    assert.is(batch.receive(right), 1);
    assert.equal([batch.at(0)?.bytes, batch.at(0)?.fdCount], [0, 0]);
  });
  for (const limit of [0, 257, 1.5, "x"]) {
    throws(() => new ReceiveBatch({ limit: limit as number, controlLimit: 64 }), {
      message: /limit/,
    });
  }
  assert.is(new ReceiveBatch({ limit: 256, controlLimit: 4032, dataLimit: 64 }).length, 0);
  throws(() => new ReceiveBatch({ limit: 65 }), { name: "RangeError", message: /at most 64/ });
  throws(() => new ReceiveBatch({ limit: 64, dataLimit: 1 << 20 }), { name: "RangeError" });
  throws(() => new ReceiveBatch({ dataLimit: -1 }), { name: "RangeError" });
});

test("a refused receive leaves the batch empty, and closes what it held", () => {
  withFiles(1, (files) => {
    withPair("dgram", (left, right) => {
      const before = fdCount();
      using batch = new ReceiveBatch();
      sendmsg(left, { data: text("x"), control: [rights(files)] });
      batch.receive(right);
      assert.is(fdCount(), before + 1);
      throws(() => batch.receive(right, { timeoutMs: 1 }), { code: "ETIMEDOUT" });
      assert.is(batch.length, 0);
      assert.is(fdCount(), before);
    });
  });
});

test.run();
