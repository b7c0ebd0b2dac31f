// Whether an empty read of a seqpacket socket is an empty record or the end. The kernel answers both alike, except that a record
// has a sender.

import { theFrame } from "../frame.js";
import { constant, importedConstant } from "../host.js";
import { controlLength } from "../opened.js";
import { readIntOption } from "../query.js";
import { openFrame, planReceive, receiveFrame } from "../receive.js";
import { setsockopt } from "../sockopt.js";
import { POLLIN } from "../wait.js";

const POLLRDHUP = 0x2000;
const SOL_SOCKET = importedConstant("SOL_SOCKET");
const MSG_PEEK = importedConstant("MSG_PEEK");
const MSG_DONTWAIT = importedConstant("MSG_DONTWAIT");

/** Room for credentials alone: descriptors find none, so looking brings none. */
const LOOK = planReceive({ dataLimit: 1, controlLimit: 32, flags: MSG_PEEK | MSG_DONTWAIT }, true);

/** 1 when a record waits, 0 at the end, or -errno: -EAGAIN while there is neither. */
export function recordWaiting(fd: number): number {
  const frame = theFrame();
  // struct pollfd { int fd; short events; short revents; }
  const at = frame.pollfd >> 2;
  frame.words[at] = fd;
  frame.words[at + 1] = POLLIN | POLLRDHUP;
  const result = frame.system.poll(frame.base + frame.pollfd, 1, 0);
  if (result <= 0) return result === 0 || result === -frame.EINTR ? -frame.EAGAIN : result;
  const ended = ((frame.words[at + 1] as number) >> 16) & POLLRDHUP;
  // Whoever has not ended has sent something, or there is an error to receive.
  return ended === 0 ? 1 : peekSender(fd);
}

/** Nothing is sent on the socket meanwhile, which would give it a name. */
function peekSender(fd: number): number {
  const option = constant("SO_PASSCRED");
  const passes = readIntOption(fd, SOL_SOCKET, option) > 0;
  if (!passes) setsockopt(fd, SOL_SOCKET, option, true);
  try {
    const frame = theFrame();
    const bytes = receiveFrame(frame, fd, LOOK);
    if (bytes !== 0) return Math.sign(bytes) > 0 ? 1 : bytes;
    openFrame(frame);
    return controlLength(frame) > 0 ? 1 : 0;
  } finally {
    if (!passes) setsockopt(fd, SOL_SOCKET, option, false);
  }
}
