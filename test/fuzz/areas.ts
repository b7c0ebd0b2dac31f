// Control areas by the hundred thousand: damaged ones, changed a little each time, so that making them costs less than judging them.

import type { AbiName } from "cmsg/codec";
import { generateControl, mutateControl, Random } from "cmsg/fuzz";

const BASES = 1500;
/** Numbers that lengths, levels, types and descriptors become. */
const EDGES = [
  0, 1, 2, 3, 4, 8, 12, 15, 16, 17, 20, 24, 28, 29, 32, 40, 48, 64, 0x7fffffff, -1, -8, -16,
];

/** An endless supply of areas of an ABI, each valid until the next. */
export class Areas {
  readonly random: Random;
  readonly #bases: readonly Uint8Array[];
  readonly #room = new Uint8Array(4096);
  readonly #view = new DataView(this.#room.buffer);
  readonly #little: boolean;

  constructor(abi: AbiName, little: boolean, seed: number) {
    const random = new Random(seed);
    this.random = random;
    this.#little = little;
    this.#bases = Array.from({ length: BASES }, () => {
      let control = generateControl(random, { abi, messages: 4, payload: 24 });
      for (let turns = random.below(3); turns > 0; turns--)
        control = mutateControl(control, random, { abi });
      return control;
    });
  }

  next(): Uint8Array {
    const { random } = this;
    const base = random.pick(this.#bases);
    this.#room.set(base);
    for (let turns = random.below(3); turns > 0 && base.length >= 4; turns--) {
      // Numbers of headers lie at multiples of four.
      const at = random.below(base.length >> 2) * 4;
      this.#view.setInt32(at, random.pick(EDGES), this.#little);
    }
    const cut = random.below(8) === 0 ? random.below(Math.min(base.length, 20) + 1) : 0;
    return this.#room.subarray(0, base.length - cut);
  }
}
