// Compiles assembly/ to dist/core.wasm with the AssemblyScript compiler. Called by build/ready.js.

import { mkdirSync, writeFileSync } from "node:fs";
import asc from "assemblyscript/asc";

/**
 * Memory is fixed (96 pages of 64 KiB), begins its tables at 1024, as the compiler lets it when offset 0 means "none", and the
 * module imports nothing: `abort` becomes a trap. `-O3s` is a third smaller than `-O3`; what
 * it costs is won back by INLINED, for a fifth of that.
 */
export const OPTIONS = [
  "-O3s",
  "--noAssert",
  "--runtime",
  "stub",
  "--initialMemory",
  "96",
  "--maximumMemory",
  "96",
  "--use",
  "abort=",
];

/** What the loops over messages and over the members of a struct call for each of them. */
const INLINED = [
  "abi/column",
  "cmsg/writeInWords",
  "cmsg/writeRecord",
  "derived/derived",
  "layout/alignUp",
  "layout/elementCount",
  "layout/elementKind",
  "layout/isRest",
  "layout/kindWidth",
  "pack/isOctets",
];

/** DecoratorFlags.Inline of the compiler: as if `@inline` stood there, which no tool for TypeScript reads. */
const INLINE = 64;

/** A step of the compiler that marks INLINED. */
export const inlining = {
  /** @param {import("./asc.d.ts").AscProgram} program */
  afterInitialize(program) {
    for (const name of INLINED) {
      const found = program.elementsByName.get(`assembly/${name}`);
      if (found === undefined) throw new Error(`nothing to inline: ${name}`);
      found.decoratorFlags |= INLINE;
    }
  },
};

/** Compiles the core; throws with the compiler's messages. */
export async function buildCore() {
  const outFile = "dist/core.wasm";
  mkdirSync("dist", { recursive: true });
  const { error, stderr } = await asc.main(
    ["assembly/index.ts", ...OPTIONS, "--outFile", outFile],
    {
      writeFile: (name, contents) => writeFileSync(name, contents),
      transforms: [inlining],
    },
  );
  if (error) throw new Error(`${error.message}\n${stderr.toString()}`);
}
