// Every synchronous call that sends or receives, for rules that hold for all of them.

import {
  recvFds,
  recvmmsg,
  recvmsg,
  rights,
  type SocketLike,
  sendFds,
  sendmmsg,
  sendmsg,
  tryRecvFds,
  tryRecvmmsg,
  tryRecvmsg,
  trySendFds,
  trySendmmsg,
  trySendmsg,
} from "cmsg";

/** What a call does to a socket. */
export type Call = (socket: SocketLike) => unknown;

const data = Buffer.from("x");

/** Every call that sends one byte. */
export const SENDS: readonly Call[] = [
  (to) => sendFds(to, [0], { data }),
  (to) => trySendFds(to, [0], { data }),
  (to) => sendFds(to, new Array(300).fill(0), { data: "two" }),
  (to) => sendmsg(to, { data }),
  (to) => trySendmsg(to, { data, control: [rights([0])] }),
  (to) => sendmmsg(to, [{ data }]),
  (to) => trySendmmsg(to, [{ data, control: [rights([0])] }]),
];

/** Every call that receives. */
export const RECEIVES: readonly Call[] = [
  (from) => recvFds(from, { timeoutMs: 0 }),
  (from) => tryRecvFds(from),
  (from) => recvmsg(from, { timeoutMs: 0 }),
  (from) => tryRecvmsg(from),
  (from) => recvmmsg(from, { timeoutMs: 0 }),
  (from) => tryRecvmmsg(from),
];
