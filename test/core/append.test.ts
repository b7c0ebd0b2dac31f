// Lengths of control messages, writing them one after another and the safe walk over them, with bytes worked out by hand.

import { assert, bytes } from "../support/assert.js";
import { RawCore } from "../support/core.js";
import { suite } from "../support/suite.js";

const BAD_OFFSET = -2;
const OUT_OF_RANGE = -3;
const NO_SPACE = -4;
const LENGTH_BELOW_HEADER = -5;
const LENGTH_PAST_END = -6;
const MOST = 0x7fffffff;

/** Rows of the table. */
const ROW = {
  lp64: 0,
  lp64Big: 1,
  i386: 2,
  musl64: 10,
  musl64Big: 11,
  freebsd64: 24,
  netbsdAarch64: 29,
  darwin: 34,
  sparcv9: 39,
} as const;

const core = new RawCore();
const control = core.base;
const payload = core.base + 4096;
const report = core.base + 8192;
const test = suite("core append and walk");

/** Appends one message to a control buffer full of 0xee. */
function append(row: number, used: number, level: number, type: number, hex: string, room = 256) {
  const data = Buffer.from(hex.replace(/\s+/g, ""), "hex");
  core.write(payload, data);
  const args = [control, room, used, level, type, payload, data.length];
  return core.call("cmsg_append", row, ...args);
}

function appended(row: number, level: number, type: number, hex: string): [number, Uint8Array] {
  core.bytes.fill(0xee, control, control + 256);
  const used = append(row, 0, level, type, hex);
  return [used, core.read(control, used + 1)];
}

interface Found {
  records: number[][];
  status: number;
  offset: number;
  claimed: bigint;
}

function walked(row: number, hex: string, limit = 16): Found {
  const data = Buffer.from(hex.replace(/\s+/g, ""), "hex");
  core.bytes.fill(0xee, control, control + 256);
  core.write(control, data);
  core.bytes.fill(0, report, report + 16);
  const count = core.call("cmsg_walk", row, control, data.length, report, limit);
  const records = Array.from({ length: count }, (_, i) =>
    [0, 1, 2, 3].map((word) => core.word(report + 16 + i * 16 + word * 4)),
  );
  const [status, offset] = [core.word(report), core.word(report + 4)];
  return { records, status, offset, claimed: core.double(report + 8) };
}

test("CMSG_LEN and CMSG_SPACE of 64-bit Linux", () => {
  const sizes = [0, 1, 4, 7, 8, 9, 12];
  for (const row of [ROW.lp64, ROW.lp64Big, ROW.musl64]) {
    assert.equal(
      sizes.map((n) => core.call("cmsg_len", row, n)),
      [16, 17, 20, 23, 24, 25, 28],
    );
    assert.equal(
      sizes.map((n) => core.call("cmsg_space", row, n)),
      [16, 24, 24, 24, 24, 32, 32],
    );
  }
});

test("CMSG_SPACE where header and payload are rounded by different rules", () => {
  const spaces = (row: number) => [0, 1, 4, 5].map((n) => core.call("cmsg_space", row, n));
  assert.equal(spaces(ROW.netbsdAarch64), [16, 32, 32, 32]);
  assert.equal(spaces(ROW.darwin), [12, 16, 16, 20]);
  assert.equal(spaces(ROW.sparcv9), [16, 16, 16, 24]);
  assert.is(core.call("cmsg_len", ROW.sparcv9, 0), 12);
  assert.is(core.call("cmsg_len", ROW.freebsd64, 0), 16);
});

