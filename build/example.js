// Runs an example: node build/example.js NAME [ARGUMENTS]; --build only lowers them. The examples are TypeScript for current Node; they are lowered file by
// file, so that they import `cmsg` as a user's program does.

import { readdirSync, rmSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { run } from "./run.js";

const root = fileURLToPath(new URL("..", import.meta.url));

/** Lowers all examples to dist/examples. */
export async function buildExamples() {
  const files = readdirSync(`${root}examples`, { recursive: true })
    .map(String)
    .filter((file) => file.endsWith(".ts"));
  rmSync(`${root}dist/examples`, { recursive: true, force: true });
  await build({
    entryPoints: files.map((file) => `${root}examples/${file}`),
    outdir: `${root}dist/examples`,
    outbase: `${root}examples`,
    format: "esm",
    platform: "node",
    target: "node20.19",
    logLevel: "warning",
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [name = "", ...args] = process.argv.slice(2);
  await buildExamples();
  // With --build it stops here: a test runs them itself.
  if (name !== "--build")
    await run(process.execPath, [`${root}dist/examples/${name}/main.js`, ...args]).catch(() => {
      process.exitCode = 1;
    });
}
