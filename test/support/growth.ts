// How a cost grows with a count: processor time of jobs of many sizes, and the exponent of the power law that fits them best. No
// absolute time is looked at, so that slow and busy machines come to the same answer.

import { setImmediate as turn } from "node:timers/promises";

/** What a job of one size has cost. */
export interface Point {
  readonly count: number;
  /** Microseconds of processor time, threads of the garbage collector included. */
  readonly cost: number;
}

/** A job that is done for counts of different sizes. What is set up and torn down is not measured. */
export interface Job<State> {
  setUp(count: number): State | Promise<State>;
  run(state: State, count: number): unknown;
  tearDown(state: State): unknown;
  /** Jobs that are set up before any of them runs; 100 unless given. */
  readonly atOnce?: number;
}

/** How much is measured. */
export interface Effort {
  /** The counts, in ascending order. */
  readonly counts: readonly number[];
  /** Small jobs are done so often that together they count so far. */
  readonly least: number;
  /** Times that everything is measured; the middle one counts. */
  readonly repeats: number;
  /** The largest count takes so long that it is measured once, behind all others. */
  readonly largestOnce?: boolean;
}

/** A cost that grows faster than this power of the count does not grow in proportion to it. */
export const MOST = 1.35;

function processorTime(): number {
  const { user, system } = process.cpuUsage();
  return user + system;
}

async function costOf<State>(job: Job<State>, count: number, times: number): Promise<number> {
  const { atOnce = 100 } = job;
  let spent = 0;
  for (let done = 0; done < times; ) {
    const states: State[] = [];
    while (states.length < atOnce && done < times) {
      states.push(await job.setUp(count));
      done += 1;
    }
    const from = processorTime();
    for (const state of states) await job.run(state, count);
    spent += processorTime() - from;
    for (const state of states) await job.tearDown(state);
    await turn();
  }
  return spent / times;
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1] as number;
}

/** Warms up, then measures every count; in turns, so that a busy spell of the machine hits all of them. */
export async function measured<State>(job: Job<State>, effort: Effort): Promise<Point[]> {
  const { counts, least, repeats, largestOnce = false } = effort;
  const costs = counts.map((): number[] => []);
  for (let repeat = -1; repeat < repeats; repeat++) {
    for (const [i, count] of counts.entries()) {
      const isLargest = i === counts.length - 1;
      if (isLargest && largestOnce && repeat < repeats - 1) continue;
      const cost = await costOf(job, count, Math.max(1, Math.ceil(least / count)));
      if (repeat >= 0) costs[i]?.push(cost);
    }
  }
  return counts.map((count, i) => ({ count, cost: median(costs[i] as number[]) }));
}

/** The exponent of the power law that fits best: least squares of the logarithms. 1 where the cost is in proportion. */
export function exponentOf(points: readonly Point[]): number {
  const x = points.map(({ count }) => Math.log(count));
  const y = points.map(({ cost }) => Math.log(Math.max(cost, 0.01)));
  const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length;
  const [middleX, middleY] = [mean(x), mean(y)];
  const covariance = mean(x.map((one, i) => (one - middleX) * ((y[i] as number) - middleY)));
  return covariance / mean(x.map((one) => (one - middleX) ** 2));
}

/** The larger of two exponents: of all counts, and of their upper half, which what is fixed in small ones does not flatten. */
export function growthOf(points: readonly Point[]): number {
  const upper = points.slice(Math.floor((points.length - 1) / 2));
  return Math.max(exponentOf(points), exponentOf(upper));
}

/** The measurement in words. */
export function shown(points: readonly Point[]): string {
  const each = points.map(({ count, cost }) => `${count}: ${(cost / count).toPrecision(3)} µs`);
  return `exponent ${growthOf(points).toFixed(2)}; for each of ${each.join(", ")}`;
}
