// SOL_SOCKET: messages of every protocol family, and those of AF_UNIX.

import { control } from "../definition.js";
import { fd, i32, repeat, text, u32 } from "../field.js";

/** Open file descriptors (SCM_RIGHTS): duplicated into the receiver, up to 253 in one message on Linux. */
export const rights = control("SCM_RIGHTS", {
  level: "SOL_SOCKET",
  direction: "both",
  value: repeat(fd("fd")),
  source: "unix(7); POSIX <sys/socket.h>",
});

/** Process, user and group of a sender (SCM_CREDENTIALS, struct ucred). */
export const credentials = control("SCM_CREDENTIALS", {
  level: "SOL_SOCKET",
  direction: "both",
  enable: ["SO_PASSCRED"],
  fields: { pid: i32("pid"), uid: u32("uid"), gid: u32("gid") },
  source: "unix(7), struct ucred",
});

/** The security label of a sender (SCM_SECURITY). */
export const security = control("SCM_SECURITY", {
  level: "SOL_SOCKET",
  direction: "receive",
  enable: ["SO_PASSSEC"],
  value: text("label"),
  source: "unix(7); Linux include/net/scm.h, scm_passec",
});

/** A descriptor for the process of a sender (SCM_PIDFD). Since Linux 6.5. */
export const pidfd = control("SCM_PIDFD", {
  level: "SOL_SOCKET",
  direction: "receive",
  enable: ["SO_PASSPIDFD"],
  value: fd("pidfd"),
  source: "unix(7); Linux include/net/scm.h, scm_pidfd_recv",
});
