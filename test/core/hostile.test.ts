// Every export with hostile integers: no trap, only documented answers, and no byte changed outside what the caller gave.

import { assert } from "../support/assert.js";
import { Guard, type GuardedCall, type Range } from "../support/guard.js";
import {
  attacked,
  CELLS,
  CONTROL,
  end,
  exports,
  HOSTILE,
  INPUT,
  MESSAGES,
  PROGRAM,
  REPORT,
  REQUEST,
  requestWrites,
  STEP,
  STRUCT,
  VALID_REQUEST,
  words,
} from "../support/hostile.js";
import { Random, seed } from "../support/random.js";
import { suite } from "../support/suite.js";

interface Spec {
  readonly valid: readonly number[];
  readonly writes: (...args: number[]) => readonly Range[];
}

const nothing = (): readonly Range[] => [];

const SPECS: Readonly<Record<string, Spec>> = {
  version: { valid: [], writes: nothing },
  scratch_base: { valid: [], writes: nothing },
  scratch_size: { valid: [], writes: nothing },
  coverage_base: { valid: [], writes: nothing },
  coverage_size: { valid: [], writes: nothing },
  abi_count: { valid: [], writes: nothing },
  abi_column: { valid: [0, 3], writes: nothing },
  abi_define: { valid: [CONTROL], writes: nothing },
  rule_answers: { valid: [3], writes: nothing },
  cmsg_align: { valid: [0, 5], writes: nothing },
  cmsg_len: { valid: [0, 5], writes: nothing },
  cmsg_space: { valid: [0, 5], writes: nothing },
  layout: {
    valid: [0, PROGRAM, 3, STEP],
    writes: (_abi, _program, count = 0, out = 0) => [[out, (count + 1) * 8]],
  },
  struct_program: { valid: [0, 3, STEP], writes: (_abi, _struct, at = 0) => [[at, 40]] },
  pack: {
    valid: [0, PROGRAM, 3, CELLS, 7, STRUCT, 64],
    writes: (_abi, _program, _count, _cells, _cellCount, at = 0, room = 0) => [[at, room]],
  },
  unpack: {
    valid: [0, PROGRAM, 3, STRUCT, 64, CELLS, 64],
    writes: (_abi, _program, _count, _at, _available, cells = 0, room = 0) => [[cells, room * 8]],
  },
  cmsg_append: {
    valid: [0, CONTROL, 256, 40, 1, 1, CELLS, 13],
    writes: (_abi, control = 0, capacity = 0) => [[control, capacity]],
  },
  cmsg_append_all: {
    valid: [0, CONTROL, 256, 40, MESSAGES, 2],
    writes: (_abi, control = 0, capacity = 0) => [[control, capacity]],
  },
  cmsg_walk: {
    valid: [0, CONTROL, 40, REPORT, 8],
    writes: (_abi, _control, _length, report = 0, limit = 0) => [[report, 16 + limit * 16]],
  },
  cmsg_firsthdr: {
    valid: [0, 0, CONTROL, 40, STEP],
    writes: (_abi, _rule, _control, _length, step = 0) => [[step, 36]],
  },
  cmsg_nxthdr: {
    valid: [0, 0, CONTROL, 40, 0, 0x1000, 0, STEP],
    writes: (...args) => [[args[7] ?? 0, 36]],
  },
  message_begin: { valid: [0, REQUEST], writes: (_abi, at = 0) => requestWrites(at) },
  message_append: {
    valid: [0, REQUEST, 1, 1, CELLS, 9],
    writes: (_abi, at = 0) => requestWrites(at),
  },
  message_seal: { valid: [0, REQUEST], writes: (_abi, at = 0) => requestWrites(at) },
  message_compose: { valid: [0, REQUEST], writes: (_abi, at = 0) => requestWrites(at) },
  message_prepare: { valid: [0, REQUEST], writes: (_abi, at = 0) => requestWrites(at) },
  message_open: { valid: [0, REQUEST], writes: (_abi, at = 0) => requestWrites(at) },
};

function callOf(name: string, args: readonly number[], request = VALID_REQUEST): GuardedCall {
  const spec = SPECS[name] as Spec;
  const writes = name.startsWith("message_")
    ? requestWrites(args[1] as number, request)
    : spec.writes(...args);
  return { name, args, writes, input: [...(INPUT ?? []), [REQUEST, words(...request)]] };
}

const test = suite("core with hostile integers");
const random = new Random();

test("every export has its attack, those for batches in a file of their own", () => {
  const functions = Object.keys(exports).filter((n) => n !== "memory" && !n.endsWith("_batch"));
  assert.equal(Object.keys(SPECS).sort(), functions.sort());
});

test("the valid arguments are valid", () => {
  for (const [name, { valid }] of Object.entries(SPECS)) {
    if (name === "abi_define") continue;
    const { core } = new Guard();
    for (const [at, input] of callOf(name, valid).input ?? []) core.write(at, input);
    const answer = core.call(name, ...valid);
    assert.ok(answer >= 0, `${name}: ${answer}`);
  }
});

