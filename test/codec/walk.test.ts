// walk(): every system's own CMSG_FIRSTHDR and CMSG_NXTHDR, and the trace of their comparisons.

import { type AbiName, abis, encodeControl, layout, type RuleName, rules, walk } from "cmsg/codec";
import { assert, throws } from "../support/assert.js";
import { randomBytes } from "../support/layouts.js";
import { suite } from "../support/suite.js";
import { wrongIn } from "../support/trace.js";

const test = suite("walk");

const LE64: Readonly<Record<RuleName, AbiName>> = {
  glibc: "linux-x86_64-glibc",
  "glibc-old": "linux-x86_64-glibc-old",
  musl: "linux-x86_64-musl",
  bionic: "android-x86_64-bionic",
  "linux-kernel": "linux-kernel-lp64le",
  "linux-compat": "linux-kernel-compat32le",
  bsd: "freebsd-amd64",
  illumos: "illumos-amd64",
  windows: "windows-x64",
};

/** Number of headers, and how the walk ends. */
function result(control: Uint8Array, abi: AbiName): string {
  const { headers, end } = walk(control, { abi, limit: 8 });
  return `${headers.length} ${end}`;
}

function messages(abi: AbiName, lengths: readonly number[], trimLast = false): Uint8Array {
  const raw = lengths.map((n) => ({ level: 1, type: 2, payload: new Uint8Array(n) }));
  return encodeControl(raw, { abi, trimLast });
}

/** The answers of all rules for bytes made for the ABI of each. */
function answers(make: (abi: AbiName) => Uint8Array): Record<string, string> {
  return Object.fromEntries(rules().map((rule) => [rule, result(make(LE64[rule]), LE64[rule])]));
}

const ALL = (answer: string, but: Readonly<Record<string, string>> = {}) => ({
  ...Object.fromEntries(rules().map((rule) => [rule, answer])),
  ...but,
});

test("each ABI has its own rule, and rule: overrides it", () => {
  for (const abi of abis()) assert.is(walk(new Uint8Array(0), { abi }).rule, layout(abi).cmsg.rule);
  for (const rule of rules()) {
    assert.is(walk(new Uint8Array(0), { abi: "darwin-arm64", rule }).rule, rule);
    assert.is(layout(LE64[rule]).cmsg.rule, rule);
  }
  const control = messages("linux-x86_64-glibc", [4, 0]);
  const count = (rule: RuleName) =>
    walk(control, { abi: "linux-x86_64-glibc", rule }).headers.length;
  assert.equal([count("glibc"), count("musl")], [2, 1]);
});

test("whole messages are found by all", () => {
  assert.equal(
    answers((abi) => messages(abi, [4, 8, 5])),
    ALL("3 null"),
  );
});

test("the last message without padding", () => {
  assert.equal(
    answers((abi) => messages(abi, [4, 5], true)),
    ALL("2 null", { "glibc-old": "1 null" }),
  );
});

test("the last message without data", () => {
  assert.equal(
    answers((abi) => messages(abi, [4, 0])),
    ALL("2 null", { musl: "1 null" }),
  );
});

test("a length of zero", () => {
  const short = { glibc: "1 null", "glibc-old": "1 null", musl: "1 null" };
  const kernel = { "linux-kernel": "0 einval", "linux-compat": "0 einval" };
  assert.equal(
    answers(() => new Uint8Array(48)),
    ALL("1 no-progress", { ...short, ...kernel }),
  );
});

test("zeros behind the last message", () => {
  const kernel = { "linux-kernel": "1 einval", "linux-compat": "1 einval" };
  assert.equal(
    answers((abi) => Buffer.concat([messages(abi, [4]), new Uint8Array(16)])),
    ALL("2 no-progress", { glibc: "2 null", "glibc-old": "2 null", musl: "1 null", ...kernel }),
  );
});

test("a few bytes behind the last message", () => {
  for (const n of [1, 7, 11]) {
    const make = (abi: AbiName) => Buffer.concat([messages(abi, [4]), new Uint8Array(n)]);
    assert.equal(answers(make), ALL("1 null", { "linux-compat": "1 einval" }));
  }
});

test("lengths that wrap in 32 bits", () => {
  const row = (abi: AbiName) => result(new Uint8Array(48).fill(0xff, 0, 4), abi);
  assert.is(row("linux-i386-glibc"), "1 null");
  for (const abi of ["linux-i386-glibc-old", "linux-i386-musl", "android-i686-bionic"] as const) {
    assert.is(row(abi), "1 no-progress", abi);
  }
  for (const abi of ["freebsd-i386", "darwin-arm64", "windows-x86", "illumos-i386"] as const) {
    assert.is(row(abi), abi === "darwin-arm64" ? "1 null" : "1 no-progress", abi);
  }
  assert.is(row("dragonfly-x86_64-pre2019"), "1 no-progress");
  assert.is(row("linux-kernel-ilp32le"), "0 einval");
});

