// Damage that knows nothing of its input: bits, bytes, numbers at their edges, pieces moved about, pieces of other inputs and of a
// dictionary.

import type { Random } from "./random.js";

const EDGES = [
  0, 1, 2, 4, 7, 8, 12, 15, 16, 17, 20, 32, 64, 100, 127, 128, 255, 256, 512, 1000, 1024, 4096,
  32767, 32768, 65535, 65536, 0x7fffffff, 0x80000000, 0xffffffff,
];

/** What havoc may take pieces from. */
export interface Material {
  readonly dictionary: readonly Uint8Array[];
  readonly corpus: readonly Uint8Array[];
  /** Bytes at most. */
  readonly limit: number;
}

type Havoc = (bytes: Uint8Array, random: Random, material: Material) => Uint8Array;

function join(...parts: readonly Uint8Array[]): Uint8Array {
  const result = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    result.set(part, at);
    at += part.length;
  }
  return result;
}

/** An integer of 1, 2, 4 or 8 bytes in either byte order. */
function numberBytes(value: number | bigint, random: Random): Uint8Array {
  const width = random.pick([1, 1, 2, 4, 4, 8]);
  const bytes = new Uint8Array(width);
  let rest = BigInt.asUintN(64, BigInt(value));
  for (let i = 0; i < width; i++) {
    bytes[i] = Number(rest & 0xffn);
    rest >>= 8n;
  }
  return random.below(3) === 0 ? bytes.reverse() : bytes;
}

/** A word of the dictionary; short ones are numbers, which code compares at other widths too. */
function word(random: Random, { dictionary }: Material): Uint8Array {
  if (dictionary.length === 0) return numberBytes(random.pick(EDGES), random);
  const entry = random.pick(dictionary);
  if (entry.length > 8 || random.below(2) === 0) return entry;
  let value = 0n;
  for (let i = entry.length - 1; i >= 0; i--) value = (value << 8n) | BigInt(entry[i] as number);
  return numberBytes(value + BigInt(random.pick([0, 0, 0, 1, -1])), random);
}

function overwrite(bytes: Uint8Array, piece: Uint8Array, random: Random): Uint8Array {
  const at = random.below(Math.max(bytes.length - piece.length, 0) + 1);
  const result =
    bytes.length < at + piece.length
      ? join(bytes, new Uint8Array(at + piece.length - bytes.length))
      : bytes;
  result.set(piece, at);
  return result;
}

function insert(bytes: Uint8Array, piece: Uint8Array, random: Random): Uint8Array {
  const at = random.below(bytes.length + 1);
  return join(bytes.subarray(0, at), piece, bytes.subarray(at));
}

/** A range of the bytes that is not empty when they are not. */
function range(bytes: Uint8Array, random: Random): readonly [from: number, to: number] {
  const from = random.below(bytes.length);
  const most = random.below(4) === 0 ? bytes.length - from : Math.min(bytes.length - from, 16);
  return [from, from + 1 + random.below(most)];
}

const HAVOC: readonly Havoc[] = [
  (bytes, random) => {
    const at = random.below(bytes.length);
    if (at < bytes.length) bytes[at] = (bytes[at] as number) ^ (1 << random.below(8));
    return bytes;
  },
  (bytes, random) => {
    if (bytes.length > 0) bytes[random.below(bytes.length)] = random.next();
    return bytes;
  },
  (bytes, random) => {
    const at = random.below(bytes.length);
    if (at < bytes.length) bytes[at] = (bytes[at] as number) + random.below(71) - 35;
    return bytes;
  },
  (bytes, random) => overwrite(bytes, numberBytes(random.pick(EDGES), random), random),
  (bytes, random, material) => overwrite(bytes, word(random, material), random),
  (bytes, random, material) => insert(bytes, word(random, material), random),
  (bytes, random) => insert(bytes, random.bytes(1 + random.below(16)), random),
  (bytes, random) =>
    insert(bytes, new Uint8Array(1 + random.below(16)).fill(random.pick([0, 255, 65])), random),
  (bytes, random) => {
    if (bytes.length === 0) return bytes;
    const [from, to] = range(bytes, random);
    return join(bytes.subarray(0, from), bytes.subarray(to));
  },
  (bytes, random) => {
    if (bytes.length === 0) return bytes;
    const [from, to] = range(bytes, random);
    return insert(bytes, bytes.slice(from, to), random);
  },
  (bytes, random) => {
    if (bytes.length === 0) return bytes;
    const [from, to] = range(bytes, random);
    return overwrite(bytes, bytes.slice(from, to), random);
  },
  (bytes, random, { corpus }) => {
    const other = random.pick(corpus) ?? bytes;
    return join(
      bytes.subarray(0, random.below(bytes.length + 1)),
      other.subarray(random.below(other.length + 1)),
    );
  },
];

/** A damaged copy. */
export function havoc(input: Uint8Array, random: Random, material: Material): Uint8Array {
  let bytes: Uint8Array = new Uint8Array(input);
  for (let turns = 1 << random.below(4); turns > 0; turns--) {
    bytes = random.pick(HAVOC)(bytes, random, material);
  }
  return bytes.length > material.limit ? bytes.slice(0, material.limit) : bytes;
}
