// What waits in a queue goes by few calls: each message once, in order, with its own descriptors, whatever becomes of its neighbours.

import { subscribe, unsubscribe } from "node:diagnostics_channel";
import type { Received, Sent, SyscallError, UnixSocket } from "cmsg";
import { assert } from "../../support/assert.js";
import { shrink, withOpenFiles, withSockets } from "../../support/loop.js";
import { indices, MESSAGE_TYPES, upTo } from "../../support/message.js";
import { fdCount, suite } from "../../support/suite.js";

const test = suite("queues that send many messages at once");

const COUNT = 120;

/** The data of message `i`: its number, and more of it than the neighbours have. */
const dataOf = (i: number): Buffer => Buffer.alloc(1 + ((i * 37) % 500), i);

/** Receives to the end. Answers what came, and disposes of it. */
async function all(right: UnixSocket, seen: (message: Received) => unknown): Promise<unknown[]> {
  const found: unknown[] = [];
  for await (using message of right.messages()) found.push(seen(message));
  return found;
}

for (const type of MESSAGE_TYPES) {
  test(`${type}: order, data and descriptors of what waited`, async () => {
    await withOpenFiles(3, async (files) => {
      await withSockets({ type }, async (left, right) => {
        shrink(left, right);
        const sent = upTo(COUNT).map((i) => left.send(dataOf(i), { fds: files.slice(0, i % 4) }));
        assert.ok(left.queuedBytes > 0, "something waits");
        const arrived: unknown[] = [];
        while (arrived.length < COUNT) {
          using got = (await right.receive()) as Received;
          arrived.push([got.data.toString("hex"), ...indices(got.fds)]);
        }
        assert.equal(
          arrived,
          upTo(COUNT).map((i) => [dataOf(i).toString("hex"), ...upTo(i % 4)]),
        );
        assert.equal(
          await Promise.all(sent),
          upTo(COUNT).map((i) => ({ bytes: dataOf(i).length, fds: i % 4 })),
        );
        assert.is(left.queuedBytes, 0);
      });
    });
  });
}

test("stream: every byte once, in order, and every descriptor", async () => {
  await withOpenFiles(3, async (files) => {
    await withSockets({ type: "stream" }, async (left, right) => {
      shrink(left, right);
      const sent = upTo(COUNT).map((i) => left.send(dataOf(i), { fds: files.slice(0, i % 4) }));
      assert.ok(left.queuedBytes > 0, "something waits");
      const ended = left.end();
      const found = await all(right, ({ data, fds }) => [data, indices(fds)]);
      const parts = found as [Buffer, number[]][];
      assert.ok(
        Buffer.concat(parts.map(([data]) => data)).equals(Buffer.concat(upTo(COUNT).map(dataOf))),
      );
      assert.equal(
        parts.flatMap(([, numbers]) => numbers),
        upTo(COUNT).flatMap((i) => upTo(i % 4)),
      );
      assert.equal(
        await Promise.all(sent),
        upTo(COUNT).map((i) => ({ bytes: dataOf(i).length, fds: i % 4 })),
      );
      await ended;
    });
  });
});

test("who is told of a message and closes the socket: the others say what the kernel has of them", async () => {
  await withOpenFiles(1, async (files) => {
    await withSockets({ type: "seqpacket" }, async (left, right) => {
      shrink(left, right);
      const before = fdCount();
      const sent = upTo(COUNT).map((i) => left.send(`${i}`.padEnd(300), { fds: files }));
      const settled = Promise.allSettled(sent);
      const waiting = left.queuedBytes / 300;
      assert.ok(waiting > 40, "many wait");
      let told = 0;
      const close = (event: unknown): void => {
        if ((event as { socket: unknown }).socket !== left) return;
        if (++told === 3) left.close();
      };
      subscribe("cmsg:send", close);
      try {
        const arrived = await all(right, ({ data }) => data.toString().trimEnd());
        const outcomes = await settled;
        const has = outcomes.map((outcome) =>
          outcome.status === "fulfilled"
            ? outcome.value
            : ((outcome.reason as SyscallError & { sent?: Sent }).sent ?? { bytes: 0, fds: 0 }),
        );
        const gone = has.filter(({ bytes }) => bytes === 300).length;
        assert.equal(arrived, upTo(gone).map(String));
        assert.ok(has.every(({ bytes, fds }) => (bytes === 300 ? fds === 1 : bytes + fds === 0)));
        const refused = outcomes.filter(({ status }) => status === "rejected");
        assert.ok(refused.length > 0);
        for (const { reason } of refused as PromiseRejectedResult[]) {
          assert.is(reason.code, "ERR_CMSG_SOCKET_CLOSED");
        }
        assert.is(fdCount(), before - 1);
      } finally {
        unsubscribe("cmsg:send", close);
      }
    });
  });
});

test("a message whose data is gone, or that was given up, is left out alone", async () => {
  await withSockets({ type: "dgram" }, async (left, right) => {
    shrink(left, right);
    const controller = new AbortController();
    const { signal } = controller;
    const data = upTo(COUNT).map((i) => new Uint8Array(new ArrayBuffer(400)).fill(i));
    const sent = data.map((one, i) => left.send(one, i === COUNT - 9 ? { signal } : undefined));
    const outcomes = Promise.allSettled(sent);
    const lost = data[COUNT - 5] as Uint8Array<ArrayBuffer>;
    structuredClone(lost, { transfer: [lost.buffer] });
    controller.abort();
    const arrived: number[] = [];
    while (arrived.length < COUNT - 2) arrived.push((await right.receive())?.data[0] as number);
    const leftOut = [COUNT - 9, COUNT - 5];
    assert.equal(
      arrived,
      upTo(COUNT).filter((i) => !leftOut.includes(i)),
    );
    const refused = (await outcomes).flatMap(({ status }, i) => (status === "rejected" ? [i] : []));
    assert.equal(refused, leftOut);
  });
});

test.run();