test("lengths that wrap in 64 bits", () => {
  const row = (abi: AbiName) => result(new Uint8Array(48).fill(0xff, 0, 8), abi);
  assert.is(row("linux-x86_64-glibc"), "1 null");
  for (const abi of ["linux-x86_64-glibc-old", "android-x86_64-bionic", "windows-x64"] as const) {
    assert.is(row(abi), "1 no-progress", abi);
  }
});

test("a 64-bit BSD wants room for its header rounded up, but not for the first", () => {
  const control = Buffer.concat([messages("freebsd-amd64", [4]), new Uint8Array(12).fill(1)]);
  assert.is(result(control, "freebsd-amd64"), "1 null");
  assert.is(result(Buffer.concat([control, new Uint8Array(4)]), "freebsd-amd64"), "2 null");
  assert.is(result(new Uint8Array(12).fill(1), "freebsd-amd64"), "1 null");
  assert.is(result(new Uint8Array(11), "freebsd-amd64"), "0 null");
});

test("less than a header has no first one; one byte is enough for the compat rule", () => {
  for (const abi of abis()) {
    const { size } = layout(abi).cmsghdr;
    const first = layout(abi).cmsg.rule === "linux-compat" ? "0 einval" : "0 null";
    for (let length = 1; length < size; length++) {
      assert.is(result(new Uint8Array(length).fill(1), abi), first, `${abi} ${length}`);
    }
    assert.is(result(new Uint8Array(0), abi), "0 null");
    const whole = result(messages(abi, [0]), abi);
    assert.is(whole, "1 null", abi);
  }
});

test("illumos rounds the address, so that it matters where the buffer lies", () => {
  const control = messages("illumos-amd64", [4, 4]);
  const at = (address: bigint) =>
    walk(control, { abi: "illumos-amd64", address }).headers.map((h) => h.offset);
  assert.equal(
    [at(0x1000n), at(0x1001n), at(0x1003n)],
    [
      [0, 16],
      [0, 19],
      [0, 17],
    ],
  );
  const bsd = (address: bigint) =>
    walk(messages("darwin-arm64", [4, 4]), { abi: "darwin-arm64", address }).headers.length;
  assert.equal([bsd(0x1000n), bsd(0x1001n)], [2, 2]);
});

test("sums that wrap at the end of memory", () => {
  const abi = "linux-i386-glibc-old";
  const control = messages(abi, [4, 4]);
  const top = 2n ** 32n - 48n;
  const walked = (address: bigint) => walk(control, { abi, address });
  assert.equal([walked(0x1000n).headers.length, walked(top).headers.length], [2, 2]);
  control[0] = 48;
  assert.equal([walked(0x1000n).headers.length, walked(0x1000n).end], [1, "null"]);
  const { end, steps } = walked(top);
  assert.is(end, "backward");
  assert.is(
    steps[1]?.text,
    "CMSG_NXTHDR from 0: cmsg_len 48 rounds up to 48; next 0x0 + header 12 = 0xc > end of the buffer 0xfffffff0? no → " +
      "an earlier header: an unguarded loop never ends or leaves the buffer",
  );
});

test("limit ends a walk that has visited so many headers", () => {
  const control = messages("linux-x86_64-glibc", [0, 0, 0, 0]);
  const walked = (limit: number) => walk(control, { abi: "linux-x86_64-glibc", limit });
  assert.equal([walked(2).headers.length, walked(2).end], [2, "limit"]);
  assert.equal([walked(0).headers.length, walked(0).end], [0, "limit"]);
  assert.equal([walked(4).headers.length, walked(4).end], [4, "null"]);
});

test("headers say what stands there, whether it fits or not", () => {
  const control = messages("linux-s390x-musl", [4, 4]);
  control.set([0x7f, 0xff, 0xff, 0xff], 28);
  const { headers } = walk(control, { abi: "linux-s390x-musl" });
  assert.equal(headers, [
    { offset: 0, claimed: 20n, level: 1, type: 2, dataOffset: 16 },
    { offset: 24, claimed: 0x7fffffffn, level: 1, type: 2, dataOffset: 40 },
  ]);
});

