// The calls for batches with hostile integers and hostile words: no trap, only documented answers, and no byte changed outside what
// the caller gave.

import { REQUEST_WORDS } from "../../assembly/shared/message.js";
import { assert } from "../support/assert.js";
import { RawCore } from "../support/core.js";
import { Guard, type GuardedCall, type Range } from "../support/guard.js";
import {
  attacked,
  base,
  exports,
  INPUT,
  REPORT,
  REQUEST,
  requestWrites,
  VALID_REQUEST,
  words,
} from "../support/hostile.js";
import { Random, seed } from "../support/random.js";
import { suite } from "../support/suite.js";

const STEPS = ["compose", "prepare", "open", "sent"] as const;

/** The largest struct mmsghdr. */
const MMSGHDR_MOST = 64;

/** A batch of two valid requests, at places of their own. */
const [BATCH, REQUESTS, MMSGHDR, SHARED] = [13, 14, 15, 16].map((i) => base + i * 0x1000) as [
  number,
  number,
  number,
  number,
];
const VALID: readonly number[] = [REQUESTS, 2, MMSGHDR, SHARED, 128, REPORT, 40];

/** What a step may write: requests and array of the batch, and what both point at; elsewhere lies the guard's pattern. */
function writesOf(at: number, batch: readonly number[]): readonly Range[] {
  if (at !== BATCH) return [];
  const word = (i: number): number => batch[i] as number;
  const count = Math.min(word(1) >>> 0, 0xffff);
  return [
    [word(0), count * REQUEST_WORDS * 4],
    [word(2), count * MMSGHDR_MOST],
    [word(3), word(4)],
    [word(5), word(6) * 16],
    ...requestWrites(REQUEST),
  ];
}

function callOf(
  step: string,
  args: readonly number[],
  batch = VALID,
  request = VALID_REQUEST,
): GuardedCall {
  const input = [
    ...(INPUT ?? []),
    [BATCH, words(...batch)] as const,
    [REQUESTS, words(...request, ...request)] as const,
  ];
  const writes = [...writesOf(args[1] ?? 0, batch), ...requestWrites(REQUEST, request)];
  return { name: `message_${step}_batch`, args, writes, input };
}

const test = suite("core batches with hostile integers");
const random = new Random();

test("every export for batches has its attack", () => {
  const found = Object.keys(exports).filter((name) => name.endsWith("_batch"));
  assert.equal(found.sort(), STEPS.map((step) => `message_${step}_batch`).sort());
});

for (const step of STEPS) {
  test(`message_${step}_batch: the valid arguments are valid`, () => {
    const core = new RawCore();
    for (const [at, input] of callOf(step, [0, BATCH]).input ?? []) core.write(at, input);
    assert.is(core.call(`message_${step}_batch`, 0, BATCH), 2);
  });

  test(`message_${step}_batch`, () => {
    const calls = attacked(random, [0, BATCH], 1000).map((args) => callOf(step, args));
    assert.is(Guard.problem(calls), undefined, `seed ${seed}`);
  });

  test(`message_${step}_batch, the words of whose batch are hostile`, () => {
    const calls = attacked(random, VALID, 500).flatMap((batch) =>
      [0, 2, 11, 45].map((row) => callOf(step, [row, BATCH], batch)),
    );
    assert.is(Guard.problem(calls), undefined, `seed ${seed}`);
  });

  test(`message_${step}_batch, the words of whose requests are hostile`, () => {
    const calls = attacked(random, VALID_REQUEST, 300).flatMap((request) =>
      [0, 2, 11, 45].map((row) => callOf(step, [row, BATCH], VALID, request)),
    );
    assert.is(Guard.problem(calls), undefined, `seed ${seed}`);
  });
}

test.run();
