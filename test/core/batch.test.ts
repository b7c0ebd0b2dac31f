// Batches on every row: an array of struct mmsghdr is what its messages are alone, control buffers lie one behind the other, and
// what a system has written is read back per message.

import {
  BATCH_CONTROL,
  BATCH_CONTROL_CAPACITY,
  BATCH_COUNT,
  BATCH_MMSGHDR,
  BATCH_RECORD_LIMIT,
  BATCH_REPORT,
  BATCH_REQUESTS,
  OPENED_CONTROL_LENGTH,
  OPENED_LENGTH,
  OPENED_RECORDS,
  REQUEST_CONTROL,
  REQUEST_CONTROL_CAPACITY,
  REQUEST_IOVEC,
  REQUEST_MESSAGE_COUNT,
  REQUEST_MESSAGES,
  REQUEST_MSGHDR,
  REQUEST_PART_COUNT,
  REQUEST_PARTS,
  REQUEST_REPORT,
  REQUEST_WORDS,
} from "../../assembly/shared/message.js";
import { MMSGHDR as MMSGHDR_STRUCT } from "../../assembly/shared/struct.js";
import { assert, bytes } from "../support/assert.js";
import { RawCore } from "../support/core.js";
import { suite } from "../support/suite.js";

const UNKNOWN_ABI = -1;
const BAD_OFFSET = -2;
const NO_SPACE = -4;
const BAD_ARGUMENT = -8;
const MSG_LEN_WIDTH = 10;
const MSG_LEN_ID = 7;

const test = suite("core batches");
const rows = Array.from({ length: new RawCore().call("abi_count") }, (_, row) => row);
const withBatches = rows.filter((row) => new RawCore().call("abi_column", row, MSG_LEN_WIDTH) > 0);
const withoutBatches = rows.filter((row) => !withBatches.includes(row));

/** A core with a batch of `count` requests; message i has i bytes of payload in its one control message, and one part. */
class Group {
  readonly core = new RawCore();
  readonly count: number;
  readonly #at: (i: number) => number;

  constructor(count: number, capacity = 1024) {
    this.count = count;
    this.#at = (i) => this.core.base + 0x400 * i;
    this.core.bytes.fill(0xee, this.core.base, this.core.base + 0x4000);
    this.core.bytes.fill(0, this.requests, this.requests + count * REQUEST_WORDS * 4);
    this.tell(BATCH_REQUESTS, this.requests);
    this.tell(BATCH_COUNT, count);
    this.tell(BATCH_MMSGHDR, this.mmsghdr);
    this.tell(BATCH_CONTROL, this.control);
    this.tell(BATCH_CONTROL_CAPACITY, capacity);
    this.tell(BATCH_REPORT, this.report);
    this.tell(BATCH_RECORD_LIMIT, 40);
    for (let i = 0; i < count; i++) this.#request(i);
  }

  get batch(): number {
    return this.core.base;
  }
  get requests(): number {
    return this.#at(1);
  }
  get mmsghdr(): number {
    return this.#at(3);
  }
  get control(): number {
    return this.#at(5);
  }
  get report(): number {
    return this.#at(6);
  }
  get single(): number {
    return this.#at(12);
  }

  #request(i: number): void {
    const [parts, iovec, list, payload] = [7, 8, 9, 10].map((n) => this.#at(n) + i * 0x40);
    this.set(i, REQUEST_PARTS, parts as number);
    this.set(i, REQUEST_PART_COUNT, 1);
    this.set(i, REQUEST_IOVEC, iovec as number);
    this.set(i, REQUEST_MESSAGES, list as number);
    this.set(i, REQUEST_MESSAGE_COUNT, 1);
    this.core.setDoubles(parts as number, 0x1122_3300n + BigInt(i), BigInt(i + 1));
    this.core.setWords(list as number, 1, i, payload as number, i);
    this.core.bytes.fill(i, payload, (payload as number) + i);
  }

  tell(word: number, value: number): void {
    this.core.setWords(this.batch + word * 4, value);
  }

  set(i: number, word: number, value: number): void {
    this.core.setWords(this.requests + (i * REQUEST_WORDS + word) * 4, value);
  }

  get(i: number, word: number): number {
    return this.core.word(this.requests + (i * REQUEST_WORDS + word) * 4);
  }

  call(step: string, row: number): number {
    return this.core.call(`message_${step}_batch`, row, this.batch);
  }
}

