// System calls on a thread of the pool, for those that can only be waited for inside the kernel.

import { addressOf } from "./address.js";
import { koffi, type PooledFunction } from "./koffi.js";

let connect: PooledFunction | undefined;

/**
 * connect(2) on a pool thread: resolves to 0, or to errno as a negative number. Limit the time it may take with SO_SNDTIMEO:
 * the process cannot exit before it is over.
 */
export function connectPooled(fd: number, address: Uint8Array): Promise<number> {
  connect ??= koffi()
    .load(null)
    .func("int connect(int fd, uintptr_t address, uint32_t length)") as PooledFunction;
  const call = connect;
  return new Promise((resolve) => {
    const at = addressOf(address);
    call.async(fd, at, address.length, (_error, result) => {
      // errno is the pool thread's only until this callback returns. Naming the bytes here keeps them alive until now.
      resolve(result < 0 && address.length > 0 ? -koffi().errno() : result);
    });
  });
}
