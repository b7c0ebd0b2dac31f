// Generators make well-formed control buffers, mutators break the rule that they are named after, for every ABI.

import { type AbiName, abis, decodeControl, encodeControl, layout, rights } from "cmsg/codec";
import {
  controlArbitrary,
  damagedArbitrary,
  generateControl,
  type MutatorName,
  mutateControl,
  mutatorNames,
  Random,
} from "cmsg/fuzz";
import fc from "fast-check";
import { assert, bytes } from "../support/assert.js";
import { seed } from "../support/random.js";
import { suite } from "../support/suite.js";

const test = suite("generators and mutators");
const random = new Random(seed);

const isBroken = (control: Uint8Array, abi: AbiName): boolean =>
  decodeControl(control, { abi }).problems.some(({ code }) => code.startsWith("ERR_CMSG_LENGTH"));

/** A buffer of two messages, and cmsg_len of the header at an offset. */
function sample(abi: AbiName) {
  const { cmsghdr, cmsg, endian } = layout(abi);
  const { offset = 0, width = 4 } = cmsghdr.fields["cmsg_len"] ?? {};
  const control = encodeControl(
    [
      { level: 1, type: 1, payload: Uint8Array.of(1, 2, 3, 4, 5) },
      { level: 41, type: 50, payload: new Uint8Array(20).fill(9) },
    ],
    { abi },
  );
  const lengthAt = (buffer: Uint8Array, at: number): bigint => {
    const part = buffer.slice(at + offset, at + offset + width);
    if (endian === "little") part.reverse();
    return BigInt(`0x${Buffer.from(part).toString("hex")}`);
  };
  const second = Math.ceil((cmsg.dataOffset + 5) / cmsg.align) * cmsg.align;
  return { control, second, lengthAt, cmsg, cmsghdr, width };
}

test("generated buffers are well-formed, and those of a seed are the same", () => {
  for (const abi of abis()) {
    for (let i = 0; i < 20; i++) {
      const start = random.next();
      const control = generateControl(new Random(start), { abi, messages: 6, payload: 60 });
      assert.not(isBroken(control, abi), `${abi} ${start}`);
      bytes(generateControl(new Random(start), { abi, messages: 6, payload: 60 }), control);
    }
  }
});

/** By how much a length changes, for mutators that move it. */
const DISTANCES: Readonly<
  Partial<Record<MutatorName, (data: number, size: number, align: number) => number[]>>
> = {
  lengthOffByOne: () => [-1, 1],
  lengthOffByHeader: (data, size) => [-size, size, -data],
  lengthOffByAlignment: (_data, _size, align) => [-align, align],
};

test("lengths are off by one, by a header, by the alignment; or zero", () => {
  for (const abi of abis()) {
    const { control, second, lengthAt, cmsg, cmsghdr, width } = sample(abi);
    const change = (name: MutatorName): bigint => {
      const damaged = mutateControl(control, random, { abi, mutator: name });
      const changed = lengthAt(damaged, 0) !== lengthAt(control, 0) ? 0 : second;
      return BigInt.asIntN(width * 8, lengthAt(damaged, changed) - lengthAt(control, changed));
    };
    for (const [name, distances] of Object.entries(DISTANCES)) {
      const allowed = distances(cmsg.dataOffset, cmsghdr.size, cmsg.align).map(BigInt);
      const found = change(name as MutatorName);
      assert.ok(allowed.includes(found), `${abi} ${name}: ${found}`);
    }
    const zero = mutateControl(control, random, { abi, mutator: "lengthZero" });
    assert.ok([0, second].some((at) => lengthAt(zero, at) === 0n));
  }
});

test("huge and wrapping lengths lie behind every buffer", () => {
  for (const abi of abis()) {
    const { control } = sample(abi);
    for (const mutator of [
      "lengthHuge",
      "lengthWrapsAround",
      "lengthZero",
      "lengthBelowHeader",
    ] as const) {
      for (let i = 0; i < 10; i++) {
        const damaged = mutateControl(control, random, { abi, mutator });
        // 2^63 and 2^64 - n have no high half where lengths have four bytes.
        const { lengthAt, second } = sample(abi);
        const low = [0, second].some((at) => lengthAt(damaged, at) < 12n);
        assert.ok(
          isBroken(damaged, abi) || low || mutator === "lengthWrapsAround",
          `${abi} ${mutator}`,
        );
      }
    }
  }
});

