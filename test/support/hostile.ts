// What attacks on the core have in common: hostile integers, valid input at places far from each other, and what calls may write.

import { REQUEST_WORDS } from "../../assembly/shared/message.js";
import { RawCore } from "./core.js";
import type { GuardedCall, Range } from "./guard.js";
import type { Random } from "./random.js";

/** A core, to ask for its exports and the ends of its memory. */
export const { base, end, exports } = new RawCore();
const MOST = 0x7fffffff;
const LEAST = -0x80000000;

/** Numbers at the edges of everything. */
export const HOSTILE = [
  ...[0, 1, -1, 2, 4, 7, 8, 12, 16, 46, 47, 255, 256, 0xffff, 0x10000, 0xfffff, 0x100000],
  ...[MOST, MOST - 3, MOST - 15, LEAST, LEAST + 1, LEAST + 16, 0x40000000, -16, -72],
  ...[base - 1, base, base + 1, end - base, end - base + 1],
  ...[
    end - 72,
    end - 56,
    end - 48,
    end - 36,
    end - 28,
    end - 16,
    end - 12,
    end - 4,
    end - 1,
    end,
    end + 1,
  ],
];

/** Places of valid arguments, far from each other and from the edges. */
export const [PROGRAM, CELLS, STRUCT, CONTROL, REPORT, STEP] = [1, 2, 3, 4, 5, 6].map(
  (i) => base + i * 0x1000,
) as [number, number, number, number, number, number];
export const [REQUEST, MSGHDR, IOVEC, PARTS, MESSAGES, NAME] = [7, 8, 9, 10, 11, 12].map(
  (i) => base + i * 0x1000,
) as [number, number, number, number, number, number];

/** Bytes of words, little-endian. */
export const words = (...values: number[]): Uint8Array =>
  new Uint8Array(Int32Array.from(values).buffer).slice();

/** Two messages of the first row, a program of three elements, a request for both of them. */
export const INPUT: GuardedCall["input"] = [
  [PROGRAM, words(0x10001, 0x30008, 0xffff0006 | 0)],
  [CELLS, words(1, 0, 2, 0, 3, 0, 4, 0, 2, 0, 5, 0, 6, 0)],
  [CONTROL, words(20, 0, 1, 1, 7, 0, 16, 0, 2, 2)],
  [PARTS, words(1, 0, 2, 0, 3, 0, 4, 0)],
  [MESSAGES, words(1, 1, CELLS, 4, 2, 2, CELLS, 0)],
];
/** The words of a request for them. */
export const VALID_REQUEST: readonly number[] = [
  ...[0, 0, MSGHDR, NAME, 16, IOVEC, PARTS, 2, CONTROL, 64, 0],
  ...[MESSAGES, 2, REPORT, 8, 0, 0, 0, 0, 0],
];

/** What a step may write: the request, and what a valid one points at; a request elsewhere is the guard's pattern. */
export function requestWrites(
  at: number,
  request: readonly number[] = VALID_REQUEST,
): readonly Range[] {
  const own: Range = [at, REQUEST_WORDS * 4];
  if (at !== REQUEST) return [own];
  const word = (i: number): number => request[i] as number;
  return [
    own,
    [word(2), 56],
    [word(5), word(7) * 16],
    [word(8), word(9)],
    [word(13), 16 + word(14) * 16],
  ];
}

/** `valid` with each value at each place, then `samples` times values at several places. */
export function attacked(random: Random, valid: readonly number[], samples: number): number[][] {
  const singles = valid.flatMap((_, i) => HOSTILE.map((value) => valid.with(i, value)));
  const several = Array.from({ length: valid.length < 2 ? 0 : samples }, () => {
    const odds = 1 + random.below(3);
    return valid.map((value) => (random.below(4) < odds ? random.pick(HOSTILE) : value));
  });
  return [[...valid], ...singles, ...several];
}
