// Descriptors of other processes, by pidfd_getfd(2).

import { systemCalls } from "../../shim/index.js";
import { integerIn } from "../codec/arguments.js";
import { SyscallError } from "./errors.js";
import { type Fd, ownFresh } from "./fd.js";
import { checkNumber } from "./file.js";

const PERMISSION = "only who may trace a process gets its descriptors, see ptrace(2)";

/** The largest process id: an int of C. */
const LARGEST_PID = 0x7fffffff;

/**
 * A duplicate of another process's descriptor, close-on-exec, owned by the caller: the same open file, without that process's help.
 *
 * @param pid A process that this one may trace, such as one of the same user; this one, too.
 * @param number The descriptor's number in that process.
 * @throws TypeError, RangeError before any system call.
 * @throws SyscallError EPERM unless this process may trace the other, ESRCH when there is none, EBADF when the number is not open
 * there, ENOSYS before Linux 5.6 and on other systems.
 * @example
 * using output = fdFromProcess(process.pid, 1);
 * @see pidfd_getfd(2), pidfd_open(2), ptrace(2).
 */
export function fdFromProcess(pid: number, number: number): Fd {
  const process = integerIn(pid, 1, LARGEST_PID, "pid");
  return ownFresh(duplicateFrom(process, checkNumber(number, "number")), undefined);
}

function duplicateFrom(pid: number, number: number): number {
  const system = systemCalls();
  const pidfd = system.pidfdOpen(pid, 0);
  const target = `process ${pid}`;
  if (pidfd < 0) throw new SyscallError(-pidfd, "pidfd_open", { target });
  const duplicate = system.pidfdGetfd(pidfd, number, 0);
  system.close(pidfd);
  if (duplicate >= 0) return duplicate;
  const error = new SyscallError(-duplicate, "pidfd_getfd", { fd: number, target });
  if (error.code !== "EPERM") throw error;
  throw new SyscallError(-duplicate, "pidfd_getfd", { fd: number, target, hint: PERMISSION });
}
