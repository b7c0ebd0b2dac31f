// Streams: which bytes descriptors belong to, where a read stops, what merges, and what a gone peer means.

import {
  accept,
  bind,
  connect,
  Fd,
  getsockname,
  getsockopt,
  listen,
  MSG_CTRUNC,
  MSG_OOB,
  MSG_TRUNC,
  MSG_WAITALL,
  recvFds,
  recvmsg,
  rights,
  SO_RCVBUF,
  SOL_SOCKET,
  sendFds,
  sendmsg,
  setsockopt,
  shutdown,
  socket,
  socketpair,
  tryRecvFds,
  tryRecvmsg,
  trySendmsg,
} from "cmsg";
import { assert, throws } from "../support/assert.js";
import { indices, text, upTo, withFiles, withPair } from "../support/message.js";
import { readNumber, writeNumber } from "../support/raw.js";
import { suite } from "../support/suite.js";

const test = suite("streams");

/** Sends words, those in capitals with the next of the files. */
function sendWords(left: Fd, words: readonly string[], files: readonly Fd[]): void {
  let next = 0;
  for (const word of words) {
    const fds = word === word.toUpperCase() ? files.slice(next, ++next) : [];
    sendFds(left, fds, { data: word });
  }
}

/** What each receive of at most `dataLimit` bytes brings: its data, and the files among its descriptors. */
function receives(right: Fd, dataLimit: number): [string, number[]][] {
  const seen: [string, number[]][] = [];
  for (let got = tryRecvFds(right, { dataLimit }); got !== null; ) {
    seen.push([got.data.toString(), indices(got.fds)]);
    Fd.closeAll(got.fds);
    got = tryRecvFds(right, { dataLimit });
  }
  return seen;
}

for (const [words, dataLimit, expected] of [
  [["aa", "BB", "cc", "DD", "ee"], 64, "aaBB+0 ccDD+1 ee"],
  [["A", "B", "C"], 64, "A+0 B+1 C+2"],
  [["A", "b", "c"], 64, "A+0 bc"],
  [["a", "b", "c"], 64, "abc"],
  [["AAAA"], 2, "AA+0 AA"],
  [["AAAA", "b"], 3, "AAA+0 Ab"],
  [["xx", "AB", "y"], 3, "xxA+0 By"],
  [["xx", "A", "b"], 2, "xx A+0 b"],
  [["xxxxxxxxxxxxxxxxxxxx", "AAAAAAAAAAAAAAAAAAAA"], 20, `${"x".repeat(20)} ${"A".repeat(20)}+0`],
  [["AB", "CD"], 1, "A+0 B C+1 D"],
] as const) {
  test(`${words.join(", ")} read by ${dataLimit} bytes: ${expected}`, () => {
    withPair("stream", (left, right) =>
      withFiles(4, (files) => {
        sendWords(left, words, files);
        const seen = receives(right, dataLimit);
        assert.is(seen.map(([data, fds]) => [data, ...fds].join("+")).join(" "), expected);
      }),
    );
  });
}

test("a read stops behind descriptors also with MSG_WAITALL and without a control buffer", () => {
  withPair("stream", (left, right) =>
    withFiles(2, (files) => {
      const options = { dataLimit: 10, truncation: "report" } as const;
      sendWords(left, ["A", "B", "c"], files);
      for (const words of ["A", "B"]) {
        using got = recvFds(right, { ...options, flags: MSG_WAITALL });
        assert.is(got.data.toString(), words);
      }
      assert.is(recvFds(right, options).data.toString(), "c");
      sendWords(left, ["A", "B"], files);
      for (const words of ["A", "B"]) {
        const got = recvFds(right, { ...options, controlLimit: 0 });
        assert.equal([got.data.toString(), got.flags], [words, MSG_CTRUNC]);
      }
    }),
  );
});

