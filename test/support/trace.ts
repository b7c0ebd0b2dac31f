// Reads the sentence of a step of a walk back, so that a test can do its sums again.

import type { WalkStep } from "cmsg/codec";

/** One side of a comparison: the sum that is written, and the number behind it. */
interface Sum {
  /** What the terms make. */
  readonly computed: bigint;
  readonly written: bigint;
  readonly wraps: boolean;
}

function terms(text: string): bigint {
  let sum = 0n;
  for (const [, sign, number] of text.matchAll(/([+-]?) ?[a-z_, ]+(0x[0-9a-f]+|\d+)/g)) {
    sum += sign === "-" ? -BigInt(number as string) : BigInt(number as string);
  }
  return sum;
}

/** The sum that a side is written as, such as `next 24 + header 16 = 40`. */
export function sumOf(side: string): Sum {
  const [sum = "", written] = side.split(/ (?:=|wraps to) /);
  const computed = terms(sum);
  return {
    computed,
    written: written === undefined ? computed : BigInt(written),
    wraps: side.includes("wraps"),
  };
}

/** What is wrong with a step's texts, or nothing. */
export function wrongIn(step: WalkStep, pointerBits: number): string | undefined {
  const { left, right, leftText, rightText, operator, holds, text } = step;
  for (const [value, side] of [
    [left, leftText],
    [right, rightText],
  ] as const) {
    const { computed, written, wraps } = sumOf(side);
    if (written !== value) return `${side}: ends in another number than ${value}`;
    if (!wraps && computed !== written) return `${side}: makes ${computed}`;
    if (wraps && BigInt.asUintN(pointerBits, computed) !== written)
      return `${side}: wraps elsewhere`;
    if (wraps && computed === written) return `${side}: does not wrap`;
  }
  const truth = operator === ">" ? left > right : operator === "<" ? left < right : left >= right;
  if (truth !== holds) return `${left} ${operator} ${right} is ${truth}`;
  const sentence = `${leftText} ${operator} ${rightText}? ${holds ? "yes" : "no"} → `;
  if (!text.includes(sentence)) return `${text}: does not say ${sentence}`;
  if (step.next !== null && !text.endsWith(`→ header at ${step.next}`))
    return `${text}: another header`;
  return undefined;
}
