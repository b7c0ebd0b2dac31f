// cmsg decode: the drawing of the library, from every form that bytes come in.

import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { credentials, encodeControl, explain, rights, rules } from "cmsg/codec";
import { assert } from "../support/assert.js";
import { inDirectory, type RunOptions, run } from "../support/command.js";
import { suite } from "../support/suite.js";

const test = suite("cmsg decode");

const abi = "linux-x86_64-glibc";
const BYTES = Buffer.from(
  encodeControl([rights([5, 6, 7]), credentials({ pid: 1, uid: 2, gid: 3 })], { abi }),
);
const LINE = ["decode", "--abi", abi];

/** Two lines of a dump, and what is repeated in it. */
const ZEROS = Buffer.concat([BYTES, Buffer.alloc(16 * 9)]);

const pairs = (bytes: Uint8Array): string[] =>
  [...bytes].map((byte) => byte.toString(16).padStart(2, "0"));

function grouped(bytes: Uint8Array, size: number): string {
  return (
    Buffer.from(bytes)
      .toString("hex")
      .match(new RegExp(`.{1,${size * 2}}`, "g")) ?? []
  ).join(" ");
}

const dumped = (program: string, ...args: readonly string[]) =>
  [
    [program, ...args].join(" "),
    (bytes: Uint8Array) => execFileSync(program, args, { input: bytes, encoding: "utf8" }),
  ] as const;

/** Hex text as people have it. */
const FORMS: readonly (readonly [name: string, write: (bytes: Uint8Array) => string])[] = [
  ["digits", (bytes) => Buffer.from(bytes).toString("hex")],
  ["capital digits", (bytes) => Buffer.from(bytes).toString("hex").toUpperCase()],
  ["digits behind 0x", (bytes) => `0x${Buffer.from(bytes).toString("hex")}\n`],
  ["pairs", (bytes) => pairs(bytes).join(" ")],
  ["pairs on lines", (bytes) => pairs(bytes).join("\r\n")],
  ["pairs with commas", (bytes) => pairs(bytes).join(",")],
  ["groups of 4", (bytes) => grouped(bytes, 4)],
  ["groups of 8 behind white space", (bytes) => `\n\t ${grouped(bytes, 8)} \n\n`],
  [
    "a C array",
    (bytes) =>
      `{ ${pairs(bytes)
        .map((pair) => `0x${pair}`)
        .join(", ")} };`,
  ],
  ["a C array of short numbers", (bytes) => `{${[...bytes].map((b) => `0x${b.toString(16)}`)}}`],
  [
    "a string of C",
    (bytes) =>
      `"${pairs(bytes)
        .map((pair) => `\\x${pair}`)
        .join("")}"`,
  ],
  [
    "bytes of Python",
    (bytes) =>
      `b'${pairs(bytes)
        .map((pair) => `\\x${pair}`)
        .join("")}'`,
  ],
  ["JSON", (bytes) => JSON.stringify(pairs(bytes))],
  dumped("hexdump", "-C"),
  dumped("hexdump", "-Cv"),
  dumped("od", "-A", "x", "-t", "x1"),
  dumped("od", "-A", "x", "-t", "x1z", "-v"),
  ...[[], ["-g1"], ["-g4"], ["-c", "8"], ["-u"], ["-a"], ["-p"], ["-i"], ["-o", "4096"]].map(
    (args) => dumped("xxd", ...args),
  ),
];

async function decoded(input: string | Uint8Array, ...args: readonly string[]) {
  return await run([...LINE, ...args], { input });
}

for (const [name, write] of FORMS) {
  test(`hex text: ${name}`, async () => {
    assert.equal(await decoded(write(BYTES)), {
      status: 0,
      signal: null,
      stdout: `${explain(BYTES, { abi })}\n`,
      stderr: "",
    });
    const { status, stdout } = await decoded(write(ZEROS), "--hex");
    assert.is(stdout, `${explain(ZEROS, { abi })}\n`);
    assert.is(status, 1);
  });
}

