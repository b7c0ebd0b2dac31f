// Who is at the other end of a connection.

import { errnoNumber } from "../../shim/index.js";
import { anySocketNumber, type SenderLike } from "./descriptor.js";
import { SyscallError } from "./errors.js";
import { theFrame } from "./frame.js";
import { constant, constantOrZero, IS_LINUX } from "./host.js";
import { optionBytes, readIntOption, readOption } from "./query.js";

/** Process, user and group of the other end, as they were when the connection was made. */
export interface PeerCredentials {
  /** Process id; -1 where the system does not say. */
  readonly pid: number;
  readonly uid: number;
  readonly gid: number;
}

/**
 * Asks the kernel who is at the other end of an AF_UNIX connection. A process id can be in other use by now: the user is what
 * to trust.
 *
 * @param socket A connected socket, also one of Node, or a listening one, which answers who made it listen; borrowed.
 * @throws TypeError, RangeError before any system call.
 * @throws SyscallError ENOTCONN where the kernel knows of no peer, ENOPROTOOPT, ENOTSOCK, EBADF.
 * @example
 * const { uid } = peerCredentials(connection);
 * @see unix(7), SO_PEERCRED; getpeereid(3) on the BSDs.
 */
export function peerCredentials(socket: SenderLike): PeerCredentials {
  const fd = anySocketNumber(socket);
  return IS_LINUX ? linuxPeer(fd) : bsdPeer(fd);
}

const NO_PEER =
  "the kernel records the peer of AF_UNIX connections: by socketpair, connect on streams and seqpacket, accept, listen";

function linuxPeer(fd: number): PeerCredentials {
  const length = readOption(fd, constant("SOL_SOCKET"), constant("SO_PEERCRED"), 12);
  if (length < 0) throw new SyscallError(-length, "getsockopt", { fd });
  const bytes = optionBytes(length);
  const credentials = {
    pid: bytes.readInt32LE(0),
    uid: bytes.readUInt32LE(4),
    gid: bytes.readUInt32LE(8),
  };
  // The kernel answers pid 0 and the ids -1 for a socket whose peer it has not recorded: one that is not connected, a datagram
  // socket connected by its address, another family.
  if (credentials.pid === 0 && credentials.uid === 0xffffffff) {
    throw new SyscallError(errnoNumber("ENOTCONN"), "getsockopt", { fd, hint: NO_PEER });
  }
  return credentials;
}

/** getpeereid for the ids; Darwin has an option for the process. */
function bsdPeer(fd: number): PeerCredentials {
  const frame = theFrame();
  const at = frame.base + frame.value;
  const result = frame.system.getpeereid(fd, at, at + 4);
  if (result < 0) throw new SyscallError(-result, "getpeereid", { fd });
  const uid = (frame.words[frame.value >> 2] as number) >>> 0;
  const gid = (frame.words[(frame.value >> 2) + 1] as number) >>> 0;
  const option = constantOrZero("LOCAL_PEERPID");
  const pid = option === 0 ? -1 : readIntOption(fd, constant("SOL_LOCAL"), option);
  return { pid: pid > 0 ? pid : -1, uid, gid };
}
