// parseNotation: each notation in the forms that people have, which one was meant, and refusals with their place.

import { execFileSync } from "node:child_process";
import { type NotationName, notations, parseNotation } from "cmsg/notation";
import { assert, bytes, throws } from "../support/assert.js";
import { randomBytes } from "../support/layouts.js";
import { hasProgram, suite } from "../support/suite.js";

const test = suite("notation");

function reads(text: string, hex: string, notation: NotationName): void {
  const read = parseNotation(text);
  assert.is(read.notation, notation, text);
  bytes(read.bytes, hex, text);
  bytes(parseNotation(text, { notation }).bytes, hex, text);
}

test("hex in any spacing", () => {
  for (const text of [
    "14000000",
    "14 00 00 00",
    " 14\t00\r\n0000\n",
    "1400 0000",
    "0x14 0x0 0x00 0x0",
    "0x14000000",
    "14:00:00:00",
    "14-00-00-00",
    "14,00,00,00",
    "\\x14\\x00\\x00\\x00",
    "<Buffer 14 00 00 00>",
    "14 00 00 00 # cmsg_len",
    "14 00 // low\n/* high */ 00 00",
  ]) {
    reads(text, "14000000", "hex");
  }
  reads("", "", "hex");
  const { bytes: known, unknown } = parseNotation("14 ?? ???? 05 \\x??");
  bytes(known, "140000000500");
  assert.equal(unknown, [
    { from: 1, to: 4 },
    { from: 5, to: 6 },
  ]);
});

test("arrays and strings of C", () => {
  for (const text of [
    "{0x14, 0x00, 0, 'a'}",
    "unsigned char buf[] = { 20, 0, 00, 0141 };",
    "static const uint8_t buf[4] __attribute__((aligned(8))) = {\n  0x14u, /* } */ 0, // {\n  (char)0, 97, };",
    "char b[] = {0x14, 0, 0, 0x61}; // done\n",
    "0x14, 0x00, 0x0, 0x61",
    "0x14,0,0,97,",
    '"\\x14\\0\\0a"',
    '"\\24" "\\000\\x00"\n"a"',
    'const char *s =\n  "\\x14\\0\\0"\n  "a";',
    "unsigned char b[] = {\n  0x14, 0x00, 0x00, 0x61\n};\nunsigned int b_len = 4;\n",
  ]) {
    reads(text, "14000061", "c");
  }
  reads("{ -1, -128, 255 }", "ff80ff", "c");
  reads('"\\a\\b\\f\\n\\r\\t\\v\\\\\\"\\\'\\?\\e"', "07080c0a0d090b5c22273f1b", "c");
});

test("bytes of Python", () => {
  for (const text of [
    "b'\\x14\\x00\\x00a'",
    'b"\\x14\\0" b"\\000a"',
    "data = b'\\x14' + b'\\0' * 2 + (b'a')",
    "bytes.fromhex('14 00 0061')",
    "bytes([0x14, 0, 0, 97])",
    "bytearray(b'\\x14\\x00\\x00a')",
    "bytes((20, 0, 0, 97,))",
    "(b'\\x14'  # length\n b'\\0\\0'\n b'a')",
    'b"""\\x14\\\n\\0\\0a"""',
    "rb'' b'\\x14\\0\\0a'",
  ]) {
    reads(text, "14000061", "python");
  }
  reads(`b'\\a\\b\\f\\n\\r\\t\\v\\\\\\'\\"'`, "07080c0a0d090b5c2722", "python");
  reads(String.raw`b'\q\e' rb'\n\''`, "5c715c655c6e5c27", "python");
});

test.unless(
  hasProgram("python3", "python3") ? undefined : "python3 is not installed",
  "what Python prints of any bytes is read",
  () => {
    const random = randomBytes(7);
    const wanted = Array.from({ length: 40 }, (_, i) => random(i * 3));
    const every = [Uint8Array.from({ length: 256 }, (_, i) => i), ...wanted];
    const script = "import sys\nfor line in sys.stdin: print(repr(bytes.fromhex(line)))";
    const input = every.map((each) => Buffer.from(each).toString("hex")).join("\n");
    const lines = execFileSync("python3", ["-c", script], {
      input: `${input}\n`,
      encoding: "utf8",
    });
    lines
      .trimEnd()
      .split("\n")
      .forEach((line, i) => {
        const read = parseNotation(line);
        assert.is(read.notation, "python");
        bytes(read.bytes, every[i] as Uint8Array);
      });
  },
);

test("arrays of JavaScript, and what Node prints", () => {
  for (const text of [
    "[20, 0, 0, 97]",
    "Uint8Array.of(0x14, 0, 0, 97)",
    "new Uint8Array([20, 0, 0, 97])",
    "Uint8Array(4) [ 20, 0, 0, 97 ]",
    "const a = Uint8Array.from([20, 0, 0, 0x61]);",
    'Buffer.from("14000061", "hex")',
    "Buffer.from('FAAAYQ==', 'base64')",
  ]) {
    reads(text, "14000061", "javascript");
  }
});

test("Base64 with the digits of the standard and of URLs, padded or not", () => {
  for (const text of [
    "+/8AYQ==",
    "-_8AYQ==",
    "-_8AYQ",
    "+/8A\nYQ==\n",
    "data:application/octet-stream;base64,+/8AYQ==",
  ]) {
    reads(text, "fbff0061", "base64");
  }
  const random = randomBytes(3);
  for (let length = 0; length < 60; length++) {
    const wanted = random(length);
    for (const kind of ["base64", "base64url"] as const) {
      const text = Buffer.from(wanted).toString(kind);
      bytes(parseNotation(text, { notation: "base64" }).bytes, wanted);
    }
  }
});

