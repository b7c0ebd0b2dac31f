// The error of a refused receive, with what the well-known traps mean.

import { errnoName } from "../../shim/index.js";
import { SyscallError } from "./errors.js";
import { constant, importedConstant } from "./host.js";
import { readIntOption } from "./query.js";
import type { ReceivePlan } from "./receive.js";

const OOB = importedConstant("MSG_OOB");

/** The error of a refused receive. */
export function receiveError(
  errno: number,
  fd: number,
  plan: ReceivePlan,
  syscall = "recvmsg",
): SyscallError {
  return new SyscallError(errno, syscall, { fd, hint: receiveHint(errnoName(errno), fd, plan) });
}

function receiveHint(code: string, fd: number, { flags }: ReceivePlan): string | undefined {
  if (code !== "EINVAL" && code !== "ENOTCONN") return undefined;
  const listens = readIntOption(fd, constant("SOL_SOCKET"), constant("SO_ACCEPTCONN")) === 1;
  if (listens) return "this socket listens: accept makes the sockets to receive on";
  return code === "EINVAL" && (flags & OOB) !== 0 ? "there is no out-of-band data" : undefined;
}
