// npm run vectors -- FILE…: holds the built package against vector files of the format cmsg-golden/1 (test/vectors/README.md).
// Prints each mismatch with both sides and ends with `N passed, N failed`. A file or record that cannot be compared has failed.

import { readFileSync } from "node:fs";
import { checkRecord } from "../test/support/golden.js";

const DEFAULT_FILE = "test/vectors/golden.json";

/** The records of a file, or why there are none. @param {string} file @returns {unknown[] | string} */
function recordsOf(file) {
  let content;
  try {
    content = JSON.parse(readFileSync(file, "utf8"));
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
  const { format, vectors } = content ?? {};
  if (format !== "cmsg-golden/1") return "not a vector file of the format cmsg-golden/1";
  if (!Array.isArray(vectors) || vectors.length === 0) return "no vectors in it";
  return vectors;
}

let passed = 0;
let failed = 0;
const files = process.argv.slice(2);
for (const file of files.length === 0 ? [DEFAULT_FILE] : files) {
  const records = recordsOf(file);
  if (typeof records === "string") {
    console.log(`${file}: ${records}`);
    failed += 1;
    continue;
  }
  records.forEach((record, i) => {
    for (const { id, abi, mismatches } of checkRecord(record, `${file}, record ${i}`)) {
      if (mismatches.length === 0) passed += 1;
      else failed += 1;
      for (const { what, ours, expected } of mismatches) {
        console.log(`${id} ${abi}: ${what}\n  ours      ${ours}\n  expected  ${expected}`);
      }
    }
  });
}
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 && passed > 0 ? 0 : 1;
