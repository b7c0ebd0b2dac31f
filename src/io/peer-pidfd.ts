// The process at the other end of a connection as a descriptor, which no other process can ever be behind.

import { errnoName } from "../../shim/index.js";
import { anySocketNumber, type SenderLike } from "./descriptor.js";
import { SyscallError } from "./errors.js";
import { type Fd, ownFresh } from "./fd.js";
import { theFrame } from "./frame.js";
import { constant, constantOrZero } from "./host.js";
import { readIntOption } from "./query.js";
import { POLLIN, waitFor } from "./wait.js";

/**
 * What the kernel knows of the peer's process. Pinned: it runs, and the descriptor is it. Gone: it has ended; newer kernels still
 * give its descriptor. Unpinned: this system has no such descriptors, and a process id may mean another process by now.
 */
export type PeerProcess =
  | { readonly state: "pinned"; readonly pidfd: Fd }
  | { readonly state: "gone"; readonly pidfd: Fd | null }
  | { readonly state: "unpinned"; readonly pidfd: null };

/**
 * Asks the kernel for the process at the other end of an AF_UNIX connection.
 *
 * @param socket A connected socket, also one of Node; borrowed.
 * @returns Its state, with a descriptor that the caller owns: readable once the process has ended.
 * @throws SyscallError ENODATA where the kernel knows of no peer, ENOTSOCK, EBADF.
 * @example
 * const peer = peerPidfd(pair[0]);
 * if (peer.state === "pinned") peer.pidfd.close();
 * @see unix(7), pidfd_open(2), SO_PEERPIDFD (Linux 6.5).
 */
export function peerPidfd(socket: SenderLike): PeerProcess {
  const fd = anySocketNumber(socket);
  const option = constantOrZero("SO_PEERPIDFD");
  if (option === 0) return { state: "unpinned", pidfd: null };
  const number = readIntOption(fd, constant("SOL_SOCKET"), option);
  if (number >= 0) return stateOf(ownFresh(number, undefined));
  const code = errnoName(-number);
  if (code === "ENOPROTOOPT") return { state: "unpinned", pidfd: null };
  if (code === "ESRCH") return { state: "gone", pidfd: null };
  throw new SyscallError(-number, "getsockopt", { fd });
}

function stateOf(pidfd: Fd): PeerProcess {
  const ended = waitFor(theFrame(), pidfd.number, POLLIN, 0) > 0;
  return { state: ended ? "gone" : "pinned", pidfd };
}
