// npm run conformance: what any host of core.wasm has to answer, as dist/conformance.json (steps; the format stands in
// docs/wasm-abi.md) and as dist/conformance.wast (the same, for engines that run the specification's tests).

import { readFileSync, writeFileSync } from "node:fs";
import { conformanceSteps } from "./conformance-steps.js";
import { conformanceScript } from "./conformance-wast.js";

/** @param {string} file */
const json = (file) => JSON.parse(readFileSync(file, "utf8"));

const bytes = readFileSync("dist/core.wasm");
const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytes));
const core = /** @type {import("./conformance-steps.js").Core} */ (exports);
const { vectors } = json("test/vectors/golden.json");
const { abis } = json("test/vectors/layouts.json");
const steps = conformanceSteps(
  { vectors, abis: Object.values(abis) },
  core,
  json("dist/core.json"),
);
writeFileSync(
  "dist/conformance.json",
  `[\n${steps.map((step) => JSON.stringify(step)).join(",\n")}\n]\n`,
);
writeFileSync("dist/conformance.wast", conformanceScript(bytes, steps));
const checks = steps.filter(([kind]) => kind !== "bytes").length;
console.log(
  `dist/conformance.json and dist/conformance.wast: ${steps.length} steps, ${checks} of them compare`,
);
