// What can be read from received descriptors, to standard output or into new files.

import { existsSync, mkdirSync, read, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Fd } from "../index.js";
import type { Sender } from "./door.js";
import { CommandError, codeOf, EXIT, firstFailure, lineOf } from "./errors.js";
import { safeName } from "./names.js";
import { count, harmless, note, print, printJson, writeOut } from "./output.js";
import { type Item, itemsOf, jsonOf, statusOfMessage } from "./show.js";

/** Copies the content of every descriptor to standard output. */
export function catConsumer(): (sender: Sender) => Promise<number> {
  return async (sender) => {
    let status: number = EXIT.fine;
    let number = 0;
    for await (using message of sender.messages()) {
      for (const item of itemsOf(message)) {
        number += 1;
        status = firstFailure(
          status,
          await reported(item, number, () => copyContent(item, writeOut)),
        );
      }
      status = firstFailure(status, statusOfMessage(message));
    }
    return status;
  };
}

/** Copies the content of every descriptor into a new file in a directory. */
export function outConsumer(directory: string, json: boolean): (sender: Sender) => Promise<number> {
  makeDirectory(directory);
  return async (sender) => {
    let status: number = EXIT.fine;
    let number = 0;
    for await (using message of sender.messages()) {
      const copies: Copy[] = [];
      for (const item of itemsOf(message)) {
        number += 1;
        const copy: Copy = { file: null, copied: 0 };
        copies.push(copy);
        const name = safeName(item.name, number);
        const act = (): Promise<void> => copyToFile(item, directory, name, copy);
        status = firstFailure(status, await reported(item, number, act));
        if (!json && copy.file !== null) {
          print(`${count(copy.copied, "byte")} to ${harmless(copy.file)}`);
        }
      }
      if (json) printJson(jsonOf(message, sender.who, copies));
      status = firstFailure(status, statusOfMessage(message));
    }
    return status;
  };
}

/** Makes a directory and those above it. Node's own recursive way never ends where the system makes none, as in /proc. */
function makeDirectory(directory: string): void {
  try {
    mkdirSync(directory);
  } catch (error) {
    const code = codeOf(error);
    if (code === "EEXIST" && statSync(directory).isDirectory()) return;
    if (code !== "ENOENT" || existsSync(dirname(directory))) throw error;
    makeDirectory(dirname(directory));
    makeDirectory(directory);
  }
}

/** A copy as it grows: what is there of it when an error ends it is said too. */
interface Copy {
  file: string | null;
  copied: number;
}

/** Does one copy. What is refused is noted, and the others go on. */
async function reported(
  { name }: Item,
  number: number,
  copy: () => Promise<void>,
): Promise<number> {
  try {
    await copy();
    return EXIT.fine;
  } catch (error) {
    if (error instanceof CommandError) throw error;
    note(`cmsg: ${harmless(name ?? `descriptor ${number}`)}: ${lineOf(error)}`);
    return EXIT.system;
  }
}

async function copyToFile(item: Item, directory: string, name: string, copy: Copy): Promise<void> {
  using target = openNew(directory, name, copy);
  await copyContent(item, async (bytes) => {
    for (let at = 0; at < bytes.length; ) at += target.write(bytes.subarray(at));
    copy.copied += bytes.length;
  });
}

/** Opens a file that did not exist. A link that somebody has put there is not followed. */
function openNew(directory: string, name: string, copy: Copy): Fd {
  for (let number = 0; ; number++) {
    const file = join(directory, number === 0 ? name : `${name}.${number}`);
    try {
      const target = Fd.open(file, "wx");
      copy.file = file;
      return target;
    } catch (error) {
      if (codeOf(error) !== "EEXIST") throw error;
    }
  }
}

const CHUNK = 65_536;
const RETRY_MS = 20;

/** Reads to the end: files from their beginning, whose shared offset stays where it is; all else as it comes. */
async function copyContent(
  { about }: Item,
  write: (bytes: Uint8Array) => Promise<void>,
): Promise<void> {
  const buffer = Buffer.alloc(CHUNK);
  let position = about.kind === "file" ? 0 : null;
  for (;;) {
    const length = await readSome(about.number, buffer, position);
    if (length === 0) return;
    if (position !== null) position += length;
    await write(Uint8Array.from(buffer.subarray(0, length)));
  }
}

/** Reads on a thread of the pool, so that signals are heard while a pipe is silent. */
async function readSome(fd: number, into: Buffer, position: number | null): Promise<number> {
  for (;;) {
    try {
      return await new Promise<number>((resolve, reject) => {
        read(fd, into, 0, into.length, position, (error, length) =>
          error === null ? resolve(length) : reject(error),
        );
      });
    } catch (error) {
      if (codeOf(error) !== "EAGAIN") throw error;
      await sleep(RETRY_MS);
    }
  }
}
