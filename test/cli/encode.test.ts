// cmsg encode, compare, structs and walk: what they print is what the library makes of the same messages.

import {
  credentials,
  encodeControl,
  explain,
  layout,
  packetInfo6,
  rights,
  rules,
} from "cmsg/codec";
import { formats, parseNotation, write } from "cmsg/notation";
import { assert } from "../support/assert.js";
import { type Ended, run } from "../support/command.js";
import { suite } from "../support/suite.js";

const test = suite("cmsg encode");

const abi = "linux-s390x-glibc";
const WORDS = ["rights", "fd=3,4", "credentials", "pid=1", "uid=0", "gid=0x64"];
const BYTES = encodeControl([rights([3, 4]), credentials({ pid: 1, uid: 0, gid: 100 })], { abi });

async function encoded(...args: readonly string[]): Promise<Ended> {
  return await run(["encode", "--abi", abi, ...args]);
}

test("types with fields become the bytes of an ABI, in each form", async () => {
  const { status, stdout, stderr } = await encoded(...WORDS);
  assert.equal([status, stderr], [0, ""]);
  assert.equal(parseNotation(stdout).bytes, BYTES);
  for (const as of formats()) {
    const printed = await encoded(...WORDS, "--as", as);
    assert.equal([printed.status, printed.stderr], [0, ""], as);
    assert.is(printed.stdout, `${write(BYTES, { as, abi }).trimEnd()}\n`, as);
  }
  const trimmed = await encoded("rights", "fd=3", "--trim");
  assert.equal(
    parseNotation(trimmed.stdout).bytes,
    encodeControl([rights([3])], { abi, trimLast: true }),
  );
});

test("names of any kind, fields by their C names or ours, and raw messages between them", async () => {
  const value = { addr: "2001:db8::7", ifindex: 2 };
  const expected = encodeControl([packetInfo6(value)], { abi });
  for (const words of [
    ["packetInfo6", "addr=2001:db8::7", "ifindex=2"],
    ["IPV6_PKTINFO", "ipi6_addr=2001:db8::7", "ipi6_ifindex=0x2"],
    ["ipv6_pktinfo", "ipi6_ifindex=2", "addr=2001:db8::7"],
  ]) {
    assert.equal(parseNotation((await encoded(...words)).stdout).bytes, expected, words.join(" "));
  }
  const raw = { level: "SOL_SOCKET", type: 99, payload: Uint8Array.of(1, 2, 0xff) };
  const mixed = await encoded("1/0x63/01 02 ff", "rights", "fd=3", "SOL_SOCKET/SCM_RIGHTS/");
  const empty = { level: 1, type: 1, payload: new Uint8Array(0) };
  assert.equal(
    parseNotation(mixed.stdout).bytes,
    encodeControl([raw, rights([3]), empty], { abi }),
  );
});

test("fields that nobody gave are samples, which is said", async () => {
  const { status, stdout, stderr } = await encoded("credentials", "uid=7");
  assert.is(status, 0);
  const [, pid, gid] =
    /^not given, samples stand for them: credentials pid=(\d+), credentials gid=(\d+)\n$/.exec(
      stderr,
    ) ?? [];
  assert.equal(
    parseNotation(stdout).bytes,
    encodeControl([credentials({ pid: Number(pid), uid: 7, gid: Number(gid) })], { abi }),
  );
  assert.is((await encoded("credentials", "uid=7", "-q")).stderr, "");
});

test("what cannot be encoded is one line that says what is expected", async () => {
  for (const [words, says] of [
    [[], /TYPE is missing/],
    [
      ["credntials"],
      /linux-s390x-glibc has no control message 'credntials'; close to it: credentials/,
    ],
    [["fd=3"], /'fd=3' is a field, and no control message stands in front of it/],
    [["credentials", "pdi=3"], /credentials has no field 'pdi'.*; it has pid, uid, gid/],
    [["credentials", "pid=3", "pid=4"], /credentials: 'pid' is given twice/],
    [
      ["credentials", "pid=one"],
      /credentials pid=one: expected a number from -2147483648 to 2147483647/,
    ],
    [["credentials", "uid=4294967296"], /expected a number from 0 to 4294967295/],
    [["rights", "fd=x"], /rights fd=x: expected numbers with commas/],
    [["packetInfo6", "addr=zz"], /packetInfo6: addr must be an IP address/],
    [["SOL_SOKET/1/00"], /'SOL_SOKET\/1\/00': level .*SOL_SOCKET/],
    [["1/1/0"], /payload of '1\/1\/0': .*even number of hex digits/],
    [["1/1/00", "x=1"], /'1\/1\/00' is bytes alone: it has no field 'x'/],
    [["rights", "fd=1", "--as", "raw", "--json"], /--as and --json do not go together/],
    [["rights", "fd=1", "--as", "pascal"], /--as is one of hex, raw, c, .*not 'pascal'/],
  ] as const) {
    const { status, stdout, stderr } = await encoded(...words);
    assert.equal([status, stdout], [2, ""], words.join(" "));
    assert.match(stderr, says);
    assert.is(stderr.split("\n").length, 2, stderr);
  }
});

