// busyPollUs: the first microseconds of a wait are spent awake; what arrives, and when time is over, is as without it.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { type Fd, ReceiveBatch, recvFds, recvmmsg, recvmsg, socketpair } from "cmsg";
import { assert, throws } from "../support/assert.js";
import { withPair } from "../support/message.js";
import { suite } from "../support/suite.js";

const test = suite("busyPollUs");

/** The same for what has to wait. */
async function withPairAsync(work: (left: Fd, right: Fd) => Promise<void>): Promise<void> {
  const pair = socketpair();
  try {
    await work(pair[0], pair[1]);
  } finally {
    for (const end of pair) end.close();
  }
}

/** How often this thread has given up its processor to wait for something. */
function sleepsOfThread(): number {
  const status = readFileSync(`/proc/self/task/${process.pid}/status`, "utf8");
  return Number(/^voluntary_ctxt_switches:\s+(\d+)/m.exec(status)?.[1]);
}

type Waiting = { readonly timeoutMs: number; readonly busyPollUs?: number };

const FORMS: readonly (readonly [string, (socket: Fd, options: Waiting) => string])[] = [
  ["recvmsg", (socket, options) => String(recvmsg(socket, options).data)],
  ["recvFds", (socket, options) => String(recvFds(socket, options).data)],
  [
    "recvmmsg",
    (socket, options) =>
      recvmmsg(socket, options)
        .map(({ data }) => data)
        .join(),
  ],
  [
    "ReceiveBatch",
    (socket, options) => {
      using batch = new ReceiveBatch();
      batch.receive(socket, options);
      return [...batch].map(({ data }) => data).join();
    },
  ],
];

for (const [name, receive] of FORMS) {
  for (const busyPollUs of [1, 500_000]) {
    test(`${name}: what comes within or behind ${busyPollUs} µs is received`, async () => {
      await withPairAsync(async (left, right) => {
        const script = "sleep 0.05; printf late >&3";
        const stdio = ["ignore", "ignore", "ignore", left.number] as const;
        const child = spawn("sh", ["-c", script], { stdio: [...stdio] });
        const ended = once(child, "close");
        assert.is(receive(right, { timeoutMs: 60_000, busyPollUs }), "late");
        await ended;
      });
    });
  }

  test(`${name}: it waits awake, and no longer than its time`, () => {
    withPair("dgram", (_left, right) => {
      const sleeps = (options: Waiting): number => {
        const before = sleepsOfThread();
        throws(() => receive(right, options), { code: "ETIMEDOUT" });
        return sleepsOfThread() - before;
      };
      const tries = Array.from({ length: 20 }, () => [
        sleeps({ timeoutMs: 5 }),
        sleeps({ timeoutMs: 5, busyPollUs: 500_000 }),
      ]) as [number, number][];
      assert.ok(tries.every(([asleep]) => asleep > 0));
      // A lock or a page that is not there may make it sleep as well, now and then.
      assert.ok(
        tries.some(([, awake]) => awake === 0),
        JSON.stringify(tries),
      );
    });
  });

  test(`${name}: bad values`, () => {
    withPair("dgram", (_left, right) => {
      for (const busyPollUs of [-1, 500_001, Number.NaN]) {
        throws(() => receive(right, { timeoutMs: 1, busyPollUs }), {
          name: "RangeError",
          message: /busyPollUs/,
        });
      }
      throws(() => receive(right, { timeoutMs: 1, busyPollUs: "1" as never }), {
        name: "TypeError",
      });
      throws(() => receive(right, { busyPollUs: 1 } as Waiting), {
        name: "TypeError",
        message: /beside timeoutMs/,
      });
      throws(() => receive(right, { timeoutMs: 0, busyPollUs: 1 }), { code: "EAGAIN" });
    });
  });
}

test.run();
