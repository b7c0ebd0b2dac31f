// A message to send: msghdr, iovecs and control buffer as the C compiler of each ABI would lay them out.

import {
  REQUEST_CONTROL_CAPACITY,
  REQUEST_CONTROL_LENGTH,
  REQUEST_IOVEC,
  REQUEST_MESSAGE_COUNT,
  REQUEST_MESSAGES,
  REQUEST_NAME,
  REQUEST_NAME_LENGTH,
  REQUEST_PART_COUNT,
  REQUEST_PARTS,
  REQUEST_WORDS,
} from "../../assembly/shared/message.js";
import { assert, bytes } from "../support/assert.js";
import { fromHex, RawCore } from "../support/core.js";
import { Flight } from "../support/flight.js";
import { suite } from "../support/suite.js";

const UNKNOWN_ABI = -1;
const BAD_OFFSET = -2;
const OUT_OF_RANGE = -3;
const NO_SPACE = -4;

/** Rows of the table. */
const ROW = {
  lp64: 0,
  lp64Big: 1,
  i386: 2,
  musl64: 10,
  musl64Big: 11,
  freebsd64: 24,
  illumosSparc: 40,
  windows64: 45,
  windows32: 46,
} as const;

/** End of memory. */
const END = new RawCore().end;

const test = suite("core message to send");

/** `count` hexadecimal digits of a number, in the byte order asked for. */
function digits(value: number | bigint, count: number, big: boolean): string {
  const text = BigInt(value).toString(16).padStart(count, "0");
  return big ? text : (text.match(/../g) ?? []).reverse().join("");
}

test("a message with address, two parts and control data: LP64, little and big endian", () => {
  for (const [row, big] of [
    [ROW.lp64, false],
    [ROW.lp64Big, true],
  ] as const) {
    const flight = new Flight();
    flight.setBase(0x7f00_0000_0000n);
    flight.set(REQUEST_NAME, flight.name);
    flight.set(REQUEST_NAME_LENGTH, 110);
    flight.setParts([0x7fff_1122_3344n, 5n], [0x1_0000_0000n, 0x1_0000_0001n]);
    flight.setMessages([1, 1, "0300000004000000"]);
    assert.is(flight.call("compose", row), flight.msghdr);
    const address = (at: number) => digits(0x7f00_0000_0000n + BigInt(at), 16, big);
    bytes(
      flight.image(57),
      [
        address(flight.name),
        digits(110, 8, big),
        "00000000",
        address(flight.iovec),
        digits(2, 16, big),
        address(flight.control),
        digits(24, 16, big),
        "00000000",
        "00000000",
        "ee",
      ].join(""),
    );
    bytes(
      flight.core.read(flight.iovec, 33),
      [0x7fff_1122_3344n, 5n, 0x1_0000_0000n, 0x1_0000_0001n]
        .map((value) => digits(value, 16, big))
        .join("")
        .concat("ee"),
    );
    bytes(
      flight.core.read(flight.control, 25),
      `${digits(24, 16, big)}${digits(1, 8, big)}${digits(1, 8, big)}0300000004000000ee`,
    );
  }
});

/** The same message on other rows: name at 0x200 behind the base, one part, eight bytes of payload. */
const IMAGES: readonly (readonly [row: number, name: string, msghdr: string, iovec: string])[] = [
  [
    ROW.i386,
    "i386",
    "00820010 10000000 00830010 01000000 00850010 14000000 00000000",
    "44332211 05000000",
  ],
  [
    ROW.musl64,
    "64-bit musl",
    `0082001000000000 10000000 00000000 0083001000000000 01000000 00000000
     0085001000000000 18000000 00000000 00000000 00000000`,
    "4433221100000000 0500000000000000",
  ],
  [
    ROW.musl64Big,
    "64-bit musl, big endian",
    `0000000010008200 00000010 00000000 0000000010008300 00000000 00000001
     0000000010008500 00000000 00000018 00000000 00000000`,
    "0000000011223344 0000000000000005",
  ],
  [
    ROW.freebsd64,
    "64-bit FreeBSD",
    `0082001000000000 10000000 00000000 0083001000000000 01000000 00000000
     0085001000000000 18000000 00000000`,
    "4433221100000000 0500000000000000",
  ],
  [
    ROW.illumosSparc,
    "illumos on 32-bit SPARC",
    "10008200 00000010 10008300 00000001 10008500 00000018 00000000",
    "11223344 00000005",
  ],
  [
    ROW.windows64,
    "64-bit Windows",
    `0082001000000000 10000000 00000000 0083001000000000 01000000 00000000
     18000000 00000000 0085001000000000 00000000 00000000`,
    "05000000 00000000 4433221100000000",
  ],
  [
    ROW.windows32,
    "32-bit Windows",
    "00820010 10000000 00830010 01000000 14000000 00850010 00000000",
    "05000000 44332211",
  ],
];

for (const [row, name, msghdr, iovec] of IMAGES) {
  test(`the same message on ${name}`, () => {
    const flight = new Flight();
    assert.is(flight.core.base, 0x8000);
    flight.setBase(0x1000_0000n);
    flight.set(REQUEST_NAME, flight.name);
    flight.set(REQUEST_NAME_LENGTH, 16);
    flight.setParts([0x1122_3344n, 5n]);
    flight.setMessages([1, 1, "a1a2a3a4a5a6a7a8"]);
    assert.is(flight.call("compose", row), flight.msghdr);
    const wanted = fromHex(`${msghdr} ee`);
    bytes(flight.image(wanted.length), wanted);
    bytes(flight.core.read(flight.iovec, fromHex(iovec).length + 1), fromHex(`${iovec} ee`));
  });
}

