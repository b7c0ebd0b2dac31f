// recvmmsg: everything that recvmsg says of a message, for each of a batch; limits, waiting, the end of a connection.

import {
  Fd,
  packetInfo,
  type ReceivedMessage,
  ReceivedMessages,
  type RecvmmsgOptions,
  recvmmsg,
  rights,
  sendmmsg,
  sendmsg,
  setsockopt,
  tryRecvmmsg,
  tryRecvmsg,
  UdpSocket,
} from "cmsg";
import { assert, throws } from "../support/assert.js";
import { indices, MESSAGE_TYPES, text, upTo, withFiles, withPair } from "../support/message.js";
import { openFds, suite } from "../support/suite.js";
import { portOf } from "../support/udp.js";

const test = suite("recvmmsg");

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

for (const limit of [1, 2, 63, 64, 65, 200]) {
  test(`${limit} of 150 messages, then the others, then none`, () => {
    withPair("seqpacket", (left, right) => {
      queue(left, 150);
      const first = recvmmsg(right, { limit, dataLimit: 100 });
      assert.equal(texts(first), names(0, Math.min(limit, 150)));
      let seen = first.length;
      for (let more = tryRecvmmsg(right); more !== null; more = tryRecvmmsg(right)) {
        assert.ok(more.length <= 64);
        assert.equal(texts(more), names(seen, seen + more.length));
        seen += more.length;
      }
      assert.is(seen, 150);
    });
  });
}

test("1000 messages in one call, whatever their limits of data and control data", () => {
  withPair("stream", (left, right) => {
    const data = Buffer.from(upTo(1000).map((i) => (i * 7) & 255));
    for (const controlLimit of [undefined, 0, 100, 262_144]) {
      sendmsg(left, { data });
      const options = controlLimit === undefined ? {} : { controlLimit };
      const got = recvmmsg(right, { limit: 1000, dataLimit: 1, ...options });
      assert.is(got.length, 1000);
      assert.ok(Buffer.concat(got.map((message) => message.data)).equals(data));
    }
  });
});

for (const type of MESSAGE_TYPES) {
  test(`${type}: descriptors come with their own messages, owned`, () => {
    withFiles(10, (files) => {
      withPair(type, (left, right) => {
        const counts = [0, 1, 3, 0, 10, 2];
        sendmmsg(
          left,
          counts.map((count) => ({
            data: text(`${count}`),
            control: count === 0 ? [] : [rights(files.slice(0, count))],
          })),
        );
        const before = openFds().length;
        const got = recvmmsg(right);
        assert.is(openFds().length, before + 16);
        assert.equal(
          got.map(({ fds }) => indices(fds)),
          counts.map((count) => upTo(count)),
        );
        const kept = got[2]?.fds[1]?.take() as number;
        got[Symbol.dispose]();
        assert.equal(openFds().length, before + 1);
        new Fd(kept).close();
      });
    });
  });
}

test("closeOnExec holds for the descriptors of every message", () => {
  withFiles(1, (files) => {
    withPair("dgram", (left, right) => {
      for (const closeOnExec of [true, false]) {
        sendmmsg(
          left,
          upTo(3).map(() => ({ data: text("x"), control: [rights(files)] })),
        );
        using got = recvmmsg(right, { closeOnExec });
        for (const { fds } of got) assert.is(fds[0]?.describe().closeOnExec, closeOnExec);
      }
    });
  });
});

test("data that does not fit is cut in its own message only", () => {
  withPair("dgram", (left, right) => {
    sendmmsg(
      left,
      [3, 10, 11, 0].map((size) => ({ data: Buffer.alloc(size, size) })),
    );
    const got = recvmmsg(right, { dataLimit: 10 });
    assert.equal(
      got.map(({ data, dataTruncated }) => [data.length, dataTruncated]),
      [
        [3, false],
        [10, false],
        [10, true],
        [0, false],
      ],
    );
  });
});

test("control data that does not fit is cut in its own message only, and the descriptors are closed by the kernel", () => {
  withFiles(4, (files) => {
    withPair("dgram", (left, right) => {
      sendmmsg(
        left,
        [1, 4, 0].map((n) => ({
          data: text("x"),
          control: n === 0 ? [] : [rights(files.slice(0, n))],
        })),
      );
      using got = recvmmsg(right, { controlLimit: 24 });
      assert.equal(
        got.map(({ fds, controlTruncated }) => [fds.length, controlTruncated]),
        [
          [1, false],
          [2, true],
          [0, false],
        ],
      );
    });
  });
});

test("large data is handed out without being mixed with later data", () => {
  withPair("seqpacket", (left, right) => {
    const kept: (readonly [Buffer, number])[] = [];
    for (const round of upTo(6)) {
      const sizes = upTo(5).map((i) => (round % 2 === 0 ? 40_000 : 10) + i);
      sendmmsg(
        left,
        sizes.map((size, i) => ({ data: Buffer.alloc(size, round * 16 + i) })),
      );
      const got = recvmmsg(right, { limit: 5, dataLimit: 50_000 });
      assert.equal(
        got.map(({ data }) => data.length),
        sizes,
      );
      kept.push(...got.map(({ data }, i) => [data, round * 16 + i] as const));
    }
    for (const [data, byte] of kept) assert.ok(data.every((found) => found === byte));
  });
});

