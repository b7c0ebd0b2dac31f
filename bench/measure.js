// One scenario: every contender in its own process, batches of a few milliseconds in turn, shuffled in every round, so that a
// busy spell of the machine hits all of them. A ratio is the median of the ratios within each round. Both times are taken: processor
// time of all processes that do the job, garbage collection included, and time by the clock.

import { Participant } from "./participant.js";
import { latency, spread } from "./statistics.js";

/**
 * @typedef {import("./participant.js").Contender} Contender
 * @typedef {import("./statistics.js").Spread} Spread
 * @typedef {{ processor: Spread, clock: Spread }} Times
 * @typedef {{ group: string, name: string, contenders: readonly Contender[], references: readonly string[], per?: number,
 *   long?: boolean, latency?: boolean, extra?: boolean, by?: "clock", notes?: readonly string[] }} Scenario
 *   references: contenders to which ratios are told; per: messages of a turn, 1 unless given; long: fewer and longer rounds, because
 *   several processes warm up and one batch goes back and forth between them; latency: single turns are timed as well; extra: left
 *   out of a quick run; by: what its tables show, processor time unless given
 * @typedef {{ rounds: number, batch: number, warmUp: number, latencies: number }} Effort milliseconds of a batch and of warming up,
 *   single turns timed in a round
 * @typedef {Times & { name: string, ratios: Record<string, Times>, latency?: import("./statistics.js").Latency }} Row nanoseconds
 *   of one message, ratios by reference
 * @typedef {{ rows: Row[], rounds: number, notes: string[] }} Measured
 */

/** @template T @param {readonly T[]} values @returns {T[]} */
function shuffled(values) {
  return values
    .map((value) => ({ value, key: Math.random() }))
    .sort((a, b) => a.key - b.key)
    .map(({ value }) => value);
}

/** The ratios within each round. @param {readonly number[]} one @param {readonly number[]} other */
function ratios(one, other) {
  return spread(one.map((ns, i) => ns / (other[i] ?? Number.NaN)));
}

/** @param {readonly number[]} turns @param {number} per */
function each(turns, per) {
  return spread(turns.map((ns) => ns / per));
}

/** @param {Effort} effort @returns {Effort} */
function longer({ rounds, batch, warmUp, latencies }) {
  return {
    rounds: Math.max(7, Math.ceil(rounds / 2)),
    batch: batch * 6,
    warmUp: warmUp * 3,
    latencies,
  };
}

/** @param {Participant} one @param {readonly Participant[]} references @param {number} per @returns {Row} */
function rowOf(one, references, per) {
  /** @type {[string, Times][]} */
  const compared = references.map((other) => [
    other.name,
    { processor: ratios(one.processor, other.processor), clock: ratios(one.clock, other.clock) },
  ]);
  return {
    name: one.name,
    processor: each(one.processor, per),
    clock: each(one.clock, per),
    ratios: Object.fromEntries(compared),
    ...(one.latencies.length > 0 && { latency: latency(one.latencies) }),
  };
}

/** @param {Scenario} scenario @param {Effort} effort @param {readonly Participant[]} participants */
async function play(scenario, effort, participants) {
  const { rounds, batch, warmUp, latencies } = effort;
  for (const participant of participants) await participant.calibrate(batch, warmUp);
  for (let round = 0; round < rounds; round++) {
    const sums = new Set();
    for (const participant of shuffled(participants)) {
      sums.add(await participant.round());
      if (scenario.latency === true) await participant.time(latencies);
    }
    if (sums.size > 1) throw new Error(`${scenario.name}: the contenders did different things`);
  }
}

/** @param {Scenario} scenario @param {Effort} effort @param {string} cwd @returns {Promise<Measured>} */
export async function measure(scenario, effort, cwd) {
  const { contenders, references, per = 1, notes = [] } = scenario;
  const present = contenders.filter(({ why }) => why === undefined);
  const reasons = contenders.flatMap(({ name, why }) =>
    why ? [`Left out: ${name}, ${why}.`] : [],
  );
  const adjusted = scenario.long === true ? longer(effort) : effort;
  const participants = present.map((contender) => new Participant(contender, cwd));
  try {
    await play(scenario, adjusted, participants);
    const others = participants.filter(({ name }) => references.includes(name));
    const rows = participants.map((one) => rowOf(one, others, per));
    return { rows, rounds: adjusted.rounds, notes: [...notes, ...new Set(reasons)] };
  } finally {
    for (const participant of participants) participant.stop();
  }
}
