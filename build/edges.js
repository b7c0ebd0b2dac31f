// The shipped core with edge counters in the hole of its memory: dist/core-edges.wasm. Called by build/ready.js.

import { readFileSync, writeFileSync } from "node:fs";
import binaryen from "binaryen";
import { build } from "esbuild";

/** Adds counters to dist/core.wasm by the pass that users' modules get, too. */
export async function buildEdges() {
  const options = { bundle: true, write: false, format: "esm", platform: "node" };
  const { outputFiles } = await build({
    .../** @type {{ write: false }} */ (options),
    entryPoints: ["src/fuzz/edges.ts"],
  });
  const text = Buffer.from(outputFiles[0]?.contents ?? []).toString("base64");
  const { withEdgeCounters } = await import(`data:text/javascript;base64,${text}`);
  const core = readFileSync("dist/core.wasm");
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(core));
  const { coverage_base, coverage_size } =
    /** @type {{ coverage_base(): number, coverage_size(): number }} */ (exports);
  const place = { base: coverage_base(), size: coverage_size() };
  writeFileSync("dist/core-edges.wasm", withEdgeCounters(binaryen, core, place));
}
