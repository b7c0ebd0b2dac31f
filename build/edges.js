// The shipped core with edge counters in the hole of its memory: dist/core-edges.wasm; and dist/cmsg.dict, the constants of its code as
// libFuzzer and AFL++ read them. Called by build/ready.js.

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
  const counted = withEdgeCounters(binaryen, core, place);
  writeFileSync("dist/core-edges.wasm", counted);
  const module = new WebAssembly.Module(counted);
  // @ts-expect-error: the build's types of WebAssembly do not know this.
  const [section] = WebAssembly.Module.customSections(module, "cmsg.edges");
  /** @type {{ dictionary: readonly string[] }} */
  const { dictionary } = JSON.parse(new TextDecoder().decode(section));
  const words = dictionary.map((word, i) => `constant_${i}="${word.replace(/../g, "\\x$&")}"\n`);
  writeFileSync("dist/cmsg.dict", `# Constants of core.wasm.\n${words.join("")}`);
}
