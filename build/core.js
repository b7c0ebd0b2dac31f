// Compiles assembly/ to dist/core.wasm with the AssemblyScript compiler. Called by build/ready.js.

import { mkdirSync, writeFileSync } from "node:fs";
import asc from "assemblyscript/asc";

/** Memory is fixed (96 pages of 64 KiB), begins its tables at 1024, and the module imports nothing: `abort` becomes a trap. */
export const OPTIONS = [
  "-O3",
  "--noAssert",
  "--runtime",
  "stub",
  "--initialMemory",
  "96",
  "--maximumMemory",
  "96",
  "--memoryBase",
  "1024",
  "--use",
  "abort=",
];

/** Compiles the core; throws with the compiler's messages. */
export async function buildCore() {
  const outFile = "dist/core.wasm";
  mkdirSync("dist", { recursive: true });
  const { error, stderr } = await asc.main(
    ["assembly/index.ts", ...OPTIONS, "--outFile", outFile],
    {
      writeFile: (name, contents) => writeFileSync(name, contents),
    },
  );
  if (error) throw new Error(`${error.message}\n${stderr.toString()}`);
}
