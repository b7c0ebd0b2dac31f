// Random numbers that can be had again: the seed comes from CMSG_TEST_SEED, else from the clock, and belongs into every failure.

import { Random as Seeded } from "../../src/fuzz/random.js";

/** The seed of this process. */
export const seed: number = Number(process.env.CMSG_TEST_SEED ?? Date.now() % 0x7fffffff);

/** The generator of cmsg/fuzz, with the seed of this process. */
export class Random extends Seeded {
  constructor(start: number = seed) {
    super(start);
  }
}