test("lengths up to 2^31 - 1, for every row", () => {
  const count = core.call("abi_count");
  for (let row = 0; row < count; row++) {
    const header = core.call("cmsg_len", row, 0);
    const unit = core.call("cmsg_align", row, 1);
    assert.is(core.call("cmsg_len", row, MOST - header), MOST);
    assert.is(core.call("cmsg_len", row, MOST - header + 1), OUT_OF_RANGE);
    const fits = ((MOST - unit + 1) & -unit) - header;
    assert.is(core.call("cmsg_space", row, fits), fits + header);
    assert.is(core.call("cmsg_space", row, fits + 1), OUT_OF_RANGE);
    assert.is(core.call("cmsg_align", row, fits + header), fits + header);
    assert.is(core.call("cmsg_align", row, fits + header + 1), OUT_OF_RANGE);
    for (const macro of ["cmsg_align", "cmsg_len", "cmsg_space"]) {
      assert.is(core.call(macro, row, -1), OUT_OF_RANGE);
      assert.is(core.call(macro, row, -0x80000000), OUT_OF_RANGE);
      assert.is(core.call(macro, row, MOST), OUT_OF_RANGE);
    }
    for (let n = 0; n <= 256; n++) {
      const length = core.call("cmsg_len", row, n);
      const space = core.call("cmsg_space", row, n);
      assert.is(length - header, n);
      assert.ok(space >= length && space % unit === 0 && space - length < unit);
    }
  }
});

test("one message: length, level, type, payload, zeros, nothing behind", () => {
  const [lp64, image] = appended(ROW.lp64, 1, 2, "a1a2a3a4a5");
  assert.is(lp64, 24);
  bytes(image, "15000000000000000100000002000000a1a2a3a4a5000000ee");
  const [big, bigImage] = appended(ROW.lp64Big, -1, -300, "a1");
  assert.is(big, 24);
  bytes(bigImage, "0000000000000011fffffffffffffed4a100000000000000ee");
  const [i386, small] = appended(ROW.i386, 0x7fffffff, -0x80000000, "a1a2a3a4a5");
  assert.is(i386, 20);
  bytes(small, "11000000ffffff7f00000080a1a2a3a4a5000000ee");
});

test("a length narrower than its slot lies at the low-order end, zeros beside it", () => {
  bytes(
    appended(ROW.musl64, 1, 1, "a1a2a3a4")[1],
    "14000000000000000100000001000000a1a2a3a400000000ee",
  );
  bytes(
    appended(ROW.musl64Big, 1, 1, "a1a2a3a4")[1],
    "00000000000000140000000100000001a1a2a3a400000000ee",
  );
});

test("a header of 12 bytes with its payload at 16 or at 12", () => {
  bytes(
    appended(ROW.freebsd64, 1, 2, "a1")[1],
    "11000000010000000200000000000000a100000000000000ee",
  );
  bytes(appended(ROW.sparcv9, 1, 2, "a1")[1], "0000000d0000000100000002a1000000ee");
  bytes(
    appended(ROW.netbsdAarch64, 1, 2, "a1")[1],
    "11000000010000000200000000000000a1000000000000000000000000000000ee",
  );
});

test("the second message lies at the space of the first", () => {
  assert.is(append(ROW.lp64, 0, 1, 1, "0102030405060708"), 24);
  assert.is(append(ROW.lp64, 24, 3, 4, "aa"), 48);
  bytes(core.read(control + 24, 24), "11000000000000000300000004000000aa00000000000000");
});

test("a message that does not fit changes nothing, a smaller one still fits", () => {
  core.bytes.fill(0xee, control, control + 64);
  for (const [used, room] of [
    [0, 0],
    [0, 23],
    [1, 24],
    [24, 47],
    [25, 24],
    [-1, 64],
    [MOST, 64],
  ] as const) {
    assert.is(append(ROW.lp64, used, 1, 1, "01020304", room), NO_SPACE, `${used} of ${room}`);
  }
  bytes(core.read(control, 64), "ee".repeat(64));
  assert.is(append(ROW.lp64, 0, 1, 1, "", 23), 16);
});

test("a payload that lies in its place already, or overlaps it, arrives whole", () => {
  for (const shift of [-5, -1, 0, 1, 7]) {
    const place = control + 16 + shift;
    core.write(place, "0102030405060708090a");
    assert.is(core.call("cmsg_append", ROW.lp64, control, 64, 0, 1, 1, place, 10), 32);
    bytes(
      core.read(control, 32),
      "1a000000000000000100000001000000" + "0102030405060708090a000000000000",
    );
  }
});

