// npm run bench -- --soak: ten million messages with a descriptor each, one by one, in batches and on the event loop; the number of open
// descriptors and resident memory on the way; and every known way to misuse a watched descriptor, each in a process of its own.

import { spawn, spawnSync } from "node:child_process";
import { createInterface } from "node:readline";
import { HERE } from "./prepare.js";
import { spread } from "./statistics.js";
import { store } from "./store.js";

export const SOAK = { group: "soak", name: "ten million passes" };

const MISUSES = [
  "a second socket on one descriptor",
  "a number that is not open",
  "a regular file",
  "closed while it is watched",
  "an exception in the callback",
  "a socket that nothing refers to",
  "ended within its callback",
];

/** @param {string} misuse @returns {string | undefined} what went wrong */
function misused(misuse) {
  const args = ["--expose-gc", "participants/misuse.js", misuse];
  const options = /** @type {const} */ ({ cwd: HERE, encoding: "utf8", timeout: 20_000 });
  const { status, signal, stdout, stderr } = spawnSync(process.execPath, args, options);
  if (status === 0 && stdout.trim() === "survived") return undefined;
  return `${signal ?? status}: ${stdout}${stderr}`.trim().split("\n").at(-1);
}

/** @param {import("./store.js").Origin} origin */
export async function soak(origin) {
  const samples = await passes();
  const failures = MISUSES.flatMap((misuse) => {
    const why = misused(misuse);
    console.log(`${why === undefined ? "survived" : "FAILED"}  ${misuse}${why ? `: ${why}` : ""}`);
    return why === undefined ? [] : [`${misuse}: ${why}`];
  });
  const settled = samples.slice(Math.floor(samples.length / 2));
  const column = (/** @type {number} */ i) =>
    spread(settled.map((sample) => sample[i] ?? Number.NaN));
  const last = (/** @type {number} */ i) => spread([samples.at(-1)?.[i] ?? Number.NaN]);
  store({
    ...SOAK,
    origin,
    rounds: samples.length,
    units: { passes: "", "open descriptors": "", "resident memory": "MiB" },
    figureRows: [
      {
        name: "at the end",
        figures: { passes: last(0), "open descriptors": last(1), "resident memory": last(2) },
      },
      {
        name: "in the second half",
        figures: { passes: last(0), "open descriptors": column(1), "resident memory": column(2) },
      },
      {
        name: "misuses survived",
        figures: {
          passes: spread([MISUSES.length - failures.length]),
          of: spread([MISUSES.length]),
        },
      },
    ],
    notes: failures,
  });
  if (failures.length > 0) process.exitCode = 1;
}

/** @returns {Promise<number[][]>} passes so far, open descriptors, MiB of resident memory */
async function passes() {
  const child = spawn(process.execPath, ["--expose-gc", "participants/soak.js"], {
    cwd: HERE,
    stdio: ["ignore", "pipe", "inherit"],
  });
  const samples = [];
  for await (const line of createInterface({ input: child.stdout })) {
    console.log(line);
    samples.push(line.split(/\s+/).map(Number));
  }
  return samples;
}