/** Text that is no hex, or could be read in two ways. */
const NO_HEX: readonly (readonly [text: string, says: RegExp])[] = [
  ["zz!", /^cmsg: control buffer at line 1, column 1: expected hex, a dump, C, .*, found 'zz!'\n$/],
  ["14 00\n00 0g", /at line 2, column 5: .* found 'g'/],
  ["140", /line 1, column 1: expected an even number of hex digits, found '140'/],
  ["0x0014 0x0000", /the byte order of words is not known, found '0x0014 0x0000'/],
  ["14000000 00 00", /the first number may be an offset or bytes, found '14000000 00 00'/],
  [
    execFileSync("hexdump", [], { input: BYTES, encoding: "utf8" }),
    /expected single bytes \(hexdump -C, od -t x1\)/,
  ],
  ["00000000: 1400 0000\n00000008: 00\n", /dump at line 2, column 1: expected the offset 4/],
  ["00000000: 1400 0000\nxx", /dump at line 2, column 1: expected an offset and bytes, found 'xx'/],
  ["00000000: 14\n*\nffffffffffff\n", /more than a control buffer of 1 MiB/],
  ["ff".repeat((1 << 20) + 1), /more than a control buffer of 1 MiB: .*, not 1048577/],
];

test("what no terminal should obey is shown, not printed", async () => {
  const { status, stderr } = await run(["decode", "--hex"], { input: "\u001b\u0007" });
  assert.is(status, 1);
  assert.match(stderr, /^cmsg: [ -~]+ found '\\u\{1b\}\\u\{7\}'\n$/);
});

test("text that is no hex is one line and status 1", async () => {
  for (const [text, says] of NO_HEX) {
    const { status, stdout, stderr } = await decoded(text);
    assert.equal([status, stdout], [1, ""], text.slice(0, 80));
    assert.match(stderr, /^cmsg: [^\n]+\n$/);
    assert.match(stderr, says);
  }
});

test("raw bytes come from a file and from standard input", async () => {
  await inDirectory(async (cwd) => {
    writeFileSync(join(cwd, "control"), BYTES);
    const drawing = `${explain(BYTES, { abi })}\n`;
    const lines: readonly (readonly [args: readonly string[], options: RunOptions])[] = [
      [["control"], { cwd }],
      [["--raw", "control"], { cwd }],
      [[], { input: BYTES }],
      [["-"], { input: BYTES }],
      [["--raw", "-"], { input: BYTES }],
    ];
    for (const [args, options] of lines) {
      const { status, stdout } = await run([...LINE, ...args], options);
      assert.equal([status, stdout], [0, drawing]);
    }
  });
});

test("--raw takes text as bytes, --hex takes bytes as text", async () => {
  const raw = await decoded("14000000", "--raw");
  assert.is(raw.stdout, `${explain(Buffer.from("14000000"), { abi })}\n`);
  const hex = await decoded(BYTES, "--hex");
  assert.equal([hex.status, hex.stdout], [1, ""]);
});

test("no bytes are an empty control buffer", async () => {
  for (const input of ["", "\n"]) {
    const { status, stdout } = await decoded(input);
    assert.equal([status, stdout], [0, `${explain(new Uint8Array(0), { abi })}\n`]);
  }
});

test("input without end is refused", async () => {
  const { status, stderr } = await run(["decode", "/dev/zero"]);
  assert.is(status, 1);
  assert.match(stderr, /^cmsg: \/dev\/zero: more than 8388608 bytes are no control buffer\n$/);
});

test("a file that cannot be read is status 3", async () => {
  for (const [file, code] of [
    ["no/such.bin", "ENOENT"],
    ["/", "EISDIR"],
  ] as const) {
    const { status, stderr } = await run(["decode", file]);
    assert.is(status, 3);
    assert.match(stderr, new RegExp(`^cmsg: ${code}: [^\n]+\n$`));
  }
});

