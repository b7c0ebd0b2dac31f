// Which options make a socket deliver a control message: those of its family, and on IPv6 those of the IPv4 packets it also gets.

import { definitions } from "../codec/catalogue/index.js";
import type { AnyDefinition } from "../codec/definition.js";
import { formsIn, isReceived } from "../codec/form.js";
import { familyOf, type Option, optionOf } from "../codec/option.js";
import { ownError } from "./errors.js";
import { theFrame } from "./frame.js";
import { constantOrZero, importedConstant } from "./host.js";
import { readIntOption, type SocketKind } from "./query.js";

/** A definition with the option that enables it on a socket. */
export interface Choice {
  readonly definition: AnyDefinition;
  readonly option: Option;
}

/** A definition as this system knows it, with the family of sockets that alone has it. */
interface Candidate extends Choice {
  readonly family: string | undefined;
}

const AF_INET = importedConstant("AF_INET");
const AF_INET6 = importedConstant("AF_INET6");
const SOCK_STREAM = importedConstant("SOCK_STREAM");
const SOCK_DGRAM = importedConstant("SOCK_DGRAM");
const SOCK_RAW = importedConstant("SOCK_RAW");

/** Refuses a definition that no option of this system enables. Asks no kernel. */
export function checkEnables(definition: AnyDefinition): void {
  if (candidateOf(definition) !== undefined) return;
  const { abi } = theFrame();
  const { name, enable, needs } = definition;
  const known = formsIn(definition, abi);
  if (known.length === 0) {
    throw ownError("ERR_CMSG_NOT_SUPPORTED", `this system has no ${name}`);
  }
  const asked = [...enable, ...known.flatMap(({ form }) => form.enable)];
  const why =
    asked.length > 0
      ? `this system has no ${asked[0]}`
      : !isReceived(definition, abi)
        ? "it is only sent"
        : `it comes without one${needs === undefined ? "" : `, with ${needs}`}`;
  throw ownError("ERR_CMSG_NO_OPTION", `${name} is enabled by no option: ${why}`);
}

/** A definition of this system with the first of its options; undefined when it has none. */
function candidateOf(definition: AnyDefinition): Candidate | undefined {
  const { abi } = theFrame();
  for (const known of formsIn(definition, abi)) {
    const option = optionOf(abi, known);
    if (option === undefined) continue;
    const family = familyOf(known.form.level) ?? familyOf(option.levelName);
    return { definition, option, family };
  }
  return undefined;
}

/** The type that stands for it in the other internet family. */
function counterpartOf(
  { counterpart }: AnyDefinition,
  own: readonly AnyDefinition[],
): Candidate | undefined {
  if (counterpart === undefined) return undefined;
  const found = [...own, ...definitions()].find(({ name }) => name === counterpart);
  return found === undefined ? undefined : candidateOf(found);
}

/**
 * The options that enable a definition on a socket, none when it is not for sockets of this kind. `own` are definitions that may
 * be counterparts beside the built-in ones.
 */
export function choicesFor(
  fd: number,
  kind: SocketKind,
  definition: AnyDefinition,
  own: readonly AnyDefinition[],
): readonly Choice[] {
  const itself = candidateOf(definition);
  if (itself === undefined || !isTransportOf(kind, itself.option)) return [];
  const { family } = itself;
  if (family === undefined) return [itself];
  const pair = [itself, counterpartOf(definition, own)].filter((each) => each !== undefined);
  const inet = pair.find((each) => each.family === "AF_INET");
  const inet6 = pair.find((each) => each.family === "AF_INET6");
  if (kind.family === AF_INET) return inet === undefined ? [] : [inet];
  if (kind.family === AF_INET6) {
    return [inet6, takesIPv4(fd, kind) ? inet : undefined].filter((each) => each !== undefined);
  }
  // A family that has no number here is left to the kernel.
  return [kind.family, 0].includes(constantOrZero(family)) ? [itself] : [];
}

/** Whether packets of IPv4 reach a socket of IPv6, and with them messages of IPv4. */
function takesIPv4(fd: number, kind: SocketKind): boolean {
  if (kind.type === SOCK_RAW) return false;
  const only = constantOrZero("IPV6_V6ONLY");
  return only === 0 || readIntOption(fd, constantOrZero("IPPROTO_IPV6"), only) !== 1;
}

/** Whether a socket speaks the protocol of an option: UDP_GRO is for datagrams over IP alone. */
function isTransportOf({ family, type }: SocketKind, { levelName }: Option): boolean {
  const wanted = { IPPROTO_UDP: SOCK_DGRAM, IPPROTO_TCP: SOCK_STREAM }[levelName];
  return wanted === undefined || ((family === AF_INET || family === AF_INET6) && type === wanted);
}

/** A definition that is not for sockets of this kind. */
export function wrongFamily(kind: SocketKind, definition: AnyDefinition): Error {
  const { name, counterpart } = definition;
  const { option, family } = candidateOf(definition) as Candidate;
  const { levelName } = option;
  const whose =
    levelName === "IPPROTO_UDP"
      ? "UDP"
      : levelName === "IPPROTO_TCP"
        ? "TCP"
        : (family ?? String(levelName));
  const other = counterpart === undefined ? "" : ` (and ${counterpart} stands for it in the other)`;
  return ownError(
    "ERR_CMSG_WRONG_FAMILY",
    `${name} is a message of ${whose} sockets${other}, and this is one of ${kindText(kind)}`,
  );
}

const FAMILIES = ["AF_UNIX", "AF_INET", "AF_INET6", "AF_NETLINK", "AF_PACKET", "AF_VSOCK"];
const TYPES = ["SOCK_STREAM", "SOCK_DGRAM", "SOCK_RAW", "SOCK_SEQPACKET"];

/** Family and type of a socket by their C names. */
function kindText({ family, type }: SocketKind): string {
  const nameIn = (names: readonly string[], number: number): string =>
    names.find((name) => constantOrZero(name) === number) ?? String(number);
  return `${nameIn(FAMILIES, family)}, ${nameIn(TYPES, type)}`;
}
