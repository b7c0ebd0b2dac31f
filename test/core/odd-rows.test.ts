// Rows by random numbers, however odd: what is written is read back, every walk ends, and nothing outside is touched.

import { assert } from "../support/assert.js";
import { RawCore } from "../support/core.js";
import { Random, seed } from "../support/random.js";
import { suite } from "../support/suite.js";

const CORES = 12;
const ROWS = 16;
const RULES = 9;
const WORDS = [4, 8];
const FLAGS = [0, 1];
const UNITS = [1, 2, 4, 8, 16, 32, 64];
const SIZES = [0, 14, 108, 255];
/** What each column may be. */
const COLUMNS = [
  ...[WORDS, WORDS, FLAGS, UNITS, [0, 8], WORDS, WORDS, WORDS, WORDS, FLAGS, [0, 4, 8]],
  ...[UNITS, UNITS, WORDS, FLAGS, SIZES, Array.from({ length: RULES }, (_, rule) => rule)],
];

const random = new Random();
const test = suite("core with odd rows");

/** Calls `check` with many rows, and the numbers that a failure names. */
function everyRow(check: (core: RawCore, row: number) => void): void {
  for (let i = 0; i < CORES; i++) {
    const core = new RawCore();
    for (let j = 0; j < ROWS; j++) {
      const numbers = COLUMNS.map((values) => random.pick<number>(values));
      core.setWords(core.base, ...numbers);
      const row = core.call("abi_define", core.base);
      assert.ok(row >= 0, `seed ${seed}: ${numbers}`);
      try {
        check(core, row);
      } catch (error) {
        throw new Error(`seed ${seed}, row ${numbers}: ${String(error)}`);
      }
    }
  }
}

test("messages that are written are read back, at the very end of memory", () => {
  everyRow((core, row) => {
    const sizes = Array.from({ length: 1 + random.below(6) }, () => random.below(70));
    const room = sizes.reduce((sum, n) => sum + core.call("cmsg_space", row, n), 0);
    const control = core.end - room;
    const payload = core.base + 4096;
    core.bytes.fill(0xee, control - 64, core.end);
    let used = 0;
    const expected = sizes.map((n, i) => {
      core.bytes.fill(0xa0 + i, payload, payload + n);
      const record = [i, -i, used + core.call("cmsg_len", row, 0), n];
      used = core.call("cmsg_append", row, control, room, used, i, -i, payload, n);
      return record;
    });
    assert.is(used, room);
    assert.ok(core.read(control - 64, 64).every((byte) => byte === 0xee));
    const count = core.call("cmsg_walk", row, control, room, core.base, 100);
    const records = Array.from({ length: count }, (_, i) =>
      [0, 1, 2, 3].map((word) => core.word(core.base + 16 + i * 16 + word * 4)),
    );
    assert.equal([core.word(core.base), records.map(String)], [0, expected.map(String)]);
    records.forEach(([, , at = 0, n = 0], i) => {
      assert.ok(core.read(control + at, n).every((byte) => byte === 0xa0 + i));
    });
  });
});

test("walks over random bytes end inside the buffer, by the safe and by every rule", () => {
  everyRow((core, row) => {
    for (let i = 0; i < 10; i++) {
      const bytes = random.bytes(random.below(200)).map((byte) => (byte < 200 ? 0 : byte & 63));
      const control = core.end - bytes.length;
      core.write(control, bytes);
      assert.ok(core.call("cmsg_walk", row, control, bytes.length, core.base, 50) >= 0);
      for (let rule = 0; rule < RULES; rule++) {
        const range = [control, bytes.length] as const;
        let last = -1;
        let at = core.call("cmsg_firsthdr", row, rule, ...range, core.base);
        while (at >= 0) {
          assert.ok(at > last && at < bytes.length, `rule ${rule}: from ${last} to ${at}`);
          last = at;
          const address = [random.next() | 0, random.next() | 0] as const;
          at = core.call("cmsg_nxthdr", row, rule, ...range, at, ...address, core.base);
        }
        assert.ok(at <= -16 && at >= -20, `rule ${rule}: ${at}`);
      }
    }
  });
});

test("a header's members lie apart, inside it, aligned", () => {
  everyRow((core, row) => {
    for (let struct = 0; struct < 7; struct++) {
      const out = core.base + 256;
      const count = core.call("struct_program", row, struct, core.base);
      const size = core.call("layout", row, core.base, count, out);
      let end = 0;
      for (let i = 0; i < count; i++) {
        const [at, width] = [core.word(out + i * 8), core.word(out + i * 8 + 4)];
        assert.ok(at >= end && at + width <= size, `struct ${struct}, member ${i}`);
        end = at + width;
      }
      assert.is(size % core.word(out + count * 8), 0);
    }
  });
});

test.run();