function refused(
  text: string,
  place: readonly [line: number, column: number],
  message: RegExp,
  notation?: NotationName,
): void {
  const options = notation === undefined ? {} : { notation };
  const error = throws(() => parseNotation(text, options), {
    name: "NotationError",
    code: "ERR_CMSG_NOTATION",
    message,
  });
  assert.equal([error.line, error.column], place, `${text}: ${error.message}`);
  assert.ok(error.message.includes(`expected ${error.expected}, found ${error.found}`));
}

test("refusals say where, what was expected and what was found", () => {
  refused("14 0 0", [1, 4], /an even number of hex digits, found '0 0'/);
  refused("14 00\n0x0014 00", [2, 1], /single bytes: the byte order of words is not known/);
  refused("14 zz", [1, 4], /found 'zz'/);
  refused("hello world", [1, 1], /hex, a dump, C, Python, JavaScript, Base64 or a line of strace/);
  refused("{0x14,", [1, 7], /an integer of one byte, found the end of the text/);
  refused("{0x14 0x15}", [1, 7], /',' or '\}', found '0x15\}'/);
  refused("{1, 300}", [1, 5], /a byte from 0 to 255, found '300\}'/);
  refused("{1, 0778}", [1, 5], /an integer/);
  refused("{1, 08}", [1, 5], /an integer/);
  refused("{1}{2}", [1, 4], /the end of the array/);
  refused('"abc', [1, 2], /to end with "/);
  refused('"\\q"', [1, 2], /an escape/);
  refused('"\\x1234"', [1, 2], /two hex digits/);
  refused("b'abc", [1, 3], /to end with '/);
  refused("b'\\x1'", [1, 3], /two hex digits/);
  refused("b'é'", [1, 3], /an ASCII character/);
  refused("bytes.fromhex('1')", [1, 16], /pairs of hex digits/);
  refused("bytes([256])", [1, 8], /a byte from 0 to 255/);
  refused("b'a' - b'b'", [1, 6], /'\+' or the end/);
  refused("[1, 2", [1, 6], /found the end of the text/);
  refused("FAB", [1, 4], /zero bits behind/, "base64");
  refused("FAAAA", [1, 6], /another digit/, "base64");
  refused("FA=", [1, 3], /padding up to four/, "base64");
  refused("FA*A", [1, 3], /a digit of Base64/, "base64");
  refused("00000000: 1400\n00000003: 00", [2, 1], /the offset 2, found '00000003: 00'/);
  refused("0000 14 00", [1, 1], /may be an offset or bytes/);
  refused("0000000 0014 0000\n0000004", [1, 9], /byte order of words/);
  refused("0x7ffe:\t0x00000014", [1, 9], /byte order of words/);
});

test("an ambiguous line is read when its notation is given", () => {
  bytes(parseNotation("0000 14 00", { notation: "hex" }).bytes, "00001400");
  bytes(parseNotation("0000 14 00", { notation: "dump" }).bytes, "1400");
});

test("wrong arguments are refused", () => {
  const wrong = (call: () => unknown, name: string): void => {
    throws(call, {
      name,
      code: name === "TypeError" ? "ERR_CMSG_INVALID_ARG_TYPE" : "ERR_CMSG_OUT_OF_RANGE",
    });
  };
  wrong(() => parseNotation(7 as never), "TypeError");
  wrong(() => parseNotation("14", "hex" as never), "TypeError");
  wrong(() => parseNotation("14", { notation: "octal" as never }), "RangeError");
  wrong(() => parseNotation("14", { notation: 3 as never }), "TypeError");
  wrong(() => parseNotation("x".repeat(0x1000001)), "RangeError");
  wrong(() => parseNotation("00".repeat(0x100001)), "RangeError");
  wrong(() => parseNotation("b'a' * 99999999999"), "RangeError");
});

// Quadratic time would be hours, and the runner gives up before.
test("long and hostile texts are read or refused in time that grows with their length", () => {
  const size = 200_000;
  const hostile = [
    "0x",
    "(",
    "[",
    "{",
    "b'",
    "\\",
    "/*",
    "<",
    "14 ",
    "?? ",
    "0000 ",
    "*\n",
    "= ",
    '"" ',
    "b'' ",
    "msg_control=[",
    "sendmsg(",
    "sendmsg(3, {",
    "[{cmsg_len=16},",
    "5</",
    "A",
    "A\n",
    "=",
    "00000000: ",
    " ",
    "\n",
    "unsigned ",
    "bytes(",
    "a(",
    "-",
    "|",
    "/* */",
    "//\n",
  ];
  for (const part of hostile) {
    for (const text of [
      part.repeat(size / part.length),
      `14 ${part.repeat(size / part.length)}!`,
      `${part.repeat(size / part.length)}0000: 14\n`,
    ]) {
      for (const notation of [undefined, ...notations()]) {
        try {
          parseNotation(text, notation === undefined ? {} : { notation });
        } catch (error) {
          assert.ok(
            /^ERR_CMSG_(NOTATION|OUT_OF_RANGE)$/.test((error as { code: string }).code),
            String(error),
          );
        }
      }
    }
  }
});

test.run();