test("the sentences of a simple walk", () => {
  const texts = (abi: AbiName) =>
    walk(messages(abi, [8, 12]), { abi }).steps.map((step) => step.text);
  assert.equal(texts("linux-x86_64-glibc"), [
    "CMSG_FIRSTHDR: msg_controllen 56 >= header 16? yes → header at 0",
    "CMSG_NXTHDR from 0: cmsg_len 24 rounds up to 24; cmsg_len 24 > left 56 - header 16 - padding 0 = 40? no → header at 24",
    "CMSG_NXTHDR from 24: cmsg_len 28 rounds up to 32; cmsg_len 28 > left 32 - header 16 - padding 4 = 12? yes → NULL: the end",
  ]);
  assert.match(texts("linux-x86_64-musl")[1] ?? "", "rounded 24 + header 16 = 40 >= left 56? no");
  assert.match(
    texts("linux-x86_64-glibc-old")[1] ?? "",
    "next 24 + its rounded cmsg_len 32 = 56 > msg_controllen 56? no",
  );
  assert.match(
    texts("freebsd-amd64")[2] ?? "",
    "next 56 + header 16 = 72 > msg_controllen 56? yes",
  );
  assert.match(texts("darwin-arm64")[1] ?? "", "next 20 + header 12 = 32 > msg_controllen 44? no");
  assert.match(
    texts("linux-kernel-compat32le")[1] ?? "",
    "next 20 + byte 1 = 21 > msg_controllen 44? no",
  );
});

test("every sentence adds up: every ABI and rule, random bytes, any address", () => {
  const random = randomBytes(0x7ea);
  const ends = new Set<string>();
  for (const abi of abis()) {
    const bits = layout(abi).pointerSize * 8;
    for (const rule of rules()) {
      for (let round = 0; round < 12; round++) {
        const [length = 0, kind = 0, first = 0] = random(3);
        const control = random(length);
        if (kind % 2 === 0) control.set(messages(abi, [first % 9, 4]).subarray(0, length));
        if (kind % 3 === 0) control.fill(kind % 5 === 0 ? 0xff : 0, 0, 8);
        const near = BigInt(random(1)[0] as number);
        const top = 2n ** BigInt(bits) - BigInt(length);
        const address = [undefined, near, top - near][round % 3];
        const options = address === undefined ? { abi, rule } : { abi, rule, address };
        const { steps, end, headers } = walk(control, { ...options, limit: 64 });
        ends.add(end);
        for (const step of steps) {
          const wrong = wrongIn(step, bits);
          assert.is(wrong, undefined, `${abi} ${rule} ${address}: ${step.text}`);
        }
        const visited = steps.flatMap(({ next }) => (next === null ? [] : [next]));
        assert.equal(
          headers.map((h) => h.offset),
          end === "limit" ? visited.slice(0, 64) : visited,
        );
        assert.is(steps.at(-1)?.end ?? "limit", end);
        for (const { offset } of headers) assert.ok(offset >= 0 && offset < control.length);
      }
    }
  }
  assert.ok(
    ["null", "no-progress", "einval", "backward"].every((end) => ends.has(end)),
    [...ends].join(),
  );
});

test("arguments of the wrong kind or range are refused", () => {
  const empty = new Uint8Array(0);
  const abi = "darwin-arm64";
  for (const address of [5, "0", null, {}]) {
    throws(() => walk(empty, { abi, address } as never), {
      name: "TypeError",
      message: /^address must be a bigint/,
    });
  }
  for (const address of [-1n, 2n ** 64n + 1n]) {
    throws(() => walk(empty, { abi, address }), {
      name: "RangeError",
      code: "ERR_CMSG_OUT_OF_RANGE",
    });
  }
  for (const limit of [-1, 0x100001])
    throws(() => walk(empty, { abi, limit }), { name: "RangeError" });
  for (const limit of [1.5, "3", Number.NaN])
    throws(() => walk(empty, { abi, limit } as never), { name: "TypeError" });
  const [four, abi32] = [new Uint8Array(4), "linux-i386-glibc"] as const;
  assert.is(walk(four, { abi: abi32, address: 2n ** 32n - 4n }).end, "null");
  throws(() => walk(four, { abi: abi32, address: 2n ** 32n - 3n }), { name: "RangeError" });
  const near = throws(() => walk(empty, { abi, rule: "glib" as never }), { name: "RangeError" });
  assert.match(near.message, /rule must be one of 9 names \(.*glibc/);
  throws(() => walk(empty, { abi, rule: 3 as never }), { name: "TypeError" });
  throws(() => walk("x" as never, { abi }), { name: "TypeError" });
  throws(() => walk(new Uint8Array(0x100001), { abi }), { name: "RangeError" });
});

test.run();
