// Why a goal was missed, by the goal's words: what a profile says. Shown beside it only while it is missed.

/** @type {Readonly<Record<string, string>>} */
export const REASONS = {
  "1 descriptor, reusable record, × C": "there is no such call yet",
};