test("random pieces and random reads: every byte once, every descriptor with a byte of its piece", () => {
  let seed = 12_345;
  const random = (below: number): number => {
    seed = (seed * 1_103_515_245 + 12_345) & 0x7fffffff;
    return seed % below;
  };
  withPair("stream", (left, right) =>
    withFiles(8, (files) => {
      for (let round = 0; round < 100; round++) {
        const pieces = upTo(1 + random(12)).map(() => ({
          length: 1 + random(9),
          fds: random(2) === 0 ? [] : upTo(1 + random(3)).map(() => random(8)),
        }));
        pieces.forEach(({ length, fds }, i) => {
          const data = Buffer.alloc(length, 97 + i);
          sendFds(
            left,
            fds.map((n) => files[n] as Fd),
            { data },
          );
        });
        let all = "";
        for (let got = tryRecvFds(right, { dataLimit: 1 + random(12) }); got !== null; ) {
          all += got.data.toString();
          const last = (got.data.at(-1) as number) - 97;
          const first = all.length === got.bytes || all.at(-got.bytes - 1) !== all.at(-1);
          const piece = pieces[last];
          // They belong to the last piece of what was read, and come with its first byte.
          const expected = first || got.data.subarray(0, -1).some((b) => b !== 97 + last);
          if (got.fds.length > 0) assert.equal(indices(got.fds), piece?.fds);
          else assert.ok(piece?.fds.length === 0 || !expected);
          Fd.closeAll(got.fds);
          got = tryRecvFds(right, { dataLimit: 1 + random(12) });
        }
        assert.is(
          all,
          pieces.map(({ length }, i) => String.fromCharCode(97 + i).repeat(length)).join(""),
        );
      }
    }),
  );
});

test("a short read leaves the rest, and a stream never says MSG_TRUNC", () => {
  withPair("stream", (left, right) => {
    const words = "the message of known length";
    sendmsg(left, { data: text(words) });
    const first = recvmsg(right, { dataLimit: words.length - 3 });
    const second = recvmsg(right);
    assert.is(`${first.data}${second.data}`, words);
    assert.equal([first.flags, second.flags, first.dataTruncated], [0, 0, false]);
    for (const more of [0, 42]) {
      sendmsg(left, { data: text(words) });
      const got = recvmsg(right, { dataLimit: words.length + more, flags: 0 });
      assert.equal([got.data.toString(), got.control, got.flags], [words, [], 0]);
    }
  });
});

for (const size of [10_240, 16_384, 200_000]) {
  test(`${size} bytes without control messages arrive as they were sent`, () => {
    withPair("stream", (left, right) => {
      const data = Buffer.from(upTo(size).map((i) => i % 251));
      let [sent, received] = [0, Buffer.alloc(0)];
      while (received.length < size) {
        if (sent < size) sent += trySendmsg(left, { data: data.subarray(sent) }) ?? 0;
        const got = recvmsg(right, { dataLimit: 1 << 20, timeoutMs: 10_000 });
        assert.equal([got.flags, got.control], [0, []]);
        received = Buffer.concat([received, got.data]);
      }
      assert.ok(received.equals(data));
    });
  });
}

test("half a megabyte goes through sends and receives, descriptors where they belong", () => {
  withPair("stream", (left, right) =>
    withFiles(5, (files) => {
      const data = Buffer.from(upTo(500_000).map((i) => (i * 7) % 253));
      const marks = new Map(upTo(5).map((i) => [i * 100_000, files[i] as Fd]));
      const received: Buffer[] = [];
      const arrived: number[] = [];
      const drain = (): void => {
        for (let got = tryRecvFds(right); got !== null; got = tryRecvFds(right)) {
          received.push(got.data);
          arrived.push(...indices(got.fds));
          Fd.closeAll(got.fds);
        }
      };
      for (let at = 0; at < data.length; ) {
        const file = marks.get(at);
        const until = (Math.floor(at / 100_000) + 1) * 100_000;
        const piece = data.subarray(at, until);
        const control = file === undefined ? [] : [rights([file])];
        const sent = trySendmsg(left, { data: piece, control });
        at += sent ?? 0;
        drain();
      }
      assert.ok(Buffer.concat(received).equals(data));
      assert.equal(arrived, [0, 1, 2, 3, 4]);
    }),
  );
});

