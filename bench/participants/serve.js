// The participants' side of the protocol: a line with a number of turns comes in, a line with nanoseconds of processor time,
// nanoseconds by the clock and a checksum goes out. For "latency N" it is the nanoseconds of each of N turns.

import { createInterface } from "node:readline";

const spent = { processor: 0, clock: 0 };
let begun = { processor: 0, clock: 0 };

/** Nanoseconds of other processes that do a part of the job. */
let others = () => 0;

function times() {
  const { user, system } = process.cpuUsage();
  return { processor: (user + system) * 1000 + others(), clock: performance.now() * 1e6 };
}

/** What stands between `stop` and `start` is not measured. */
export const watch = {
  start() {
    begun = times();
  },
  stop() {
    const { processor, clock } = times();
    spent.processor += processor - begun.processor;
    spent.clock += clock - begun.clock;
  },
};

/** @typedef {(count: number) => number | Promise<number>} Job does the job so many times; answers a checksum */

/** @param {Job} job @param {number} count */
async function measured(job, count) {
  spent.processor = 0;
  spent.clock = 0;
  watch.start();
  const sum = await job(count);
  watch.stop();
  return `${spent.processor} ${Math.round(spent.clock)} ${sum}`;
}

/** @param {Job} job @param {number} count */
async function latencies(job, count) {
  const each = new Float64Array(count);
  for (let i = 0; i < count; i++) {
    const from = performance.now();
    await job(1);
    each[i] = Math.round((performance.now() - from) * 1e6);
  }
  return each.join(" ");
}

/**
 * Answers every request until the input ends.
 *
 * @param {Job} job
 * @param {() => number} [partners] nanoseconds of processor time of other processes that do a part of it
 */
export async function serve(job, partners = () => 0) {
  others = partners;
  for await (const line of createInterface({ input: process.stdin })) {
    const [, latency, count] = /^(latency )?(\d+)$/.exec(line) ?? [];
    const answer = await (latency ? latencies : measured)(job, Number(count));
    process.stdout.write(`${answer}\n`);
  }
}
