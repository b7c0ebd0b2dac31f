// Control messages to a control buffer.

import { NO_SPACE } from "../../assembly/shared/status.js";
import { type Abi, numberOf } from "./abi.js";
import { bytesOf, integerIn, rangeError, typeError } from "./arguments.js";
import type { Cell } from "./cell.js";
import { ARENA_CONTROL, ARENA_PAYLOAD, CONTROL_LIMIT, type Core } from "./core.js";
import { type AnyOutgoing, isDefinition } from "./definition.js";
import { EncodeError } from "./errors.js";
import type { WriteContext } from "./field.js";
import { type Form, formsIn } from "./form.js";

/** A control message by its level, type and bytes. */
export interface RawMessage {
  /** A number, or the C name of a protocol level: "SOL_SOCKET". */
  readonly level: number | string;
  /** A number, or the C name of a constant: "SCM_RIGHTS". */
  readonly type: number | string;
  /** Any byte view or buffer, taken in memory order. */
  readonly payload: ArrayBufferView | ArrayBufferLike;
}

/** What can be encoded: a call of a definition, or level, type and bytes. Decoded messages are the latter. */
export type MessageInput = AnyOutgoing | RawMessage;

/** A message with everything of the caller's read out of it. */
export interface PreparedMessage {
  readonly level: number;
  readonly type: number;
  readonly payload: Uint8Array | undefined;
  /** The form of a definition, and a cell per element of its program, where there is no payload. */
  readonly form: Form | undefined;
  readonly cells: readonly Cell[];
  readonly outgoing: AnyOutgoing | undefined;
  readonly path: string;
}

/** How descriptors inside values become numbers when nothing but numbers is known. */
export function plainDescriptor(value: unknown, path: string): number {
  if (typeof value === "number") return integerIn(value, 0, 0x7fffffff, path);
  if (typeof value === "object" && value !== null) {
    const { number, fd } = value as { number?: unknown; fd?: unknown };
    const found = number ?? fd;
    if (typeof found === "number") return integerIn(found, 0, 0x7fffffff, path);
  }
  throw typeError(path, "a file descriptor", value);
}

/** The messages of an iterable, once. Bytes and strings are iterable too, and refused. */
export function messageList(messages: unknown, what: string): readonly unknown[] {
  const object = typeof messages === "object" && messages !== null;
  if (!object || ArrayBuffer.isView(messages) || !(Symbol.iterator in messages)) {
    throw typeError(what, "an iterable of control messages", messages);
  }
  return [...(messages as Iterable<unknown>)];
}

/** Reads a message out of what the caller gave. All of the caller's code runs in here. */
export function prepareMessage(
  message: unknown,
  path: string,
  context: WriteContext,
): PreparedMessage {
  if (typeof message !== "object" || message === null || Array.isArray(message)) {
    throw typeError(path, "{ level, type, payload } or a call of a definition", message);
  }
  const { level, type, payload, definition, value } = message as Partial<RawMessage & AnyOutgoing>;
  if (payload === undefined && isDefinition(definition)) {
    return prepareOutgoing({ definition, value }, path, context);
  }
  return {
    level: numberOf(context.abi, level, `${path}.level`, "level"),
    type: numberOf(context.abi, type, `${path}.type`, "type"),
    payload: bytesOf(payload, `${path}.payload`),
    form: undefined,
    cells: [],
    outgoing: undefined,
    path,
  };
}

function prepareOutgoing(
  outgoing: AnyOutgoing,
  path: string,
  context: WriteContext,
): PreparedMessage {
  const { definition, value } = outgoing;
  const [known] = formsIn(definition, context.abi);
  if (known === undefined) {
    throw new EncodeError(
      "ERR_CMSG_UNKNOWN_TYPE",
      `${path}: ${context.abi.name} has no ${definition.name}`,
      { path },
    );
  }
  const { form, level, type } = known;
  const cells = form.write(value, `${path}.value`, context);
  return { level, type, payload: undefined, form, cells, outgoing, path };
}

/** Puts the payload of a message at the arena's payload offset; answers its length. */
export function stagePayload(core: Core, abi: Abi, message: PreparedMessage): number {
  const { payload, form, cells, path } = message;
  if (payload === undefined) {
    return (form as Form).program.pack(core, abi, cells, `${path}.value`);
  }
  if (payload.length > CONTROL_LIMIT) {
    throw rangeError(`${path}.payload`, `at most ${CONTROL_LIMIT} bytes`, payload.length);
  }
  core.bytes.set(payload, core.arena + ARENA_PAYLOAD);
  return payload.length;
}

/** How a control buffer is made. */
export interface EncodeLayout {
  /** Bytes that the buffer may have. */
  readonly capacity: number;
  /** End at CMSG_LEN of the last message, without its padding. */
  readonly trimLast: boolean;
}

/** The control buffer of the messages. */
export function encodeAll(
  core: Core,
  abi: Abi,
  messages: readonly PreparedMessage[],
  { capacity, trimLast }: EncodeLayout,
): Uint8Array {
  const control = core.arena + ARENA_CONTROL;
  const data = core.exports.cmsg_len(abi.index, 0);
  let used = 0;
  let end = 0;
  for (const message of messages) {
    const length = stagePayload(core, abi, message);
    end = used + data + length;
    const { level, type } = message;
    const payload = core.arena + ARENA_PAYLOAD;
    const room = CONTROL_LIMIT;
    used = core.exports.cmsg_append(abi.index, control, room, used, level, type, payload, length);
    const over = used === NO_SPACE || (trimLast ? end : used) > capacity;
    if (over) throw noSpace(message, capacity);
  }
  return core.bytes.slice(control, control + (trimLast ? end : used));
}

function noSpace(message: PreparedMessage, capacity: number): EncodeError {
  const { path, level, type } = message;
  return new EncodeError(
    "ERR_CMSG_NO_SPACE",
    `${path}: does not fit in a control buffer of ${capacity} bytes`,
    { path, level, type },
  );
}