test("an empty payload may lie nowhere", () => {
  for (const at of [0, -1, core.end, MOST]) {
    assert.is(core.call("cmsg_append", ROW.lp64, control, 64, 0, 1, 1, at, 0), 16);
    bytes(core.read(control, 16), "10000000000000000100000001000000");
  }
  assert.is(core.call("cmsg_append", ROW.lp64, control, 64, 0, 1, 1, 0, 1), BAD_OFFSET);
});

test("the safe walk reports level, type, offset and length of each payload", () => {
  const first = "18000000000000000100000002000000 0102030405060708";
  const second = "1100000000000000ffffffff00000080 aa";
  const { records, status } = walked(ROW.lp64, `${first} ${second}`);
  assert.equal(records, [
    [1, 2, 16, 8],
    [-1, -0x80000000, 40, 1],
  ]);
  assert.is(status, 0);
});

test("a tail that is shorter than a header is no message and no complaint", () => {
  const message = "10000000000000000100000001000000";
  for (let tail = 0; tail < 16; tail++) {
    const { records, status } = walked(ROW.lp64, message + "ff".repeat(tail));
    assert.equal([records.length, status], [1, 0], `tail of ${tail}`);
    assert.equal(walked(ROW.lp64, "ff".repeat(tail)).records, []);
  }
});

test("a length below the header ends the walk and is reported", () => {
  const good = "18000000000000000100000002000000 0102030405060708";
  for (const claimed of [0, 1, 8, 15]) {
    const bad = `${claimed.toString(16).padStart(2, "0")}00000000000000 01000000 01000000`;
    const first = walked(ROW.lp64, bad + good);
    assert.equal(first, {
      records: [],
      status: LENGTH_BELOW_HEADER,
      offset: 0,
      claimed: BigInt(claimed),
    });
    const second = walked(ROW.lp64, good + bad);
    assert.equal(second.records, [[1, 2, 16, 8]]);
    assert.equal([second.status, second.offset], [LENGTH_BELOW_HEADER, 24]);
  }
});

test("a length beyond the buffer is clamped and reported", () => {
  for (const claimed of [
    "18",
    "e803",
    "ffffff7f",
    "ffffffff",
    "ffffffffffffff7f",
    "ffffffffffffffff",
  ]) {
    const header = claimed.padEnd(16, "0");
    const found = walked(ROW.lp64, `${header} 01000000 02000000 a1a2a3a4`);
    assert.equal(found.records, [[1, 2, 16, 4]]);
    assert.equal([found.status, found.offset], [LENGTH_PAST_END, 0]);
    assert.is(found.claimed, Buffer.from(header, "hex").readBigUInt64LE());
  }
});

test("a buffer that ends in the padding of a header has a message of no bytes", () => {
  const found = walked(ROW.freebsd64, "10000000 01000000 02000000");
  assert.equal(found.records, [[1, 2, 16, 0]]);
  assert.is(found.status, LENGTH_PAST_END);
});

test("no more records than there is room for, and the walk says so", () => {
  const message = "10000000000000000100000001000000";
  core.bytes.fill(0xee, report, report + 128);
  const { records, status, offset } = walked(ROW.lp64, message.repeat(5), 3);
  assert.equal([records.length, status, offset], [3, NO_SPACE, 48]);
  bytes(core.read(report + 16 + 48, 16), "ee".repeat(16));
  const none = walked(ROW.lp64, message, 0);
  assert.equal([none.records.length, none.status], [0, NO_SPACE]);
});

test("no bytes at all may lie nowhere; other ranges lie in the caller's part", () => {
  const walk = (at: number, length: number, to: number, limit: number) =>
    core.call("cmsg_walk", ROW.lp64, at, length, to, limit);
  assert.is(walk(0, 0, report, 1), 0);
  assert.is(walk(0, 16, report, 1), BAD_OFFSET);
  assert.is(walk(control, -1, report, 1), BAD_OFFSET);
  assert.is(walk(core.end - 15, 16, report, 1), BAD_OFFSET);
  assert.is(walk(control, 16, core.end - 16, 1), BAD_OFFSET);
  assert.is(walk(control, 16, 0, 0), BAD_OFFSET);
  assert.is(walk(control, 16, report, 0x100000), BAD_OFFSET);
  assert.is(walk(control, 16, report, -1), BAD_OFFSET);
});

test.run();