interface Vector {
  readonly kind: string;
  readonly abis: readonly string[];
  readonly controlHex?: string;
}

const { vectors } = JSON.parse(readFileSync("test/vectors/golden.json", "utf8")) as {
  vectors: readonly Vector[];
};

test("malformed bytes are drawn all the same, with status 1", async () => {
  const broken = vectors
    .filter(({ kind, controlHex = "" }) => kind === "decode" && controlHex !== "")
    .map((vector) => ({ vector, model: modelOf(vector) }))
    .filter(({ model }) => model.problems.length > 0)
    .filter((_, i) => i % 40 === 0);
  assert.ok(broken.length > 3, `${broken.length} vectors`);
  for (const { vector, model } of broken) {
    const line = ["decode", "--abi", vector.abis[0] ?? ""];
    const { status, stdout } = await run(line, { input: vector.controlHex ?? "" });
    assert.equal([status, stdout], [1, `${model}\n`]);
  }
});

function modelOf({ abis, controlHex = "" }: Vector) {
  return explain(Buffer.from(controlHex, "hex"), { abi: abis[0] as typeof abi });
}

test("--rule walks as another system does", async () => {
  const input = `${"14000000 00000000 01000000 01000000 05000000 00000000"} ${"00".repeat(16)}`;
  const bytes = Buffer.from(input.replaceAll(" ", ""), "hex");
  const drawings = new Set<string>();
  for (const rule of rules()) {
    const model = explain(bytes, { abi, rule });
    const { status, stdout } = await decoded(input, "--rule", rule);
    assert.equal([status, stdout], [model.problems.length === 0 ? 0 : 1, `${model}\n`], rule);
    drawings.add(stdout);
  }
  assert.is(drawings.size, rules().length);
});

interface Report {
  readonly abi: string;
  readonly rule: string;
  readonly bytes: string;
  readonly end: string;
  readonly messages: readonly object[];
  readonly problems: readonly { readonly code: string; readonly claimed?: string }[];
  readonly spans: readonly {
    readonly from: number;
    readonly to: number;
    readonly value: unknown;
  }[];
  readonly steps: readonly object[];
}

test("--json gives the model: 64-bit values as decimal text, bytes as hex", async () => {
  for (const input of [BYTES, BYTES.toString("hex")]) {
    const { status, stdout } = await decoded(input, "--json");
    assert.is(status, 0);
    const report = JSON.parse(stdout) as Report;
    assert.equal([report.abi, report.rule, report.end], [abi, "glibc", "null"]);
    assert.is(report.bytes, BYTES.toString("hex"));
    assert.equal(report.messages, [
      {
        level: 1,
        type: 1,
        name: "SCM_RIGHTS",
        payload: "050000000600000007000000",
        value: [5, 6, 7],
      },
      {
        level: 1,
        type: 2,
        name: "SCM_CREDENTIALS",
        payload: "010000000200000003000000",
        value: { pid: 1, uid: 2, gid: 3 },
      },
    ]);
    assert.equal(report.problems, []);
    assert.is(report.spans[0]?.value, "28");
    assert.is(report.spans.at(-1)?.to, BYTES.length);
    assert.is(report.steps.length, 3);
  }
});

test("--json of malformed and unknown messages", async () => {
  const message = "ffffffff ffffffff 63000000 62000000 aabb".replaceAll(" ", "");
  const { status, stdout } = await decoded(message, "-j");
  assert.is(status, 1);
  const report = JSON.parse(stdout) as Report;
  assert.equal(report.messages, [
    { level: 0x63, type: 0x62, name: null, payload: "aabb", value: null },
  ]);
  assert.is(report.problems[0]?.code, "ERR_CMSG_LENGTH_PAST_END");
  assert.is(report.problems[0]?.claimed, "18446744073709551615");
});

test.run();
