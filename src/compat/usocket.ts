/**
 * The shape of npm `usocket`, for code that was written for it: descriptors are plain numbers, and belong to whoever reads them.
 *
 * Where it differs from `usocket` 1.1.0, that one loses or leaks something: descriptors of a full socket are sent when there is
 * room and not dropped; more than 64 arrive; `read` gives no descriptors of bytes that are still unread; `unshift` takes
 * descriptors back; descriptors without data are an error and not dropped by the kernel; a write can be queued before the
 * connection is made; what is unread when the socket is destroyed is closed; `end` waits for queued writes; a socket file of a
 * live server is not replaced.
 *
 * @module cmsg/compat/usocket
 */

export { UServer } from "./userver.js";
export {
  USocket,
  type USocketOptions,
  type USocketRead,
  type USocketWrite,
} from "./usocket-socket.js";
