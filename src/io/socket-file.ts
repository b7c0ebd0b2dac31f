// The socket file of a server: whose it is, and its removal by its own server alone.

import { Buffer } from "node:buffer";
import { lstatSync, unlinkSync } from "node:fs";
import { lockDirectory } from "./listen-unix.js";
import { directoryOf } from "./stale.js";

/** A socket file as it was when its server began. */
export class SocketFile {
  /** Absolute, as bytes: it need not be text, and the working directory may change. */
  readonly #path: Buffer;
  readonly #identity: string | undefined;

  /** @param path Of a socket that has just been bound. */
  constructor(path: string | Uint8Array) {
    const given = typeof path === "string" ? Buffer.from(path) : path;
    const absolute = given[0] === 0x2f;
    this.#path = Buffer.concat(absolute ? [given] : [Buffer.from(`${process.cwd()}/`), given]);
    this.#identity = identityOf(this.#path);
  }

  /** Removes the file unless somebody else's has taken its place. */
  remove(): void {
    const unlock = lockDirectory(directoryOf(this.#path));
    try {
      const identity = this.#identity;
      if (identity !== undefined && identityOf(this.#path) === identity) unlinkSync(this.#path);
    } finally {
      unlock();
    }
  }
}

/** Device, inode and time: an inode number alone can be given to a new file at once. */
function identityOf(path: Buffer): string | undefined {
  const stat = lstatSync(path, { bigint: true, throwIfNoEntry: false });
  return stat === undefined ? undefined : `${stat.dev}:${stat.ino}:${stat.mtimeNs}`;
}
