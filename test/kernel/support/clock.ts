// The clock that the kernel stamps messages by, read around a piece of work.

import { enable, getsockname, recvmsg, sendmsg, timestamping } from "cmsg";
import { assert } from "../../support/assert.js";
import { bound } from "./sockets.js";

const MS = 1_000_000n;

/** Runs work that answers a time in nanoseconds since 1970, which has to lie between the clock's before and after. */
export function within(unit: bigint, work: () => bigint): bigint {
  // Date.now() and stamps in `unit` nanoseconds are rounded down.
  const before = BigInt(Date.now()) * MS - unit;
  const time = work();
  const after = BigInt(Date.now() + 1) * MS;
  assert.ok(before <= time && time <= after, `${before} <= ${time} <= ${after}`);
  return time;
}

/** The first of a list of seconds and parts of seconds, as Python's struct module reads it; parts count in `unit` nanoseconds. */
export function nanoseconds(values: readonly (number | string)[], unit: bigint): bigint {
  const [seconds = 0, part = 0] = values;
  return BigInt(seconds) * 1000n * MS + BigInt(part) * unit;
}

/**
 * Waits until packets are stamped as they arrive, and sees to it that they are to the end of the process: the kernel begins some
 * time after the first socket has asked, and ends with the last.
 */
export function keepStamping(): void {
  const own = bound("127.0.0.1");
  enable(own, timestamping);
  const to = getsockname(own);
  for (let i = 0; i < 100_000; i++) {
    sendmsg(own, { data: Buffer.from("x"), to });
    const { control } = recvmsg(own, { timeoutMs: 10_000 });
    if (control.some((message) => message.is(timestamping) && message.value.software !== null))
      return;
  }
  throw new Error("no packet is stamped");
}
