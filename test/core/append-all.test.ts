// Lists of messages in one call: on every row the bytes that a model writes message by message, wherever payloads lie.

import { assert, bytes } from "../support/assert.js";
import { COUNTING, RawCore } from "../support/core.js";
import { Random, seed } from "../support/random.js";
import { suite } from "../support/suite.js";

const CMSGHDR = 1;
const BYTE_ORDER = 2;
const HEADER_ALIGN = 11;
const BAD_OFFSET = -2;
const NO_SPACE = -4;

const core = new RawCore();
const random = new Random();
const control = core.base + 1024;
const CAPACITY = 2048;
const list = core.base + 8192;
const { end } = core;
const test = suite("core append_all");

interface Message {
  readonly level: number;
  readonly type: number;
  readonly payload: number;
  readonly length: number;
}

/** Offsets and widths of cmsg_len, cmsg_level and cmsg_type, and what else bytes depend on. */
function shapeOf(row: number) {
  const program = core.base;
  const count = core.call("struct_program", row, CMSGHDR, program);
  core.call("layout", row, program, count, program + 64);
  const place = (i: number) => [core.word(program + 64 + i * 8), core.word(program + 68 + i * 8)];
  return {
    places: [place(0), place(1), place(2)],
    little: core.call("abi_column", row, BYTE_ORDER) === 0,
    unit: core.call("abi_column", row, HEADER_ALIGN),
    data: core.call("cmsg_len", row, 0),
  };
}

/** Writes a message into a copy of the memory, as the C macros and one memmove would. */
function modelled(memory: Buffer, row: number, at: number, message: Message): number {
  const { places, little, unit, data } = shapeOf(row);
  const { level, type, payload, length } = message;
  const content = Buffer.from(memory.subarray(payload, payload + length));
  const space = Math.ceil((data + length) / unit) * unit;
  memory.fill(0, at, at + space);
  content.copy(memory, at + data);
  [data + length, level, type].forEach((value, i) => {
    const [offset = 0, width = 4] = places[i] ?? [];
    const digits = Buffer.alloc(width);
    digits.writeInt32LE(value);
    (little ? digits : digits.reverse()).copy(memory, at + offset);
  });
  return at + space;
}

/** Payloads in their places, over others, inside the buffer, far from it and at the end of memory. */
function randomMessage(at: number, data: number): Message {
  const length = random.pick([0, 1, 3, 4, 5, 7, 8, 9, 12, 16, 20, 31, 64, 127, 128, 129, 200]);
  const payload = random.pick([
    at + data,
    at + data + random.below(33) - 16,
    at + random.below(64) - 32,
    control + random.below(CAPACITY),
    end - length,
    end - length - random.below(20),
    core.base + 16384 + random.below(64),
  ]);
  return { level: random.below(0x7fffffff), type: -random.below(0x7fffffff), payload, length };
}

function setList(messages: readonly Message[]): void {
  const numbers = messages.flatMap(({ level, type, payload, length }) => [
    ...[level, type, payload, length],
  ]);
  core.setWords(list, ...numbers);
}

function fillMemory(): void {
  for (const [from, to] of [
    [core.base + 512, core.base + 4096],
    [core.base + 16384, core.base + 17000],
    [end - 256, end],
  ] as const) {
    for (let at = from; at < to; at++) core.bytes[at] = random.below(256);
  }
}

/** Whether memory is as modelled; counters of a build that counts branches lie in front of the caller's part. */
function isSame(model: Buffer): boolean {
  const from = COUNTING ? core.base : 0;
  return model.subarray(from).equals(core.bytes.subarray(from));
}

test("on every row, the same bytes as one by one in a model", () => {
  for (let row = 0; row < core.call("abi_count"); row++) {
    for (let turn = 0; turn < 10; turn++) {
      const { data } = shapeOf(row);
      fillMemory();
      const model = Buffer.from(core.bytes);
      const messages: Message[] = [];
      let at = control + 8 * random.below(4);
      const used = at - control;
      for (let i = random.below(6); i >= 0; i--) {
        const message = randomMessage(at, data);
        messages.push(message);
        at = modelled(model, row, at, message);
      }
      setList(messages);
      model.set(core.bytes.subarray(list, list + messages.length * 16), list);
      const args = [control, CAPACITY, used, list, messages.length];
      assert.is(core.call("cmsg_append_all", row, ...args), at - control, `row ${row}, ${seed}`);
      assert.ok(isSame(model), `row ${row}, seed ${seed}`);
    }
  }
});

test("one by one, too", () => {
  for (let row = 0; row < core.call("abi_count"); row++) {
    const { data } = shapeOf(row);
    fillMemory();
    const model = Buffer.from(core.bytes);
    let at = control;
    for (let i = 0; i < 9; i++) {
      const message = randomMessage(at, data);
      const { level, type, payload, length } = message;
      const next = modelled(model, row, at, message);
      const args = [control, CAPACITY, at - control, level, type, payload, length];
      assert.is(core.call("cmsg_append", row, ...args), next - control, `row ${row}, ${seed}`);
      assert.ok(isSame(model), `row ${row}, seed ${seed}`);
      at = next;
    }
  }
});

test("no messages: nothing is written, and what was used stays so", () => {
  const before = core.read(control, 64);
  assert.is(core.call("cmsg_append_all", 0, control, 64, 40, 0, 0), 40);
  bytes(core.read(control, 64), before);
});

test("a buffer that the messages fill to the last byte, and one byte less", () => {
  const payload = core.base + 16384;
  const one = { level: 1, type: 1, payload, length: 4 };
  setList([one, one, one]);
  assert.is(core.call("cmsg_append_all", 0, control, 72, 0, list, 3), 72);
  assert.is(core.call("cmsg_append_all", 0, control, 71, 0, list, 3), NO_SPACE);
  assert.is(core.call("cmsg_append_all", 0, control, 72, 73, list, 0), NO_SPACE);
  assert.is(core.call("cmsg_append_all", 0, control, 72, -1, list, 0), NO_SPACE);
});

test("messages in front of one that lies outside are written", () => {
  const one = { level: 1, type: 1, payload: core.base + 16384, length: 4 };
  core.bytes.fill(0xee, control, control + 72);
  setList([one, { ...one, payload: end - 3 }]);
  assert.is(core.call("cmsg_append_all", 0, control, 72, 0, list, 2), BAD_OFFSET);
  assert.is(core.word(control), 20);
  assert.is(core.word(control + 12), 1);
  assert.is(core.bytes[control + 24], 0xee);
});

test("a list outside of the caller's memory is refused", () => {
  assert.is(core.call("cmsg_append_all", 0, control, 64, 0, end - 15, 1), BAD_OFFSET);
  assert.is(core.call("cmsg_append_all", 0, control, 64, 0, list, -1), BAD_OFFSET);
  assert.is(core.call("cmsg_append_all", 0, control, 64, 0, list, 0x100000), BAD_OFFSET);
  assert.is(core.call("cmsg_append_all", 99, control, 64, 0, list, 1), -1);
});

test.run();
