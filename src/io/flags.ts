// Constants of this host under their C names, for the options of calls. A name that this system lacks is undefined.

import { constantsOf } from "../codec/constants/index.js";
import { hostSystem } from "../codec/host-abi.js";

const HOST = constantsOf(hostSystem());

function host(name: string): number {
  return HOST[name] as number;
}

/** Level of options and control messages of every socket: socket(7). */
export const SOL_SOCKET: number = host("SOL_SOCKET");
/** Control message with open descriptors: unix(7). */
export const SCM_RIGHTS: number = host("SCM_RIGHTS");
/** Control message with process, user and group of the sender: unix(7). */
export const SCM_CREDENTIALS: number = host("SCM_CREDENTIALS");
/** Control message with the security label of the sender: unix(7). */
export const SCM_SECURITY: number = host("SCM_SECURITY");
/** Control message with a descriptor for the process of the sender, since Linux 6.5: unix(7). */
export const SCM_PIDFD: number = host("SCM_PIDFD");
/** Whether the socket listens: socket(7). */
export const SO_ACCEPTCONN: number = host("SO_ACCEPTCONN");
/** Allows datagrams to broadcast addresses: socket(7). */
export const SO_BROADCAST: number = host("SO_BROADCAST");
/** The AF_* family of the socket; Linux: socket(7). */
export const SO_DOMAIN: number = host("SO_DOMAIN");
/** The pending error of the socket, which reading clears: socket(7). */
export const SO_ERROR: number = host("SO_ERROR");
/** Keep-alive messages on connections: socket(7). */
export const SO_KEEPALIVE: number = host("SO_KEEPALIVE");
/** What close does with unsent data, a struct linger: socket(7). */
export const SO_LINGER: number = host("SO_LINGER");
/** Out-of-band data stays in the stream: socket(7). */
export const SO_OOBINLINE: number = host("SO_OOBINLINE");
/** Every message brings the credentials of its sender: unix(7). */
export const SO_PASSCRED: number = host("SO_PASSCRED");
/** Every message brings a descriptor for the process of its sender, since Linux 6.5: unix(7). */
export const SO_PASSPIDFD: number = host("SO_PASSPIDFD");
/** Whether messages with descriptors are taken, since Linux 6.16: unix(7). */
export const SO_PASSRIGHTS: number = host("SO_PASSRIGHTS");
/** Every message brings the security label of its sender: unix(7). */
export const SO_PASSSEC: number = host("SO_PASSSEC");
/** Credentials of the other end, a struct ucred: unix(7). */
export const SO_PEERCRED: number = host("SO_PEERCRED");
/** A descriptor for the process of the other end, since Linux 6.5: unix(7). */
export const SO_PEERPIDFD: number = host("SO_PEERPIDFD");
/** The protocol of the socket; Linux: socket(7). */
export const SO_PROTOCOL: number = host("SO_PROTOCOL");
/** Bytes of the receive buffer; Linux answers twice what was set: socket(7). */
export const SO_RCVBUF: number = host("SO_RCVBUF");
/** How long receives wait, a struct timeval: socket(7). */
export const SO_RCVTIMEO: number = host("SO_RCVTIMEO");
/** Allows binding to an address in TIME_WAIT: socket(7). */
export const SO_REUSEADDR: number = host("SO_REUSEADDR");
/** Bytes of the send buffer; Linux answers twice what was set: socket(7). */
export const SO_SNDBUF: number = host("SO_SNDBUF");
/** How long sends and connect wait, a struct timeval: socket(7). */
export const SO_SNDTIMEO: number = host("SO_SNDTIMEO");
/** The SOCK_* type of the socket: socket(7). */
export const SO_TYPE: number = host("SO_TYPE");
/** On a result: control data did not fit and was lost: recvmsg(2). */
export const MSG_CTRUNC: number = host("MSG_CTRUNC");
/** Do not wait: EAGAIN: recvmsg(2). */
export const MSG_DONTWAIT: number = host("MSG_DONTWAIT");
/** End of a record: sendmsg(2). */
export const MSG_EOR: number = host("MSG_EOR");
/** Receive from the socket's error queue: recvmsg(2). */
export const MSG_ERRQUEUE: number = host("MSG_ERRQUEUE");
/** More data follows; Linux: sendmsg(2). */
export const MSG_MORE: number = host("MSG_MORE");
/** A closed peer is EPIPE and no signal; always set here: sendmsg(2). */
export const MSG_NOSIGNAL: number = host("MSG_NOSIGNAL");
/** Out-of-band data: recvmsg(2). */
export const MSG_OOB: number = host("MSG_OOB");
/** Leave the message in the queue; descriptors are received all the same: recvmsg(2). */
export const MSG_PEEK: number = host("MSG_PEEK");
/** On a result: data did not fit and was lost. As an argument: answer the real length: recvmsg(2). */
export const MSG_TRUNC: number = host("MSG_TRUNC");
/** Wait for all of the data: recvmsg(2). */
export const MSG_WAITALL: number = host("MSG_WAITALL");
/** Shut down reading: shutdown(2). */
export const SHUT_RD = 0;
/** Shut down writing: shutdown(2). */
export const SHUT_WR = 1;
/** Shut down both: shutdown(2). */
export const SHUT_RDWR = 2;
