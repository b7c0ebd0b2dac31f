// What there is beside time on the way: memory of an idle connection, what importing takes, and bytes of what is shipped. Every sample is
// a process of its own; contenders take turns.

import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath, pathToFileURL } from "node:url";
import { brotliCompressSync, gzipSync } from "node:zlib";
import { HERE } from "./prepare.js";
import { spread } from "./statistics.js";

/** @typedef {{ group: string, name: string, units: Record<string, string>, sample: (name: string) => Record<string, number>, names: readonly string[], samples: number }} Footprint */

/** @param {readonly string[]} args @returns {number[]} the numbers that it prints */
function numbers(args) {
  const options = /** @type {const} */ ({ cwd: HERE, encoding: "utf8" });
  const { status, stdout, stderr } = spawnSync(process.execPath, args, options);
  if (status !== 0) throw new Error(`${args.join(" ")}: ${stderr.trim().split("\n").at(-1)}`);
  return stdout.trim().split(" ").map(Number);
}

const CONNECTIONS = 4000;

/** @type {Footprint} */
const MEMORY = {
  group: "footprint",
  name: "memory of an idle connection",
  units: { heap: "bytes", malloc: "bytes", together: "bytes" },
  names: ["UnixSocket, onMessage", "UnixSocket, receive", "FdStream", "net.Socket", "usocket"],
  samples: 5,
  sample(name) {
    const [heap = 0, malloc = 0] = numbers([
      "--expose-gc",
      "participants/idle.js",
      name,
      String(CONNECTIONS),
    ]);
    return { heap, malloc, together: heap + malloc };
  },
};

/** @type {Footprint} */
const IMPORT = {
  group: "footprint",
  name: "cold import",
  units: { "by the clock": "ms", processor: "ms", "resident memory": "MiB" },
  names: [
    "nothing",
    "cmsg/codec",
    "cmsg",
    "cmsg, first system call",
    "koffi",
    "usocket",
    "unix-dgram",
    "node:dgram",
  ],
  samples: 15,
  sample(name) {
    const [clock = 0, processor = 0, resident = 0] = numbers(["participants/import.js", name]);
    return { "by the clock": clock, processor, "resident memory": resident };
  },
};

const DIST = `${HERE}../dist/`;

/** An entry point and everything of this package that it imports. @param {string} entry */
function filesOf(entry) {
  const files = new Set([`${DIST}${entry}`]);
  for (const file of files) {
    if (!file.endsWith(".js")) continue;
    for (const [, other = ""] of readFileSync(file, "utf8").matchAll(
      /(?:from|import)\s*"(\.[^"]+)"/g,
    )) {
      files.add(fileURLToPath(new URL(other, pathToFileURL(file))));
    }
  }
  return [...files];
}

/** @type {Footprint} */
const SIZES = {
  group: "footprint",
  name: "bytes of what is shipped",
  units: { plain: "bytes", gzip: "bytes", brotli: "bytes" },
  names: ["core.wasm", "codec.js", "index.js", "cli.js", "compat/usocket.js"],
  samples: 1,
  sample(name) {
    const bytes = Buffer.concat(filesOf(name).map((file) => readFileSync(file)));
    return {
      plain: bytes.length,
      gzip: gzipSync(bytes, { level: 9 }).length,
      brotli: brotliCompressSync(bytes).length,
    };
  },
};

export const FOOTPRINTS = [MEMORY, IMPORT, SIZES];

/** @param {Footprint} footprint @param {boolean} quick @param {ReadonlyMap<string, string>} absent reasons by name @returns {{ figureRows: import("./store.js").FigureRow[], rounds: number, notes: string[] }} */
export function sampled({ names, samples, units, sample }, quick, absent) {
  const present = names.filter((name) => !absent.has(name));
  const rounds = quick ? Math.min(samples, 3) : samples;
  const all = Array.from({ length: rounds }, () => present.map((name) => sample(name)));
  const figureRows = present.map((name, i) => ({
    name,
    figures: Object.fromEntries(
      Object.keys(units).map((unit) => [
        unit,
        spread(all.map((round) => round[i]?.[unit] ?? Number.NaN)),
      ]),
    ),
  }));
  const notes = names.flatMap((name) =>
    absent.has(name) ? [`Left out: ${name}, ${absent.get(name)}.`] : [],
  );
  return { figureRows, rounds, notes };
}
