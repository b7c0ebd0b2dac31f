// enabledOn: the control messages that can arrive on a socket, by what its options say.

import { definitions as builtIn } from "../codec/catalogue/index.js";
import type { AnyDefinition } from "../codec/definition.js";
import { definitionList } from "../codec/face.js";
import { formsIn, isReceived } from "../codec/form.js";
import { familyOf } from "../codec/option.js";
import { anySocketNumber, type SenderLike } from "./descriptor.js";
import { socketKind } from "./enable.js";
import { theFrame } from "./frame.js";
import { constantOrZero } from "./host.js";
import { isUnix } from "./kind.js";
import { choicesFor } from "./option-choice.js";
import { isOn } from "./option-state.js";
import { readIntOption, type SocketKind } from "./query.js";

/** What a socket is asked about. */
export interface EnabledOptions {
  /** Definitions to ask for beside the built-in ones. */
  readonly definitions?: readonly AnyDefinition[];
}

/**
 * The definitions of the control messages that can arrive on a socket: those whose options are set, whoever has set them, those that
 * come without an option, and those whose option the kernel does not tell (SO_INQ). `controlSpace(enabledOn(socket))` is the control buffer that nothing is cut short in.
 *
 * @param socket Borrowed.
 * @throws SyscallError ENOTSOCK, EBADF.
 * @example
 * enable(pair[1], credentials);
 * enabledOn(pair[1]).includes(credentials) // true
 * controlSpace(enabledOn(pair[1])) >= CMSG_SPACE(12) + CMSG_SPACE(4 * 253) // true
 * @see getsockopt(2).
 */
export function enabledOn(
  socket: SenderLike,
  options: EnabledOptions = {},
): readonly AnyDefinition[] {
  const own = definitionList(options.definitions);
  const fd = anySocketNumber(socket);
  const kind = socketKind(fd);
  const { abi } = theFrame();
  return [...new Set([...own, ...builtIn()])].filter(
    (definition) => isReceived(definition, abi) && isEnabled(fd, kind, definition, own) !== false,
  );
}

/** Whether messages of a definition can arrive on a socket; undefined where the kernel does not tell. */
export function isEnabled(
  fd: number,
  kind: SocketKind,
  definition: AnyDefinition,
  own: readonly AnyDefinition[],
): boolean | undefined {
  if (comesUnasked(fd, kind, definition)) return true;
  const choices = choicesFor(fd, kind, definition, own);
  const choice = choices.find((each) => each.definition === definition);
  return choice === undefined ? false : isOn(fd, choice);
}

/** What a socket of this kind delivers without an option of its own. */
function comesUnasked(fd: number, kind: SocketKind, definition: AnyDefinition): boolean {
  const { abi } = theFrame();
  const forms = formsIn(definition, abi);
  if (forms.length === 0) return false;
  if (isErrorQueue(definition)) return reportsErrors(fd, kind, definition);
  if (forms.some(({ form }) => form.enable.length > 0)) return false;
  if (definition.descriptors) return isUnix(kind) && takesDescriptors(fd);
  const families = forms.map(({ form }) => familyOf(form.level));
  return families.some((family) => family !== undefined && kind.family === constantOrZero(family));
}

/** Since Linux 6.16 a socket can refuse descriptors. */
function takesDescriptors(fd: number): boolean {
  const option = constantOrZero("SO_PASSRIGHTS");
  return option === 0 || readIntOption(fd, constantOrZero("SOL_SOCKET"), option) !== 0;
}

function isErrorQueue({ name }: AnyDefinition): boolean {
  return name === "IP_RECVERR" || name === "IPV6_RECVERR";
}

/** Options whose reports come as entries of the error queue. */
const REPORTING = ["SO_TIMESTAMPING_OLD", "SO_TIMESTAMPING_NEW", "SO_ZEROCOPY", "SO_TXTIME"];

/** Whether entries of the error queue come for another reason than that they were asked for. */
function reportsErrors(fd: number, kind: SocketKind, { name }: AnyDefinition): boolean {
  const family = name === "IP_RECVERR" ? "AF_INET" : "AF_INET6";
  if (kind.family !== constantOrZero(family)) return false;
  const level = constantOrZero("SOL_SOCKET");
  return REPORTING.some((option) => readIntOption(fd, level, constantOrZero(option)) > 0);
}
