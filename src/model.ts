/**
 * How kernels treat control messages, as pure functions: what Linux, macOS, FreeBSD and NetBSD deliver when a receiver's buffer is
 * short. No native code and no `node:` import.
 *
 * @module cmsg/model
 */

export type { ByteRange } from "./codec/byte-range.js";
export {
  type DeliveredMessage,
  type DescriptorCounts,
  modelSystems,
  type ReceiveOptions,
  type Reception,
  receiveControl,
} from "./model/receive.js";
export type { Delivery, Fate, ModelSystem } from "./model/rule.js";
