// The types that the pure half exports.

export type { AbiOption, AbiRow } from "./abi.js";
export type { AbiName } from "./abi-names.js";
export type {
  AbstractAddress,
  Address,
  InternetAddress,
  OtherAddress,
  PathAddress,
  UnnamedAddress,
} from "./address.js";
export type { Bytes } from "./arguments.js";
export type { ByteRange } from "./byte-range.js";
export type {
  CheckErrno,
  CheckOptions,
  ClaimedCredentials,
  ControlVerdict,
} from "./check.js";
export type { Constants } from "./constants/types.js";
export type { Decoded } from "./decode.js";
export type {
  AnyDefinition,
  AnyOutgoing,
  Declaration,
  Definition,
  DefinitionOf,
  DescriptorLike,
  FormDeclaration,
  Outgoing,
  WithDescriptors,
} from "./definition.js";
export type { ControlDescription, MemberDescription, PayloadDescription } from "./description.js";
export type { MessageInput, RawMessage } from "./encode.js";
export type { Explanation } from "./explain.js";
export type { DrawnPart, DrawnRole, DrawOptions } from "./explain-text.js";
export type {
  AbiOptions,
  DecodeOptions,
  EncodeOptions,
  ExplainOptions,
  WalkOptions,
} from "./face.js";
export type { DescriptorSlot, Field, ReadContext, WriteContext } from "./field.js";
export type {
  Conversion,
  Fields,
  FieldValues,
  GivenOf,
  GivenValues,
  ValueOf,
} from "./field-struct.js";
export type { Direction, Form, Identity } from "./form.js";
export type { Layout, MemberLayout, StructLayout } from "./layout.js";
export type { RuleName } from "./rules.js";
export type { SpaceItem } from "./space.js";
export type { Span, SpanRole } from "./spans.js";
export type { StructName, StructValue } from "./struct.js";
export type { Walk, WalkEnd, WalkHeader, WalkStep } from "./walk.js";