test("begin, append, seal make the same bytes as compose", () => {
  for (const row of Object.values(ROW)) {
    const [whole, steps] = [new Flight(), new Flight()];
    for (const flight of [whole, steps]) {
      flight.set(REQUEST_CONTROL_CAPACITY, 200);
      flight.setParts([1n, 2n]);
      flight.setMessages([1, 1, "01020304"], [-1, 41, ""], [5, 6, "070809"]);
      flight.set(REQUEST_CONTROL_LENGTH, 77);
    }
    assert.is(whole.call("compose", row), whole.msghdr);
    assert.is(steps.call("begin", row), 0);
    assert.is(steps.get(REQUEST_CONTROL_LENGTH), 0);
    let used = 0;
    for (const [level, type, at, length] of [
      [1, 1, 0, 4],
      [-1, 41, 4, 0],
      [5, 6, 4, 3],
    ] as const) {
      used += steps.core.call("cmsg_space", row, length);
      assert.is(steps.call("append", row, level, type, steps.payload + at, length), used);
      assert.is(steps.get(REQUEST_CONTROL_LENGTH), used);
    }
    assert.is(steps.call("seal", row), steps.msghdr);
    bytes(steps.core.bytes.subarray(0x8000, 0x9000), whole.core.bytes.subarray(0x8000, 0x9000));
  }
});

test("no messages: no control pointer, length 0; no address: no name", () => {
  const flight = new Flight();
  flight.setBase(0x1000_0000n);
  assert.is(flight.call("compose", ROW.lp64), flight.msghdr);
  bytes(flight.image(56), fromHex(`${"00".repeat(16)} 0083001000000000 ${"00".repeat(32)}`));
});

test("a message that does not fit in the capacity", () => {
  const flight = new Flight();
  flight.set(REQUEST_CONTROL_CAPACITY, 31);
  flight.setMessages([1, 1, "01"], [1, 1, ""]);
  assert.is(flight.call("compose", ROW.lp64), NO_SPACE);
  bytes(flight.image(56), "ee".repeat(56));
  bytes(flight.core.read(flight.control + 24, 40), "ee".repeat(40));
});

test("on every row the members lie where the row's layout says, and everything else is zero", () => {
  const rows = new RawCore().call("abi_count");
  for (let row = 0; row < rows; row++) {
    const flight = new Flight();
    const { core } = flight;
    flight.setBase(0x1000_0000n);
    flight.set(REQUEST_NAME, flight.name);
    flight.set(REQUEST_NAME_LENGTH, 16);
    flight.setParts([0x1122_3344n, 5n], [6n, 7n]);
    flight.setMessages([1, 1, "a1a2a3a4"]);
    assert.is(flight.call("compose", row), flight.msghdr);
    const values = [
      0x1000_0000 + flight.name,
      16,
      0x1000_0000 + flight.iovec,
      2,
      0x1000_0000 + flight.control,
      core.call("cmsg_space", row, 4),
      0,
    ];
    const program = core.base + 0x2000;
    const count = core.call("struct_program", row, 0, program);
    const size = core.call("layout", row, program, count, program + 256);
    const big = core.call("abi_column", row, 2) === 1;
    const expected = Buffer.alloc(size + 1);
    expected[size] = 0xee;
    for (let i = 0; i < count; i++) {
      const id = (core.word(program + i * 4) >> 8) & 0xff;
      const value = values[id];
      if (value === undefined) continue;
      const [at, width] = [0, 4].map((word) => core.word(program + 256 + i * 8 + word));
      expected.write(digits(value, (width as number) * 2, big), at as number, "hex");
    }
    bytes(flight.image(size + 1), expected, `row ${row}`);
  }
});

test("parts, iovecs and messages lie in the caller's part, at most 65535 of them", () => {
  for (const [word, value] of [
    [REQUEST_PARTS, 0],
    [REQUEST_PARTS, END - 15],
    [REQUEST_IOVEC, END - 15],
    [REQUEST_PART_COUNT, -1],
    [REQUEST_PART_COUNT, 0x10000],
    [REQUEST_MESSAGES, END - 15],
    [REQUEST_MESSAGE_COUNT, -1],
    [REQUEST_MESSAGE_COUNT, 0x10000],
  ] as const) {
    const flight = new Flight();
    flight.setParts([1n, 2n]);
    flight.setMessages([1, 1, ""]);
    flight.set(word, value);
    assert.is(flight.call("compose", ROW.lp64), BAD_OFFSET, `word ${word}: ${value}`);
  }
});

test("a part longer than its iov_len can say is refused, not cut", () => {
  for (const [row, status] of [
    [ROW.i386, OUT_OF_RANGE],
    [ROW.windows64, OUT_OF_RANGE],
    [ROW.lp64, 0],
  ] as const) {
    const flight = new Flight();
    flight.setParts([1n, 2n], [3n, 0x1_0000_0000n]);
    assert.is(flight.call("compose", row), status === 0 ? flight.msghdr : status);
    flight.setParts([1n, 2n], [3n, 0xffff_ffffn]);
    assert.is(flight.call("compose", row), flight.msghdr);
  }
});

test("a request lies in the caller's part, on a row that there is", () => {
  const { core } = new Flight();
  for (const step of ["begin", "seal", "compose", "prepare", "open"]) {
    for (const at of [0, core.base - 1, core.end - REQUEST_WORDS * 4 + 1, -1, 0x7fffffff]) {
      assert.is(core.call(`message_${step}`, 0, at), BAD_OFFSET, `${step} ${at}`);
    }
    assert.is(core.call(`message_${step}`, core.call("abi_count"), core.base), UNKNOWN_ABI);
  }
});

test.run();
