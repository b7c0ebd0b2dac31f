// Messages in one direction between two processes, which may run at the same time: throughput.

import { descriptors, node, python, size } from "./commands.js";

/** @typedef {import("./commands.js").Peers} Peers */

/** The receiving program's command, followed by the sending one's. @param {readonly unknown[]} receiver @param {readonly unknown[]} sender */
function between(receiver, sender) {
  return [...receiver, ...sender, "feed"].map(String);
}

/** @param {string} type @param {Peers} peers @returns {import("./commands.js").Scenario} */
function messages(type, peers) {
  const job = [1, 1, type];
  const c = (/** @type {string} */ how) => [peers.program("flow"), how, ...job];
  const ours = (/** @type {string} */ how) => node("flow", how, ...job);
  const cpython = python("flow", ...job);
  return {
    group: "flows",
    name: `two processes, ${descriptors(1)} in each message, ${type}`,
    references: ["C", "CPython"],
    long: true,
    by: "clock",
    extra: type === "stream",
    contenders: [
      { name: "C", command: between(c("each"), c("each")), why: peers.c },
      { name: "C, mmsg", command: between(c("mmsg"), c("mmsg")), why: peers.c },
      { name: "cmsg, sync", command: between(ours("each"), ours("each")) },
      { name: "cmsg, event loop", command: between(ours("loop"), ours("each")) },
      { name: "cmsg, mmsg", command: between(ours("mmsg"), ours("mmsg")) },
      { name: "cmsg, mmsg to event loop", command: between(ours("loop"), ours("mmsg")) },
      { name: "CPython", command: between(cpython, cpython), why: peers.python },
    ],
  };
}

/** @param {number} bytes @param {Peers} peers @returns {import("./commands.js").Scenario} */
function bulk(bytes, peers) {
  const job = [0, bytes, "stream"];
  const c = [peers.program("flow"), "each", ...job];
  const ours = (/** @type {string} */ how) => node("flow", how, ...job);
  const net = node("flow-net", bytes);
  const cpython = python("flow", ...job);
  return {
    group: "flows",
    name: `two processes, bytes in blocks of ${size(bytes)}`,
    references: ["C", "net.Socket"],
    long: true,
    by: "clock",
    extra: bytes !== 65536,
    contenders: [
      { name: "C", command: between(c, c), why: peers.c },
      { name: "cmsg, into", command: between(ours("into"), ours("each")) },
      {
        name: "cmsg, pool",
        command: between(ours("pool"), ours("each")),
        why: peers.call("BufferPool"),
      },
      { name: "cmsg", command: between(ours("each"), ours("each")) },
      { name: "cmsg, event loop", command: between(ours("loop"), ours("each")) },
      { name: "CPython", command: between(cpython, cpython), why: peers.python },
      { name: "net.Socket", command: between(net, net) },
    ],
  };
}

/** @param {Peers} peers @returns {import("./commands.js").Scenario} */
function watching(peers) {
  return {
    group: "watching",
    name: "64 connections ready at once",
    per: 64,
    references: ["C", "net.Socket"],
    contenders: [
      { name: "C", command: [peers.program("watch")], why: peers.c },
      { name: "cmsg, event loop", command: node("watch", "cmsg") },
      { name: "net.Socket", command: node("watch", "net") },
    ],
  };
}

/** @param {Peers} peers @returns {import("./commands.js").Scenario} */
function handOff(peers) {
  const driver = [...node("hand-off"), peers.program("client")];
  const ours = (/** @type {string} */ way) => [...driver, ...node("hand-off-server", way)];
  const c = (/** @type {string} */ most) => [...driver, peers.program("hand-off"), most];
  return {
    group: "hand-off",
    name: "hand-off of TCP connections, 64 at a time",
    references: ["cluster", "C"],
    long: true,
    by: "clock",
    contenders: [
      { name: "C", command: c("1") },
      { name: "C, up to 16 in a message", command: c("16") },
      { name: "cmsg, accept and sendFds to our calls", command: ours("calls") },
      { name: "cmsg, accept and sendFds to net.Socket", command: ours("calls-net") },
      { name: "cmsg, handOff to net.Socket", command: ours("handOff") },
      { name: "cluster", command: ours("cluster") },
      { name: "child_process.send", command: ours("child") },
      { name: "one process, no hand-off", command: ours("alone") },
    ].map((contender) => ({ ...contender, why: peers.c })),
  };
}

/** @param {Peers} peers */
export function flowScenarios(peers) {
  return [
    messages("seqpacket", peers),
    messages("stream", peers),
    ...[4096, 65536, 262144, 1 << 20].map((bytes) => bulk(bytes, peers)),
    watching(peers),
    handOff(peers),
  ];
}
