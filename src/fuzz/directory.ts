// A corpus in a directory: an input a file, named by its hash, so that campaigns go on where others stopped; finds beside them.

import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { explain } from "../codec.js";
import { type Find, hashOf } from "./finds.js";
import type { Corpus } from "./loop.js";

/** How finds are told of. */
export interface DirectoryOptions {
  /** Where finds go; the directory itself unless given. */
  readonly finds?: string;
  /** Bytes in front of a control buffer, which are not explained. */
  readonly head?: number;
  /** Lines to add to what is written about a find. */
  readonly note?: (find: Find, file: string) => string;
}

/**
 * What is written beside a find: what was thrown, and what the bytes are as a control buffer.
 *
 * @param head Bytes in front of the control buffer.
 * @example
 * const target = functionTarget((bytes) => {
 *   if (bytes.length > 3) throw new Error("too long");
 * });
 * const { found } = await fuzz(target, { runs: 2000, seed: 1 });
 * reportOf(found[0]).includes("too long") // true
 */
export function reportOf(find: Find, head = 0): string {
  const { error, bytes, original, run, reproducible } = find;
  const stack = error instanceof Error ? (error.stack ?? String(error)) : String(error);
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join(" ");
  return [
    find.name,
    "",
    `found by run ${run}, ${bytes.length} bytes (${original.length} when found)`,
    reproducible ? "" : "does not happen again in a target as new: it depends on the runs before\n",
    stack,
    "",
    `bytes: ${hex}`,
    "",
    ...(head > 0 ? [`behind the first ${head} bytes, as a control buffer of this host:`, ""] : []),
    String(explain(bytes.subarray(head))),
    "",
  ].join("\n");
}

/**
 * A corpus in a directory, which is made when it is not there. Finds are saved as `NAME.bin`, with `NAME.txt` that explains them.
 *
 * @throws Error of `node:fs` when the directory cannot be read or written.
 * @example
 * const corpus = directoryCorpus(directory + "/corpus");
 * await fuzz(coreTarget(), { runs: 500, corpus });
 * readdirSync(directory + "/corpus").length > 10 // true
 */
export function directoryCorpus(path: string, options: DirectoryOptions = {}): Corpus {
  const { finds = path, head = 0, note } = options;
  mkdirSync(path, { recursive: true });
  return {
    *load() {
      const names = readdirSync(path, { withFileTypes: true })
        .filter((entry) => entry.isFile() && !entry.name.endsWith(".txt"))
        .map(({ name }) => name);
      for (const name of names.sort()) yield new Uint8Array(readFileSync(join(path, name)));
    },
    save(bytes) {
      writeFileSync(join(path, hashOf(bytes)), bytes);
    },
    saveFind(find) {
      mkdirSync(finds, { recursive: true });
      const file = join(finds, `${find.name}.bin`);
      writeFileSync(file, find.bytes);
      const more = note === undefined ? "" : `${note(find, file)}\n`;
      writeFileSync(join(finds, `${find.name}.txt`), reportOf(find, head) + more);
    },
  };
}
