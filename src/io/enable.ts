// enable, disable: the socket options that make the kernel deliver control messages, all of them or none.

import { Buffer } from "node:buffer";
import { typeError } from "../codec/arguments.js";
import { type AnyDefinition, isDefinition } from "../codec/definition.js";
import { anySocketNumber, type SenderLike } from "./descriptor.js";
import { ownError, SyscallError } from "./errors.js";
import { askKind } from "./kind.js";
import { checkEnables, choicesFor, wrongFamily } from "./option-choice.js";
import { type EnableSetting, type SettingBytes, settingBytes } from "./option-setting.js";
import { ONE_WAY, type Step, setAll } from "./option-state.js";
import { type SocketKind, socketType } from "./query.js";

/** What to enable: a definition, or one with what its option is set to instead of 1 or a default. */
export type EnableItem =
  | AnyDefinition
  | readonly [definition: AnyDefinition, setting: EnableSetting];

/** What a descriptor is as a socket. */
export function socketKind(fd: number): SocketKind {
  const kind = askKind(fd);
  if (kind !== undefined) return kind;
  throw new SyscallError(-socketType(fd), "getsockopt", { fd });
}

/**
 * Makes a socket deliver control messages: sets the option of each definition for the socket's family. On a socket of IPv6 that also
 * takes IPv4, both are set, because packets of IPv4 bring messages of IPv4. When one is refused, none is set.
 *
 * @param socket Borrowed. A definition of the other internet family sets what stands for it in this one (`counterpart`).
 * @param items Definitions; `[definition, setting]` for other than the default, such as `[timestamping, ["SOF_TIMESTAMPING_OPT_ID"]]`,
 * whose bits are added to those that are set, or `[txTime, { clock: "CLOCK_TAI" }]`.
 * @throws TypeError, RangeError; Error `ERR_CMSG_NO_OPTION` for what no option enables, `ERR_CMSG_NOT_SUPPORTED` for what this system
 * lacks: before any system call. Error `ERR_CMSG_WRONG_FAMILY`, `ERR_CMSG_EXCLUSIVE_OPTIONS`.
 * @throws SyscallError EPERM, ENOPROTOOPT, EOPNOTSUPP where this socket or kernel refuses an option; ENOTSOCK, EBADF.
 * @example
 * enable(pair[1], credentials);
 * getsockopt(pair[1], "SOL_SOCKET", "SO_PASSCRED") // 1
 * @see setsockopt(2), socket(7), ip(7), ipv6(7).
 */
export function enable(socket: SenderLike, ...items: readonly EnableItem[]): void {
  const given = items.map((item, i) => readItem(item, `items[${i}]`));
  const makers = given.map(({ definition, setting, path }) => {
    checkEnables(definition);
    const maker = (option: string, name: string): SettingBytes =>
      settingBytes(option, name, setting, path);
    // A setting of the wrong kind is refused for the option that it is meant for, whatever the socket is.
    maker(definition.forms[0]?.enable[0] ?? "", definition.name);
    return maker;
  });
  const own = given.map(({ definition }) => definition);
  const { fd, steps } = plan(socket, own, makers);
  setAll(fd, steps, true);
}

/**
 * Stops what `enable` began: sets the same options to 0. SO_TIMESTAMPING goes as a whole, with the bits of all its messages.
 *
 * @param socket Borrowed.
 * @throws As `enable`; Error `ERR_CMSG_NO_OPTION` also for SO_TXTIME, which the kernel never switches off.
 * @example
 * enable(pair[1], credentials);
 * disable(pair[1], credentials);
 * getsockopt(pair[1], "SOL_SOCKET", "SO_PASSCRED") // 0
 * @see setsockopt(2).
 */
export function disable(socket: SenderLike, ...definitions: readonly AnyDefinition[]): void {
  const given = definitions.map((definition, i) => checked(definition, `definitions[${i}]`));
  for (const definition of given) checkEnables(definition);
  const off = (option: string): SettingBytes => {
    if (option !== ONE_WAY) return () => Buffer.alloc(4);
    throw ownError("ERR_CMSG_NO_OPTION", `${option} cannot be switched off`);
  };
  const { fd, steps } = plan(
    socket,
    given,
    given.map(() => off),
  );
  setAll(fd, steps, false);
}

function checked(definition: unknown, path: string): AnyDefinition {
  if (isDefinition(definition)) return definition;
  throw typeError(path, "made by control()", definition);
}

function readItem(item: unknown, path: string) {
  const pair = Array.isArray(item) && item.length === 2;
  if (!pair && !isDefinition(item)) {
    throw typeError(path, "a definition or [definition, setting]", item);
  }
  const [definition, setting] = pair ? (item as readonly unknown[]) : [item, undefined];
  return { definition: checked(definition, path), setting, path: pair ? `${path}[1]` : path };
}

/** The options to set on a socket, in the order of the definitions. `makers` make what each is set to. */
function plan(
  socket: unknown,
  definitions: readonly AnyDefinition[],
  makers: readonly ((option: string, name: string) => SettingBytes)[],
): { readonly fd: number; readonly steps: readonly Step[] } {
  const fd = anySocketNumber(socket);
  const kind = socketKind(fd);
  const steps = definitions.flatMap((definition, i) => {
    const choices = choicesFor(fd, kind, definition, definitions);
    if (choices.length === 0) throw wrongFamily(kind, definition);
    return choices.map((choice): Step => {
      const bytes = makers[i]?.(choice.option.name, choice.definition.name);
      return { ...choice, bytes: bytes ?? (() => Buffer.alloc(4)) };
    });
  });
  return { fd, steps };
}