test("padding is dirtied and nothing else: the messages stay the same", () => {
  for (const abi of abis()) {
    const { control } = sample(abi);
    const damaged = mutateControl(control, random, { abi, mutator: "dirtyPadding" });
    const plain = (buffer: Uint8Array) =>
      decodeControl(buffer, { abi }).messages.map(({ level, type, payload }) => [
        level,
        type,
        [...payload],
      ]);
    assert.equal(plain(damaged), plain(control));
  }
  const { control } = sample("linux-x86_64-glibc");
  const damaged = mutateControl(control, random, {
    abi: "linux-x86_64-glibc",
    mutator: "dirtyPadding",
  });
  assert.not.equal(damaged, control);
});

test("more descriptors than a message may carry", () => {
  const abi = "linux-x86_64-glibc";
  const counts = new Set<number>();
  for (let i = 0; i < 60; i++) {
    const damaged = mutateControl(encodeControl([rights([0])], { abi }), random, {
      abi,
      mutator: "manyDescriptors",
    });
    const [message] = decodeControl(damaged, { abi }).messages;
    counts.add((message?.payload.length ?? 0) / 4);
  }
  assert.ok(
    [253, 254].every((count) => counts.has(count)),
    [...counts].join(),
  );
});

test("level and type change places; tails are cut; messages of other ABIs come in", () => {
  for (const abi of abis()) {
    const { control } = sample(abi);
    const swapped = mutateControl(control, random, { abi, mutator: "swapLevelAndType" });
    const pairs = decodeControl(swapped, { abi }).messages.map(({ level, type }) => [level, type]);
    assert.ok(
      [[50, 41]].some(([l, t]) => pairs.some(([a, b]) => a === l && b === t)) ||
        pairs[0]?.[0] === 1,
    );
    assert.ok(
      mutateControl(control, random, { abi, mutator: "truncatedTail" }).length < control.length,
    );
    const mixed = mutateControl(control, random, { abi, mutator: "mixedAbis" });
    assert.ok(mixed.length >= control.length);
  }
});

test("no mutator throws, changes its input, or answers the same object, whatever the bytes are", () => {
  for (const abi of abis()) {
    for (const mutator of mutatorNames) {
      for (const length of [0, 1, 11, 16, 40]) {
        const input = random.bytes(length);
        const before = input.slice();
        const damaged = mutateControl(input, random, { abi, mutator });
        assert.is(Buffer.compare(input, before), 0, `${abi} ${mutator}, seed ${seed}`);
        assert.not(damaged.buffer === input.buffer);
      }
    }
  }
});

test("every kind of damage makes some buffer that decoding complains of, or that holds something else", () => {
  const abi = "linux-x86_64-glibc";
  const { control } = sample(abi);
  for (const mutator of mutatorNames) {
    const changed = Array.from({ length: 50 }, () =>
      mutateControl(control, random, { abi, mutator, dictionary: [Uint8Array.of(99)] }),
    );
    assert.ok(
      changed.some((damaged) => Buffer.compare(damaged, control) !== 0),
      mutator,
    );
  }
});

test("as arbitraries of fast-check: well-formed and damaged buffers, which shrink", () => {
  const abi = "linux-s390x-glibc";
  fc.assert(fc.property(controlArbitrary(fc, { abi }), (control) => !isBroken(control, abi)));
  const never = fc.property(damagedArbitrary(fc, { abi }), (control) => !isBroken(control, abi));
  const { failed, counterexample } = fc.check(never, { seed, numRuns: 500 });
  assert.ok(failed, `seed ${seed}`);
  const [smallest] = counterexample ?? [];
  assert.ok((smallest?.length ?? 0) < 200, `seed ${seed}`);
  const cut = damagedArbitrary(fc, { abi, mutators: ["truncatedTail"], times: 1 });
  for (const each of fc.sample(cut, 20)) assert.instance(each, Uint8Array);
});

test.run();