/** Size of struct mmsghdr on a row, and place, width and byte order of its msg_len, as the row's layout says. */
function mmsghdrOf(row: number) {
  const core = new RawCore();
  const [program, out] = [core.base, core.base + 1024];
  const count = core.call("struct_program", row, MMSGHDR_STRUCT, program);
  const size = core.call("layout", row, program, count, out);
  const ids = Array.from({ length: count }, (_, i) => (core.word(program + i * 4) >> 8) & 0xff);
  const member = ids.indexOf(MSG_LEN_ID);
  const [at, width] = [core.word(out + member * 8), core.word(out + member * 8 + 4)];
  return { size, at, width, big: core.call("abi_column", row, 2) === 1 };
}

/** The bytes of a number. */
function number(value: bigint, { width, big }: { width: number; big: boolean }): Uint8Array {
  const text = value.toString(16).padStart(width * 2, "0");
  const found = Buffer.from(text, "hex");
  return big ? found : found.reverse();
}

test("on every row a batch is what its messages are alone, one struct mmsghdr after another", () => {
  for (const row of withBatches) {
    const { size, at, width } = mmsghdrOf(row);
    const group = new Group(5);
    const { core } = group;
    assert.is(group.call("compose", row), 5);
    const [images, control] = [
      core.read(group.mmsghdr, 5 * size + 1),
      core.read(group.control, 1024),
    ];
    assert.is(images[5 * size], 0xee, "nothing behind the array");
    let used = 0;
    for (let i = 0; i < 5; i++) {
      assert.is(group.get(i, REQUEST_MSGHDR), group.mmsghdr + i * size);
      assert.is(group.get(i, REQUEST_CONTROL), group.control + used);
      // The same request alone, at another place for its msghdr.
      group.set(i, REQUEST_MSGHDR, group.single);
      core.bytes.fill(0, group.single, group.single + size);
      const request = group.requests + i * REQUEST_WORDS * 4;
      assert.is(core.call("message_compose", row, request), group.single);
      bytes(core.read(group.single, size), images.subarray(i * size, (i + 1) * size), `row ${row}`);
      used += core.call("cmsg_space", row, i);
      assert.ok(images.subarray(i * size + at, i * size + at + width).every((b) => b === 0));
    }
    bytes(core.read(group.control, 1024), control);
    assert.is(control[used], 0xee, "nothing behind the control data");
  }
});

test("on every row the lengths of what was sent and received are read back, and clamped", () => {
  for (const row of withBatches) {
    const layout = mmsghdrOf(row);
    const group = new Group(4);
    group.call("compose", row);
    const lengths = [0n, 65_536n, 0x7fff_ffffn, 0xffff_ffffn];
    lengths.forEach((length, i) => {
      group.core.write(group.mmsghdr + i * layout.size + layout.at, number(length, layout));
    });
    assert.is(group.call("sent", row), 4);
    const found = lengths.map((_, i) => group.get(i, OPENED_LENGTH));
    assert.equal(found, [0, 65_536, 0x7fff_ffff, 0x7fff_ffff], `row ${row}`);
  }
});

test("on every row prepared messages open to what was written, with reports one behind the other", () => {
  for (const row of withBatches) {
    const group = new Group(3);
    const { core } = group;
    for (let i = 0; i < 3; i++) {
      group.set(i, REQUEST_CONTROL, group.control + i * 0x100);
      group.set(i, REQUEST_CONTROL_CAPACITY, 0x80);
    }
    assert.is(group.call("prepare", row), 3);
    const { size } = mmsghdrOf(row);
    const armed = core.read(group.mmsghdr, 3 * size);
    // Message i gets i control messages of 4 bytes; the first one zeros, which are none.
    core.bytes.fill(0, group.control, group.control + 0x80);
    for (let i = 1; i < 3; i++) {
      let used = 0;
      for (let n = 0; n < i; n++) {
        const place = group.control + i * 0x100;
        used = core.call("cmsg_append", row, place, 0x80, used, 1, 7 + n, core.base, 4);
      }
      // The system's answer: the control length that one message alone would say.
      const request = group.requests + i * REQUEST_WORDS * 4;
      group.set(i, REQUEST_CONTROL_CAPACITY, used);
      core.call("message_prepare", row, request);
      group.set(i, REQUEST_CONTROL_CAPACITY, 0x80);
    }
    assert.is(group.call("open", row), 3);
    for (let i = 0; i < 3; i++) assert.is(group.get(i, OPENED_RECORDS), i);
    assert.is(group.get(2, OPENED_CONTROL_LENGTH), 2 * core.call("cmsg_space", row, 4));
    assert.is(group.get(2, REQUEST_REPORT) - group.report, 48);
    const types = [16 + 16, 48 + 16, 48 + 32].map((at) => core.word(group.report + at + 4));
    assert.equal(types, [7, 7, 8], `row ${row}`);
    // Ready for the next, without another prepare.
    bytes(core.read(group.mmsghdr, 3 * size), armed, `row ${row}`);
  }
});

