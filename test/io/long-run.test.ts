// Thousands of rounds: open descriptors, memory of buffers and of the process level off, and nothing is lost on the way.

import {
  credentials,
  decodeControl,
  encodeControl,
  Fd,
  MSG_PEEK,
  recvFds,
  recvmsg,
  rights,
  sendFds,
  sendmsg,
  setsockopt,
  socketpair,
  tryRecvFds,
  trySendFds,
} from "cmsg";
import { assert, throws } from "../support/assert.js";
import { text, upTo, withPair } from "../support/message.js";
import { ownIds } from "../support/privilege.js";
import { fdCount, suite } from "../support/suite.js";

const test = suite("long runs");

const MIB = 1 << 20;

function collect(): void {
  (globalThis as { gc?: () => void }).gc?.();
}

interface Use {
  readonly fds: number;
  /** Memory of array buffers, the core's among them. */
  readonly buffers: number;
  readonly heap: number;
  readonly resident: number;
}

function use(): Use {
  collect();
  const { arrayBuffers, heapUsed, rss } = process.memoryUsage();
  return { fds: fdCount(), buffers: arrayBuffers, heap: heapUsed, resident: rss };
}

/**
 * Runs batches of the same work and compares what is in use after half of them with what is at the end: a leak grows with the
 * work, and whatever levels off has done so by then. A leak of 64 bytes in each round would show.
 */
async function levelsOff(rounds: number, round: (i: number) => void): Promise<void> {
  const uses: Use[] = [];
  for (let batch = 0; batch < 6; batch++) {
    for (let i = 0; i < rounds; i++) round(i);
    // Lets finalizers and what waits for the end of a turn run.
    await new Promise((resolve) => setImmediate(resolve));
    uses.push(use());
  }
  const [half, end] = [uses[2] as Use, uses[5] as Use];
  assert.is(end.fds, half.fds, "open descriptors");
  const leak = 3 * rounds * 64;
  assert.ok(end.buffers - half.buffers < Math.max(leak, MIB), `buffers: ${shown(uses, "buffers")}`);
  assert.ok(end.heap - half.heap < Math.max(leak, 2 * MIB), `heap: ${shown(uses, "heap")}`);
  const most = 32 * MIB + leak;
  assert.ok(end.resident - half.resident < most, `resident: ${shown(uses, "resident")}`);
}

function shown(uses: readonly Use[], name: keyof Use): string {
  return uses.map((one) => one[name]).join(" ");
}

test("120000 control buffers encoded and decoded", async () => {
  const messages = [rights([1, 2, 3]), credentials({ pid: 1, uid: 2, gid: 3 })];
  await levelsOff(20_000, () => {
    const { messages: back, problems } = decodeControl(encodeControl(messages));
    if (back.length !== 2 || problems.length !== 0) throw new Error("decoded something else");
  });
});

for (const type of ["stream", "seqpacket"] as const) {
  test(`${type}: 18000 descriptors sent, received and closed`, async () => {
    await withPairLater(type, async (left, right) => {
      await levelsOff(3000, (i) => {
        sendFds(left, [left], { data: `round ${i}` });
        using got = recvFds(right);
        if (got.data.toString() !== `round ${i}` || got.fds.length !== 1) throw new Error(`${i}`);
      });
    });
  });
}

test("12000 messages with everything: options, control messages, surplus, many buffers, large data", async () => {
  await withPairLater("stream", async (left, right) => {
    setsockopt(right, "SOL_SOCKET", "SO_PASSCRED", true);
    const large = Buffer.alloc(20_000, 7);
    const into = [Buffer.alloc(1000), Buffer.alloc(19_000)];
    const control = [rights([left, right]), credentials(ownIds())];
    await levelsOff(1000, (i) => {
      sendmsg(left, { data: [text("a"), text("b")], control });
      using message = recvmsg(right, { dataLimit: 100 + (i % 3) });
      sendFds(left, [left, right, left], { data: large });
      using got = recvFds(right, { into, fdLimit: i % 4 });
      const wanted = [2, 2, Math.min(i % 4, 3), 20_000];
      const found = [message.fds.length, message.bytes, got.fds.length, got.bytes];
      if (found.join() !== wanted.join()) throw new Error(`${i}: ${found} and not ${wanted}`);
    });
  });
});

test("12000 refusals and truncations", async () => {
  await withPairLater("seqpacket", async (left, right) => {
    const many = upTo(1025).map(() => Buffer.alloc(1));
    await levelsOff(500, () => {
      throws(() => sendFds(left, [1_000_000], { data: "x" }), { code: "EBADF" });
      throws(() => recvmsg(right, { into: many }), { name: "RangeError" });
      sendFds(left, [left, left], { data: "x" });
      recvFds(right, { flags: MSG_PEEK, controlLimit: 20, truncation: "report" })[Symbol.dispose]();
      throws(() => recvFds(right, { controlLimit: 20 }), { name: "TruncationError" });
    });
  });
});

test("a slow reader: 6000 sends on a full stream lose no descriptor and no byte", () => {
  withPair("stream", (left, right) => {
    setsockopt(left, "SOL_SOCKET", "SO_SNDBUF", 4096);
    const data = Buffer.alloc(100, 1);
    let [sent, bytesSent, refused] = [0, 0, 0];
    let [received, bytes] = [0, 0];
    while (sent < 6000) {
      const one = trySendFds(left, [left], { data });
      if (one !== null) {
        sent += one.fds;
        bytesSent += one.bytes;
        continue;
      }
      refused++;
      using got = tryRecvFds(right);
      received += got?.fds.length ?? 0;
      bytes += got?.bytes ?? 0;
    }
    for (let got = tryRecvFds(right); got !== null; got = tryRecvFds(right)) {
      received += got.fds.length;
      bytes += got.bytes;
      Fd.closeAll(got.fds);
    }
    assert.ok(refused > 100);
    assert.equal([received, bytes], [sent, bytesSent]);
  });
});

/** `withPair` for work that lets the event loop turn. */
async function withPairLater(
  type: "stream" | "seqpacket",
  work: (left: Fd, right: Fd) => Promise<void>,
): Promise<void> {
  using pair = socketpair({ type });
  await work(pair[0], pair[1]);
}

test.run();
