// write: what is compiled, run or read again gives the same bytes.

import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import {
  type AbiName,
  abis,
  credentials,
  decodeControl,
  encodeControl,
  explain,
  flowInfo,
  hopLimit,
  hostAbi,
  mark,
  packetInfo,
  pidfd,
  rights,
  timestampNs,
} from "cmsg/codec";
import { parseNotation, write } from "cmsg/notation";
import { assert, bytes } from "../support/assert.js";
import { randomBytes } from "../support/layouts.js";
import { run } from "../support/run.js";
import { hasProgram, suite } from "../support/suite.js";

const test = suite("write");
const linux = "linux-x86_64-glibc";
const host = hostAbi().name;

/** Buffers of an ABI: of many messages, of none, without padding, and such as no macros make. */
function samples(abi: AbiName): Uint8Array[] {
  const random = randomBytes(5);
  const one = encodeControl([rights([7])], { abi });
  const raw = (level: number, type: number, length: number) => ({
    level,
    type,
    payload: random(length),
  });
  return [
    encodeControl([], { abi }),
    one,
    encodeControl([rights([])], { abi }),
    encodeControl([rights([0, 1, 2147483647, ...Array(60).keys()]), hopLimit(64)], { abi }),
    encodeControl([rights([7, 8])], { abi, trimLast: true }),
    encodeControl([raw(1, 1, 6), raw(-1, -2147483648, 13), raw(99, 3, 0), raw(0, 8, 3)], { abi }),
    encodeControl([raw(77, 5, 13), raw(41, 50, 100)], { abi, trimLast: true }),
    one.subarray(0, 9),
    Uint8Array.from(one).fill(255, 0, 4),
    Uint8Array.from(encodeControl([rights([7]), rights([8])], { abi }), (byte, i) =>
      i === one.length - 1 ? 1 : byte,
    ),
    random(64),
  ];
}

/** And those that only Linux has. */
const rich = (abi: AbiName): Uint8Array[] => [
  encodeControl(
    [
      credentials({ pid: 4242, uid: 1000, gid: 100 }),
      packetInfo({ ifindex: 2, specDst: "1.2.3.4", addr: "5.6.7.8" }),
      pidfd(4),
      timestampNs(1_700_000_000_123_456_789n),
    ],
    { abi },
  ),
];

/** Numbers at their limits, in network order too. */
const limits = (abi: AbiName): Uint8Array =>
  encodeControl(
    [
      credentials({ pid: -1, uid: 4294967295, gid: 2147483648 }),
      { level: "IPPROTO_IPV6", type: "IPV6_HOPLIMIT", payload: Int32Array.of(-2147483648) },
      mark(4294967295),
      flowInfo(0x12345),
    ],
    { abi },
  );

const noPython = hasProgram("python3", "python3") ? undefined : "python3 is not installed";
const noCompiler =
  hasProgram("gcc", "gcc libc6-dev") && host.startsWith("linux-") ? undefined : "no gcc for Linux";

