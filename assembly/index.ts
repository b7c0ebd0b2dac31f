// The core's exports, in the order in which a message travels. Integer arguments; the caller owns the scratch part of memory;
// answers are >= 0, or a status of shared/status.ts. docs/wasm-abi.md lists them, written from the built module.

import { COVERAGE_BASE, COVERAGE_SIZE, MEMORY_SIZE, SCRATCH_BASE } from "./shared/limits";

export { abiColumn as abi_column, abiCount as abi_count, defineAbi as abi_define } from "./abi";
export {
  append as cmsg_append,
  cmsgAlign as cmsg_align,
  cmsgLen as cmsg_len,
  cmsgSpace as cmsg_space,
  walk as cmsg_walk,
} from "./cmsg";
export { layoutProgram as layout } from "./layout";
export {
  appendMessage as message_append,
  begin as message_begin,
  compose as message_compose,
  open as message_open,
  prepare as message_prepare,
  seal as message_seal,
} from "./message";
export {
  composeBatch as message_compose_batch,
  openBatch as message_open_batch,
  prepareBatch as message_prepare_batch,
  sentBatch as message_sent_batch,
} from "./mmsghdr";
export {
  firstHeader as cmsg_firsthdr,
  nextHeader as cmsg_nxthdr,
  ruleAnswers as rule_answers,
} from "./nxthdr";
export { pack, unpack } from "./pack";
export { structProgram as struct_program } from "./shapes";

const MAJOR = 1;
const MINOR = 0;

/** Version of this interface: major in the high half, minor in the low. */
export function version(): i32 {
  return (MAJOR << 16) | MINOR;
}

/** First offset of the caller's part of memory. */
export function scratch_base(): i32 {
  return SCRATCH_BASE;
}

/** Bytes of the caller's part. */
export function scratch_size(): i32 {
  return MEMORY_SIZE - SCRATCH_BASE;
}

/** First offset of the hole for coverage counters. */
export function coverage_base(): i32 {
  return COVERAGE_BASE;
}

/** Bytes of that hole. */
export function coverage_size(): i32 {
  return COVERAGE_SIZE;
}
