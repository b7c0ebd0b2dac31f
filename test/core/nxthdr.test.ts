// CMSG_FIRSTHDR and CMSG_NXTHDR of each system on the same bytes, as a table of what the systems do; and the trace of a step.

import { type AbiName, walk } from "cmsg/codec";
import { assert } from "../support/assert.js";
import { fromHex, RawCore } from "../support/core.js";
import { suite } from "../support/suite.js";

const SYSTEMS = ["glibc", "old", "musl", "bionic", "bsd", "illumos", "windows", "kernel"] as const;
type System = (typeof SYSTEMS)[number];

/** Little-endian ABIs with headers of 16 bytes (12 on BSD and illumos) and of 12. */
const WIDE: Readonly<Record<System, AbiName>> = {
  glibc: "linux-x86_64-glibc",
  old: "linux-x86_64-glibc-old",
  musl: "linux-x86_64-musl",
  bionic: "android-aarch64-bionic",
  bsd: "freebsd-amd64",
  illumos: "illumos-amd64",
  windows: "windows-x64",
  kernel: "linux-kernel-lp64le",
};
const NARROW: Readonly<Record<System, AbiName>> = {
  glibc: "linux-i386-glibc",
  old: "linux-i386-glibc-old",
  musl: "linux-i386-musl",
  bionic: "android-i686-bionic",
  bsd: "freebsd-i386",
  illumos: "illumos-i386",
  windows: "windows-x86",
  kernel: "linux-kernel-ilp32le",
};
const HEADER_16 = ["glibc", "old", "musl", "bionic", "windows", "kernel"] as const;

const test = suite("core next header");

/** Offsets visited and the end, as `0 24 null`. */
function visits(abi: AbiName, hex: string): string {
  const { headers, end } = walk(fromHex(hex), { abi });
  return [...headers.map(({ offset }) => offset), end].join(" ");
}

function table(
  abis: Readonly<Record<System, AbiName>>,
  hex: string,
  expected: Readonly<Partial<Record<System, string>>>,
): void {
  for (const [system, wanted] of Object.entries(expected)) {
    assert.is(visits(abis[system as System], hex), wanted, `${system}: ${hex}`);
  }
}

/** One expectation for all systems whose 64-bit header has 16 bytes. */
const all = (expected: string): Partial<Record<System, string>> =>
  Object.fromEntries(HEADER_16.map((system) => [system, expected]));

/** The same for all systems, whose 32-bit header has 12. */
const everyone = (expected: string): Partial<Record<System, string>> =>
  Object.fromEntries(SYSTEMS.map((system) => [system, expected]));

// Messages with one byte of payload, for headers of 16 and 12 bytes: LEN 17, SPACE 24; LEN 13, SPACE 16.
const LONG = "1100000000000000 01000000 01000000 aa 00000000000000";
const SHORT = "0d000000 01000000 01000000 aa 000000";

test("two messages with all their padding", () => {
  table(WIDE, LONG + LONG, all("0 24 null"));
  table(NARROW, SHORT + SHORT, everyone("0 16 null"));
});

test("a last message without padding is lost by glibc up to 2.36", () => {
  table(WIDE, LONG + LONG.slice(0, -14), { ...all("0 24 null"), old: "0 null" });
  table(NARROW, SHORT + SHORT.slice(0, -6), { ...everyone("0 16 null"), old: "0 null" });
});

test("a last message without data is lost by musl", () => {
  const bare = "1000000000000000 01000000 01000000";
  table(WIDE, LONG + bare, { ...all("0 24 null"), musl: "0 null" });
  const short = "0c000000 01000000 01000000";
  table(NARROW, SHORT + short, { ...everyone("0 16 null"), musl: "0 null" });
});

test("a second length that is one byte too long", () => {
  const wrong = LONG.replace("11", "19");
  table(WIDE, LONG + wrong, { ...all("0 24 null"), old: "0 null", kernel: "0 einval" });
});

test("length 0 stops the C libraries' loops, is endless on others, and an error to the kernel", () => {
  const zero = "00".repeat(48);
  const ends = {
    glibc: "0 null",
    old: "0 null",
    musl: "0 null",
    bionic: "0 no-progress",
    bsd: "0 no-progress",
    illumos: "0 no-progress",
    windows: "0 no-progress",
    kernel: "einval",
  };
  table(WIDE, zero, ends);
  table(NARROW, zero, ends);
});

test("a length below the header leads into the middle of it", () => {
  const middle = "0800000000000000 1000000000000000 01000000 01000000 00000000";
  table(WIDE, middle, {
    glibc: "0 null",
    old: "0 null",
    musl: "0 null",
    bionic: "0 8 null",
    windows: "0 8 null",
    kernel: "einval",
  });
});

test("zeros behind the last message are one header more, or an endless loop, or an error", () => {
  table(WIDE, LONG + "00".repeat(24), {
    glibc: "0 24 null",
    old: "0 24 null",
    musl: "0 24 null",
    bionic: "0 24 no-progress",
    windows: "0 24 no-progress",
    kernel: "0 einval",
  });
});

