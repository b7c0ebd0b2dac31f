// Dumps as the programs of this machine print them, and as debuggers and sniffers do.

import { execFileSync } from "node:child_process";
import { type NotationName, parseNotation } from "cmsg/notation";
import { assert, bytes } from "../support/assert.js";
import { randomBytes } from "../support/layouts.js";
import { hasProgram, suite } from "../support/suite.js";

const test = suite("dumps");

function reads(text: string, hex: string, notation: NotationName): void {
  const read = parseNotation(text);
  assert.is(read.notation, notation, text);
  bytes(read.bytes, hex, text);
  bytes(parseNotation(text, { notation }).bytes, hex, text);
}

const DUMPERS: readonly (readonly [program: string, ...args: string[]])[] = [
  ["xxd"],
  ["xxd", "-g1"],
  ["xxd", "-g4", "-c", "24"],
  ["xxd", "-u"],
  ["xxd", "-p"],
  ["xxd", "-i"],
  ["hexdump", "-C"],
  ["od", "-t", "x1"],
  ["od", "-A", "x", "-t", "x1z"],
  ["od", "-A", "d", "-t", "x1"],
  ["base64"],
];

for (const [program, ...args] of DUMPERS) {
  const debianPackage = { hexdump: "bsdextrautils", xxd: "xxd" }[program] ?? "coreutils";
  test.unless(
    hasProgram(program, debianPackage) ? undefined : `${program} is not installed`,
    `what ${[program, ...args].join(" ")} prints is read, repeated lines and text that looks like hex included`,
    () => {
      const random = randomBytes(11);
      const ascii = Buffer.from("deadbeef cafe 00 11 22 33 44 55 66 77 88 99 aabb");
      for (const wanted of [
        random(24),
        random(100),
        ascii,
        new Uint8Array(200),
        Buffer.concat([random(16), new Uint8Array(64), random(5)]),
      ]) {
        const text = execFileSync(program, args, { input: wanted, encoding: "utf8" });
        bytes(parseNotation(text).bytes, wanted, text);
      }
    },
  );
}

test("what debuggers and sniffers print is read", () => {
  reads("0x7ffe10:\t0x14\t0x00\t0x00\t0x00\n0x7ffe14:\t0x61\n", "1400000061", "dump");
  reads("0x7ffe10 <buf>:\t0x14\t0x00\n0x7ffe12 <buf+2>:\t0x61\n", "140061", "dump");
  reads("\t0x0000:  1400 0000 6161  ......\n", "140000006161", "dump");
  reads(
    "0000   14 00 00 00 00 00 00 00  61 62   ........ab\n0010   63                                               c\n".replace(
      "61 62 ",
      "61 62 63 64 65 66 67 68",
    ),
    "14000000000000006162636465666768".concat("63"),
    "dump",
  );
});

test.run();
