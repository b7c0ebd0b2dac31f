// System calls on any number, as node:fs has them: that of Deno knows only the descriptors that it has opened itself.

import { Fd } from "cmsg";

function borrow<T>(number: number, work: (fd: Fd) => T): T {
  const fd = new Fd(number);
  try {
    return work(fd);
  } finally {
    fd.take();
  }
}

/** open(2). */
export function openNumber(path: string, flags = "r"): number {
  return Fd.open(path, flags as "r").take();
}

/** close(2). */
export function closeNumber(number: number): void {
  new Fd(number).close();
}

/** read(2), or pread(2) at a position. Answers how many bytes came. */
export function readNumber(number: number, into: Uint8Array): number {
  return borrow(number, (fd) => {
    const data = fd.read(into.length);
    into.set(data);
    return data.length;
  });
}

/** write(2). */
export function writeNumber(number: number, data: string): number {
  return borrow(number, (fd) => fd.write(data));
}
