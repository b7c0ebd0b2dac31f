/**
 * Fuzzing of parsers of control messages, this package's and any other: generators and mutators that know the structure, a
 * coverage-guided loop, a minimiser. For Node.
 *
 * @module cmsg/fuzz
 */

export {
  type ByteArbitrary,
  controlArbitrary,
  type DamageOptions,
  damagedArbitrary,
  type FastCheck,
} from "./fuzz/arbitraries.js";
export { coreTarget } from "./fuzz/core-target.js";
export { type DirectoryOptions, directoryCorpus, reportOf } from "./fuzz/directory.js";
export type { Find } from "./fuzz/finds.js";
export { type GenerateOptions, generateControl, generateMessages } from "./fuzz/generate.js";
export {
  type Corpus,
  type FuzzOptions,
  type FuzzResult,
  type FuzzStatus,
  fuzz,
} from "./fuzz/loop.js";
export { minimise } from "./fuzz/minimise.js";
export {
  type MutateOptions,
  type MutatorName,
  mutateControl,
  mutatorNames,
} from "./fuzz/mutate.js";
export { Random } from "./fuzz/random.js";
export { functionTarget, type Parser, type Target } from "./fuzz/target.js";
export { type WasmTargetOptions, wasmTarget } from "./fuzz/wasm-target.js";
