// The vectors compiled from real headers, one test per kind of record.

import { readFileSync } from "node:fs";
import { assert } from "../support/assert.js";
import { checkRecord } from "../support/golden.js";
import { suite } from "../support/suite.js";

interface Vector {
  readonly id: string;
  readonly kind: string;
}

const { vectors } = JSON.parse(readFileSync("test/vectors/golden.json", "utf8")) as {
  vectors: readonly Vector[];
};

const test = suite("golden vectors");

for (const kind of ["encode", "decode", "struct", "captured"]) {
  test(`every ${kind} record holds for every ABI that it names`, () => {
    const records = vectors.filter((vector) => vector.kind === kind);
    assert.ok(records.length > 0);
    for (const record of records) {
      for (const { abi, mismatches } of checkRecord(record)) {
        assert.equal(mismatches, [], `${record.id} ${abi}`);
      }
    }
  });
}

test("there is no other kind of record", () => {
  const kinds = new Set(vectors.map(({ kind }) => kind));
  assert.equal([...kinds].sort(), ["captured", "decode", "encode", "struct"]);
});

test("a record that is wrong in one property is a mismatch", () => {
  const wrong = (kind: string, change: object) => {
    const record = vectors.find((vector) => vector.kind === kind) as Vector;
    const [first] = checkRecord({ ...record, ...change, abis: ["linux-x86_64-glibc"] });
    assert.ok((first?.mismatches.length ?? 0) > 0, `${kind} ${JSON.stringify(change)}`);
  };
  wrong("encode", { macroLoopCount: 9 });
  wrong("encode", { macroBuildNullAt: 0 });
  wrong("encode", { controlHex: "00" });
  wrong("decode", { end: "backward" });
  wrong("struct", { hex: "00" });
  wrong("captured", { fields: { ee_errno: 5 } });
  wrong("captured", { kind: "another" });
});

test.run();
