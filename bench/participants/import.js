// What importing takes in a fresh process. Argument: what is imported. Prints milliseconds by the clock and of processor time, and
// resident memory in MiB beyond that of a process that imports nothing.

import { createRequire } from "node:module";

const require = createRequire(import.meta.url);
const dist = (/** @type {string} */ file) =>
  import(new URL(`../../dist/${file}`, import.meta.url).href);

/** @type {Record<string, () => unknown>} */
const WAYS = {
  nothing: () => {},
  "cmsg/codec": () => dist("codec.js"),
  cmsg: () => dist("index.js"),
  "cmsg, first system call": async () => {
    for (const end of (await dist("index.js")).socketpair()) end.close();
  },
  koffi: () => require("koffi"),
  usocket: () => require("usocket"),
  "unix-dgram": () => require("unix-dgram"),
  "node:dgram": () => require("node:dgram"),
};

const way = WAYS[process.argv[2] ?? ""] ?? WAYS["nothing"];
const before = process.memoryUsage.rss();
const start = process.cpuUsage();
const from = performance.now();
await way?.();
const clock = performance.now() - from;
const { user, system } = process.cpuUsage(start);
const resident = process.memoryUsage.rss() - before;
console.log(
  [clock, (user + system) / 1000, resident / 2 ** 20].map((one) => one.toFixed(3)).join(" "),
);
process.exit();
