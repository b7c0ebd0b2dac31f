// Loads koffi at the first system call. Its native half costs milliseconds, so importing the package must not.

import { createRequire } from "node:module";

/** A C function as koffi calls it: integers in, a number out. */
export type NativeFunction = (...args: (number | bigint | string)[]) => number;

/** A C function that can also run on a thread of the pool. */
export interface PooledFunction extends NativeFunction {
  async(...args: (number | ((error: Error | null, result: number) => void))[]): void;
}

/** A descriptor that the event loop of Node watches. */
export interface PollHandle {
  close(): void;
  ref(): void;
  unref(): void;
}

/** What this package uses of koffi. */
export interface Koffi {
  load(path: string | null): {
    func(prototype: string): NativeFunction;
  };
  /** Native address of a buffer or of the first byte of a view. */
  address(memory: ArrayBuffer | ArrayBufferView): bigint;
  /** The memory at an address, without a copy. */
  view(address: number | bigint, length: number): ArrayBuffer;
  /** errno of the last call, also of one on a pool thread while its callback runs. */
  errno(): number;
  readonly node: {
    poll(fd: number, events: { readable: boolean }, ready: () => void): PollHandle;
  };
}

let loaded: Koffi | undefined;

/**
 * koffi, loaded once.
 *
 * @throws Error `ERR_CMSG_KOFFI` with the remedy when its native half is missing.
 */
export function koffi(): Koffi {
  if (loaded !== undefined) return loaded;
  try {
    loaded = createRequire(import.meta.url)("koffi") as Koffi;
  } catch (cause) {
    throw koffiMissing(cause);
  }
  return loaded;
}

function koffiMissing(cause: unknown): Error {
  const why = cause instanceof Error ? (cause.message.split("\n")[0] ?? "") : String(cause);
  const host = `${process.platform}-${process.arch}`;
  const message = [
    `the native half of koffi for ${host} could not be loaded: ${why}`,
    `It comes as the optional package @koromix/koffi-${host}. Reinstall without --omit=optional (npm install --include=optional).`,
    "A bundler must leave koffi out of the bundle (esbuild: --external:koffi).",
    "Under node --permission, native code needs --allow-addons.",
  ].join("\n");
  return Object.assign(new Error(message, { cause }), { code: "ERR_CMSG_KOFFI" });
}
