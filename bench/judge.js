// Holds the stored results against the goals.

import { GOALS } from "./goals.js";
import { REASONS } from "./reasons.js";
import { ratio } from "./table.js";

/** @typedef {import("./store.js").Result} Result */
/** @typedef {import("./goals.js").Goal} Goal */
/** @typedef {{ row: number, goal: string, limit: string, measured: string, verdict: string, met: boolean }} Judged */

/** @param {readonly Result[]} results @returns {import("./goals.js").Find} */
function finder(results) {
  /** @param {string} name */
  const named = (name) => results.find((one) => one.name === name);
  /** @type {import("./goals.js").Find["reach"]} */
  const reach = (table, row, label) => {
    const found = named(table);
    if (found === undefined || !("figureRows" in found)) return undefined;
    return found.figureRows.find(({ name }) => name === row)?.figures[label];
  };
  return {
    ratio(scenario, contender, reference, by) {
      const found = named(scenario);
      if (found === undefined || !("rows" in found)) return undefined;
      const row = found.rows.find(({ name }) => name === contender);
      return row?.ratios[reference]?.[by].median;
    },
    figure: (...place) => /** @type {any} */ (reach(...place))?.median,
    reach,
  };
}

/** How far it is from the limit. @param {Goal} goal @param {number} value */
function missed({ limit, least }, value) {
  if (limit === 0 || value === 0) return `missed: ${value}`;
  return `missed by ${Math.ceil((least ? limit / value - 1 : value / limit - 1) * 100)} %`;
}

/** @param {readonly Result[]} results @returns {Judged[]} */
export function judge(results) {
  const find = finder(results);
  return GOALS.map((goal) => {
    const { row, limit, least } = goal;
    const value = goal.measured(find);
    const why = REASONS[goal.goal];
    const told = { row, goal: goal.goal, limit: `${least ? "≥" : "≤"} ${limit}` };
    if (value === undefined) {
      return { ...told, measured: "", verdict: why ?? "not measured here", met: false };
    }
    const met = least ? value >= limit : value <= limit;
    const verdict = [missed(goal, value), ...(why === undefined ? [] : [why])].join(": ");
    const measured = value >= 20 || value === 0 ? String(Math.round(value)) : ratio(value);
    return { ...told, measured, verdict: met ? "met" : verdict, met };
  });
}
