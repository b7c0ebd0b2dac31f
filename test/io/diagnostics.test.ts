// What the channels of node:diagnostics_channel tell, and that they tell nobody nothing.

import { subscribe, unsubscribe } from "node:diagnostics_channel";
import {
  type ReceiveEvent,
  recvFds,
  recvmsg,
  type SendEvent,
  sendFds,
  socketpair,
  type TruncationEvent,
} from "cmsg";
import { assert } from "../support/assert.js";
import { rejects, shrink, withSockets } from "../support/loop.js";
import { fdLimit, jsonOf } from "../support/message.js";
import { runNode } from "../support/peer.js";
import { suite } from "../support/suite.js";

const test = suite("diagnostics channels");

/** What a channel tells while `work` runs. */
async function listening<T>(name: string, work: () => Promise<void>): Promise<T[]> {
  const events: T[] = [];
  const listener = (event: unknown): void => void events.push(event as T);
  subscribe(name, listener);
  try {
    await work();
  } finally {
    unsubscribe(name, listener);
  }
  return events;
}

test("cmsg:send tells of each message once, when the kernel has all of it", async () => {
  await withSockets({}, async (left, right) => {
    shrink(left, right);
    const events = await listening<SendEvent>("cmsg:send", async () => {
      await left.send("now", { fds: [0, 1] });
      const waiting = left.send(Buffer.alloc(50_000), { fds: [0] });
      const lost = left.send("lost", { signal: AbortSignal.timeout(1) });
      await rejects(lost, { name: "AbortError" });
      await rejects(left.send("", { fds: [0] }), {});
      for (let bytes = 0; bytes < 50_003; ) {
        const message = await right.receive();
        bytes += message?.bytes ?? 0;
        message?.[Symbol.dispose]();
      }
      await waiting;
    });
    assert.equal(
      events.map(({ bytes, fds }) => ({ bytes, fds })),
      [
        { bytes: 3, fds: 2 },
        { bytes: 50_000, fds: 1 },
      ],
    );
    assert.ok(events.every(({ socket }) => socket === left));
  });
});

test("cmsg:receive tells of each message before it is handed out; of frames as a whole", async () => {
  for (const framed of [false, true]) {
    await withSockets({ framed }, async (left, right) => {
      const events = await listening<ReceiveEvent>("cmsg:receive", async () => {
        await left.send("x", { fds: [0] });
        const message = await right.receive();
        message?.[Symbol.dispose]();
        left.close();
        assert.is(await right.receive(), null);
      });
      assert.is(events.length, 1);
      const [{ socket, message }] = events as [ReceiveEvent];
      assert.is(socket, right);
      assert.equal([message.data.toString(), message.bytes, message.fds.length], ["x", 1, 1]);
    });
  }
});

test("nothing is told to nobody: unsubscribed channels stay silent", async () => {
  const events = await listening("cmsg:receive", async () => {});
  await withSockets({}, async (left, right) => {
    await left.send("x");
    await right.receive();
  });
  assert.equal(events, []);
});

test("cmsg:truncation tells of sockets, recvFds and recvmsg alike", async () => {
  const events = await listening<TruncationEvent>("cmsg:truncation", async () => {
    using pair = socketpair();
    sendFds(pair[0], [0, 1], { data: "a" });
    recvmsg(pair[1], { controlLimit: 20 })[Symbol.dispose]();
    sendFds(pair[0], [0, 1], { data: "b" });
    recvFds(pair[1], { controlLimit: 20, truncation: "report" })[Symbol.dispose]();
    sendFds(pair[0], [0], { data: "c" });
    recvFds(pair[1])[Symbol.dispose]();
  });
  assert.equal(
    events.map(({ message }) => message.data.toString()),
    ["a", "b"],
  );
  const seen = await jsonOf(
    `
    import { subscribe } from "node:diagnostics_channel";
    import { Fd, UnixSocket } from "cmsg";
    const [left, right] = UnixSocket.pair();
    const seen = [];
    subscribe("cmsg:truncation", ({ socket, message }) => seen.push([socket === right, String(message.data)]));
    await left.send("cut", { fds: [0, 0] });
    const probe = Fd.open("/dev/null");
    const filler = [];
    try { for (;;) filler.push(probe.dup()); } catch (error) { if (error.code !== "EMFILE") throw error; }
    await right.receive().catch((error) => seen.push(error.code));
    console.log(JSON.stringify(seen));
    process.exit(0);
  `,
    fdLimit(64),
  );
  assert.equal(seen, [[true, "cut"], "ERR_CMSG_TRUNCATED"]);
});

test("cmsg:leak tells of every descriptor that was left open", async () => {
  const { status, stdout, stderr } = await runNode(
    `
    import { subscribe } from "node:diagnostics_channel";
    import { Fd } from "cmsg";
    const leaked = [];
    subscribe("cmsg:leak", ({ fd, site }) => leaked.push([fd, site]));
    const numbers = [];
    (() => { for (let i = 0; i < 3; i++) numbers.push(Fd.open("/dev/null").number); })();
    for (let i = 0; i < 50 && leaked.length < 3; i++) {
      await new Promise((resolve) => setTimeout(resolve, 10));
      gc();
    }
    leaked.sort(([a], [b]) => a - b);
    console.log(JSON.stringify([leaked.map(([fd]) => numbers.indexOf(fd)), typeof leaked[0]?.[1]]));
  `,
    { node: ["--expose-gc", "--no-warnings"] },
  );
  assert.is(status, 0, stderr);
  assert.equal(JSON.parse(stdout), [[0, 1, 2], "undefined"]);
});

test.run();
