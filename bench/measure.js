// One scenario: every contender in its own process, batches of a few milliseconds in turn, shuffled in every round, so that a
// busy spell of the machine hits all of them. A ratio is the median of the ratios within each round. Time is processor time of the
// whole process, garbage collection included: waiting for a busy machine is not measured. Where processes work side by side, it is
// time by the clock, and processor time stands beside it.

import { Participant } from "./participant.js";

/**
 * @typedef {import("./participant.js").Contender} Contender
 * @typedef {{ name: string, contenders: readonly Contender[], references?: readonly string[], long?: boolean, notes: readonly string[] }} Scenario
 *   long: fewer and longer rounds, because several processes have to warm up and one batch goes back and forth between them;
 *   references: names of contenders to which ratios are told; the first one and CPython unless given
 * @typedef {{ rounds: number, batch: number, warmUp: number }} Effort milliseconds of a batch and of warming up
 * @typedef {{ name: string, ns: number, ratios: ReadonlyMap<string, number>, spent: number }} Row nanoseconds of a turn, ratios
 *   by reference, and nanoseconds of processor time where `ns` is time by the clock
 */

/** @param {readonly number[]} values */
export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  if (sorted.length % 2 === 1) return sorted[middle] ?? Number.NaN;
  return ((sorted[middle - 1] ?? Number.NaN) + (sorted[middle] ?? Number.NaN)) / 2;
}

/** @template T @param {readonly T[]} values @returns {T[]} */
function shuffled(values) {
  return values
    .map((value) => ({ value, key: Math.random() }))
    .sort((a, b) => a.key - b.key)
    .map(({ value }) => value);
}

/** The median of the ratios within each round. @param {Participant} one @param {Participant} other */
function ratio(one, other) {
  return median(one.rounds.map((ns, i) => ns / (other.rounds[i] ?? Number.NaN)));
}

/** @param {Effort} effort @returns {Effort} */
function longer({ rounds, batch, warmUp }) {
  return { rounds: Math.ceil(rounds / 4), batch: batch * 8, warmUp: warmUp * 5 };
}

/** @param {Scenario} scenario @param {Effort} effort @param {string} cwd @returns {Promise<Row[]>} */
export async function measure(scenario, effort, cwd) {
  const { rounds, batch, warmUp } = scenario.long === true ? longer(effort) : effort;
  const participants = scenario.contenders.map((contender) => new Participant(contender, cwd));
  try {
    for (const participant of participants) await participant.calibrate(batch, warmUp);
    for (let round = 0; round < rounds; round++) {
      const sums = new Set();
      for (const participant of shuffled(participants)) sums.add(await participant.round());
      if (sums.size > 1) throw new Error(`${scenario.name}: the contenders did different things`);
    }
    const names = scenario.references ?? [participants[0]?.name, "CPython"];
    const references = participants.filter(({ name }) => names.includes(name));
    return participants.map((each) => ({
      name: each.name,
      ns: median(each.rounds),
      ratios: new Map(references.map((other) => [other.name, ratio(each, other)])),
      spent: median(each.spent),
    }));
  } finally {
    for (const participant of participants) participant.stop();
  }
}
