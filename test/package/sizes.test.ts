// Bytes that users load, held by a budget: the core as it is and compressed, and what each entry point brings with it.

import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, gzipSync } from "node:zlib";
import { assert } from "../support/assert.js";
import { suite } from "../support/suite.js";

const KB = 1000;
const test = suite("sizes");

/** What a file may be at most, in kilobytes; a tenth above what it is. */
function holds(name: string, size: number, most: number): void {
  assert.ok(size <= most * KB, `${name}: ${size} bytes, may have ${most} KB`);
  // A budget that nobody comes near holds nothing.
  assert.ok(
    size >= most * KB * 0.75,
    `${name}: ${size} bytes; its budget of ${most} KB is too large`,
  );
}

/** An entry point with the chunks that it imports, and those that they import. */
function filesOf(file: string, found = new Set<string>()): Set<string> {
  if (found.has(file)) return found;
  found.add(file);
  const imports = readFileSync(file, "utf8").matchAll(/(?:from|import) ?"(\.[^"]+)"/g);
  for (const [, path = ""] of imports) filesOf(join(dirname(file), path), found);
  return found;
}

function bundleOf(specifier: string): Buffer {
  const entry = fileURLToPath(import.meta.resolve(specifier));
  return Buffer.concat([...filesOf(entry)].map((file) => readFileSync(file)));
}

test("core.wasm", () => {
  const core = readFileSync(fileURLToPath(import.meta.resolve("cmsg/core.wasm")));
  holds("core.wasm", core.length, 11.5);
  holds("core.wasm, gzip", gzipSync(core, { level: 9 }).length, 5.4);
  holds("core.wasm, brotli", brotliCompressSync(core).length, 4.9);
});

test("cmsg/codec", () => {
  const bundle = bundleOf("cmsg/codec");
  holds("cmsg/codec", bundle.length, 235);
  holds("cmsg/codec, gzip", gzipSync(bundle).length, 74);
});

test("cmsg", () => {
  const bundle = bundleOf("cmsg");
  holds("cmsg", bundle.length, 500);
  holds("cmsg, gzip", gzipSync(bundle).length, 152);
});

test.run();
