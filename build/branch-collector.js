// Loaded in front of a test file (node --import) by build/core-coverage.js: whoever compiles the published core gets the build with
// branch counters in its place, and what the counters of all instances say at the end is written to a file.

import { readFileSync, writeFileSync } from "node:fs";
import { threadId } from "node:worker_threads";

const { CMSG_BRANCHES: folder = "" } = process.env;
const published = readFileSync(new URL("../dist/core.wasm", import.meta.url));
const counting = readFileSync(new URL("../dist/core-branches.wasm", import.meta.url));

/** Instances that are looked at again: those in front of them were made and left. */
const KEPT = 40;

/** @type {{ memory: { buffer: ArrayBuffer }, coverage_base(): number, coverage_size(): number }[]} */
let living = [];
/** @type {Uint8Array | undefined} */
let seen;
/** @type {WeakSet<object>} */
const modules = new WeakSet();

function harvest() {
  for (const { memory, coverage_base: base, coverage_size: size } of living) {
    seen ??= new Uint8Array(size());
    const counters = new Uint8Array(memory.buffer, base(), size());
    for (let i = 0; i < counters.length; i++) if (counters[i] !== 0) seen[i] = 1;
  }
}

/** @param {unknown} bytes */
function isPublished(bytes) {
  if (!ArrayBuffer.isView(bytes) || bytes.byteLength !== published.length) return false;
  return published.equals(new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength));
}

WebAssembly.Module = new Proxy(WebAssembly.Module, {
  construct: (target, [bytes]) => {
    if (!isPublished(bytes)) return new target(bytes);
    const module = new target(counting);
    modules.add(module);
    return module;
  },
});

WebAssembly.Instance = new Proxy(WebAssembly.Instance, {
  construct: (target, args) => {
    const instance = Reflect.construct(target, args);
    // The build with edge counters has others at the same place.
    if (modules.has(args[0])) {
      if (living.length === KEPT) {
        harvest();
        living = living.slice(KEPT / 2);
      }
      living.push(instance.exports);
    }
    return instance;
  },
});

process.on("exit", () => {
  harvest();
  if (seen !== undefined) writeFileSync(`${folder}/${process.pid}-${threadId}.bin`, seen);
});
