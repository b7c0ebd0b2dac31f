// Passing one descriptor to ourselves, in every way of sending, and being refused in every one.

import {
  type DescriptorLike,
  Fd,
  recvFds,
  recvmsg,
  rights,
  sendFds,
  sendmsg,
  socketpair,
  trySendFds,
} from "cmsg";
import { assert, throws } from "./assert.js";
import { isOpen } from "./descriptors.js";
import { fstat } from "./runtime.js";

/** Sends a descriptor by `sendFds` and by `sendmsg`, and answers the two that arrive. */
export function passed(value: DescriptorLike): [Fd, Fd] {
  using pair = socketpair();
  assert.equal(sendFds(pair[0], [value], { data: "x" }), { bytes: 1, fds: 1 });
  const first = recvFds(pair[1]).fds;
  sendmsg(pair[0], { data: Buffer.from("y"), control: [rights([value])] });
  const arrived = [...first, ...recvmsg(pair[1]).fds];
  assert.is(arrived.length, 2);
  return arrived as [Fd, Fd];
}

/** The value stands for an open number: what arrives is the same file, and the number stays open. */
export function passesAs(value: DescriptorLike, number: number): void {
  const { dev, ino } = fstat(number);
  const arrived = passed(value);
  for (const fd of arrived) {
    assert.is.not(fd.number, number);
    const facts = fstat(fd.number);
    assert.equal([facts.dev, facts.ino], [dev, ino]);
  }
  Fd.closeAll(arrived);
  assert.ok(isOpen(number), "sending borrows");
}

/** The value is refused as a descriptor, and nothing is sent, not even what stands before it. */
export function refused(value: unknown, expected: { name?: string; code: string }): void {
  using pair = socketpair({ nonBlocking: true });
  const data = Buffer.from("x");
  const fd = value as number;
  throws(() => sendFds(pair[0], [0, fd], { data }), expected);
  throws(() => trySendFds(pair[0], [fd], { data }), expected);
  throws(() => sendmsg(pair[0], { data, control: [rights([0, fd])] }), expected);
  throws(() => recvFds(pair[1]), { code: "EAGAIN" });
}

/** What a refused value is refused with. */
export const TYPE = { name: "TypeError", code: "ERR_CMSG_INVALID_ARG_TYPE" } as const;
export const RANGE = { name: "RangeError", code: "ERR_CMSG_OUT_OF_RANGE" } as const;
export const CLOSED = { name: "Error", code: "ERR_CMSG_FD_CLOSED" } as const;
export const WITHOUT = { name: "Error", code: "ERR_CMSG_NO_DESCRIPTOR" } as const;
