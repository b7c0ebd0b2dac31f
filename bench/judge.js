// Holds the stored results against the goals.

import { GOALS } from "./goals.js";
import { REASONS } from "./reasons.js";
import { ratio } from "./table.js";

/** @typedef {import("./store.js").Result} Result */
/** @typedef {import("./goals.js").Goal} Goal */
/** @typedef {{ row: number, goal: string, limit: string, measured: string, floor: string, verdict: string, met: boolean }} Judged */

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

/** @param {Goal} goal @param {number} value */
function isMet({ limit, least }, value) {
  return least ? value >= limit : value <= limit;
}

/** How far one number is from another that it should have reached. @param {Goal} goal @param {number} value @param {number} other */
function distance({ least }, value, other) {
  return least
    ? `${Math.floor((100 * value) / other)} % of`
    : `${Math.ceil(100 * (value / other - 1))} % above`;
}

/** @param {Goal} goal @param {number} value @param {number | undefined} floor */
function verdictOf(goal, value, floor) {
  if (isMet(goal, value)) return "met";
  const words = ["missed"];
  if (goal.limit !== 0) words.push(`${distance(goal, value, goal.limit)} the goal`);
  if (floor !== undefined && !isMet(goal, floor)) {
    words.push(`out of C's reach as well, ${distance(goal, value, floor)} C's own`);
  }
  const why = REASONS[goal.goal];
  return [...words, ...(why === undefined ? [] : [why])].join("; ");
}

/** @param {number | undefined} value */
function shown(value) {
  if (value === undefined) return "";
  return value >= 20 || value === 0 ? String(Math.round(value)) : ratio(value);
}

/** @param {readonly Result[]} results @returns {Judged[]} */
export function judge(results) {
  const find = finder(results);
  return GOALS.map((goal) => {
    const { row, limit, least } = goal;
    const [value, floor] = [goal.measured(find), goal.floor?.(find)];
    const verdict =
      value === undefined
        ? (REASONS[goal.goal] ?? "not measured here")
        : verdictOf(goal, value, floor);
    return {
      row,
      goal: goal.goal,
      limit: `${least ? "≥" : "≤"} ${limit}`,
      measured: shown(value),
      floor: shown(floor),
      verdict,
      met: value !== undefined && isMet(goal, value),
    };
  });
}
