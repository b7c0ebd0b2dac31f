// Bundles explorer/ to one file, dist/explorer.html: styles, script and core in it, nothing to load. Called by build/ready.js.

import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { build } from "esbuild";
import { wasmText } from "./wasm-text.js";

/** @param {string} entry @returns {Promise<string>} */
async function bundled(entry) {
  const { outputFiles } = await build({
    entryPoints: [entry],
    bundle: true,
    write: false,
    minify: true,
    format: "iife",
    platform: "neutral",
    target: ["es2023", "chrome123", "firefox121", "safari17.4"],
    plugins: [wasmText],
    logLevel: "warning",
  });
  return outputFiles[0]?.text.trim() ?? "";
}

/** Writes the page. */
export async function buildExplorer() {
  const [styles, script] = await Promise.all([
    bundled("explorer/styles.css"),
    bundled("explorer/main.ts"),
  ]);
  if (/<\/style/i.test(styles) || /<\/script|<!--/i.test(script)) {
    throw new Error("explorer: styles or script would end their own element");
  }
  const digest = createHash("sha256").update(script).digest("base64");
  // By functions: a text would be searched for $&.
  const page = readFileSync("explorer/page.html", "utf8")
    .replace("SCRIPT-HASH", () => `sha256-${digest}`)
    .replace("/*STYLES*/", () => styles)
    .replace("/*SCRIPT*/", () => script);
  writeFileSync("dist/explorer.html", page);
}
