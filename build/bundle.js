// Bundles src/ and shim/ to dist/*.js with the core embedded. Entry points share chunks, so that `cmsg` and `cmsg/codec` are one
// instance and one set of classes. Called by build/ready.js.

import { rmSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { build } from "esbuild";

/** Bundles the entry points. */
export async function buildBundle() {
  rmSync("dist/compat", { recursive: true, force: true });
  for (const name of await readdir("dist")) {
    if (name.endsWith(".js") || name.endsWith(".js.map")) rmSync(`dist/${name}`);
  }
  await build({
    entryPoints: {
      index: "src/index.ts",
      codec: "src/codec.ts",
      fuzz: "src/fuzz.ts",
      "compat/usocket": "src/compat/usocket.ts",
      cli: "src/cli/index.ts",
    },
    outdir: "dist",
    bundle: true,
    splitting: true,
    chunkNames: "chunk-[hash]",
    format: "esm",
    platform: "neutral",
    target: ["es2022", "node20.19"],
    external: ["koffi", "node:*"],
    // As text, which src/codec/core.ts unpacks when it is needed: esbuild would do it at every import.
    loader: { ".wasm": "base64" },
    sourcemap: true,
    sourcesContent: false,
    logLevel: "warning",
  });
}
