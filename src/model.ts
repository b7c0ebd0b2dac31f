/**
 * How systems treat control messages, as pure data: what Linux, macOS, FreeBSD and NetBSD deliver when a receiver's buffer is short,
 * where each next-header rule stops, the same messages in several ABIs, structs with their holes, forms for values. What a program
 * that shows control messages asks for. No native code and no `node:` import.
 *
 * @module cmsg/model
 */

export type { ByteRange } from "./codec/byte-range.js";
export { abiFact, abiRow } from "./model/abi-facts.js";
export {
  type ComparedAbi,
  type ComparedCell,
  type ComparedMessage,
  type CompareOptions,
  type Comparison,
  compareControl,
} from "./model/compare.js";
export {
  type DeliveredMessage,
  type DescriptorCounts,
  modelSystems,
  type ReceiveOptions,
  type Reception,
  receiveControl,
} from "./model/receive.js";
export type { Delivery, Fate, ModelSystem } from "./model/rule.js";
export {
  type RuleFact,
  type RuleWalk,
  type RuleWalkOptions,
  ruleFacts,
  walkByRules,
} from "./model/rule-facts.js";
export { sampleValue } from "./model/sample.js";
export { createSocketModel, SocketModel, type SocketModelOptions } from "./model/socket.js";
export type { ModelWrite, SocketReceiveOptions } from "./model/socket-arguments.js";
export type {
  ModelCredentials,
  QueuedPiece,
  SocketModelType,
  SocketReception,
} from "./model/socket-queue.js";
export { type StructRow, type StructView, structViews } from "./model/structs.js";
export { type FieldKind, type ValueField, type ValueForm, valueForm } from "./model/value-form.js";
export { fieldText, formValue, parseField } from "./model/value-text.js";
