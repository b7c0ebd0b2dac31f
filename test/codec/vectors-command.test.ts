// npm run vectors -- FILE…: every record of every file is compared, and what is not right is said with both sides.

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { assert } from "../support/assert.js";
import { type Ended, run } from "../support/run.js";
import { suite } from "../support/suite.js";

const test = suite("vectors command");

type Vector = Record<string, unknown> & { readonly id: string; readonly kind: string };

const golden = JSON.parse(readFileSync("test/vectors/golden.json", "utf8")) as {
  vectors: Vector[];
};
const KINDS = ["encode", "decode", "struct", "captured"] as const;

/** A record of a kind, for one ABI. */
function sample(kind: string): Vector {
  const record =
    golden.vectors.find((vector) => vector.kind === kind && "abis" in vector) ??
    golden.vectors.find((vector) => vector.kind === kind);
  const { abis, abi } = record as unknown as { abis?: string[]; abi: string };
  return { ...record, abi, abis: [abis?.[0] ?? abi] } as unknown as Vector;
}

/** Runs the command over files of the given contents. */
async function vectors(...contents: readonly unknown[]): Promise<Ended & { last: string }> {
  const folder = mkdtempSync(join(tmpdir(), "cmsg-vectors-"));
  try {
    const files = contents.map((content, i) => {
      const file = join(folder, `${i}.json`);
      writeFileSync(file, typeof content === "string" ? content : JSON.stringify(content));
      return file;
    });
    const ended = await run(process.execPath, ["build/vectors.js", ...files]);
    return { ...ended, last: ended.stdout.trimEnd().split("\n").at(-1) ?? "" };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const fileOf = (...records: readonly unknown[]) => ({ format: "cmsg-golden/1", vectors: records });

/** The same hex with one byte changed: the first, as any other may be padding, which kernels leave as it was. */
function flipped(hex: string): string {
  const byte = Number.parseInt(hex.slice(0, 2), 16) ^ 0x55;
  return byte.toString(16).padStart(2, "0") + hex.slice(2);
}

test("the project's own file passes, and every kind and ABI of it is counted", async () => {
  const { code, last, stderr } = await run(process.execPath, ["build/vectors.js"]).then(
    (ended) => ({
      ...ended,
      last: ended.stdout.trimEnd().split("\n").at(-1) ?? "",
    }),
  );
  const checks = golden.vectors.reduce(
    (sum, { abis = [0] }) => sum + (abis as unknown[]).length,
    0,
  );
  assert.ok(checks > 6000, String(checks));
  assert.equal([code, last, stderr], [0, `${checks} passed, 0 failed`, ""]);
});

for (const kind of KINDS) {
  test(`${kind}: a record passes, and fails with one wrong byte, shown beside ours`, async () => {
    const record = sample(kind);
    const right = await vectors(fileOf(record));
    assert.equal([right.code, right.last], [0, "1 passed, 0 failed"], right.stdout);
    const key = kind === "struct" ? "hex" : "controlHex";
    const hex = record[key] as string;
    const wrong = await vectors(fileOf({ ...record, [key]: flipped(hex) }));
    assert.equal([wrong.code, wrong.last], [1, "0 passed, 1 failed"]);
    const [abi] = record.abis as string[];
    assert.match(wrong.stdout, `${record.id} ${abi}: `);
    if (kind === "encode" || kind === "struct") {
      assert.match(wrong.stdout, `  ours      ${hex}\n  expected  ${flipped(hex)}\n`);
    } else {
      assert.match(wrong.stdout, /^ {2}ours {6}.+\n {2}expected {2}.+$/m);
    }
  });
}

test("each property of a record counts", async () => {
  const changes: readonly (readonly [(typeof KINDS)[number], object])[] = [
    ["encode", { controlLen: 1 }],
    ["encode", { cmsgLens: [] }],
    ["encode", { spaces: [1] }],
    ["encode", { offsets: [9] }],
    ["encode", { dataOffsets: [9] }],
    ["encode", { macroLoopCount: 63 }],
    ["encode", { macroBuildNullAt: 5 }],
    ["encode", { messages: [] }],
    ["decode", { controlLen: 1 }],
    ["decode", { yields: [] }],
    ["decode", { end: "limit" }],
    ["decode", { yields: undefined }],
    ["struct", { fields: { no_such_member: 1 } }],
    ["captured", { messages: [] }],
    ["captured", { controlLen: 1 }],
    ["captured", { dataLen: -1 }],
    ["captured", { dataLen: undefined }],
    ["captured", { msgFlags: "0" }],
    ["encode", { macroLoopCount: "1" }],
    ["decode", { controlHex: `${withMessages("decode").controlHex}0` }],
    ["decode", { end: null }],
  ];
  const records = changes.map(([kind, change]) => ({ ...withMessages(kind), ...change }));
  const { code, last, stdout } = await vectors(fileOf(...records));
  assert.equal([code, last], [1, `0 passed, ${changes.length} failed`], stdout);
});

/** A record in which there is something to miss. */
function withMessages(kind: string): Vector {
  const found = golden.vectors.find((record) => {
    const { messages = [], yields = [] } = record as { messages?: unknown[]; yields?: unknown[] };
    return (
      record.kind === kind &&
      (kind === "struct" || messages.length + yields.length > 0) &&
      record.end !== "limit"
    );
  }) as unknown as Vector & { abis?: string[]; abi: string };
  return { ...found, abis: [found.abis?.[0] ?? found.abi] };
}

test("nothing is passed over: unknown kinds, ABIs that are none, records that are none", async () => {
  const record = sample("encode");
  const { abi: _, abis: __, ...homeless } = record as Vector & { abi: unknown; abis: unknown };
  const odd = [
    { ...record, kind: "truncate" },
    { ...record, kind: undefined },
    { ...record, kind: "constructor" },
    { ...record, abi: "beos-ppc" },
    { ...record, abi: undefined, abis: ["beos-ppc"] },
    { ...record, abis: [] },
    { ...record, abi: undefined, abis: "linux-vax" },
    homeless,
    null,
    5,
    "record",
    [],
    {},
  ];
  const { code, last, stdout } = await vectors(fileOf(record, ...odd));
  // The record with a second ABI is held against its first one too.
  assert.equal([code, last], [1, `2 passed, ${odd.length} failed`], stdout);
  assert.match(
    stdout,
    "kind\n  ours      truncate\n  expected  encode or decode or struct or captured",
  );
  assert.match(stdout, /0\.json, record 9 \w+/);
});

test("files that are none count as failures, and the others are still compared", async () => {
  const record = sample("struct");
  const { code, last, stdout } = await vectors(
    "{",
    { format: "cmsg-golden/2", vectors: [record] },
    fileOf(),
    fileOf(record),
    "null",
    "[]",
  );
  assert.equal([code, last], [1, "1 passed, 5 failed"], stdout);
  assert.match(stdout, "1.json: not a vector file of the format cmsg-golden/1");
  assert.match(stdout, "2.json: no vectors in it");
  const missing = await run(process.execPath, ["build/vectors.js", "no/such/file.json"]);
  assert.is(missing.code, 1);
  assert.match(missing.stdout, /^no\/such\/file\.json: ENOENT.*\n0 passed, 1 failed\n$/);
});

test("several files are one run", async () => {
  const files = KINDS.map((kind) => fileOf(sample(kind)));
  const { code, last } = await vectors(...files);
  assert.equal([code, last], [0, "4 passed, 0 failed"]);
});

test.run();