test("compare: the messages of a line or of bytes; what a system lacks is said", async () => {
  const line = ["compare", "--abi", "linux-x86_64-glibc,linux-i386-musl"];
  const env = { COLUMNS: "100" };
  const direct = await run([...line, ...WORDS], { env });
  assert.is(direct.status, 0);
  assert.match(
    direct.stdout,
    /^≠ cmsg_len {4}0000 {2}18 00 00 00 00 00 00 00 {2}0000 {2}14 00 00 00$/m,
  );
  // Only elsewhere in the message: no difference.
  assert.match(direct.stdout, /^ {2}fd\[1\] {7}0014 {2}04 00 00 00 {14}0010 {2}04 00 00 00$/m);
  assert.match(direct.stdout, /^≠ padding {5}0034 {2}00 00 00 00$/m);
  assert.match(direct.stdout, /^ {2}CMSG_SPACE {2}56 +44$/m);
  const coloured = await run([...line, ...WORDS], { env: { ...env, FORCE_COLOR: "1" } });
  const [, levels = ""] = /^.*cmsg_level(.*)$/m.exec(coloured.stdout) ?? [];
  assert.not.match(levels, "\u001b[4m", "bytes that are the same are not underlined");
  assert.match(coloured.stdout, "\u001b[4m");
  const own = encodeControl([rights([3, 4]), credentials({ pid: 1, uid: 0, gid: 100 })], {
    abi: "linux-x86_64-glibc",
  });
  assert.equal(await run(line, { input: own, env }), direct);
  const same = await run(["compare", "--abi", "linux-x86_64-glibc,linux-riscv64-glibc", ...WORDS], {
    env,
  });
  assert.not.match(same.stdout, "≠");
  const lacking = await run(["compare", "--abi", "linux-x86_64-glibc,darwin-arm64", ...WORDS], {
    env,
  });
  assert.match(lacking.stdout, /darwin-arm64 has no SCM_CREDENTIALS/);
  for (const args of [["compare"], ["compare", "--abi", "host"]])
    assert.is((await run(args)).status, 2);
});

test("structs: offsets, widths and holes of each ABI are those of its layout", async () => {
  for (const name of ["linux-x86_64-musl", "windows-x64", "freebsd-amd64"] as const) {
    const { stdout } = await run(["structs", "msghdr", "--abi", name]);
    const { fields, padding, size } = layout(name).msghdr;
    for (const [field, { offset, width }] of Object.entries(fields)) {
      assert.match(stdout, new RegExp(`[ *]${field}; +/\\* +${offset} +${width} \\*/\\n`), field);
    }
    for (const [offset, width] of padding) {
      assert.match(
        stdout,
        new RegExp(`/\\* (hole|padding): ${width} \\*/ +/\\* +${offset} +${width} \\*/\\n`),
      );
    }
    assert.match(
      stdout,
      `size: ${size}, members: ${Object.keys(fields).length}, holes: ${padding.length}`,
    );
  }
  for (const [args, says] of [
    [["structs", "msgdhr"], /no struct or control message 'msgdhr'; close to it: /],
    [["structs", "mmsghdr", "--abi", "darwin-arm64"], /darwin-arm64 has no struct mmsghdr/],
  ] as const) {
    const { status, stderr } = await run(args);
    assert.is(status, 2);
    assert.match(stderr, says);
  }
});

test("walk: the steps of a rule, and with --all those of each", async () => {
  const input = "00000000 00000000 01000000 01000000 00000000 00000000";
  const bytes = Buffer.from(input.replaceAll(" ", ""), "hex");
  const own = { abi: "linux-x86_64-glibc" } as const;
  const problems = (rule?: typeof rules extends () => readonly (infer R)[] ? R : never): string =>
    explain(bytes, { ...own, ...(rule === undefined ? {} : { rule }) }).toString({
      parts: ["problems"],
    });
  for (const rule of rules()) {
    const model = explain(bytes, { ...own, rule });
    const { status, stdout } = await run(["walk", "--abi", own.abi, "--rule", rule], { input });
    assert.is(stdout, `${model.toString({ parts: ["walk"] })}\n\n${problems(rule)}\n`);
    assert.is(status, model.problems.length === 0 ? 0 : 1);
  }
  const all = await run(["walk", "--abi", own.abi, "--all"], { input });
  for (const rule of rules())
    assert.ok(
      all.stdout.includes(explain(bytes, { ...own, rule }).toString({ parts: ["walk"] })),
      rule,
    );
  assert.is((await run(["walk", "--rule", "glibc", "--all"], { input })).status, 2);
});

test.run();
