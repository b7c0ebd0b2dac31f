// What is made of many numbers: medians, quartiles, percentiles.

/** @typedef {{ median: number, q1: number, q3: number }} Spread a middle, and where the middle half of the numbers lies */

/** The number below which a part of all lies. @param {readonly number[]} values @param {number} part from 0 to 1 */
export function quantile(values, part) {
  const sorted = [...values].sort((a, b) => a - b);
  const place = (sorted.length - 1) * part;
  const [low, high] = [sorted[Math.floor(place)], sorted[Math.ceil(place)]];
  if (low === undefined || high === undefined) return Number.NaN;
  return low + (high - low) * (place - Math.floor(place));
}

/** @param {readonly number[]} values */
export function median(values) {
  return quantile(values, 0.5);
}

/** Four digits are more than any measurement has. @param {number} value */
function rounded(value) {
  return Number(value.toPrecision(4));
}

/** @param {readonly number[]} values @returns {Spread} */
export function spread(values) {
  return {
    median: rounded(median(values)),
    q1: rounded(quantile(values, 0.25)),
    q3: rounded(quantile(values, 0.75)),
  };
}

/** @typedef {{ p50: number, p99: number, p999: number }} Latency nanoseconds */

/** @param {readonly number[]} times @returns {Latency} */
export function latency(times) {
  return {
    p50: rounded(quantile(times, 0.5)),
    p99: rounded(quantile(times, 0.99)),
    p999: rounded(quantile(times, 0.999)),
  };
}
