// npm run bench -- --profile: where the processor time of a turn goes, by `perf`: the kernel, compiled JavaScript and Wasm, Node itself,
// koffi, the C library.

import { spawnSync } from "node:child_process";
import { rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { HERE, prepare } from "./prepare.js";
import { node } from "./scenarios/commands.js";
import { spread } from "./statistics.js";
import { store } from "./store.js";

export const PROFILE = { group: "profile", name: "where the processor time goes" };

const SECONDS = 3;
const PARTS = ["kernel", "JavaScript and Wasm", "node", "koffi", "C library", "program"];

/** Which part of a process a file of machine code is. @param {string} file */
function partOf(file) {
  if (/^\[?(kernel|guest|vdso|vmlinux)/.test(file.replace(/^\[+/, ""))) return "kernel";
  if (/perf-\d+\.map|JIT|\[unknown\]|^anon|\/\/anon/.test(file)) return "JavaScript and Wasm";
  if (/koffi/.test(file)) return "koffi";
  if (/^(libc|ld-linux|libpthread|libm|libstdc)/.test(file)) return "C library";
  return file === "node" ? "node" : "program";
}

/** @param {readonly string[]} command @param {readonly string[]} args @param {string} [input] */
function run(command, args, input) {
  const options = /** @type {const} */ ({ cwd: HERE, encoding: "utf8", maxBuffer: 2 ** 28 });
  const [program = "", ...first] = command;
  const { status, stdout, stderr } = spawnSync(program, [...first, ...args], {
    ...options,
    ...(input !== undefined && { input }),
  });
  if (status !== 0) throw new Error(`${program}: ${stderr.trim().split("\n").at(-1)}`);
  return stdout;
}

/** How many turns take so long: a first run tells. @param {readonly string[]} command */
function turnsOf(command) {
  const out = run(command, [], "20000\n20000\n");
  const [ns = 1] = (out.trim().split("\n").at(-1) ?? "").split(" ").map(Number);
  return Math.ceil((SECONDS * 1e9 * 20_000) / ns);
}

/** @param {readonly string[]} command @returns {Record<string, number>} per cent of its time */
function profiled(command) {
  const turns = turnsOf(command);
  const file = `${tmpdir()}/cmsg-bench-${process.pid}.perf`;
  try {
    const record = ["record", "-q", "-e", "cpu-clock", "-F", "1999", "-o", file, "--"];
    run(["perf", ...record, ...command], [], `20000\n${turns}\n`);
    const report = run(["perf", "report", "-q", "-i", file, "--sort", "dso", "--stdio"], []);
    const parts = Object.fromEntries(PARTS.map((part) => [part, 0]));
    for (const [, share = "0", name = ""] of report.matchAll(/^\s*([\d.]+)%\s+(\S.*?)\s*$/gm)) {
      const part = partOf(name);
      parts[part] = (parts[part] ?? 0) + Number(share);
    }
    return parts;
  } finally {
    rmSync(file, { force: true });
  }
}

/** @param {import("./store.js").Origin} origin */
export async function profile(origin) {
  const peers = await prepare();
  const job = ["stream", 1, 1];
  const [binary = "", ...rest] = node("pass", ...job, "new");
  const ours = (/** @type {string} */ how) => [
    binary,
    "--perf-basic-prof",
    ...rest.slice(0, -1),
    how,
  ];
  const koffi = [binary, "--perf-basic-prof", ...node("koffi", ...job).slice(1)];
  const trip = node("trip", "callback", 1, 1);
  const tripped = [binary, "--perf-basic-prof", ...trip.slice(1), ...trip, "echo"];
  /** @type {[name: string, command: readonly string[], why: string | undefined][]} */
  const jobs = [
    ["C", [peers.program("pass"), ...job.map(String), "each"], peers.c],
    ["koffi alone", koffi, undefined],
    ["cmsg, record", ours("record"), peers.call("MessageRecord")],
    ["cmsg, into", ours("into"), undefined],
    ["cmsg", ours("new"), undefined],
    [
      "cmsg, event loop",
      [binary, "--perf-basic-prof", ...node("pass-loop", "cmsg", ...job).slice(1)],
      undefined,
    ],
    ["cmsg, round trip, callbacks at both ends", tripped, undefined],
  ];
  const figureRows = jobs.flatMap(([name, command, why]) => {
    if (why !== undefined) return [];
    const parts = profiled(command);
    console.log(name, parts);
    const figures = Object.entries(parts).map(([part, share]) => [part, spread([share])]);
    return [{ name, figures: Object.fromEntries(figures) }];
  });
  const units = Object.fromEntries(PARTS.map((part) => [part, "%"]));
  store({ ...PROFILE, origin, rounds: 1, units, figureRows, notes: [] });
}
