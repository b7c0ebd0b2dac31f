// Batches are what single calls are: random messages, sent and received both ways, are the same in everything.

import {
  type Fd,
  type ReceivedMessage,
  rights,
  sendmmsg,
  sendmsg,
  tryRecvmmsg,
  tryRecvmsg,
} from "cmsg";
import fc from "fast-check";
import { assert } from "../support/assert.js";
import { identity, TYPES, upTo, withFiles, withPair } from "../support/message.js";
import { seed } from "../support/random.js";
import { suite } from "../support/suite.js";

const test = suite("batches");

/** A message: bytes of data, in how many parts, and descriptors in each of its control messages. */
const message = fc.record({
  size: fc.oneof(fc.nat(40), fc.constantFrom(4095, 4096, 4097, 9000)),
  parts: fc.integer({ min: 1, max: 4 }),
  fds: fc.array(fc.nat(5), { maxLength: 3 }),
});

type Sample = ReturnType<typeof messageOf>;

function messageOf(
  files: readonly Fd[],
  { size, parts, fds }: { size: number; parts: number; fds: readonly number[] },
) {
  const data = Buffer.from(upTo(size).map((i) => (i * 13 + size) & 255));
  const ends = upTo(parts).map((i) => Math.floor(((i + 1) * size) / parts));
  return {
    data: ends.map((end, i) => data.subarray(ends[i - 1] ?? 0, end)),
    control: fds.map((count) => rights(files.slice(0, count))),
  };
}

/** Everything that a message says, its descriptors as the files that they are. */
function said(received: ReceivedMessage): unknown {
  using got = received;
  const { data, bytes, flags, address, surplus, problems, control } = got;
  const types = control.map(({ level, type, payload }) => [level, type, payload.length]);
  const files = got.fds.map((fd) => identity(fd));
  return [data.toString("hex"), bytes, flags, address, surplus, problems, types, files];
}

/** All that waits, by single calls. */
function singly(socket: Fd, options: object): unknown[] {
  const found: unknown[] = [];
  for (let got = tryRecvmsg(socket, options); got !== null; got = tryRecvmsg(socket, options)) {
    found.push(said(got));
  }
  return found;
}

/** The same by batches. */
function together(socket: Fd, limit: number, options: object): unknown[] {
  const found: unknown[] = [];
  for (;;) {
    const got = tryRecvmmsg(socket, { ...options, limit });
    if (got === null) return found;
    assert.ok(got.length > 0 && got.length <= limit);
    found.push(...got.map(said));
  }
}

for (const type of TYPES) {
  test(`${type}: sent and received one by one and together`, () => {
    withFiles(5, (files) => {
      const batch = fc.array(message, { minLength: 1, maxLength: 9 });
      const limits = fc.record({
        limit: fc.integer({ min: 1, max: 12 }),
        dataLimit: fc.constantFrom(1, 20, 4096, 65_536),
        controlLimit: fc.constantFrom(0, 16, 24, 200, 16_384),
      });
      const property = fc.property(batch, limits, (given, { limit, ...options }) => {
        const least = type === "stream" ? 1 : 0;
        const messages = given.map((one) =>
          messageOf(files, { ...one, size: Math.max(one.size, least) }),
        );
        const expected = exchange(type, messages, false, (socket) => singly(socket, options));
        for (const batched of [false, true]) {
          const receive = (socket: Fd) => together(socket, limit, options);
          assert.equal(exchange(type, messages, batched, receive), expected);
        }
      });
      fc.assert(property, { numRuns: 60, seed: Number(seed) });
    });
  });
}

/** What the receiver says of the messages. */
function exchange(
  type: (typeof TYPES)[number],
  messages: readonly Sample[],
  batched: boolean,
  receive: (socket: Fd) => unknown[],
): unknown[] {
  return withPair(type, (left, right) => {
    if (batched) assert.is(sendmmsg(left, messages).count, messages.length);
    else for (const one of messages) sendmsg(left, one);
    return receive(right);
  });
}

test.run();
