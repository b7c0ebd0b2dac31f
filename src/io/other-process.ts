// Descriptors of other processes, by pidfd_getfd(2).

import { systemCalls } from "../../shim/index.js";
import { SyscallError } from "./errors.js";

const PERMISSION = "only who may trace a process gets its descriptors, see ptrace(2)";

/** A duplicate of a descriptor of another process, close-on-exec. */
export function duplicateFrom(pid: number, number: number): number {
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

/** The largest process id: an int of C. */
export const LARGEST_PID = 0x7fffffff;
