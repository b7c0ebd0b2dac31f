// Damage that knows what a control buffer is: each mutator breaks one rule of it.

import { type AbiOption, abis } from "../codec.js";
import { generateControl } from "./generate.js";
import { type Headers, headersOf } from "./headers.js";
import type { Random } from "./random.js";

/** What a mutator works on. */
interface Damage {
  /** A copy of the input, to be changed in place. */
  readonly bytes: Uint8Array;
  /** Offsets of headers; at least one. */
  readonly offsets: readonly number[];
  readonly at: number;
  readonly headers: Headers;
  readonly random: Random;
  readonly words: readonly Uint8Array[];
}

/** Answers the damaged bytes: those it was given, or others. */
type Mutator = (damage: Damage) => Uint8Array;

function setLength({ bytes, at, headers }: Damage, length: bigint): Uint8Array {
  headers.write(bytes, at, "cmsg_len", length);
  return bytes;
}

/** Another length, by a few bytes. */
function shifted(damage: Damage, distances: readonly number[]): Uint8Array {
  const { bytes, at, headers, random } = damage;
  const old = headers.read(bytes, at, "cmsg_len");
  return setLength(damage, old + BigInt(random.pick(distances)));
}

/** The bytes with room made or taken at a place. */
function spliced(bytes: Uint8Array, at: number, removed: number, added: Uint8Array): Uint8Array {
  const from = Math.min(at, bytes.length);
  const to = Math.min(from + removed, bytes.length);
  const result = new Uint8Array(bytes.length - (to - from) + added.length);
  result.set(bytes.subarray(0, from));
  result.set(added, from);
  result.set(bytes.subarray(to), from + added.length);
  return result;
}

/** Where the next message begins by this one's length, and where its payload ends. */
function ends({ bytes, at, headers }: Damage): { end: number; next: number } {
  const claimed = headers.read(bytes, at, "cmsg_len");
  const left = BigInt(bytes.length - at);
  const end = at + Number(claimed > left ? left : claimed);
  return { end, next: Math.min(at + headers.aligned(end - at), bytes.length) };
}

const MAX = 1n << 64n;

const MUTATORS = {
  lengthOffByOne: (damage) => shifted(damage, [-1, 1]),
  lengthOffByHeader: (damage) =>
    shifted(damage, [-damage.headers.size, damage.headers.size, -damage.headers.data]),
  lengthOffByAlignment: (damage) => shifted(damage, [-damage.headers.align, damage.headers.align]),
  lengthZero: (damage) => setLength(damage, 0n),
  lengthBelowHeader: (damage) =>
    setLength(damage, BigInt(damage.random.below(damage.headers.data))),
  lengthExactHeader: (damage) =>
    setLength(damage, BigInt(damage.random.pick([damage.headers.size, damage.headers.data]))),
  lengthToEnd: (damage) =>
    setLength(damage, BigInt(damage.bytes.length - damage.at + damage.random.pick([0, 0, -1, 1]))),
  lengthHuge: (damage) =>
    setLength(
      damage,
      damage.random.pick([0x7fffffffn, 0x80000000n, 0xffffffffn, 1n << 32n, 1n << 63n, MAX - 1n]),
    ),
  /** So long that rounding it up, or adding it to an address, wraps round. */
  lengthWrapsAround: (damage) => {
    const wide = damage.random.below(2) === 0 ? 1n << 32n : MAX;
    const back =
      damage.random.below(2) === 0
        ? 1 + damage.random.below(32)
        : damage.at + damage.random.below(8);
    return setLength(damage, wide - BigInt(back));
  },
  swapLevelAndType: ({ bytes, at, headers }) => {
    const level = headers.read(bytes, at, "cmsg_level");
    headers.write(bytes, at, "cmsg_level", headers.read(bytes, at, "cmsg_type"));
    headers.write(bytes, at, "cmsg_type", level);
    return bytes;
  },
  otherLevelOrType: ({ bytes, at, headers, random }) => {
    const member = random.pick(["cmsg_level", "cmsg_type"] as const);
    headers.write(
      bytes,
      at,
      member,
      BigInt(random.pick([0, 1, 2, 3, 4, 8, 29, 41, 255, 0xffff, 0xffffffff])),
    );
    return bytes;
  },
  /** A word of the dictionary, as a number of the header. */
  wordInHeader: ({ bytes, at, headers, random, words }) => {
    const member = random.pick(["cmsg_len", "cmsg_level", "cmsg_type"] as const);
    headers.write(bytes, at, member, numberOf(random.pick(words)));
    return bytes;
  },
  /** A word of the dictionary near the start of a payload, or a byte of it. */
  wordInPayload: ({ bytes, at, headers, random, words }) => {
    const word = random.pick(words) ?? random.bytes(1);
    const place = at + headers.data + random.below(12);
    for (let i = 0; i < word.length && place + i < bytes.length; i++) {
      bytes[place + i] = word[i] as number;
    }
    return bytes;
  },
  /** More descriptors than Linux takes, or as many: 252 to 260, all of them 0. */
  manyDescriptors: (damage) => {
    const { bytes, at, headers, random } = damage;
    const count = random.pick([252, 253, 254, 255, 256, 260]);
    const length = headers.data + count * 4;
    const { next } = ends(damage);
    const message = new Uint8Array(headers.aligned(length));
    headers.write(message, 0, "cmsg_len", BigInt(length));
    headers.write(message, 0, "cmsg_level", headers.read(bytes, at, "cmsg_level"));
    headers.write(message, 0, "cmsg_type", 1n);
    return spliced(bytes, at, next - at, message);
  },
  dirtyPadding: (damage) => {
    const { end, next } = ends(damage);
    for (let i = end; i < next; i++) damage.bytes[i] = 1 + damage.random.below(255);
    for (const [hole, length] of damage.headers.layout.cmsghdr.padding) {
      for (let i = 0; i < length; i++) damage.bytes[damage.at + hole + i] = damage.random.next();
    }
    return damage.bytes;
  },
  truncatedTail: ({ bytes, random, headers }) =>
    bytes.slice(0, Math.max(bytes.length - 1 - random.below(headers.data + headers.align), 0)),
  truncatedAnywhere: ({ bytes, random }) => bytes.slice(0, random.below(bytes.length + 1)),
  longerTail: ({ bytes, random, headers }) => {
    const tail = 1 + random.below(headers.size + headers.align);
    return spliced(
      bytes,
      bytes.length,
      0,
      random.below(2) === 0 ? new Uint8Array(tail) : random.bytes(tail),
    );
  },
  repeatedMessage: (damage) => {
    const { next } = ends(damage);
    return spliced(damage.bytes, next, 0, damage.bytes.slice(damage.at, next));
  },
  removedMessage: (damage) =>
    spliced(damage.bytes, damage.at, ends(damage).next - damage.at, new Uint8Array(0)),
  emptyMessage: (damage) => {
    const empty = new Uint8Array(damage.headers.aligned(damage.headers.data));
    headersOnly(damage, empty);
    return spliced(
      damage.bytes,
      damage.random.below(2) === 0 ? damage.at : damage.bytes.length,
      0,
      empty,
    );
  },
  /** A message of another ABI among those of this one. */
  mixedAbis: (damage) => {
    const abi = damage.random.pick(abis());
    const foreign = generateControl(damage.random, { abi, messages: 2, payload: 16 });
    return spliced(damage.bytes, damage.at, 0, foreign);
  },
  /** All numbers of a header the other way round. */
  otherByteOrder: ({ bytes, at, headers }) => {
    for (const { offset, width } of Object.values(headers.layout.cmsghdr.fields)) {
      bytes.subarray(at + offset, at + offset + width).reverse();
    }
    return bytes;
  },
} satisfies Readonly<Record<string, Mutator>>;

