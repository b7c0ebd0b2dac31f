// Bundles src/ and shim/ to dist/*.js with the core embedded. Entry points share chunks, so that `cmsg` and `cmsg/codec` are one
// instance and one set of classes. Called by build/ready.js.

import { rmSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { build } from "esbuild";
import { wasmText } from "./wasm-text.js";

/**
 * Modules of Node by `process.getBuiltinModule`, and of each only the names that are used: an import statement makes Node read every
 * name that the module exports, of which some load half of Node. That was a third of the time that importing took.
 *
 * @type {import("esbuild").Plugin}
 */
const builtins = {
  name: "builtins",
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^node:/ }, ({ path, importer }) => {
      if (importer === LOADER) return { path, external: true };
      return { path, namespace: "builtin", sideEffects: false };
    });
    onResolve({ filter: /^builtin-loader$/ }, () => ({ path: LOADER, namespace: "loader" }));
    // Nodes below 20.16 have no getBuiltinModule.
    onLoad({ filter: /./, namespace: "loader" }, () => ({
      contents: `import { createRequire } from "node:module";
        const required = process.getBuiltinModule === undefined ? createRequire("/") : undefined;
        export const load = (name) => required?.(name) ?? process.getBuiltinModule(name);`,
    }));
    onLoad({ filter: /./, namespace: "builtin" }, async ({ path }) => {
      const names = Object.keys(await import(path)).filter((name) => name !== "default");
      const lines = names.map(
        (name) => `export const ${name} = /* @__PURE__ */ ofModule("${name}");`,
      );
      const head = `import { load } from "builtin-loader";
        const ofModule = (name) => load("${path}")[name];`;
      return { contents: [head, ...lines].join("\n") };
    });
  },
};

const LOADER = "loader";

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
      notation: "src/notation.ts",
      model: "src/model.ts",
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
    external: ["koffi"],
    plugins: [builtins, wasmText],
    // Names stay as they are, so that stack traces can be read; the sources are in the package, and maps lead there.
    minifyWhitespace: true,
    minifySyntax: true,
    lineLimit: 160,
    sourcemap: true,
    sourcesContent: false,
    logLevel: "warning",
  });
}