test.unless(noCompiler, "C compiles without a warning and gives the same bytes", async () => {
  const folder = mkdtempSync(join(tmpdir(), "cmsg-write-"));
  try {
    const all = [...samples(host), ...rich(host), limits(host)];
    let macros = 0;
    for (const [i, control] of all.entries()) {
      const source = write(control, { as: "c", abi: host });
      const isMacro = source.includes("fill_control");
      if (isMacro) macros += 1;
      const fill = source.includes("union control")
        ? "static union control c; fill_control(&m, &c);"
        : "fill_control(&m);";
      const body = isMacro
        ? `struct msghdr m = {0}; ${fill} fwrite(m.msg_control, 1, m.msg_controllen, stdout);`
        : "fwrite(control, 1, CONTROL_LENGTH, stdout);";
      const program = `${source}#include <stdio.h>\nint main(void) { ${body} return 0; }\n`;
      const path = join(folder, `part${i}`);
      writeFileSync(`${path}.c`, program);
      execFileSync(
        "gcc",
        ["-std=gnu11", "-Wall", "-Wextra", "-Werror", "-O1", "-o", path, `${path}.c`],
        { stdio: "pipe" },
      );
      bytes(execFileSync(path), control, source);
    }
    assert.is(macros, 9);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test("C of a foreign ABI is an array that says why; for a host of that ABI it is macros", () => {
  for (const abi of [
    "darwin-arm64",
    "linux-s390x-glibc",
    "linux-i386-glibc",
    "linux-x86_64-musl",
  ] as const) {
    const control = encodeControl([rights([7])], { abi });
    const source = write(control, { as: "c", abi, host: linux });
    assert.match(
      source,
      /An array, because the macros of linux-x86_64-glibc may lay it out otherwise/,
    );
    bytes(parseNotation(source.slice(0, source.indexOf("enum")), { notation: "c" }).bytes, control);
    assert.match(write(control, { as: "c", abi, host: abi }), /CMSG_SPACE\(4\)/);
  }
});

test.unless(noPython, "Python runs and gives the same bytes", async () => {
  const cases = [linux, "linux-s390x-glibc", "linux-i386-musl"].flatMap((abi) =>
    [...samples(abi as AbiName), ...rich(abi as AbiName)].map((control) => ({
      abi: abi as AbiName,
      control,
    })),
  );
  const sources = cases.map(({ abi, control }) => write(control, { as: "python", abi }));
  const script = `
import json, sys
for source in json.load(sys.stdin):
    made = {}
    exec(source, made)
    items = made.get("ancdata")
    print(json.dumps(made["control"].hex() if items is None else [[l, t, d.hex()] for l, t, d in items]))
`;
  const { code, stdout, stderr } = await run("python3", ["-c", script], {
    input: JSON.stringify(sources),
  });
  assert.is(code, 0, stderr);
  const made = stdout
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as string | [number, number, string][]);
  assert.ok(made.filter((each) => typeof each !== "string").length >= 3 * 8);
  made.forEach((each, i) => {
    const { abi, control } = cases[i] as (typeof cases)[number];
    if (typeof each === "string") {
      bytes(control, each);
      return;
    }
    const messages = each.map(([level, type, hex]) => ({
      level,
      type,
      payload: Buffer.from(hex, "hex"),
    }));
    const trimLast = (sources[i] as string).includes("without the padding");
    bytes(encodeControl(messages, { abi, trimLast }), control, sources[i]);
  });
});

test("JavaScript runs and gives the same bytes, in every ABI", async () => {
  // Windows passes no descriptors.
  const passing = abis().filter((abi) => !abi.startsWith("windows-"));
  const cases = passing.flatMap((abi) => samples(abi).map((control) => ({ abi, control })));
  for (const abi of [linux, "linux-s390x-glibc"] as const) {
    cases.push(...rich(abi).map((control) => ({ abi, control })));
  }
  const codec = await import("cmsg/codec");
  for (const { abi, control } of cases) {
    const source = write(control, { as: "javascript", abi });
    const plain = source.replace(/import (.*) from "cmsg\/codec";/, "const $1 = codec;");
    const made = new Function("codec", `${plain}return control;`)(codec) as Uint8Array;
    bytes(made, control, source);
  }
});

test("JavaScript is a module: values by the names of their definitions, else names of constants, else numbers", async () => {
  const control = encodeControl(
    [
      rights([7, 8]),
      ...decodeControl(rich(linux)[0] as Uint8Array, { abi: linux }).messages,
      { level: 1, type: 2, payload: Uint8Array.of(1) },
      { level: 99, type: 3, payload: Uint8Array.of(255) },
    ],
    { abi: linux },
  );
  const source = write(control, { as: "javascript", abi: linux });
  assert.match(source, /^ {2}rights\(\[7, 8\]\),$/m);
  assert.match(source, /credentials\(\{ pid: 4242, uid: 1000, gid: 100 \}\)/);
  assert.match(source, /timestampNs\(1700000000123456789n\)/);
  assert.match(
    source,
    /\{ level: "SOL_SOCKET", type: "SCM_CREDENTIALS", payload: Uint8Array.of\(0x01\) \}/,
  );
  assert.match(source, /\{ level: 99, type: 3, payload: Uint8Array.of\(0xff\) \}/);
  const path = resolve(`dist/written-${process.pid}.mjs`);
  try {
    writeFileSync(path, `${source}process.stdout.write(Buffer.from(control).toString("hex"));\n`);
    const { stdout, stderr } = await run(process.execPath, [path]);
    assert.is(stderr, "");
    bytes(control, stdout);
  } finally {
    rmSync(path, { force: true });
  }
});

test("a row of numbers is written as such", () => {
  const abi = {
    pointerSize: 4,
    longSize: 4,
    endian: "big",
    alignMax: 4,
    cmsgLenWidth: 4,
    iovlenWidth: 4,
    controllenWidth: 4,
    iovLenWidth: 4,
    headerAlign: 4,
    dataAlign: 4,
    rule: "bsd",
  } as const;
  const control = encodeControl([{ level: 1, type: 2, payload: Uint8Array.of(3) }], { abi });
  const source = write(control, { as: "javascript", abi });
  assert.match(source, /abi: \{ pointerSize: 4, longSize: 4, endian: "big"/);
});

test("hex, dump and Base64 are read again, with what is not known", () => {
  for (const control of [...samples(linux), new Uint8Array(100)]) {
    for (const as of ["hex", "dump", "base64"] as const) {
      const text = write(control, { as, abi: linux });
      bytes(parseNotation(text, { notation: as }).bytes, control, text);
    }
  }
  const unknown = [
    { from: 1, to: 3 },
    { from: 15, to: 17 },
  ];
  const again = parseNotation(write(new Uint8Array(20), { as: "hex", unknown }));
  assert.equal(again.unknown, unknown);
});

test("what is not known is named in C, Python and JavaScript", () => {
  const control = encodeControl([rights([0])], { abi: linux });
  for (const as of ["c", "python", "javascript"] as const) {
    const text = write(control, { as, abi: linux, unknown: [{ from: 16, to: 20 }] });
    assert.match(text, /Not known, zeros stand for them: bytes 16\.\.19\./, as);
  }
});

test("text is that of explain", () => {
  const [control] = rich(linux) as [Uint8Array];
  assert.is(write(control, { as: "text", abi: linux }), `${explain(control, { abi: linux })}\n`);
});

test.run();
