// The built codec in a context of its own, with nothing but what the caller puts there: as a browser would have it, or a host
// that reports another system.

import { createContext, runInContext } from "node:vm";
import { build } from "esbuild";

/** What every browser and server has. */
export const WEB: Readonly<Record<string, unknown>> = { TextDecoder, TextEncoder, WebAssembly };

let bundled: Promise<string> | undefined;

/** dist/codec.js and its chunks as one script that defines `codec`. Whatever is imported from elsewhere fails here. */
export function codecScript(): Promise<string> {
  bundled ??= build({
    entryPoints: ["dist/codec.js"],
    bundle: true,
    write: false,
    format: "iife",
    globalName: "codec",
    platform: "browser",
    logLevel: "silent",
  }).then(({ outputFiles }) => outputFiles[0]?.text ?? "");
  return bundled;
}

/** Runs a script beside the codec in a fresh context of `globals` and answers its value. */
export async function inBareContext(script: string, globals: object = WEB): Promise<unknown> {
  const context = createContext({ ...globals });
  runInContext(await codecScript(), context);
  return runInContext(script, context);
}
