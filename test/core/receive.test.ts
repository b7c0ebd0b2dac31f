// A message to receive: what recvmsg is offered, and what it has filled; pointers that leave the memory are refused.

import {
  OPENED_CONTROL_LENGTH,
  OPENED_FLAGS,
  OPENED_NAME_LENGTH,
  REQUEST_CONTROL,
  REQUEST_CONTROL_CAPACITY,
  REQUEST_MSGHDR,
  REQUEST_NAME,
  REQUEST_NAME_LENGTH,
} from "../../assembly/shared/message.js";
import { assert, bytes } from "../support/assert.js";
import { fromHex, RawCore } from "../support/core.js";
import { Flight } from "../support/flight.js";
import { suite } from "../support/suite.js";

const BAD_OFFSET = -2;

/** Rows of the table. */
const ROW = {
  lp64: 0,
  i386: 2,
  musl64: 10,
  musl64Big: 11,
} as const;

/** End of memory. */
const END = new RawCore().end;

const test = suite("core message to receive");

test("prepare offers the whole capacity for address and control data", () => {
  const flight = new Flight();
  flight.setBase(0x1000_0000n);
  flight.set(REQUEST_NAME, flight.name);
  flight.set(REQUEST_NAME_LENGTH, 128);
  flight.setParts([0x1122_3344n, 5n]);
  assert.is(flight.call("prepare", ROW.lp64), flight.msghdr);
  bytes(
    flight.image(57),
    fromHex(`0082001000000000 80000000 00000000 0083001000000000 0100000000000000
      0085001000000000 4000000000000000 00000000 00000000 ee`),
  );
});

test("open reads lengths and flags, reports the messages, and arms msghdr again", () => {
  const flight = new Flight();
  flight.set(REQUEST_NAME, flight.name);
  flight.set(REQUEST_NAME_LENGTH, 128);
  flight.call("prepare", ROW.lp64);
  const armed = flight.image(56);
  flight.core.write(flight.control, "1800000000000000 01000000 02000000 0102030405060708");
  flight.core.write(flight.msghdr + 8, "07000000");
  flight.core.write(flight.msghdr + 40, "1800000000000000 28000000");
  assert.is(flight.call("open", ROW.lp64), 1);
  assert.is(flight.get(OPENED_NAME_LENGTH), 7);
  assert.is(flight.get(OPENED_FLAGS), 0x28);
  assert.is(flight.get(OPENED_CONTROL_LENGTH), 24);
  const record = [0, 1, 2, 3].map((word) => flight.core.word(flight.report + 16 + word * 4));
  assert.equal(record, [1, 2, 16, 8]);
  flight.core.write(flight.msghdr + 48, "00000000");
  bytes(flight.image(56), armed);
});

test("lengths that the system claims beyond the capacities are clamped", () => {
  for (const row of [ROW.lp64, ROW.i386, ROW.musl64Big]) {
    const flight = new Flight();
    flight.set(REQUEST_NAME, flight.name);
    flight.set(REQUEST_NAME_LENGTH, 28);
    flight.core.bytes.fill(0xff, flight.msghdr, flight.msghdr + 56);
    flight.core.bytes.fill(0xff, flight.control, flight.control + 64);
    assert.is(flight.call("open", row), 1);
    assert.is(flight.get(OPENED_NAME_LENGTH), 28);
    assert.is(flight.get(OPENED_FLAGS), -1);
    assert.is(flight.get(OPENED_CONTROL_LENGTH), 64);
    assert.is(flight.core.word(flight.report), -6);
  }
});

test("a receive without room for address and control data opens", () => {
  const flight = new Flight();
  flight.set(REQUEST_CONTROL, 0);
  flight.set(REQUEST_CONTROL_CAPACITY, 0);
  assert.is(flight.call("prepare", ROW.lp64), flight.msghdr);
  bytes(flight.core.read(flight.msghdr + 32, 24), "00".repeat(24));
  assert.is(flight.call("open", ROW.lp64), 0);
  assert.equal([flight.get(OPENED_NAME_LENGTH), flight.get(OPENED_CONTROL_LENGTH)], [0, 0]);
});

test("the system is never pointed outside the caller's part", () => {
  const wrong: readonly (readonly [word: number, value: number])[] = [
    [REQUEST_MSGHDR, 0],
    [REQUEST_MSGHDR, -1],
    [REQUEST_CONTROL, 0x7000],
    [REQUEST_CONTROL, END - 63],
    [REQUEST_CONTROL_CAPACITY, -1],
    [REQUEST_CONTROL_CAPACITY, 0x7fffffff],
    [REQUEST_NAME, 1],
    [REQUEST_NAME, END - 1],
    [REQUEST_NAME_LENGTH, -1],
    [REQUEST_NAME_LENGTH, 0x7fffffff],
  ];
  for (const [word, value] of wrong) {
    const flight = new Flight();
    flight.set(REQUEST_NAME, flight.name);
    flight.set(REQUEST_NAME_LENGTH, 16);
    flight.call("prepare", ROW.lp64);
    const before = flight.image(56);
    flight.set(word, value);
    assert.is(flight.call("prepare", ROW.lp64), BAD_OFFSET, `prepare, word ${word}: ${value}`);
    assert.is(flight.call("open", ROW.lp64), BAD_OFFSET, `open, word ${word}: ${value}`);
    flight.setMessages([1, 1, "01020304"]);
    assert.is(flight.call("compose", ROW.lp64), BAD_OFFSET, `compose, word ${word}: ${value}`);
    bytes(flight.image(56), before);
  }
});

test.run();
