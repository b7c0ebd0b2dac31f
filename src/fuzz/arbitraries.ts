// Generators and mutators as fast-check arbitraries. fast-check is an argument: it need not be installed for the rest.

import { type AbiOption, encodeControl } from "../codec.js";
import { type GenerateOptions, generateMessages } from "./generate.js";
import { type MutatorName, mutateControl, mutatorNames } from "./mutate.js";
import { Random } from "./random.js";

/** What is used of an arbitrary. */
interface Mappable<T> {
  map<U>(mapper: (value: T) => U): Mappable<U>;
}

/** What is used of fast-check: its module, or the default export of it. */
export interface FastCheck {
  /** Integers from 0. */
  nat(max: number): unknown;
  /** Several values at once. */
  tuple(...parts: never[]): unknown;
  /** One of some values. */
  constantFrom(...values: MutatorName[]): unknown;
  /** Lists. */
  array(item: never, constraints: { minLength?: number; maxLength: number }): unknown;
  /** Bytes. */
  uint8Array(constraints?: { maxLength?: number }): unknown;
}

/** An arbitrary of bytes, as the given fast-check has it. */
export type ByteArbitrary<F extends FastCheck> = ReturnType<F["uint8Array"]>;

/** The same with types that this file can work with. */
interface Plain {
  nat(max: number): Mappable<number>;
  tuple<A, B>(first: Mappable<A>, second: Mappable<B>): Mappable<readonly [A, B]>;
  constantFrom<T>(...values: readonly T[]): Mappable<T>;
  array<T>(
    item: Mappable<T>,
    constraints: { minLength?: number; maxLength: number },
  ): Mappable<readonly T[]>;
}

const SEED = 0x7fffffff;

function wellFormed(fc: Plain, options: GenerateOptions): Mappable<Uint8Array> {
  const { abi, messages = 4 } = options;
  // A message for each seed, so that a failing list shrinks by messages.
  const list = fc.array(fc.nat(SEED), { maxLength: messages });
  return list.map((seeds) => {
    const one = (seed: number) => generateMessages(new Random(seed), { ...options, messages: 1 });
    return encodeControl(seeds.flatMap(one), abi === undefined ? {} : { abi });
  });
}

/**
 * Well-formed control buffers.
 *
 * @param fc fast-check, version 3 or later.
 * @example
 * const { default: fc } = await import("fast-check");
 * const sound = (bytes) => decodeControl(bytes).messages.length <= 4;
 * fc.assert(fc.property(controlArbitrary(fc), sound));
 */
export function controlArbitrary<F extends FastCheck>(
  fc: F,
  options: GenerateOptions = {},
): ByteArbitrary<F> {
  return wellFormed(fc as unknown as Plain, options) as ByteArbitrary<F>;
}

/** How control buffers of an arbitrary are damaged. */
export interface DamageOptions extends GenerateOptions {
  readonly abi?: AbiOption;
  /** Kinds of damage; all unless given. */
  readonly mutators?: readonly MutatorName[];
  /** Times that a buffer is damaged at most; 3 unless given. */
  readonly times?: number;
}

/**
 * Damaged control buffers: each is a well-formed one after one or more mutations.
 *
 * @param fc fast-check, version 3 or later.
 * @example
 * const { default: fc } = await import("fast-check");
 * const cut = damagedArbitrary(fc, { mutators: ["truncatedTail"] });
 * fc.assert(fc.property(cut, (bytes) => walk(bytes).end !== "limit"));
 */
export function damagedArbitrary<F extends FastCheck>(
  fc: F,
  options: DamageOptions = {},
): ByteArbitrary<F> {
  const plain = fc as unknown as Plain;
  const { abi, mutators = mutatorNames, times = 3 } = options;
  const step = plain.tuple(plain.constantFrom(...mutators), plain.nat(SEED));
  const steps = plain.array(step, { minLength: 1, maxLength: times });
  const damaged = plain
    .tuple(wellFormed(plain, options), steps)
    .map(([bytes, list]) =>
      list.reduce(
        (input, [mutator, seed]) =>
          mutateControl(input, new Random(seed), { mutator, ...(abi !== undefined && { abi }) }),
        bytes,
      ),
    );
  return damaged as ByteArbitrary<F>;
}
