// An empty directory for a test, removed behind it, and names that need none.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** An empty directory, removed with all that is in it when it goes out of scope. */
export interface TemporaryDirectory {
  /** Short enough for socket files in it. */
  readonly path: string;
  /** The path of a name in it. */
  file(name: string): string;
  [Symbol.dispose](): void;
}

/** Makes a directory: `using directory = temporaryDirectory()`. */
export function temporaryDirectory(): TemporaryDirectory {
  const path = mkdtempSync(join(tmpdir(), "cmsg-"));
  return {
    path,
    file: (name) => join(path, name),
    [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }),
  };
}

/** Gives the path of an empty directory to a piece of work and removes it. */
export async function inDirectory<T>(work: (directory: string) => T | Promise<T>): Promise<T> {
  using directory = temporaryDirectory();
  return await work(directory.path);
}

let names = 0;

/** An abstract name, without the NUL in front, that nobody else uses. */
export function abstractName(what = "name"): string {
  return `cmsg-test-${process.pid}-${what}-${names++}-${Math.random().toString(36).slice(2, 10)}`;
}
