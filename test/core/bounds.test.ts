// Walks at the very end of memory and over lengths that lie: they end after a bounded number of steps, inside the buffer.

import { assert } from "../support/assert.js";
import { RawCore } from "../support/core.js";
import { Random, seed } from "../support/random.js";
import { suite } from "../support/suite.js";

const END_NULL = -16;
const END_NO_PROGRESS = -17;
const END_EINVAL = -20;
const LENGTH_PAST_END = -6;
const RULES = 9;
/** Columns of a row. */
const [BYTE_ORDER, LENGTH_SLOT, CMSG_LEN_WIDTH] = [2, 4, 5] as const;

const core = new RawCore();
const { end } = core;
const rows = Array.from({ length: core.call("abi_count") }, (_, row) => row);
const report = core.base;
const step = core.base + 0x8000;
const random = new Random();
const test = suite("core bounds");

/** Native addresses at which a buffer may count as lying: low and high word. */
const ADDRESSES: readonly (readonly [low: number, high: number])[] = [
  [0, 0],
  [0x40000000, 0],
  [-16, 0],
  [-128, -1],
  [-1, -1],
  [1, 0x7fff],
];

/** Walks by a rule; answers the offsets visited and how it ended. Every step must go forward. */
function visited(
  row: number,
  rule: number,
  length: number,
  [low, high] = [0x40000000, 0] as readonly [number, number],
) {
  const control = end - length;
  const offsets: number[] = [];
  let at = core.call("cmsg_firsthdr", row, rule, control, length, step);
  while (at >= 0) {
    const last = offsets.at(-1) ?? -1;
    if (at <= last || at >= length) throw new Error(`from ${last} to ${at} of ${length}`);
    offsets.push(at);
    at = core.call("cmsg_nxthdr", row, rule, control, length, at, low, high, step);
  }
  return { offsets, end: at };
}

function safely(row: number, length: number): number[][] {
  const count = core.call("cmsg_walk", row, end - length, length, report, 1000);
  return Array.from({ length: count }, (_, i) =>
    [0, 1, 2, 3].map((word) => core.word(report + 16 + i * 16 + word * 4)),
  );
}

/** Writes cmsg_len of a header with its high word (or the padding of its slot) set too. */
function writeLength(row: number, at: number, low: number, high: number): void {
  const big = core.call("abi_column", row, BYTE_ORDER) === 1;
  const wide = core.call("abi_column", row, CMSG_LEN_WIDTH) === 8;
  const slot = core.call("abi_column", row, LENGTH_SLOT) === 8;
  const words = wide || slot ? (big ? [high, low] : [low, high]) : [low];
  const ordered = (word: number) => {
    const bytes = Buffer.alloc(4);
    if (big) bytes.writeInt32BE(word | 0);
    else bytes.writeInt32LE(word | 0);
    return bytes;
  };
  core.write(at, Buffer.concat(words.map(ordered)));
}

test("every row, every rule, every address: random bytes at the end of memory", () => {
  for (const row of rows) {
    for (let length = 0; length <= 96; length++) {
      core.write(end - length, small(random.bytes(length)));
      const records = safely(row, length);
      assert.ok(records.length <= length / 12, `row ${row}, seed ${seed}`);
      for (const [, , payload = 0, size = 0] of records) {
        assert.ok(size === 0 || payload + size <= length, `row ${row}, seed ${seed}`);
      }
      for (let rule = 0; rule < RULES; rule++) {
        const { offsets, end: why } = visited(row, rule, length, random.pick(ADDRESSES));
        assert.ok(offsets.length <= length, `row ${row}, rule ${rule}, seed ${seed}`);
        assert.ok(why <= END_NULL && why >= END_EINVAL, `row ${row}, rule ${rule}, seed ${seed}`);
      }
    }
  }
});

/** Most bytes made small, so that lengths often fit. */
function small(bytes: Uint8Array): Uint8Array {
  return bytes.map((byte) => (byte < 160 ? 0 : byte < 240 ? byte & 31 : byte));
}

/** Claims: low and high word. The last two are right but for the high word. */
const CLAIMS = [
  [0x7fffffff, 0],
  [0x80000000, 0],
  [0xfffffff0, 0],
  [0xfffffffc, 0],
  [0xfffffffd, 0],
  [0xffffffff, 0],
  [0, 1],
  [0xffffffff, 0x7fffffff],
  [0, 0x80000000],
  [0xffffffff, 0xffffffff],
  [20, 1],
  [20, 0xffffffff],
] as const;

