// A message to another process and back. Both processes are kept on one processor, where nothing is won or lost by waking another.

import { descriptors, node, pinned, python, ruby, size } from "./commands.js";

/** @typedef {import("./commands.js").Peers} Peers */
/** @typedef {{ fds: number, bytes: number, alike: boolean, extra?: boolean }} Job alike: the contender stands at both ends, or C at the other */

/** @type {readonly Job[]} */
const JOBS = [
  { fds: 1, bytes: 1, alike: false },
  { fds: 1, bytes: 1, alike: true },
  { fds: 0, bytes: 64, alike: false, extra: true },
  { fds: 0, bytes: 64, alike: true, extra: true },
  { fds: 16, bytes: 1, alike: false, extra: true },
  { fds: 16, bytes: 1, alike: true, extra: true },
];

/** A program, and how it is told to be one end or the other. @param {Job} job @param {Peers} peers */
function programs({ fds, bytes }, peers) {
  const job = [fds, bytes];
  const c = (/** @type {string} */ how) => [peers.program("trip"), how, ...job.map(String)];
  return [
    { name: "C", command: c("block"), why: peers.c },
    { name: "C, poll", command: c("poll"), why: peers.c },
    ...(fds > 1 ? [{ name: "C, close_range", command: c("range"), why: peers.c }] : []),
    { name: "cmsg, sync", command: node("trip", "sync", ...job) },
    { name: "cmsg, callback", command: node("trip", "callback", ...job) },
    { name: "cmsg, promises", command: node("trip", "promise", ...job) },
    { name: "CPython", command: python("trip", "block", ...job), why: peers.python },
    { name: "asyncio", command: python("trip", "asyncio", ...job), why: peers.python },
    { name: "Ruby", command: ruby("trip", ...job), why: peers.ruby },
    ...(fds === 0
      ? [{ name: "net.Socket", command: node("trip-net", bytes) }]
      : [{ name: "usocket", command: node("trip-usocket", ...job), why: peers.usocket }]),
  ];
}

/** @param {Job} job @param {Peers} peers @returns {import("./commands.js").Scenario} */
function trip(job, peers) {
  const { fds, bytes, alike, extra = false } = job;
  const c = [peers.program("trip"), "block", String(fds), String(bytes)];
  const contenders = programs(job, peers).map(({ name, command, why }) => ({
    name,
    command: pinned([...command, ...(alike ? command : c), "echo"]),
    why: why ?? peers.pin ?? (alike ? undefined : peers.c),
  }));
  const child = { name: "child_process.send", command: pinned(node("trip-child")), why: peers.pin };
  return {
    group: "trips",
    name: `round trip, ${descriptors(fds)}, ${size(bytes)}, ${alike ? "both ends alike" : "C answers"}`,
    references: ["C", "asyncio", "usocket", "net.Socket"],
    long: true,
    latency: true,
    extra,
    contenders: [...contenders, ...(alike && fds === 1 ? [child] : [])],
  };
}

/** Each end on a processor of its own, where a wake-up costs most: waiting in the call, and trying again and again. @param {Peers} peers @returns {import("./commands.js").Scenario} */
function apart(peers) {
  const job = [1, 1];
  const c = (/** @type {string} */ how) => [peers.program("trip"), how, ...job.map(String)];
  const programs = [
    { name: "C", command: c("block"), why: peers.c },
    { name: "C, busy poll", command: c("spin"), why: peers.c },
    { name: "cmsg, sync", command: node("trip", "sync", ...job) },
    { name: "cmsg, busy poll", command: node("trip", "busy", ...job) },
    { name: "cmsg, tryRecvFds", command: node("trip", "spin", ...job) },
  ];
  return {
    group: "trips",
    name: "round trip across processors, 1 descriptor, 1 byte",
    references: ["C"],
    long: true,
    latency: true,
    by: "clock",
    contenders: programs.map(({ name, command, why }) => ({
      name,
      command: [...pinned(command), "taskset", "-c", "1", ...command, "echo"],
      why: why ?? peers.pin,
    })),
  };
}

/** Other runtimes, with C at the other end. @param {Peers} peers @returns {import("./commands.js").Scenario} */
function runtimes(peers) {
  const c = [peers.program("trip"), "block", "1", "1"];
  const runtimes = [
    { name: "Node", command: node("trip").slice(0, 1), why: undefined },
    { name: "Bun", command: peers.runtime("bun"), why: peers.bun },
    { name: "Deno", command: peers.runtime("deno"), why: peers.deno },
  ];
  const ways = ["sync", "callback", "promise"];
  const all = runtimes.flatMap(({ name, command, why }) =>
    ways.map((way) => {
      const line = [...command, "participants/trip.js", way, "1", "1", ...c, "echo"];
      return {
        name: `cmsg on ${name}, ${way}`,
        command: pinned(line),
        why: why ?? peers.c ?? peers.pin,
      };
    }),
  );
  return {
    group: "runtimes",
    name: "round trip on other runtimes, 1 descriptor, 1 byte, C answers",
    references: ["C"],
    long: true,
    latency: true,
    contenders: [
      { name: "C", command: pinned([...c, ...c, "echo"]), why: peers.c ?? peers.pin },
      ...all,
    ],
  };
}

/** @param {Peers} peers */
export function tripScenarios(peers) {
  return [...JOBS.map((job) => trip(job, peers)), apart(peers), runtimes(peers)];
}
