// expectControl: the value of a control message that has to be there, or an error that says why it is not.

import { optionsOf, typeError } from "../codec/arguments.js";
import { exportName } from "../codec/catalogue/index.js";
import {
  type AnyDefinition,
  type DefinitionOf,
  isDefinition,
  type WithDescriptors,
} from "../codec/definition.js";
import { formsIn, isReceived, minimumLength } from "../codec/form.js";
import type { ControlMessage } from "../codec/message.js";
import { anySocketNumber, BORROW, type SenderLike } from "./descriptor.js";
import { socketKind } from "./enable.js";
import { isEnabled } from "./enabled-on.js";
import { ownError } from "./errors.js";
import { Fd } from "./fd.js";
import { theFrame } from "./frame.js";
import { importedConstant } from "./host.js";
import { choicesFor } from "./option-choice.js";

const MSG_CTRUNC = importedConstant("MSG_CTRUNC");

/** What is expected to hold a control message: what a receive has answered. */
export interface WithControl {
  readonly control: readonly ControlMessage<unknown, Fd>[];
  readonly flags: number;
}

/** What is known beside the message. */
export interface ExpectOptions {
  /** The socket that it came from, which is asked for its options when the message is not there; borrowed. */
  readonly socket?: SenderLike;
}

/**
 * The value of a control message that was to come with a received message. When it is not there, the error says why: nobody has set
 * its option, the kernel had no reason to send it, it was cut off, or it is too short.
 *
 * @param received What `recvmsg`, `recvFds` or a socket on the event loop has answered.
 * @throws Error `ERR_CMSG_NOT_ENABLED` when its option is not set on `socket`, and says how to set it; `ERR_CMSG_NOT_DELIVERED` when it is
 * set, or no `socket` was given; `ERR_CMSG_TRUNCATED` when control data was cut short (MSG_CTRUNC);
 * `ERR_CMSG_PAYLOAD_TOO_SHORT` when it came with less than its struct.
 * @example
 * enable(pair[1], credentials);
 * using message = recvmsg(pair[1]);
 * expectControl(message, credentials, { socket: pair[1] }).pid >= 0 // true
 * @see recvmsg(2), cmsg(3).
 */
export function expectControl<V>(
  received: WithControl,
  definition: DefinitionOf<V>,
  options: ExpectOptions = {},
): WithDescriptors<V, Fd> {
  const { control, flags } = (received ?? {}) as Partial<WithControl>;
  if (!Array.isArray(control)) throw typeError("received", "a received message", received);
  if (!isDefinition(definition)) throw typeError("definition", "made by control()", definition);
  const given = optionsOf(options, "options");
  if (given instanceof Fd || BORROW in given) throw typeError("options", "{ socket }", given);
  const { socket } = given;
  let short: ControlMessage<unknown, Fd> | undefined;
  for (const message of control as readonly ControlMessage<unknown, Fd>[]) {
    if (message.is(definition)) return message.value as WithDescriptors<V, Fd>;
    if (!isOf(message, definition)) continue;
    // A definition that the receive was not told of reads the bytes now; descriptors in them are owned by somebody else.
    const value = definition.descriptors ? undefined : message.as(definition);
    if (value !== undefined) return value as WithDescriptors<V, Fd>;
    short ??= message;
  }
  throw missing({ control, cut: ((flags ?? 0) & MSG_CTRUNC) !== 0, short }, definition, socket);
}

/** Whether a message has a level and type of a definition, whatever it was read as. */
function isOf({ level, type }: ControlMessage<unknown, Fd>, definition: AnyDefinition): boolean {
  const forms = formsIn(definition, theFrame().abi);
  return forms.some((known) => known.level === level && known.type === type);
}

/** What was received instead. */
interface Instead {
  readonly control: readonly ControlMessage<unknown, Fd>[];
  /** Whether control data was cut short. */
  readonly cut: boolean;
  /** A message of the wanted level and type that cannot be read. */
  readonly short: ControlMessage<unknown, Fd> | undefined;
}

const CUT =
  "control data was cut short (MSG_CTRUNC), because controlLimit is too small for everything that is enabled, or because the descriptor table is full";

