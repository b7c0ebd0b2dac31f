// A plugin for esbuild: WebAssembly modules as hexadecimal text, which src/codec/core.ts unpacks when it is needed. Compressed it is
// shorter than Base64, which tears bytes apart.

import { readFileSync } from "node:fs";

/** @type {import("esbuild").Plugin} */
export const wasmText = {
  name: "wasm-text",
  setup({ onLoad }) {
    onLoad({ filter: /\.wasm$/ }, ({ path }) => {
      return { contents: readFileSync(path).toString("hex"), loader: "text" };
    });
  },
};
