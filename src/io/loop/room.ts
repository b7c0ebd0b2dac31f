// Room at a datagram's destination. A socket that is not connected is told nothing when a full receiver has room again; one that
// is connected to it is.

import { type Address, unpackAddress } from "../../codec/address.js";
import { connect } from "../connect.js";
import { SyscallError } from "../errors.js";
import type { Fd } from "../fd.js";
import { theFrame } from "../frame.js";
import { socket } from "../socket.js";
import { POLLOUT, waitFor } from "../wait.js";
import { observe, unobserve } from "./readiness.js";
import { WRITABLE } from "./selector.js";

/** How long to wait for what no event tells of: memory, descriptors in flight, a free descriptor. */
const LATER_MS = 20;

/** Calls back after a moment. Answers what ends the waiting. */
export function later(ready: () => void): () => void {
  const timer = setTimeout(ready, LATER_MS);
  timer.unref?.();
  return () => clearTimeout(timer);
}

/**
 * Calls back when the receiver at an address may have room for what `fd` sends, or cannot be reached. Answers what ends the
 * waiting; undefined when the event of `fd` itself will tell, because its own buffer is what is full.
 */
export function whenRoomAt(
  fd: number,
  to: Uint8Array,
  ready: () => void,
): (() => void) | undefined {
  if (waitFor(theFrame(), fd, POLLOUT, 0) === 0) return undefined;
  let probe: Fd;
  try {
    probe = probeOf(to);
  } catch (error) {
    if (!(error instanceof SyscallError)) throw error;
    // No descriptor is free; or nobody can be reached there, and sending will be refused with the reason.
    return later(ready);
  }
  return whenWritable(probe, ready);
}

/** A socket that is connected to the address. */
function probeOf(to: Uint8Array): Fd {
  const { core, abi } = theFrame();
  const probe = socket({ type: "dgram", nonBlocking: true });
  try {
    connect(probe, unpackAddress(core, abi, to) as Address);
    return probe;
  } catch (error) {
    probe.close();
    throw error;
  }
}

function whenWritable(probe: Fd, ready: () => void): () => void {
  let token: number | undefined;
  const end = (): void => {
    if (token === undefined) return;
    unobserve(probe.number, token);
    token = undefined;
    probe.close();
  };
  try {
    const observer = {
      ready(events: number): boolean {
        if ((events & WRITABLE) === 0) return false;
        end();
        ready();
        return false;
      },
    };
    token = observe(probe.number, observer, true);
  } catch (error) {
    probe.close();
    if (!(error instanceof SyscallError)) throw error;
    return later(ready);
  }
  return end;
}