test("only as many are opened as the count says; the others stay as they were prepared", () => {
  const group = new Group(4);
  group.call("prepare", 0);
  const { size, at } = mmsghdrOf(0);
  const before = group.core.read(group.mmsghdr + 2 * size, 2 * size);
  group.core.write(group.mmsghdr + 2 * size + at, "05000000");
  group.tell(BATCH_COUNT, 2);
  assert.is(group.call("open", 0), 2);
  assert.is(group.get(2, OPENED_LENGTH), 0);
  group.core.write(group.mmsghdr + 2 * size + at, "00000000");
  bytes(group.core.read(group.mmsghdr + 2 * size, 2 * size), before);
});

test("reports that find no room end the opening, and none is written behind it", () => {
  const group = new Group(3);
  group.call("prepare", 0);
  group.tell(BATCH_RECORD_LIMIT, 2);
  group.core.bytes.fill(0xee, group.report, group.report + 64);
  for (let i = 0; i < 3; i++) group.set(i, REQUEST_CONTROL_CAPACITY, 0);
  assert.is(group.call("open", 0), 2);
  bytes(group.core.read(group.report + 32, 32), "ee".repeat(32));
});

test("lengths that a system claims are clamped in every message of a batch", () => {
  for (const row of [0, 1, 2, 10, 11]) {
    const group = new Group(3);
    for (let i = 0; i < 3; i++) {
      group.set(i, REQUEST_CONTROL, group.control + i * 0x40);
      group.set(i, REQUEST_CONTROL_CAPACITY, 0x40);
    }
    group.call("prepare", row);
    const { size } = mmsghdrOf(row);
    group.core.bytes.fill(0xff, group.mmsghdr, group.mmsghdr + 3 * size);
    group.core.bytes.fill(0xff, group.control, group.control + 0xc0);
    assert.is(group.call("open", row), 3);
    for (let i = 0; i < 3; i++) {
      assert.is(group.get(i, OPENED_CONTROL_LENGTH), 0x40);
      assert.is(group.get(i, OPENED_LENGTH), 0x7fff_ffff);
      assert.is(group.core.word(group.get(i, REQUEST_REPORT)), -6);
    }
  }
});

test("control data that finds no room ends the batch in front of its message; of the first it is refused", () => {
  const space = (i: number) => new RawCore().call("cmsg_space", 0, i);
  const room = space(0) + space(1) + space(2);
  assert.is(new Group(5, room).call("compose", 0), 3);
  assert.is(new Group(5, room - 1).call("compose", 0), 2);
  assert.is(new Group(5, space(0)).call("compose", 0), 1);
  assert.is(new Group(5, space(0) - 1).call("compose", 0), NO_SPACE);
  assert.is(new Group(5, 0).call("compose", 0), NO_SPACE);
});

test("a batch of none is laid out, opened and sent", () => {
  const group = new Group(0);
  for (const step of ["compose", "prepare", "open", "sent"]) assert.is(group.call(step, 0), 0);
});

test("rows without struct mmsghdr, and rows that there are not", () => {
  assert.ok(withBatches.length > 10 && withoutBatches.length > 0);
  for (const step of ["compose", "prepare", "open", "sent"]) {
    for (const row of withoutBatches) assert.is(new Group(1).call(step, row), BAD_ARGUMENT);
    for (const row of [-1, rows.length]) assert.is(new Group(1).call(step, row), UNKNOWN_ABI);
  }
});

test("batch, requests and array lie in the caller's part, at most 65535 of them", () => {
  const { base, end } = new RawCore();
  const { size } = mmsghdrOf(0);
  for (const step of ["compose", "prepare", "open", "sent"]) {
    for (const [word, value] of [
      [BATCH_REQUESTS, base - 4],
      [BATCH_REQUESTS, end - 2 * REQUEST_WORDS * 4 + 4],
      [BATCH_MMSGHDR, 0],
      [BATCH_MMSGHDR, end - 2 * size + 1],
      [BATCH_COUNT, -1],
      [BATCH_COUNT, 0x10000],
    ] as const) {
      const group = new Group(2);
      group.tell(word, value);
      assert.is(group.call(step, 0), BAD_OFFSET, `${step}, word ${word}: ${value}`);
    }
    for (const at of [0, base - 1, end - 27, -1]) {
      assert.is(new RawCore().call(`message_${step}_batch`, 0, at), BAD_OFFSET, `${step} at ${at}`);
    }
  }
});

test.run();