test("into: one buffer for each message, no more messages than buffers", () => {
  withPair("dgram", (left, right) => {
    queue(left, 5);
    const into = [Buffer.alloc(4, 0xee), new Uint16Array(2), Buffer.alloc(0), new ArrayBuffer(4)];
    const got = recvmmsg(right, { into });
    assert.equal(texts(got), ["0", "1", "", "3"]);
    assert.equal(
      got.map(({ dataTruncated }) => dataTruncated),
      [false, false, true, false],
    );
    assert.is(got[0]?.data.buffer, (into[0] as Buffer).buffer);
    assert.is(into[0]?.toString("latin1" as never), "0\u00ee\u00ee\u00ee");
    assert.equal([...new Uint8Array(into[3] as ArrayBuffer)], [0x33, 0, 0, 0]);
    assert.equal(texts(recvmmsg(right, { into, limit: 1 })), ["4"]);
    queue(left, 3);
    const limited = recvmmsg(right, { into: [Buffer.alloc(4), Buffer.alloc(4)], dataLimit: 0 });
    assert.equal(
      limited.map(({ dataTruncated }) => dataTruncated),
      [true, true],
    );
  });
});

test("into: 300 buffers in one call", () => {
  withPair("stream", (left, right) => {
    sendmsg(left, { data: text(names(100, 400).join("")) });
    const into = upTo(300).map(() => Buffer.alloc(3));
    assert.equal(texts(recvmmsg(right, { into, controlLimit: 64 })), names(100, 400));
    assert.equal(
      into.map((one) => one.toString()),
      names(100, 400),
    );
  });
});

test("UDP: address and packet information of each datagram", async () => {
  await using receiver = UdpSocket.bind({ host: "127.0.0.1" });
  const senders = upTo(3).map(() => UdpSocket.bind({ host: "127.0.0.1" }));
  setsockopt(receiver, "IPPROTO_IP", "IP_PKTINFO", true);
  const to = { host: "127.0.0.1", port: portOf(receiver) };
  try {
    for (const i of upTo(30)) {
      sendmsg(senders[i % 3] as UdpSocket, { data: text(`${i}`), to });
    }
    const got = recvmmsg(receiver, { limit: 30 });
    assert.equal(texts(got), names(0, 30));
    got.forEach(({ address, control }, i) => {
      assert.equal(address, { host: "127.0.0.1", port: portOf(senders[i % 3] as UdpSocket) });
      const info = control.find((m) => m.is(packetInfo));
      assert.is(info?.is(packetInfo) && info.value.addr, "127.0.0.1");
    });
  } finally {
    for (const sender of senders) sender.close();
  }
});

test("the result is an array that can be disposed of; what is made of it is a plain one", () => {
  withPair("dgram", (left, right) => {
    queue(left, 3);
    const got = recvmmsg(right);
    assert.instance(got, ReceivedMessages);
    assert.ok(Array.isArray(got));
    const mapped = got.filter(({ bytes }) => bytes > 0);
    assert.is(mapped.constructor, Array);
    assert.is(got.error, undefined);
  });
});

test("bad options and sockets, before anything is received", () => {
  const cases: readonly (readonly [unknown, string, RegExp])[] = [
    [5, "TypeError", /options/],
    [{ limit: 0 }, "RangeError", /limit/],
    [{ limit: "5" }, "TypeError", /limit/],
    [{ dataLimit: -1 }, "RangeError", /dataLimit/],
    [{ dataLimit: null }, "TypeError", /dataLimit/],
    [{ controlLimit: 262_145 }, "RangeError", /controlLimit/],
    [{ flags: 1.5 }, "TypeError", /flags/],
    [{ timeoutMs: -1 }, "RangeError", /timeoutMs/],
    [{ waitForAll: 1 }, "TypeError", /waitForAll/],
    [{ closeOnExec: 1 }, "TypeError", /closeOnExec/],
    [{ into: text("x") }, "TypeError", /into/],
    [{ into: [] }, "TypeError", /into/],
    [{ into: [text("x"), "y"] }, "TypeError", /into\[1\]/],
    [{ definitions: 5 }, "TypeError", /definitions/],
  ];
  withPair("dgram", (left, right) => {
    queue(left, 1);
    for (const [options, name, message] of cases) {
      throws(() => recvmmsg(right, options as RecvmmsgOptions), { name, message });
    }
    assert.is(tryRecvmsg(right)?.data.toString(), "0");
    throws(() => recvmmsg(-1), { name: "RangeError" });
    throws(() => recvmmsg("x" as never), { name: "TypeError" });
    using file = Fd.open("/dev/null");
    throws(() => recvmmsg(file), { code: "ENOTSOCK", syscall: "recvmmsg" });
  });
});

test.run();
