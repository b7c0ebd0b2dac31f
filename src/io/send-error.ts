// The error of a message that the kernel has refused, with what the well-known traps mean.

import { errnoName } from "../../shim/index.js";
import { levelName, typeName, withNumber } from "../codec/names.js";
import { addressError } from "./address-error.js";
import { datagramHint, isSegmented } from "./datagram-hints.js";
import type { SyscallError } from "./errors.js";
import { theFrame } from "./frame.js";
import { constant } from "./host.js";
import { readIntOption, socketFamily } from "./query.js";
import type { SendPlan } from "./send-plan.js";

/** What a refused message was. */
export interface Refused {
  readonly fd: number;
  readonly plan: SendPlan;
  /** Bytes of data. */
  readonly total: number;
  /** Descriptors, those of the control messages among them. */
  readonly fds: number;
}

/** The error of a refused message. */
export function sendError(errno: number, refused: Refused, syscall = "sendmsg"): SyscallError {
  const { fd, plan } = refused;
  const code = errnoName(errno);
  const own = isInternet(fd) ? datagramHint(code, plan) : undefined;
  const hint = own ?? sendHint(code, refused);
  return addressError({ errno, syscall, fd, bytes: plan.to, hint });
}

function isInternet(fd: number): boolean {
  const family = socketFamily(fd);
  return family === constant("AF_INET") || family === constant("AF_INET6");
}

function sendHint(code: string, { fd, plan, total, fds }: Refused): string | undefined {
  switch (code) {
    case "EINVAL":
      return invalidHint(plan);
    case "EMSGSIZE":
      return tooLargeHint(fd, total, isSegmented(plan));
    case "EBADF":
      return fds > 0 && socketFamily(fd) >= 0
        ? "the socket is open: one of the descriptors to send is not"
        : undefined;
    case "ETOOMANYREFS":
      return "too many descriptors of this user are on their way and not yet received: unix(7), RLIMIT_NOFILE";
    case "ENOBUFS":
      return plan.control.length > 0
        ? "the control data reaches net.core.optmem_max, or the kernel is out of memory"
        : undefined;
    case "EPERM":
      return forbiddenHint(plan, fds);
    case "ESRCH":
      return plan.control.length > 0 ? "credentials name a process that does not exist" : undefined;
    case "EISCONN":
      return "this socket is connected: leave `to` out";
    case "ECONNREFUSED":
      return plan.to === undefined ? undefined : "nothing is bound to that address any more";
    default:
      return undefined;
  }
}

function invalidHint({ control, flags }: SendPlan): string | undefined {
  const { abi } = theFrame();
  const names = control.map(({ level, type, path }) => {
    const levelText = withNumber(levelName(abi, level), level);
    return `${path} ${levelText} ${withNumber(typeName(abi, level, type), type)}`;
  });
  if (names.length > 0) {
    const shown = names.length > 3 ? `${names.slice(0, 3).join(", ")} …` : names.join(", ");
    return `a control message may be of a type that this socket does not send, or its payload of the wrong length or content: ${shown}`;
  }
  return `no control messages were given: the socket may not know these flags (0x${(flags >>> 0).toString(16)}) or this destination`;
}

function tooLargeHint(fd: number, total: number, segmented: boolean): string {
  const family = socketFamily(fd);
  if (family === constant("AF_UNIX")) {
    const room = readIntOption(fd, constant("SOL_SOCKET"), constant("SO_SNDBUF"));
    return `${total} bytes are more than one message takes here: SO_SNDBUF is ${room}, of which a part is overhead`;
  }
  if (total > 65507) {
    return `${total} bytes are more than one datagram takes: UDP carries 65507 over IPv4 and 65527 over IPv6`;
  }
  return segmented
    ? "each segment has to fit into a packet of the way with its headers"
    : `with their headers, ${total} bytes are more than a packet of the way takes, and it may not be fragmented`;
}

function forbiddenHint({ control }: SendPlan, fds: number): string | undefined {
  const reasons: string[] = [];
  if (fds > 0) reasons.push("the receiver refuses descriptors (SO_PASSRIGHTS)");
  if (control.length > 0) reasons.push("the credentials are not those of this process");
  return reasons.length > 0 ? reasons.join(", or ") : undefined;
}