test("length 0xffffffff in a 32-bit program rounds up to 0", () => {
  table(NARROW, `ffffffff 01000000 01000000 ${SHORT}`, {
    ...everyone("0 no-progress"),
    glibc: "0 null",
    kernel: "einval",
  });
});

test("length 0xffffffff in a 64-bit program is only large", () => {
  const huge = `ffffffff00000000 01000000 01000000 ${LONG}`;
  table(WIDE, huge, { ...all("0 null"), kernel: "einval" });
  const bsd = `ffffffff 01000000 01000000 00000000 ${LONG}`;
  table(WIDE, bsd, { bsd: "0 null", illumos: "0 null" });
  assert.is(visits("dragonfly-x86_64", bsd), "0 null");
  assert.is(visits("dragonfly-x86_64-pre2019", bsd), "0 no-progress");
});

test("length 2^64 - 1", () => {
  table(WIDE, `ffffffffffffffff 01000000 01000000 ${LONG}`, {
    glibc: "0 null",
    old: "0 no-progress",
    bionic: "0 no-progress",
    windows: "0 no-progress",
    kernel: "einval",
  });
});

test("a 64-bit BSD wants room for the header rounded up, the Hurd does not", () => {
  const twelve = "11000000 01000000 01000000 00000000 aa00000000000000 0c000000 01000000 01000000";
  assert.is(visits("freebsd-amd64", twelve), "0 null");
  assert.is(visits("netbsd-amd64", twelve), "0 null");
  assert.is(visits("hurd-x86_64-glibc", twelve), "0 24 null");
  assert.is(visits("freebsd-amd64", `${twelve} 00000000`), "0 24 null");
});

test("a tail of 1 to 11 bytes is ignored, but an error through the compat layer of a 64-bit kernel", () => {
  for (let tail = 1; tail < 12; tail++) {
    const bytes = SHORT + "00".repeat(tail);
    table(NARROW, bytes, everyone("0 null"));
    assert.is(visits("linux-kernel-compat32le", bytes), "0 einval");
    assert.is(visits("linux-kernel-compat32le", "ff".repeat(tail)), "einval");
    table(NARROW, "ff".repeat(tail), everyone("null"));
  }
  assert.is(visits("linux-kernel-compat32le", SHORT), "0 null");
  assert.is(visits("linux-kernel-compat32le", ""), "null");
});

test("illumos rounds the address, not the length", () => {
  const bytes = fromHex("0e000000 01000000 01000000 aaaa 0000 0c000000 01000000 01000000 00000000");
  const at = (address: bigint) =>
    walk(bytes, { abi: "illumos-i386", address }).headers.map(({ offset }) => offset);
  assert.equal(at(0x40000000n), [0, 16]);
  assert.equal(at(0x40000002n), [0, 14]);
  assert.equal(at(0x40000003n), [0, 17]);
});

test("the answers of each rule are frozen", () => {
  const core = new RawCore();
  const answers = [1 | 2, 1 | 4, 1 | 8, 16, 16 | 256, 16 | 256 | 128, 32, 64, 0];
  assert.equal(
    answers.map((_, rule) => core.call("rule_answers", rule)),
    answers,
  );
  assert.is(core.call("rule_answers", answers.length), -8);
  assert.is(core.call("rule_answers", -1), -8);
});

test("the trace of a step: comparison, claimed, rounded, left, right", () => {
  const core = new RawCore();
  const control = core.base + 64;
  core.write(control, LONG + LONG);
  const trace = () => [
    core.word(core.base),
    ...[1, 3, 5, 7].map((word) => core.double(core.base + word * 4)),
  ];
  assert.is(core.call("cmsg_firsthdr", 0, 0, control, 48, core.base), 0);
  assert.equal(trace(), [1, 0n, 0n, 48n, 16n]);
  assert.is(core.call("cmsg_firsthdr", 0, 0, control, 15, core.base), -16);
  assert.equal(trace(), [1, 0n, 0n, 15n, 16n]);
  const next = (rule: number, at: number) =>
    core.call("cmsg_nxthdr", 0, rule, control, 48, at, 0x1000, 0x7f00, core.base);
  assert.is(next(0, 0), 24);
  assert.equal(trace(), [6, 17n, 24n, 17n, 48n - 16n - 7n]);
  assert.is(next(0, 24), -16);
  assert.equal(trace(), [6, 17n, 24n, 17n, 24n - 16n - 7n]);
  assert.is(core.call("cmsg_nxthdr", 0, 0, control, 46, 24, 0, 0, core.base), -16);
  assert.equal(trace(), [3, 17n, 24n, 16n + 7n, 22n]);
  assert.is(next(2, 0), 24);
  assert.equal(trace(), [4, 17n, 24n, 40n, 48n]);
  assert.is(next(8, 24), -16);
  assert.equal(trace(), [3, 17n, 24n, 0x7f00_0000_1000n + 64n, 0x7f00_0000_1000n + 48n]);
  assert.is(next(1, 0), 24);
  assert.equal(trace(), [5, 17n, 24n, 0x7f00_0000_1000n + 48n, 0x7f00_0000_1000n + 48n]);
  core.write(control, "0f");
  assert.is(next(0, 0), -16);
  assert.equal(trace(), [2, 15n, 16n, 15n, 16n]);
});

test.run();
