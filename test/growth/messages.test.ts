// What one message costs does not depend on how many went over the socket before: 1 to 1,000,000 of them.

import {
  Fd,
  recvFds,
  recvmmsg,
  type SocketPair,
  sendFds,
  sendmmsg,
  socketpair,
  UnixSocket,
} from "cmsg";
import { assert } from "../support/assert.js";
import { growthOf, type Job, MOST, measured, shown } from "../support/growth.js";
import { suite } from "../support/suite.js";

// The descriptor that tells of all others is made with the first socket and stays.
for (const socket of UnixSocket.pair()) socket.close();

const test = suite("growth with the number of messages");

const BATCH = 64;
const data = Buffer.from("x");
const batch = Array.from({ length: BATCH }, () => ({ data }));

/** Sends and receives so many messages in batches; answers what becomes of each. */
function inBatches(pair: SocketPair, count: number, take: (data: Uint8Array) => void): void {
  for (let left = count; left > 0; ) {
    const many = Math.min(left, BATCH);
    sendmmsg(pair[0], many === BATCH ? batch : batch.slice(0, many));
    const got = recvmmsg(pair[1], { limit: many, dataLimit: 16, controlLimit: 64 });
    for (const message of got) take(message.data);
    left -= got.length;
  }
}

function onPair(run: (pair: SocketPair, count: number) => void): Job<SocketPair> {
  return {
    setUp: () => socketpair({ type: "seqpacket" }),
    run,
    tearDown: (pair) => Fd.closeAll(pair),
  };
}

test("batches: in proportion from 1 to 1,000,000", async () => {
  let arrived = 0;
  const job = onPair((pair, count) => {
    arrived = 0;
    inBatches(pair, count, () => {
      arrived += 1;
    });
    if (arrived !== count) throw new Error(`${arrived} of ${count} messages`);
  });
  const counts = [1, 10, 100, 1000, 10_000, 100_000, 1_000_000];
  const points = await measured(job, { counts, least: 10_000, repeats: 3, largestOnce: true });
  assert.is(arrived, 1_000_000);
  console.log(`\nNOTE batches: ${shown(points)}`);
  assert.ok(growthOf(points) < MOST, shown(points));
});

test("descriptors one by one: in proportion from 1 to 100,000", async () => {
  const job = onPair((pair, count) => {
    for (let i = 0; i < count; i++) {
      sendFds(pair[0], [pair[0]], { data });
      const got = recvFds(pair[1]);
      if (got.fds.length !== 1) throw new Error(`message ${i} lacks its descriptor`);
      got[Symbol.dispose]();
    }
  });
  const counts = [1, 10, 100, 1000, 10_000, 100_000];
  const points = await measured(job, { counts, least: 3000, repeats: 3, largestOnce: true });
  console.log(`\nNOTE one by one: ${shown(points)}`);
  assert.ok(growthOf(points) < MOST, shown(points));
});

/** So many messages wait in the queue of a socket at once, and are taken. */
async function queued([sender, receiver]: readonly UnixSocket[], count: number): Promise<void> {
  let arrived = 0;
  const all = new Promise<void>((resolve, reject) => {
    const stop = (receiver as UnixSocket).onMessage(
      (message) => {
        arrived += message.bytes;
        message[Symbol.dispose]();
        if (arrived < count) return;
        stop();
        resolve();
      },
      (error) => reject(error ?? new Error(`the end after ${arrived} of ${count} messages`)),
    );
  });
  for (let i = 1; i < count; i++) void (sender as UnixSocket).send(data);
  await (sender as UnixSocket).send(data);
  await all;
}

test("a queue on the event loop: in proportion from 1 to 100,000 that wait", async () => {
  const job: Job<readonly UnixSocket[]> = {
    setUp: () => UnixSocket.pair({ type: "seqpacket" }),
    run: queued,
    tearDown: (pair) => {
      for (const one of pair) one.close();
    },
  };
  const counts = [1, 10, 100, 1000, 10_000, 100_000];
  const points = await measured(job, { counts, least: 1000, repeats: 3, largestOnce: true });
  console.log(`\nNOTE queue: ${shown(points)}`);
  assert.ok(growthOf(points) < MOST, shown(points));
});

test("planted: a receiver that searches all it has received is found out", async () => {
  const job = onPair((pair, count) => {
    const seen: Uint8Array[] = [];
    inBatches(pair, count, (bytes) => {
      if (seen.every((one) => Buffer.compare(one, bytes) === 0)) seen.push(bytes);
    });
  });
  const counts = [100, 1000, 5000];
  const points = await measured(job, { counts, least: 1000, repeats: 1 });
  console.log(`\nNOTE planted: ${shown(points)}`);
  assert.ok(growthOf(points) > MOST, shown(points));
});

test.run();