for (const [name, { valid }] of Object.entries(SPECS)) {
  test(name, () => {
    const calls = attacked(random, valid, 3000).map((args) => callOf(name, args));
    assert.is(Guard.problem(calls), undefined, `seed ${seed}`);
  });
}

test("a guard sees a byte that is written elsewhere", () => {
  const args = [0, CONTROL, 256, 0, 1, 1, CELLS, 8];
  assert.is(
    Guard.problem([{ name: "cmsg_append", args, writes: [[CONTROL, 23]] }]),
    `cmsg_append(${args.join(", ")}) wrote at ${CONTROL + 23}`,
  );
});

for (const step of ["append", "seal", "compose", "prepare", "open"]) {
  test(`message_${step}, the words of whose request are hostile`, () => {
    const name = `message_${step}`;
    const [, , ...rest] = (SPECS[name] as Spec).valid;
    const calls = attacked(random, VALID_REQUEST, 1000).flatMap((request) =>
      [0, 2, 11, 45].map((row) => callOf(name, [row, REQUEST, ...rest], request)),
    );
    assert.is(Guard.problem(calls), undefined, `seed ${seed}`);
  });
}

/** Elements of programs: mostly of kinds that exist, with counts that are odd. */
function hostileElement(): number {
  const kind = random.below(8) === 0 ? random.below(256) : 1 + random.below(24);
  const count = random.pick([0, 1, 1, 1, 2, 3, 9, 255, 0xfffe, 0xffff]);
  return random.below(40) === 0
    ? random.next() | 0
    : kind | (random.below(256) << 8) | (count << 16);
}

/** Places for a program, its cells and its struct: apart, on top of each other, and at the end of memory. */
function hostilePlace(length: number): number {
  const odd = random.below(16);
  const place = random.pick([PROGRAM, CELLS, STRUCT, STRUCT, STEP, end - length]);
  return random.below(4) === 0 ? place + odd : place;
}

/** A row whose sun_path is as long as can be. */
const LONGEST_PATH = [8, 8, 0, 8, 0, 8, 8, 8, 8, 0, 4, 8, 8, 8, 1, 255, 0];

function programCall(define: GuardedCall): GuardedCall[] {
  const elements = Array.from({ length: random.below(6) }, hostileElement);
  const row = random.pick([0, 1, 2, 10, 11, 24, 39, 40, 45, 47]);
  const count = random.below(20) === 0 ? random.pick(HOSTILE) : elements.length;
  const program = Math.min(hostilePlace(elements.length * 4), end - elements.length * 4);
  const room = random.pick([0, 1, 2, 7, 8, 13, 64, 256, 4000]);
  const cellCount = random.pick([0, 1, 2, 3, 8, 64, 500]);
  const cells = hostilePlace(cellCount * 8);
  const struct = hostilePlace(room);
  const counts = Uint8Array.from({ length: 64 }, () => random.pick([0, 0, 0, 1, 2, 8, 255]));
  const input = [
    [Math.min(cells, end - 64), counts],
    [program, words(...elements)],
  ] as const;
  const layout = [row, program, count, struct];
  const pack = [row, program, count, cells, cellCount, struct, room];
  const unpack = [row, program, count, struct, room, cells, cellCount];
  return [
    define,
    { name: "layout", args: layout, input, writes: SPECS.layout?.writes(...layout) ?? [] },
    { name: "pack", args: pack, input, writes: SPECS.pack?.writes(...pack) ?? [] },
    { name: "unpack", args: unpack, input, writes: SPECS.unpack?.writes(...unpack) ?? [] },
  ];
}

test("hostile field programs, on rows by numbers too", () => {
  const define: GuardedCall = {
    name: "abi_define",
    args: [CONTROL],
    input: [[CONTROL, words(...LONGEST_PATH)]],
    writes: [],
  };
  const calls = Array.from({ length: 20_000 }, () => programCall(define)).flat();
  assert.is(Guard.problem(calls), undefined, `seed ${seed}`);
});

test("programs whose size would not fit in 32 bits", () => {
  const most = Array.from({ length: 255 }, () => 23 | (0xfffe << 16));
  const calls = ["layout", "pack", "unpack"].map((name) => {
    const args = {
      layout: [47, PROGRAM, 255, STRUCT],
      pack: [47, PROGRAM, 255, CELLS, 8, STRUCT, 64],
      unpack: [47, PROGRAM, 255, STRUCT, 64, CELLS, 8],
    }[name] as number[];
    const input = [[PROGRAM, words(...most)]] as const;
    return { name, args, input, writes: SPECS[name]?.writes(...args) ?? [] };
  });
  const define = {
    args: [CONTROL],
    input: [[CONTROL, words(...LONGEST_PATH)]],
    writes: [],
  } as const;
  assert.is(Guard.problem([{ name: "abi_define", ...define }, ...calls]), undefined);
});

test.run();
