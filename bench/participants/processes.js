// Processes that a participant starts itself: their processor time counts as its own.

import { spawn } from "node:child_process";
import koffi from "koffi";

const library = koffi.load(null);
const clockGettime = library.func("int clock_gettime(int clock, uintptr_t time)");
const time = new BigInt64Array(2);
const address = Number(koffi.address(time.buffer));

/** Nanoseconds of processor time that a process has used, all of its threads. @param {number} pid */
export function processorTime(pid) {
  // The clock of a process: CPUCLOCK_SCHED of clock_getcpuclockid(3).
  if (clockGettime((~pid << 3) | 2, address) !== 0) throw new Error(`no process ${pid}`);
  return Number(time[0]) * 1e9 + Number(time[1]);
}

/**
 * Starts a process whose standard input is a socket.
 *
 * @param {readonly string[]} command @param {number} socket
 */
export function startOn([program = "", ...args], socket) {
  const child = spawn(program, args, { stdio: [socket, "ignore", "inherit"] });
  // Its input ends with this process.
  child.unref();
  return child;
}
