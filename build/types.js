// Writes the declarations of src/ to dist/types with the TypeScript compiler. Called by build/ready.js.

import { rmSync } from "node:fs";
import { run } from "./run.js";

/** Emits declarations; throws when the sources do not type-check. */
export async function buildTypes() {
  rmSync("dist/types", { recursive: true, force: true });
  await run(process.execPath, ["node_modules/typescript/bin/tsc", "-p", "tsconfig.build.json"]);
}