test("a huge length is one message of what is there, whatever the width of the length", () => {
  for (const row of rows) {
    const data = core.call("cmsg_len", row, 0);
    const wide = core.call("abi_column", row, CMSG_LEN_WIDTH) === 8;
    for (const [low, high] of CLAIMS) {
      if (!wide && low < 0x7fffffff) continue;
      for (const length of [data, data + 1, data + 40]) {
        core.bytes.fill(0xff, end - length, end);
        writeLength(row, end - length, low, high);
        const [record, ...others] = safely(row, length);
        assert.equal([others.length, record?.[2], record?.[3]], [0, data, length - data]);
        assert.is(core.word(report), LENGTH_PAST_END, `row ${row}, ${low} ${high}`);
        const claimed = wide ? BigInt(low) | (BigInt(high) << 32n) : BigInt(low);
        assert.is(core.double(report + 8), claimed);
      }
    }
  }
});

test("the padding of a narrow length counts nothing", () => {
  const slotted = rows.filter((row) => core.call("abi_column", row, LENGTH_SLOT) === 8);
  assert.is(slotted.length, 2);
  for (const row of slotted) {
    core.bytes.fill(0, end - 24, end);
    writeLength(row, end - 24, 20, -1);
    assert.equal(safely(row, 24), [[0, 0, 16, 4]]);
    assert.is(core.word(report), 0);
  }
});

test("a huge length ends each rule's walk at the first header", () => {
  for (const row of rows) {
    for (let rule = 0; rule < RULES; rule++) {
      for (const [low, high] of CLAIMS) {
        for (const address of ADDRESSES) {
          core.bytes.fill(0xff, end - 64, end);
          writeLength(row, end - 64, low, high);
          const { offsets } = visited(row, rule, 64, address);
          assert.ok(offsets.length <= 6, `row ${row}, rule ${rule}, ${low} ${high}: ${offsets}`);
        }
      }
    }
  }
});

test("length 0 never makes a walk stand still for ever", () => {
  for (const row of rows) {
    for (let rule = 0; rule < RULES; rule++) {
      core.bytes.fill(0, end - 64, end);
      const { offsets, end: why } = visited(row, rule, 64);
      const refuses = rule === 4 || rule === 5;
      assert.equal(offsets, refuses ? [] : [0], `row ${row}, rule ${rule}`);
      const expected = refuses ? END_EINVAL : rule < 3 ? END_NULL : END_NO_PROGRESS;
      assert.is(why, expected, `row ${row}, rule ${rule}`);
      assert.equal(safely(row, 64), []);
    }
  }
});

test("the smallest steps there are: as many headers as bytes at most", () => {
  const row = new RawCore();
  const numbers = row.columns(2);
  [numbers[11], numbers[12]] = [1, 1];
  row.setWords(row.base, ...numbers);
  const index = row.call("abi_define", row.base);
  const control = row.end - 0x10000;
  for (let at = 0; at < 0x10000; at += 4) row.setWords(control + at, 1);
  for (const rule of [3, 6, 7, 8]) {
    let steps = 0;
    let at = row.call("cmsg_firsthdr", index, rule, control, 0x10000, row.base);
    while (at >= 0 && steps <= 0x10000) {
      steps++;
      at = row.call("cmsg_nxthdr", index, rule, control, 0x10000, at, 0, 0, row.base);
    }
    assert.ok(at < 0, `rule ${rule}`);
  }
});

test("the fullest buffer of a mebibyte: a record for each header", () => {
  const length = 0x100000;
  for (const row of [0, 2, 34]) {
    const size = core.call("cmsg_len", row, 0);
    const control = end - length;
    core.bytes.fill(0, control, end);
    for (let at = 0; at + size <= length; at += size) core.setWords(control + at, size);
    const most = Math.floor(length / size);
    assert.is(core.call("cmsg_walk", row, control, length, core.base, most), most);
    assert.is(core.word(core.base), 0);
  }
});

test("CMSG_NXTHDR is refused for headers that are not inside the buffer", () => {
  for (const at of [-1, 49, 64, 65, 0x7fffffff, -0x80000000]) {
    const answer = core.call("cmsg_nxthdr", 0, 0, end - 64, 64, at, 0, 0, step);
    assert.is(answer, -2, String(at));
  }
});

test.run();