/** A word as a number; zero when there is none. */
function numberOf(bytes: Uint8Array | undefined): bigint {
  let value = 0n;
  for (let i = Math.min(bytes?.length ?? 0, 8) - 1; i >= 0; i--) {
    value = (value << 8n) | BigInt(bytes?.[i] as number);
  }
  return value;
}

function headersOnly({ bytes, at, headers }: Damage, empty: Uint8Array): void {
  headers.write(empty, 0, "cmsg_len", BigInt(headers.data));
  for (const member of ["cmsg_level", "cmsg_type"] as const) {
    headers.write(empty, 0, member, headers.read(bytes, at, member));
  }
}

/** The name of a kind of damage. */
export type MutatorName = keyof typeof MUTATORS;

/**
 * Names of all kinds of damage.
 *
 * @example
 * mutatorNames.includes("truncatedTail") // true
 */
export const mutatorNames: readonly MutatorName[] = Object.freeze(
  Object.keys(MUTATORS) as MutatorName[],
);

/** How a control buffer is damaged. */
export interface MutateOptions {
  /** The host's unless given. */
  readonly abi?: AbiOption;
  /** The kind of damage; any unless given. */
  readonly mutator?: MutatorName;
  /** Words that a parser looks for. */
  readonly dictionary?: readonly Uint8Array[];
}

/**
 * A damaged copy of a control buffer. One that holds no header gets a message first.
 *
 * @example
 * const damaged = mutateControl(encodeControl([rights([7])]), new Random(1), { mutator: "lengthZero" });
 * decodeControl(damaged).problems[0].code // "ERR_CMSG_LENGTH_BELOW_HEADER"
 */
export function mutateControl(
  control: Uint8Array,
  random: Random,
  options: MutateOptions = {},
): Uint8Array {
  const headers = headersOf(options.abi);
  const name = options.mutator ?? random.pick(mutatorNames);
  let bytes = new Uint8Array(control);
  let offsets = headers.offsets(bytes);
  if (offsets.length === 0) {
    bytes = new Uint8Array(headers.aligned(headers.data + 4));
    headers.write(bytes, 0, "cmsg_len", BigInt(headers.data + 4));
    headers.write(bytes, 0, "cmsg_level", 1n);
    headers.write(bytes, 0, "cmsg_type", 1n);
    offsets = [0];
  }
  const at = random.pick(offsets);
  return (MUTATORS[name] as Mutator)({
    bytes,
    offsets,
    at,
    headers,
    random,
    words: options.dictionary ?? [],
  });
}
