// sendmmsg: each message of a batch with its own data, control messages and address; what the kernel does not take; bad input.

import {
  credentials,
  type Fd,
  type MessageToSend,
  packetInfo,
  recvmmsg,
  recvmsg,
  rights,
  sendmmsg,
  setsockopt,
  socketpair,
  tryRecvmmsg,
  tryRecvmsg,
  trySendmmsg,
  UdpSocket,
} from "cmsg";
import { assert } from "../support/assert.js";
import {
  indices,
  MESSAGE_TYPES,
  TYPES,
  text,
  upTo,
  withFiles,
  withPair,
} from "../support/message.js";
import { suite } from "../support/suite.js";
import { portOf } from "../support/udp.js";

const test = suite("sendmmsg");

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
  for (const count of [0, 1, 2, 63, 64, 65, 255, 256, 257, 1000]) {
    test(`${type}: ${count} messages arrive in order, each as one`, () => {
      withPair(type, (left, right) => {
        const found: string[] = [];
        const messages = numbered(count);
        for (let sent = 0; sent < count || count === 0; ) {
          const result = trySendmmsg(left, messages.slice(sent));
          const taken = result?.count ?? 0;
          assert.equal(
            result?.bytes,
            messages.slice(sent, sent + taken).map(({ data }) => (data as Buffer).length),
          );
          sent += taken;
          found.push(...drain(right));
          if (count === 0) break;
        }
        assert.equal(
          found,
          messages.map(({ data }) => String(data)),
        );
      });
    });
  }
}

test("stream: the data of 1000 messages arrives as one text", () => {
  withPair("stream", (left, right) => {
    const found: string[] = [];
    for (let sent = 0; sent < 1000; found.push(...drain(right))) {
      sent += trySendmmsg(left, numbered(1000).slice(sent))?.count ?? 0;
    }
    const all = numbered(1000).map(({ data }) => String(data));
    assert.is(found.join(""), all.join(""));
  });
});

for (const type of TYPES) {
  test(`${type}: descriptors and credentials go with their own message`, () => {
    withFiles(6, (files) => {
      withPair(type, (left, right) => {
        setsockopt(right, "SOL_SOCKET", "SO_PASSCRED", true);
        const own = {
          pid: process.pid,
          uid: process.getuid?.() ?? 0,
          gid: process.getgid?.() ?? 0,
        };
        const messages = upTo(3).map((i) => ({
          data: text(`m${i}`),
          control: [rights(files.slice(0, i + 1)), credentials(own)],
        }));
        assert.is(sendmmsg(left, messages).count, 3);
        for (const i of upTo(3)) {
          using got = recvmsg(right);
          assert.is(got.data.toString(), `m${i}`);
          assert.equal(indices(got.fds), upTo(i + 1));
          assert.equal(got.control.find((m) => m.is(credentials))?.value, own);
        }
      });
    });
  });
}

test("data of every size, in one part and in many, copied and pointed at", () => {
  withPair("seqpacket", (left, right) => {
    const sizes = [0, 1, 31, 32, 33, 4095, 4096, 4097, 50_000];
    const data = sizes.map((size, n) => Buffer.from(upTo(size).map((i) => (i * 7 + n) & 255)));
    for (const parts of [1, 3, 1500]) {
      const cut = data.map((all) => {
        const ends = upTo(parts).map((i) => Math.floor(((i + 1) * all.length) / parts));
        return { data: ends.map((end, i) => all.subarray(ends[i - 1] ?? 0, end)) };
      });
      assert.equal(sendmmsg(left, cut).bytes, sizes);
      for (const one of data) assert.ok(recvmsg(right, { dataLimit: 80_000 }).data.equals(one));
    }
  });
});

test("more data and more parts than a frame holds", () => {
  withPair("seqpacket", (left, right) => {
    const part = (i: number, n: number) => Buffer.alloc(105, (i + n) & 255);
    const messages = upTo(250).map((i) => ({ data: upTo(40).map((n) => part(i, n)) }));
    for (let [sent, received] = [0, 0]; received < messages.length; ) {
      sent += trySendmmsg(left, messages.slice(sent))?.count ?? 0;
      for (let got = tryRecvmsg(right); got !== null; got = tryRecvmsg(right)) {
        assert.ok(got.data.equals(Buffer.concat(messages[received++]?.data ?? [])));
      }
    }
  });
});

test("each message has its own destination, and its own packet information", async () => {
  const receivers = upTo(3).map(() => UdpSocket.bind({ host: "127.0.0.1" }));
  await using sender = UdpSocket.bind({ host: "127.0.0.1" });
  const messages = upTo(90).map((i) => ({
    data: text(`to ${i}`),
    to: { host: "127.0.0.1", port: portOf(receivers[i % 3] as UdpSocket) },
    control: i % 2 === 0 ? [] : [packetInfo({ ifindex: 0, specDst: "127.0.0.1", addr: "0.0.0.0" })],
  }));
  try {
    assert.is(sendmmsg(sender, messages).count, 90);
    for (const [i, receiver] of receivers.entries()) {
      const got = recvmmsg(receiver, { dataLimit: 100 });
      assert.equal(
        got.map(({ data }) => data.toString()),
        upTo(30).map((n) => `to ${n * 3 + i}`),
      );
      assert.ok(got.every(({ address }) => JSON.stringify(address)?.includes(`${portOf(sender)}`)));
    }
  } finally {
    for (const receiver of receivers) receiver.close();
  }
});

test("an empty batch sends nothing; empty messages are messages", () => {
  withPair("seqpacket", (left, right) => {
    assert.equal(sendmmsg(left, []), { count: 0, bytes: [], error: undefined });
    assert.is(tryRecvmmsg(right), null);
    assert.equal(sendmmsg(left, [{}, {}]).bytes, [0, 0]);
    assert.equal(
      tryRecvmmsg(right)?.map(({ bytes }) => bytes),
      [0, 0],
    );
  });
});

test("a pair on one call after another: nothing of an earlier batch is in a later one", () => {
  using pair = socketpair({ type: "dgram" });
  withFiles(1, (files) => {
    for (const i of upTo(50)) {
      const control = i % 3 === 0 ? [rights(files)] : [];
      sendmmsg(
        pair[0],
        upTo((i % 5) + 1).map((n) => ({ data: text(`${i}.${n}`), control })),
      );
      using got = recvmmsg(pair[1]);
      assert.equal(
        got.map(({ data, fds }) => [data.toString(), fds.length]),
        upTo((i % 5) + 1).map((n) => [`${i}.${n}`, control.length]),
      );
    }
  });
});

test.run();