function missing(
  { control, cut, short }: Instead,
  definition: AnyDefinition,
  socket: SenderLike | undefined,
): Error {
  const { name } = definition;
  if (cut) {
    const what = short === undefined ? "did not arrive" : `arrived in part (${short})`;
    return ownError("ERR_CMSG_TRUNCATED", `${name} ${what}: ${CUT}`);
  }
  if (short !== undefined && definition.descriptors && short.definition !== definition) {
    const by = short.definition?.name ?? "no definition";
    const message = `${name} came, but ${by} has read its descriptors: name it in the definitions of the receive`;
    return ownError("ERR_CMSG_NOT_DELIVERED", message);
  }
  if (short !== undefined) {
    const message = `${name} came with too short a payload: ${lengths(short, definition)}`;
    return ownError("ERR_CMSG_PAYLOAD_TOO_SHORT", message);
  }
  const came = `what came: ${control.length === 0 ? "nothing" : control.map(nameOf).join(", ")}`;
  const why = socket === undefined ? unasked(definition) : asked(socket, definition);
  return ownError(why.code, `${name} ${why.text}; ${came}`);
}

/** What came, and the least that the definition reads. */
function lengths({ payload }: ControlMessage<unknown, Fd>, definition: AnyDefinition): string {
  const { core, abi } = theFrame();
  const least = formsIn(definition, abi).map(({ form }) => minimumLength(core, form, abi));
  return `${payload.length} bytes, needs ${Math.min(...least)}`;
}

function nameOf({ definition, level, type }: ControlMessage<unknown, Fd>): string {
  return definition?.name ?? `level ${level} type ${type}`;
}

/** Why a message is not there. */
interface Reason {
  readonly code: string;
  /** What follows its name. */
  readonly text: string;
}

function notDelivered(text: string): Reason {
  return { code: "ERR_CMSG_NOT_DELIVERED", text };
}

function needing({ needs }: AnyDefinition): string {
  return needs === undefined ? "" : `: it needs ${needs}`;
}

/** Nothing is known of the socket. */
function unasked(definition: AnyDefinition): Reason {
  const [known] = formsIn(definition, theFrame().abi);
  if (known === undefined) return notDelivered("is unknown to this system");
  const option = known.form.enable[0];
  if (option === undefined) return notDelivered(`did not come${needing(definition)}`);
  return notDelivered(
    `did not come${needing(definition)}: is ${option} set on the socket, as ${enabling(definition)} does? Given { socket }, this error says`,
  );
}

function enabling(definition: AnyDefinition): string {
  return `enable(socket, ${exportName(definition) ?? definition.name})`;
}

/** The socket says whether it was asked for. */
function asked(socket: SenderLike, definition: AnyDefinition): Reason {
  const { abi } = theFrame();
  if (formsIn(definition, abi).length === 0) return notDelivered("is unknown to this system");
  if (!isReceived(definition, abi)) return notDelivered("is only sent, and never arrives");
  const fd = anySocketNumber(socket);
  const kind = socketKind(fd);
  const enabled = isEnabled(fd, kind, definition, []);
  if (enabled === undefined) return unasked(definition);
  if (enabled) {
    const { counterpart } = definition;
    const other = counterpart === undefined ? "" : `; the other family brings ${counterpart}`;
    const text = `is enabled on this socket, but the kernel sent none with this message`;
    return notDelivered(`${text}${needing(definition)}${other}`);
  }
  const choices = choicesFor(fd, kind, definition, []);
  const own = choices.find((choice) => choice.definition === definition);
  if (own !== undefined) {
    const text = `did not come, because ${own.option.name} is not set on this socket: call ${enabling(definition)} before messages arrive`;
    return { code: "ERR_CMSG_NOT_ENABLED", text };
  }
  const [other] = choices;
  if (other === undefined) {
    return notDelivered(`does not come on sockets of this family and type${needing(definition)}`);
  }
  const text = `does not come on sockets of this family: expect ${other.definition.name} in its place`;
  return notDelivered(text);
}
