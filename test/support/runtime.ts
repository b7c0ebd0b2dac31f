// The runtime that the tests run on: Node, Bun or Deno.

import { type Stats, statSync } from "node:fs";

/** Which one it is. */
export const RUNTIME: "node" | "bun" | "deno" =
  process.versions["bun"] !== undefined
    ? "bun"
    : process.versions["deno"] !== undefined
      ? "deno"
      : "node";

/** Arguments of `process.execPath` that run the text of a module, which can import `cmsg`. */
export function evaluation(source: string): string[] {
  if (RUNTIME !== "deno") return ["--input-type=module", "--eval", source];
  // Deno counts the text as the name of a file among the arguments.
  return ["eval", "--v8-flags=--expose-gc", `process.argv.splice(1, 1);${source}`];
}

/** fstat(2) of any number: that of Deno knows only the descriptors that it has opened itself. */
export function fstat(number: number): Stats {
  return statSync(`/proc/self/fd/${number}`);
}