test("a byte sent out of band comes by MSG_OOB, or in line", () => {
  withPair("stream", (left, right) => {
    try {
      sendmsg(left, { data: text("!"), flags: MSG_OOB });
    } catch (error) {
      // Kernels may be built without it (CONFIG_AF_UNIX_OOB).
      assert.is((error as { code?: string }).code, "EOPNOTSUPP");
      return;
    }
    const got = recvmsg(right, { flags: MSG_OOB, dataLimit: 1 });
    assert.equal([got.data.toString(), got.flags & MSG_OOB], ["!", MSG_OOB]);
    const error = throws(() => recvmsg(right, { flags: MSG_OOB }), { code: "EINVAL" });
    assert.match(error.message, /no out-of-band data/);
    setsockopt(right, SOL_SOCKET, "SO_OOBINLINE", true);
    sendmsg(left, { data: text("?"), flags: MSG_OOB });
    assert.is(recvmsg(right).data.toString(), "?");
  });
});

test("MSG_TRUNC on a TCP stream discards data, and shows none of an earlier message", () => {
  using server = socket({ family: "inet" });
  using client = socket({ family: "inet" });
  bind(server, { host: "127.0.0.1", port: 0 });
  listen(server);
  connect(client, getsockname(server));
  using connection = accept(server, { timeoutMs: 10_000 });
  sendmsg(client, { data: text("secret words") });
  assert.is(recvmsg(connection, { timeoutMs: 10_000 }).data.toString(), "secret words");
  sendmsg(client, { data: text("discarded") });
  const into = Buffer.alloc(4, ".");
  for (const options of [{ dataLimit: 4 }, { into }]) {
    const got = recvmsg(connection, { ...options, flags: MSG_TRUNC, timeoutMs: 10_000 });
    assert.equal([got.bytes, got.data.toString()], [4, ""]);
  }
  assert.is(into.toString(), "....");
  assert.equal(recvmsg(connection, { timeoutMs: 10_000 }).data.toString(), "d");
});

test("the end: what was queued, then 0 bytes for ever; writing is EPIPE", () => {
  withPair("stream", (left, right) => {
    sendmsg(left, { data: text("last words") });
    shutdown(left, "write");
    throws(() => sendmsg(left, { data: text("x") }), { code: "EPIPE", syscall: "sendmsg" });
    assert.is(recvmsg(right).data.toString(), "last words");
    for (const receive of [recvmsg, tryRecvmsg, recvFds, tryRecvFds]) {
      assert.equal([receive(right)?.bytes, receive(right)?.flags], [0, 0]);
    }
    sendmsg(right, { data: text("back") });
    assert.is(recvmsg(left).data.toString(), "back");
  });
});

test("a destination on a stream: EISCONN, EOPNOTSUPP, ENOTCONN, or none", () => {
  withPair("stream", (left, right) => {
    const to = { abstract: "nobody" };
    const data = text("x");
    const connected = throws(() => sendmsg(left, { data, to }), { code: "EISCONN" });
    assert.match(connected.message, /leave `to` out/);
    using lone = socket();
    throws(() => sendmsg(lone, { data, to }), { code: "EOPNOTSUPP", syscall: "sendmsg" });
    throws(() => sendmsg(lone, { data }), { code: "ENOTCONN", syscall: "sendmsg" });
    assert.is(sendmsg(left, { data, to: null }), 1);
    assert.is(recvmsg(right).data.toString(), "x");
  });
});

test("plain reads and writes mix with messages", () => {
  withPair("stream", (left, right) => {
    writeNumber(left.number, "written");
    assert.is(recvmsg(right).data.toString(), "written");
    sendmsg(left, { data: text("sent") });
    const buffer = Buffer.alloc(20);
    assert.is(buffer.toString("utf8", 0, readNumber(right.number, buffer)), "sent");
  });
});

test("a receive may ask for more than the socket's buffer", () => {
  using pair = socketpair();
  const dataLimit = 3 * getsockopt(pair[1], SOL_SOCKET, SO_RCVBUF);
  sendmsg(pair[0], { data: text("small") });
  assert.is(recvmsg(pair[1], { dataLimit }).data.toString(), "small");
});

test.run();
