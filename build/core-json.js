// Writes dist/core.json: names and payload layouts beside core.wasm, for hosts without this package's TypeScript. Called by
// build/ready.js.

import { writeFileSync } from "node:fs";
import { build } from "esbuild";

/** Runs src/codec/portable.ts and writes what it answers. */
export async function buildCoreJson() {
  const { outputFiles } = await build({
    entryPoints: ["src/codec/portable.ts"],
    bundle: true,
    write: false,
    format: "esm",
    platform: "neutral",
    loader: { ".wasm": "base64" },
    logLevel: "warning",
  });
  const text = outputFiles[0]?.text ?? "";
  const { portable } = await import(`data:text/javascript,${encodeURIComponent(text)}`);
  writeFileSync("dist/core.json", `${JSON.stringify(portable())}\n`);
}
